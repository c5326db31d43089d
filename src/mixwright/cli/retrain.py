"""`mixwright retrain`: a challenger from new music and preferences, and the gate that it has to pass."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .feedback_store import kept_events
from .train import check_name

if TYPE_CHECKING:
    from ..loop.verdict import Verdict

__all__ = ["REFUSED", "print_verdict", "retrain_command"]

REFUSED = 3


def retrain_command(
    data: Annotated[
        list[Path],
        typer.Argument(metavar="DATA...", help="Folders of music: a folder a genre, or a table (mixes.csv)."),
    ],
    gate: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option(metavar="FOLDER", help="Music that the gate measures on; default the first folder of DATA."),
    ] = None,
    gate_split: Annotated[str, typer.Option(help="Which split of its table; all for every song.")] = "test",
    fast: Annotated[bool, typer.Option("--fast", help="The gate hears ten seconds a song.")] = False,
    draws: Annotated[int, typer.Option(min=1, max=20, help="Faults of each strength a song in the gate.")] = 1,
    store: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="URL", help="Where the feedback is; default your own."),
    ] = None,
    preference_weight: Annotated[
        float, typer.Option(help="How much of the shared taste the target leans to, 0 to 1.")
    ] = 0.5,
    listening: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FOLDER", help="A blind A/B test of the challenger against the champion, by versions."),
    ] = None,
    name: Annotated[str, typer.Option(help="Of the run: its folder is RUNS/NAME. The same goes on.")] = "retrain",
    runs: Annotated[Path, typer.Option(help="Where runs and measurements are kept.")] = Path("runs"),
    steps: Annotated[Optional[int], typer.Option(min=1, help="Of training; default: until it is no better.")] = None,  # noqa: UP045
    batch: Annotated[Optional[int], typer.Option(min=1, help="Songs heard in a step.")] = None,  # noqa: UP045
    minutes: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0, help="Stop training after so long; the same call goes on."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another run.")] = 0,
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0 is one a core.")] = 0,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Of PyTorch; another number rounds otherwise.")] = 1,
    ignore_split: Annotated[
        bool, typer.Option("--ignore-split", help="Learn from every song, none kept apart.")
    ] = False,
    promote: Annotated[bool, typer.Option("--promote/--no-promote", help="Promote what passes the gate.")] = True,
    mlflow: Annotated[bool, typer.Option("--mlflow/--no-mlflow", help="Keep the run in RUNS/mlflow.db.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the gate's decision as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no findings.")] = False,
) -> None:
    """Train a challenger from music and from what people preferred, and hold it against the champion: promoted if it
    passes every rule of the gate, refused (exit code 3) if not. Stopped or killed, the same call goes on."""
    from ..errors import ParameterError
    from ..home import MODELS, home_folder

    check_name(name)
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise ParameterError(f'training needs {error.name}: pip install "mixwright[train]"') from None
    from ..benchmark.music import find_songs
    from ..benchmark.restore import FAST, FULL
    from ..loop.gate import Asked, decide, measure
    from ..loop.retraining import begun_with, challenger_of, preferences_of
    from ..model.registry import Registry
    from ..training.run import Plan, config_of
    from .extract import Interrupted
    from .listen_serve import open_answers
    from .progress import counted
    from .train_words import Watching

    home, processes = home_folder(), workers or os.cpu_count() or 1
    music, split = gate or data[0], None if gate_split == "all" else gate_split
    fresh = preferences_of(kept_events(store, "choice", "edit", agreed=True), preference_weight)
    find_songs(music, split)  # before hours of training, what could not be judged after them
    preferences = begun_with(runs / name, fresh, preference_weight)
    if not quiet:
        told = ", ".join(f"{n} {by:+.2f}" for n, by in preferences.taste.items()) or "nothing that could not be chance"
        print(f"Preferences: {preferences.choices} choices of {preferences.people} people: {told}", file=sys.stderr)
    plan = Plan(
        tuple(data), runs / name, config_of(steps, seed, batch), ignore_split=ignore_split, workers=processes,
        threads=threads, minutes=minutes, mlflow=mlflow,
    )  # fmt: skip
    registry = Registry(home / MODELS)
    watching = Watching(quiet)
    try:
        with watching:
            result, version = challenger_of(plan, registry, preferences, watching)
        if version is None:
            print(f"mixwright: the time was up at step {result.steps}; the same command goes on", file=sys.stderr)
            return
        if registry.aliases()["champion"] == version.version:
            print(f"Version {version.version} is champion already: nothing new was learned.")
            return
        outcome = None
        if listening is not None:
            from ..listening.outcome import outcome_of

            manifest, answers = open_answers(listening, None, sounds=False)
            outcome = outcome_of(manifest, answers.answers(manifest.version))
            answers.close()
        asked = Asked(
            music, runs / name / f"gate-{registry.find('champion')}-{version.version}.jsonl",
            FAST if fast else FULL, split, draws, processes, anew=True, heard=ignore_split,
        )  # fmt: skip
        with counted(quiet, "Judging") as progress:
            verdict = measure(registry, version.version, asked, outcome=outcome, progress=progress)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {runs / name} holds what was done; the same command goes on") from None
    promoted = decide(registry, verdict, promote=promote)
    print(
        verdict.to_json() if as_json else "\n".join(print_verdict(verdict, promote=promoted)),
        end="" if as_json else "\n",
    )
    if not verdict.passed:
        raise typer.Exit(REFUSED)


def print_verdict(verdict: Verdict, *, promote: bool) -> list[str]:
    """The gate's decision in lines."""
    words = {True: "passed", False: "NOT PASSED", None: "not asked"}
    lines = [f"Gate     {verdict.challenger} against {verdict.champion}"]
    lines += [f"  {words[rule.passed]:<11}{rule.sentence}" for rule in verdict.rules]
    if not verdict.passed:
        return [*lines, f"Refused  the challenger {verdict.reason}; {verdict.champion} stays champion"]
    if not promote:
        return [
            *lines,
            f"Passed   {verdict.challenger} waits for you: mixwright models promote {verdict.challenger}",
        ]
    return [
        *lines,
        f"Promoted {verdict.challenger} is champion from the next mix on; mixwright models rollback undoes it",
    ]
