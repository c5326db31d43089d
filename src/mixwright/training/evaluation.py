"""How good a network is on songs it has not heard: the benchmark's figures in closed form, in seconds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .batches import Batch, batch_of
from .faults import STRENGTH_NAMES, Faults
from .network import BalancedMixingCNN, values_of
from .objective import left_error_db
from .segments import Segments

__all__ = ["answers", "evaluate", "judged"]

# A change of the error that nobody could tell: below it a case is neither better nor worse.
SAME_DB = 0.02


@torch.no_grad()
def answers(model: BalancedMixingCNN, batch: Batch, *, genre_given: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Values (batch, 10), the weights they were blended with (batch, 6), and the genre's probabilities (batch, 6)."""
    known = batch.genre.sum(dim=1, keepdim=True) > 0
    given = torch.where(known, batch.genre, 0.0) if genre_given else torch.zeros_like(batch.genre)
    heard = model(batch.mel_db, batch.mid_db, batch.side_db, given)
    probability = torch.softmax(heard.genre_logits, dim=1)
    shares = torch.where(known & torch.tensor(genre_given), batch.genre, probability)
    return values_of((heard.positions * shares[:, :, None]).sum(dim=1)), shares, probability


def evaluate(
    model: BalancedMixingCNN, segments: Segments, faults: Faults, *, genre_given: bool = False
) -> dict[str, float]:
    """Figures by name; `score` is what early stopping looks at: the mean error left, over that before, plus harm."""
    model.eval()

    def ask(batch: Batch) -> tuple[Tensor, Tensor]:
        values, shares, probability = answers(model, batch, genre_given=genre_given)
        right.append((probability.argmax(dim=1) == batch.genre.argmax(dim=1))[(batch.labelled > 0)])
        return values, shares

    right: list[Tensor] = []
    figures = judged(ask, segments, faults)
    figures["genre_right"] = float(torch.cat(right).float().mean()) if right else float("nan")
    return figures


@torch.no_grad()
def judged(
    ask: Callable[[Batch], tuple[Tensor, Tensor]], segments: Segments, faults: Faults, chunk: int = 64
) -> dict[str, float]:
    """Median share of the LTAS error removed and cases made worse by strength, harm on undamaged songs, score."""
    befores, afters = [], []
    for rows in np.array_split(np.arange(len(faults)), max(1, len(faults) // chunk)):
        batch = batch_of(segments, faults, rows)
        before, after = left_error_db(*ask(batch), batch)
        befores.append(before.numpy())
        afters.append(after.numpy())
    return figures_of(np.concatenate(befores), np.concatenate(afters), faults.strength)


def figures_of(
    before: NDArray[np.float32], after: NDArray[np.float32], strength: NDArray[np.int64]
) -> dict[str, float]:
    found: dict[str, float] = {}
    for index, name in enumerate(STRENGTH_NAMES):
        of = strength == index
        if not of.any():
            continue
        if index == 0:
            found["harm_median_db"] = float(np.median(after[of]))
            found["harm_p95_db"] = float(np.percentile(after[of], 95))
            continue
        found[f"removed_{name}"] = float(np.median(1 - after[of] / before[of]))
        found[f"worse_{name}"] = float(np.mean(after[of] > before[of] + SAME_DB))
    damaged = strength > 0
    found["score"] = float(after[damaged].mean() / before[damaged].mean())
    if (~damaged).any():
        found["score"] += 0.2 * float(after[~damaged].mean())
    return found
