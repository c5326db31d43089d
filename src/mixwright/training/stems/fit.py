"""Training the set model: which loudness each stem has beside the others, from what it sounds like.

A song is a set: its stems in any order, any number of them. The loss is the distance of the predicted from the artist's
relative loudness, in LU, each song's own mean taken off, so that no level of a song and no number of stems counts for
more. Every step takes random parts of songs, now and then a stem twice, and moves the features a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...errors import ParameterError
from ...model.console_network import SetModel, SetWeights

__all__ = ["Fitting", "SetExample", "fit_set_model"]

Floats = NDArray[np.float64]
MOST_STEMS = 24  # of a song in one step
LOUDEST_LU = 15.0  # a target further from its song's mean is taken for this: a stem that hardly sounds


@dataclass(frozen=True, eq=False)
class SetExample:
    """One song: features (stems, features), relative loudness (stems,) in LU, how much it counts, and whose it is."""

    features: Floats
    loudness_lu: Floats
    weight: float
    artist: str


@dataclass(frozen=True)
class Fitting:
    """How it is trained. `members` networks of other seeds are one model: their mean is steadier than any of them."""

    members: int = 6
    hidden: int = 24
    steps: int = 300
    songs: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 0.03
    drop: float = 0.5
    noise: float = 0.4
    ridge: float = 300.0
    seed: int = 0


class _Set(nn.Module):
    """A straight line from each stem's distance from the song's mean, and a small network over the set beside it."""

    def __init__(self, features: int, hidden: int, line: Tensor, drop: float) -> None:
        super().__init__()
        self.encode = nn.Linear(features, hidden)
        self.join = nn.Linear(3 * hidden, hidden)
        self.answer = nn.Linear(hidden, 1)
        self.line = nn.Parameter(line)
        self.drop = nn.Dropout(drop)
        nn.init.zeros_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """Loudness (songs, stems) in LU from features (songs, stems, features); `there` is 0 where a song has ended."""
        mask = there[..., None]
        count = mask.sum(dim=1, keepdim=True)
        hidden = torch.relu(self.encode(self.drop(x))) * mask
        mean = hidden.sum(dim=1, keepdim=True) / count
        most = hidden.amax(dim=1, keepdim=True)
        both = torch.cat([hidden, mean.expand_as(hidden), most.expand_as(hidden)], dim=2)
        found = self.answer(self.drop(torch.relu(self.join(both))))[..., 0]
        middle = (x * mask).sum(dim=1, keepdim=True) / count
        return torch.as_tensor((found + (x - middle) @ self.line) * there)


def fit_set_model(examples: Sequence[SetExample], names: Sequence[str], fitting: Fitting | None = None) -> SetModel:
    """Train on songs; the same examples and settings give the same model.

    Errors
    ------
    ParameterError
        No song of two stems or more.
    """
    fitting = fitting or Fitting()
    songs = [e for e in examples if len(e.loudness_lu) >= 2]
    if not songs:
        raise ParameterError("examples: at least one song of two stems is needed")
    stacked = np.concatenate([e.features for e in songs])
    centre, spread = stacked.mean(0), np.maximum(stacked.std(0), 1e-3)
    inputs = [np.clip((e.features - centre) / spread, -4, 4) for e in songs]
    targets = [np.clip(e.loudness_lu - e.loudness_lu.mean(), -LOUDEST_LU, LOUDEST_LU) for e in songs]
    weights = np.array([e.weight for e in songs])
    line = _ridge(inputs, targets, weights, fitting.ridge)
    members = [
        _train(inputs, targets, weights, line, fitting, fitting.seed + number) for number in range(fitting.members)
    ]
    return SetModel(
        SetWeights(
            centre=centre.astype(np.float32),
            spread=spread.astype(np.float32),
            **{key: np.stack([m[key] for m in members]).astype(np.float32) for key in members[0]},
        ),
        tuple(names),
    )


def _ridge(inputs: list[Floats], targets: list[Floats], weights: Floats, penalty: float) -> Floats:
    """The line (features,) that a regression with a penalty on its slope finds."""
    x = np.concatenate([i - i.mean(0) for i in inputs])
    y = np.concatenate(targets)
    w = np.concatenate([np.full(len(t), s) for t, s in zip(targets, weights, strict=True)])
    return np.linalg.solve((x * w[:, None]).T @ x + penalty * np.eye(x.shape[1]), (x * w[:, None]).T @ y)


def _train(
    inputs: list[Floats], targets: list[Floats], weights: Floats, line: Floats, fitting: Fitting, seed: int
) -> dict[str, Floats]:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = _Set(inputs[0].shape[1], fitting.hidden, torch.tensor(line, dtype=torch.float32), fitting.drop)
    descent = torch.optim.AdamW(model.parameters(), lr=fitting.learning_rate, weight_decay=fitting.weight_decay)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(descent, fitting.steps)
    chance = weights / weights.sum()
    for _ in range(fitting.steps):
        x, y, there = _batch(inputs, targets, rng.choice(len(inputs), fitting.songs, p=chance), rng)
        x = x + fitting.noise * torch.randn_like(x) * there[..., None]
        away = (model(x, there) - y) * there
        away = away - (away.sum(dim=1, keepdim=True) / there.sum(dim=1, keepdim=True)) * there
        loss = nn.functional.smooth_l1_loss(away, torch.zeros_like(away), beta=2.0, reduction="sum") / there.sum()
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
        plan.step()
    return {
        "encode": model.encode.weight.detach().numpy().T,
        "encode_bias": model.encode.bias.detach().numpy(),
        "join": model.join.weight.detach().numpy().T,
        "join_bias": model.join.bias.detach().numpy(),
        "answer": model.answer.weight.detach().numpy()[0],
        "line": model.line.detach().numpy(),
    }


def _batch(
    inputs: list[Floats], targets: list[Floats], chosen: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Random parts of songs: features (songs, stems, features), targets and where a stem is (songs, stems)."""
    x = np.zeros((len(chosen), MOST_STEMS, inputs[0].shape[1]), np.float32)
    y, there = np.zeros(x.shape[:2], np.float32), np.zeros(x.shape[:2], np.float32)
    for row, song in enumerate(chosen):
        count = len(targets[song])
        kept = rng.permutation(count)[: rng.integers(max(2, count // 2), min(count, MOST_STEMS) + 1)]
        if len(kept) < MOST_STEMS and rng.random() < 0.1:
            kept = np.append(kept, rng.choice(kept))
        part = slice(0, len(kept))
        x[row, part] = inputs[song][kept]
        y[row, part] = targets[song][kept] - targets[song][kept].mean()
        there[row, part] = 1.0
    return torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(there)
