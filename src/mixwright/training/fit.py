"""Training: pre-train on fitted parameters, then on what the answer sounds like; resumable, seeded, stopped early."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..errors import ParameterError
from ..parameters import GENRES, PARAMETERS
from .batches import Batch, artist_shares, batch_of, refiltered
from .config import Config, Music
from .evaluation import evaluate
from .faults import Faults
from .losses import TERMS
from .network import BalancedMixingCNN, Heard, values_of
from .objective import NAMES, band_error_db, terms, weighted
from .segments import WINDOWS, Segments
from .taste_target import TasteTarget
from .tone_stage import fault_features, train_tone

__all__ = ["State", "train", "untouched_terms"]

CLIP = 1.0
SCALE_SONGS = 2048
LEAST_SPREAD = 0.05
# Of crest factor, loudness range, PLR, two levels and the width, in their units (docs/training.md).
# Positions that the LTAS, the width and the dynamics do not settle: learned from the fitted values alone.
BY_VALUE = [NAMES.index(n) for n in ("input_gain", "output_level", "reverb", "delay")]


@dataclass
class State:
    """Where a run stands: all that is needed to go on as if it had never been stopped."""

    model: BalancedMixingCNN
    optimizer: torch.optim.Optimizer
    step: int = 0
    best: float = math.inf
    best_step: int = 0
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    waited: int = 0
    seconds: float = 0.0


def train(
    music: Music,
    config: Config,
    checkpoint: Path | None = None,
    *,
    report: Callable[[int, dict[str, float]], None] = lambda step, figures: None,
) -> State:
    """Run to the end, or go on from the checkpoint. `report` is given figures every `evaluate_every` steps."""
    torch.manual_seed(config.seed)
    model = BalancedMixingCNN(config.shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    state = State(model, optimizer)
    if checkpoint is not None and checkpoint.exists():
        _load(state, checkpoint, config)
    probability = drawn_shares(music, config)
    if checkpoint is None or not checkpoint.exists():
        set_scale(model, music, probability, config.seed)
        train_tone(model, music, config, probability)
        # What the first stage ends with is kept only where nothing follows: its attention is untrained, and would
        # explain decisions with what means nothing.
        if config.pretrain_steps + config.steps == 0:
            _remember(state, evaluate(model, music.segments, music.validation)["score"], config)
        if checkpoint is not None:
            _save(state, checkpoint, config)
    scale = untouched_terms(music.segments, music.train)
    taste = TasteTarget.of(config.taste)
    total = config.pretrain_steps + config.steps
    began = time.monotonic() - state.seconds
    sums: dict[str, list[float]] = {}
    while state.step < total and state.waited < config.patience:
        rng = np.random.default_rng([config.seed, state.step])
        torch.manual_seed(int(rng.integers(2**31)))  # dropout: the same from a checkpoint as without a stop
        rows = rng.choice(len(music.train), config.batch, p=probability)
        windows = np.sort(rng.choice(WINDOWS, config.windows, replace=False))
        batch = batch_of(music.segments, music.train, rows, windows)
        targets = music.targets[rows]
        if config.refilter and state.step >= config.pretrain_steps and config.objective == "mixing":
            batch = refiltered(batch, music.train, rows, rng)
        if taste is not None:
            batch, targets = taste.moved(batch), taste.targets(targets)
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * _schedule(state.step, total)
        loss, figures = step_loss(model, batch, targets, config, scale, state.step, rng)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        state.step += 1
        for name, value in figures.items():
            sums.setdefault(name, []).append(value)
        if state.step % config.evaluate_every == 0 or state.step == total:
            state.seconds = time.monotonic() - began
            found = evaluate(model, music.segments, music.validation)
            _remember(state, found["score"], config)
            left = (total - state.step) * state.seconds / state.step
            if checkpoint is not None:
                _save(state, checkpoint, config)
            means = {name: float(np.mean(values)) for name, values in sums.items()}
            report(state.step, {**means, **found, "seconds": state.seconds, "seconds_left": left})
            sums = {}
    model.load_state_dict(state.best_weights or model.state_dict())
    model.eval()
    return state


def step_loss(
    model: BalancedMixingCNN,
    batch: Batch,
    targets: Tensor,
    config: Config,
    scale: dict[str, float],
    step: int,
    rng: np.random.Generator,
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch and its parts by name."""
    known = batch.genre.sum(dim=1) > 0
    told = known & torch.from_numpy(rng.random(len(batch)) < 0.5)
    given = torch.where(told[:, None], batch.genre, 0.0)
    heard: Heard = model(batch.mel_db, batch.mid_db, batch.side_db, given)
    own = torch.softmax(heard.genre_logits, dim=1).detach()
    # Unknown genres are blended evenly now and then: that is what an unsure answer falls back to.
    even = torch.from_numpy(rng.random(len(batch)) < 0.2)[:, None]
    own = torch.where(even, torch.full_like(own, 1 / len(GENRES)), own)
    shares = torch.where(told[:, None], batch.genre, own)
    positions = (heard.positions * shares[:, :, None]).sum(dim=1)
    by_value = (positions - targets).square()
    weight = batch.genre.sum(dim=1) * (0.3 + 0.7 * batch.labelled)
    genre = (functional.cross_entropy(heard.genre_logits, batch.genre, reduction="none") * weight).mean()
    if config.objective == "parameters" or step < config.pretrain_steps:
        value = by_value.mean()
        return value * 4 + config.genre_weight * genre, {
            "parameter_mse": float(value.detach()),
            "genre_loss": float(genre.detach()),
        }
    values = values_of(positions)
    found = terms(values, shares, batch)
    mixing = weighted(found, scale).mean()
    before = band_error_db(batch.change_db, batch.heard)
    worse = functional.relu(found.frequency_balance - before).mean()
    value = by_value[:, BY_VALUE].mean()
    balance = config.balance_weight * found.frequency_balance.mean()
    loss = mixing + balance + config.worse_weight * worse + config.value_weight * value + config.genre_weight * genre
    parts = {"loss": loss, "mixing_loss": mixing, "worse_db": worse, "genre_loss": genre, **found.mean()}
    return loss, {name: float(part.detach()) for name, part in parts.items()}


def drawn_shares(music: Music, config: Config) -> NDArray[np.float64]:
    """How often each fault is drawn, summing to 1: by artist and strength; genres known from credits alike."""
    shares = artist_shares(music.segments, music.train, _strength_shares(config))
    shares = shares / shares.sum()
    songs = [music.segments.songs[s] for s in music.segments.song[music.train.segment]]
    labels = np.array([np.argmax(s.weights) if s.labelled and sum(s.weights) > 0 else -1 for s in songs])
    for genre in np.unique(labels[labels >= 0]):
        of = labels == genre
        shares[of] *= config.labelled_share / len(GENRES) / shares[of].sum()
    rest = labels < 0
    if rest.any():
        shares[rest] *= (1 - shares[~rest].sum()) / shares[rest].sum()
    return np.asarray(shares / shares.sum())


@torch.no_grad()
def set_scale(model: BalancedMixingCNN, music: Music, probability: NDArray[np.float64], seed: int) -> None:
    """Centre and spread of each feature over the training music."""
    rows = np.random.default_rng([seed, 1]).choice(len(music.train), SCALE_SONGS, p=probability)
    found = fault_features(music.segments, music.train, rows)
    model.centre.copy_(found.mean(dim=0))
    model.scale.copy_(found.std(dim=0) + LEAST_SPREAD)


@torch.no_grad()
def untouched_terms(segments: Segments, faults: Faults, most: int = 512) -> dict[str, float]:
    """Each term's mean over damaged songs that nobody touched: what the terms are divided by."""
    rows = np.flatnonzero(faults.strength > 0)[:: max(1, len(faults) // most)]
    neutral = torch.tensor([[p.neutral for p in PARAMETERS]])
    even = torch.full((1, len(GENRES)), 1 / len(GENRES))
    sums = dict.fromkeys(TERMS, 0.0)
    for part in np.array_split(rows, max(1, len(rows) // 32)):
        batch = batch_of(segments, faults, part)
        found = terms(neutral.expand(len(batch), -1), even.expand(len(batch), -1), batch)
        for name in TERMS:
            sums[name] += float(getattr(found, name).sum())
    return {name: max(value / len(rows), 1e-6) for name, value in sums.items()}


def _strength_shares(config: Config) -> dict[int, float]:
    rest = 1 - config.undamaged_share
    return {0: config.undamaged_share, 1: 0.25 * rest, 2: 0.45 * rest, 3: 0.3 * rest}


def _schedule(step: int, total: int) -> float:
    warm = min(1.0, (step + 1) / 100)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total))))


def _remember(state: State, score: float, config: Config) -> None:
    if state.step < config.pretrain_steps and config.objective != "parameters":
        return
    if score < state.best:
        state.best, state.best_step, state.waited = score, state.step, 0
        state.best_weights = {name: value.detach().clone() for name, value in state.model.state_dict().items()}
    else:
        state.waited += 1


def _save(state: State, path: Path, config: Config) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {n: getattr(state, n) for n in ("step", "best", "best_step", "best_weights", "waited", "seconds")}
    temporary = path.with_suffix(".part")
    everything = {
        **kept,
        "model": state.model.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "config": config.to_dict(),
    }
    torch.save(everything, temporary)
    temporary.replace(path)  # whole or not at all: a run may be killed at any moment


def _load(state: State, path: Path, config: Config) -> None:
    kept = torch.load(path, weights_only=True)
    if kept["config"] != config.to_dict():
        raise ParameterError(f"{path.name}: belongs to another configuration")
    state.model.load_state_dict(kept["model"])
    state.optimizer.load_state_dict(kept["optimizer"])
    for name in ("step", "best", "best_step", "best_weights", "waited", "seconds"):
        setattr(state, name, kept[name])
