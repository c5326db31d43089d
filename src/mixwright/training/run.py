"""A training run from folders of music to a network that can be used: `mixwright train` calls this and draws it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import torch

from .calibration import Calibration, calibrate, judge
from .card import model_card
from .collection import Collection, gather
from .config import Config
from .data import Finding
from .evaluation import figures_of
from .examples import Examples, Recipe, make_examples
from .export import export_network
from .faults import STRENGTH_NAMES
from .fit import train
from .network import BalancedMixingCNN
from .reference import STEPS, ReferenceSolver, other_passages, reference_errors, train_reference
from .run_folder import RunFolder, settings_of, write_json
from .segments import measure_songs
from .tracking import Tracker

__all__ = ["Plan", "Result", "Watcher", "config_of", "run_training"]


VALIDATION_SHARE = 0.2  # of the artists, about


@dataclass(frozen=True)
class Plan:
    """What is asked for. `folder` is the run's own; measurements and the tracking store lie beside it, in `runs`.

    `minutes`: stop after so long and keep the best, None for no limit. `threads`: of PyTorch; another number rounds
    otherwise, so that weights repeat bit for bit only with the same."""

    data: tuple[Path, ...]
    folder: Path
    config: Config = field(default_factory=Config)
    recipe: Recipe = field(default_factory=Recipe)
    ignore_split: bool = False
    workers: int = 1
    threads: int = 1
    minutes: float | None = None
    mlflow: bool = True

    @property
    def cache(self) -> Path:
        """Measurements, shared by all runs."""
        return self.folder.parent / "cache"


@dataclass(frozen=True)
class Result:
    """How a run ended: `finished` is False where the time was up; figures by split and name."""

    network: Path
    card: Path
    figures: dict[str, dict[str, float]]
    calibration: Calibration
    steps: int
    best_step: int
    finished: bool
    version: str


class Watcher(Protocol):
    """Who is told how a run goes; any call may raise, which ends the run, and it can go on later."""

    def stage(self, what: str, done: int, total: int) -> None:
        """Preparation: done of total."""

    def findings(self, collection: Collection, found: list[Finding]) -> None:
        """What is learned from, and what was left out."""

    def step(self, step: int, total: int, figures: dict[str, float]) -> None:
        """An evaluation; `seconds_left` is among the figures."""


class TimeIsUpError(Exception):
    """Raised inside the loop: the checkpoint has what was reached."""


def config_of(steps: int | None = None, seed: int = 0, batch: int | None = None) -> Config:
    """The usual configuration; with fewer steps its parts shrink alike."""
    usual = Config(seed=seed) if batch is None else Config(seed=seed, batch=batch)
    if steps is None:
        return usual
    share = steps / usual.steps
    return replace(
        usual,
        steps=steps,
        tone_steps=max(1, round(min(1.0, share) * usual.tone_steps)),
        evaluate_every=max(5, min(usual.evaluate_every, round(steps / 8))),
    )


def run_training(plan: Plan, watcher: Watcher) -> Result:
    """Index, measure, damage, train, calibrate, judge, export. The same plan goes on where it was stopped, or killed.

    Errors
    ------
    ParameterError
        Nothing to learn from, or the folder belongs to another plan.
    """
    torch.set_num_threads(plan.threads)
    collection = gather(
        plan.data,
        plan.cache,
        workers=plan.workers,
        ignore_split=plan.ignore_split,
        validation_share=0.0 if plan.ignore_split else VALIDATION_SHARE,
        told=lambda done, total: watcher.stage("Listening", done, total),
    )
    config, findings = _fitting(plan.config, collection)
    folder = RunFolder(plan.folder)
    settings = settings_of(
        config,
        plan.recipe,
        [str(path) for path in plan.data],
        collection.sha256,
        ignore_split=plan.ignore_split,
        threads=plan.threads,
        processes=1,
    )
    settings = folder.begin(settings)
    write_json(folder.measured, {"songs": [dict(song) for song in collection.measured]})
    segments = measure_songs(
        collection.songs,
        plan.cache / "segments",
        most=plan.recipe.passages,
        workers=plan.workers,
        told=lambda done, total: watcher.stage("Measuring", done, total),
    )
    examples = make_examples(
        segments, plan.recipe, folder.examples, seed=config.seed, workers=plan.workers, told=watcher.stage
    )
    if examples.judged_by != "validation":
        text = "no songs are kept for validation: the run is judged by those it learns from, and its figures flatter"
        findings.append(Finding("warning", "no_validation", text))
    watcher.findings(collection, findings)
    with Tracker.of(plan.folder, settings, wanted=plan.mlflow) as tracker:
        model, reached = _fit(plan, config, examples, folder, watcher, tracker)
        result = _finish(model, reached, config, collection, examples, folder, settings)
        tracker.finish(result.figures, result.version, [folder.network, folder.card, folder.curves, folder.config])
    return result


def _fitting(config: Config, collection: Collection) -> tuple[Config, list[Finding]]:
    findings = list(collection.findings)
    if len(collection.genres()) < 2:
        config = replace(config, genre_weight=0.0)
        text = 'fewer than two genres: nothing is learned of how to tell them apart, and the genre is always "unsure"'
        findings = [f for f in findings if f.name != "one_genre"] + [Finding("warning", "one_genre", text)]
    return config, findings


@dataclass(frozen=True)
class _Reached:
    step: int
    best_step: int
    finished: bool


def _fit(
    plan: Plan, config: Config, examples: Examples, folder: RunFolder, watcher: Watcher, tracker: Tracker
) -> tuple[BalancedMixingCNN, _Reached]:
    total = config.pretrain_steps + config.steps
    began = time.monotonic()
    limit = None if plan.minutes is None else began + 60 * plan.minutes
    evaluations = 0

    def report(step: int, figures: dict[str, float]) -> None:
        nonlocal evaluations
        evaluations += 1
        folder.add_figures(step, figures)
        tracker.log(step, figures)
        watcher.step(step, total, figures)
        # The checkpoint of an evaluation is written after it: from the second one on, something was gained.
        if limit is not None and time.monotonic() > limit and step < total and evaluations > 1:
            raise TimeIsUpError

    try:
        state = train(examples.music, config, folder.checkpoint, report=report)
    except TimeIsUpError:
        kept = torch.load(folder.checkpoint, weights_only=True)
        model = BalancedMixingCNN(config.shape)
        model.load_state_dict(kept["best_weights"] or kept["model"])
        return model.eval(), _Reached(kept["step"], kept["best_step"], False)
    return state.model, _Reached(state.step, state.best_step, True)


def _finish(
    model: BalancedMixingCNN,
    reached: _Reached,
    config: Config,
    collection: Collection,
    examples: Examples,
    folder: RunFolder,
    settings: dict[str, Any],
) -> Result:
    segments = examples.music.segments
    genres = len(collection.genres()) > 1
    calibration = calibrate(model, segments, examples.judging, genres=genres)
    figures = {examples.judged_by: judge(model, segments, examples.judging, calibration)}
    if examples.test is not None:
        figures["test"] = judge(model, segments, examples.test, calibration)
        figures["test, genre given"] = judge(model, segments, examples.test, calibration, genre_given=True)
    solver = _solver(examples, config, figures)
    version = weights_version(model)
    facts = {
        "version": version,
        "temperature": calibration.temperature,
        "unsure_below": calibration.unsure_below,
        "amount": calibration.amount,
        "steps": reached.step,
        "best_step": reached.best_step,
        "settings": {name: value for name, value in settings.items() if name != "data"},
        "figures": figures,
    }
    export_network(model, folder.network, facts, solver)
    write_json(folder.figures, {**facts, "calibration": calibration.to_dict()})
    card = model_card(facts, calibration, config, collection, segments, examples)
    folder.card.write_text(card, encoding="utf-8")
    return Result(
        folder.network, folder.card, figures, calibration, reached.step, reached.best_step, reached.finished, version
    )


def _solver(examples: Examples, config: Config, figures: dict[str, dict[str, float]]) -> ReferenceSolver | None:
    """What leads to references, with its figures beside the network's; None where no song has two passages."""
    segments, train = examples.music.segments, examples.music.train
    if not (other_passages(segments, train, config.seed) >= 0).any():
        return None
    # A run that is only tried out tries this out as well.
    steps = max(1, round(STEPS * min(1.0, config.steps / Config().steps)))
    solver = train_reference(segments, train, seed=config.seed, steps=steps)
    for name, faults in ((examples.judged_by, examples.judging), ("test", examples.test)):
        if faults is not None and (other_passages(segments, faults, config.seed) >= 0).any():
            errors = reference_errors(solver, segments, faults, config.seed)
            found = figures_of(*errors)
            found |= {f"n_{word}": int((errors[2] == i).sum()) for i, word in enumerate(STRENGTH_NAMES)}
            figures[f"{name}, reference given"] = found
    return solver


def weights_version(model: torch.nn.Module) -> str:
    """Twelve hexadecimal digits of a hash over all weights by name."""
    found = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        found.update(name.encode() + value.detach().contiguous().numpy().tobytes())
    return found.hexdigest()[:12]
