"""With a reference: the equaliser that leads a mix to it, learned from pairs of passages of one song.

Two passages of a song never have the same spectrum, so copying the difference band by band copies accidents. What
is learned is how much of a difference to believe, and where: a damaged passage beside an undamaged one in, four
positions out, judged by what the undamaged passage itself was like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..analysis.bands import NOMINAL_HZ
from ..model.network_input import heard_bands
from ..model.tone import EQ_PARAMETERS
from ..parameters import GENRES, PARAMETERS
from .batches import artist_shares, batch_of
from .faults import Faults
from .network import values_of
from .objective import EQ, band_error_db, eq_gain_db
from .segments import Segments

__all__ = ["ReferenceSolver", "other_passages", "train_reference"]

STEPS = 2500
BATCH = 384
WIDTH = 128
DROPOUT = 0.2
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.05
WORSE_WEIGHT = 0.3
FURTHEST_DB = 15.0
STRENGTH_SHARES = {0: 0.25, 1: 0.19, 2: 0.34, 3: 0.22}


class ReferenceSolver(nn.Module):
    """`forward(change_db, heard)`: LTAS of the mix minus the reference's (batch, 30) in dB, and which bands count
    (batch, 30) as 0 or 1; to positions (batch, 4) of the equaliser in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        bands = len(NOMINAL_HZ)
        self.layers = nn.Sequential(
            nn.Linear(2 * bands, WIDTH),
            nn.GELU(),
            nn.Dropout(DROPOUT),
            nn.Linear(WIDTH, WIDTH),
            nn.GELU(),
            nn.Dropout(DROPOUT),
            nn.Linear(WIDTH, len(EQ_PARAMETERS)),
        )
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)  # untrained, it leaves everything alone
        nn.init.zeros_(last.bias)

    def forward(self, change_db: Tensor, heard: Tensor) -> Tensor:
        """Level does not matter: the mean over the bands that count is taken off here."""
        mean = (change_db * heard).sum(dim=1, keepdim=True) / heard.sum(dim=1, keepdim=True).clamp(min=1.0)
        away = torch.clamp(change_db - mean, -FURTHEST_DB, FURTHEST_DB) * heard
        positions: Tensor = torch.tanh(self.layers(torch.cat([away / 4, heard - 0.5], dim=1)))
        return positions


@dataclass(frozen=True, eq=False)
class _Pairs:
    segments: Segments
    faults: Faults
    others: NDArray[np.int64]  # (faults,) a passage of the same song, or -1

    def inputs(self, rows: NDArray[np.int64], change_db: Tensor) -> tuple[Tensor, Tensor]:
        """What the solver is given, from the change against the passage itself."""
        ltas = self.segments["ltas_db"]
        reference = ltas[self.others[rows]]
        heard = torch.from_numpy(heard_bands(reference).astype(np.float32))
        return change_db + torch.from_numpy(ltas[self.faults.segment[rows]] - reference), heard


def other_passages(segments: Segments, faults: Faults, seed: int) -> NDArray[np.int64]:
    """Another segment of the same song for each fault (faults,), drawn with a seed; -1 where the song has only one."""
    rng = np.random.default_rng([seed, 7])
    by_song = {int(song): np.flatnonzero(segments.song == song) for song in np.unique(segments.song)}
    found = []
    for segment in faults.segment:
        rest = by_song[int(segments.song[segment])]
        rest = rest[rest != segment]
        found.append(int(rng.choice(rest)) if len(rest) else -1)
    return np.array(found)


def train_reference(segments: Segments, faults: Faults, *, seed: int = 0, steps: int = STEPS) -> ReferenceSolver:
    """A solver trained on the faults whose song has another passage."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 8])
    solver = ReferenceSolver()
    descent = torch.optim.AdamW(solver.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    pairs = _Pairs(segments, faults, other_passages(segments, faults, seed))
    shares = artist_shares(segments, faults, STRENGTH_SHARES) * (pairs.others >= 0)
    ltas, heard = segments["ltas_db"][faults.segment], heard_bands(segments["ltas_db"][faults.segment])
    donors = faults.filter_donors()
    solver.train()
    for step in range(steps):
        for group in descent.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
        rows = rng.choice(len(faults), BATCH, p=shares / shares.sum())
        filters = np.array([rng.choice(donors[s]) for s in faults.strength[rows]])
        sign = rng.choice(np.array([-1.0, 1.0], np.float32), BATCH)[:, None]
        turned = faults.other_filter_db("band_gain_db", rows, filters, sign)
        change = torch.from_numpy((faults["ltas_db"][rows] + turned - ltas[rows]).astype(np.float32))
        counts = torch.from_numpy(heard[rows])
        before = band_error_db(change, counts)
        after = band_error_db(change + _curve(solver(*pairs.inputs(rows, change))), counts)
        loss = after.mean() + WORSE_WEIGHT * functional.relu(after - before).mean()
        descent.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
    solver.eval()
    return solver


@torch.no_grad()
def reference_errors(
    solver: ReferenceSolver, segments: Segments, faults: Faults, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """LTAS error before and after, and the strength, of the faults whose song has another passage."""
    pairs = _Pairs(segments, faults, other_passages(segments, faults, seed))
    rows = np.flatnonzero(pairs.others >= 0)
    batch = batch_of(segments, faults, rows, np.array([0]))
    before = band_error_db(batch.change_db, batch.heard)
    after = band_error_db(batch.change_db + _curve(solver(*pairs.inputs(rows, batch.change_db))), batch.heard)
    return before.numpy(), after.numpy(), faults.strength[rows]


def _curve(positions: Tensor) -> Tensor:
    """Gain (batch, 30) in dB of the equaliser at these positions, with the voicing of all genres together."""
    every = torch.zeros(len(positions), len(PARAMETERS)).index_copy(1, torch.tensor(EQ), positions)
    even = torch.full((len(positions), len(GENRES)), 1 / len(GENRES))
    return eq_gain_db(values_of(every), even)[0]
