"""Damaged songs as tensors: what the network hears, and what is needed to judge its answer without rendering it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..model.network_input import heard_bands
from ..parameters._generated import VOICING_ROWS
from .faults import Faults
from .segments import FIGURES, Segments
from .twin.conditions import Conditions

__all__ = ["Batch", "artist_shares", "batch_of", "blended_conditions", "refiltered"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Songs with a fault each. Levels in dB, float32."""

    mel_db: Tensor  # (batch, windows, 2, 64, frames), as heard
    mid_db: Tensor  # (batch, 30), as heard
    side_db: Tensor
    good_mel_db: Tensor
    change_db: Tensor  # (batch, 30), LTAS damaged minus good
    heard: Tensor  # (batch, 30) bool, the bands that count
    mel_gain_db: Tensor  # (batch, 64)
    frame_gain_db: Tensor  # (batch, windows, frames)
    side_gain_db: Tensor  # (batch,)
    stereo: Tensor  # (batch,) 1, or 0 where there is no side to speak of
    dynamics_left: Tensor  # (batch, ratios)
    genre: Tensor  # (batch, 6) weights, zero where not known
    labelled: Tensor  # (batch,) 1 where the genre is from the credits
    strength: Tensor  # (batch,) index of STRENGTH_NAMES

    def __len__(self) -> int:
        return len(self.mid_db)


def batch_of(segments: Segments, faults: Faults, rows: Integers, windows: Integers | None = None) -> Batch:
    """The faults of these rows (batch,); with `windows` (numbers below WINDOWS), only those of each segment are heard.

    What was measured with its fault is heard as it was measured; of the rest, the good song moved by the fault."""
    at = faults.segment[rows]
    good = torch.from_numpy(segments["mel_db"][at]).float()
    frame_gain = _of(faults["frame_gain_db"][rows])
    if windows is not None:
        good, frame_gain = good[:, windows], frame_gain[:, windows]
    mel_gain, side_gain = _of(faults["mel_gain_db"][rows]), _of(faults["side_gain_db"][rows])
    mel = good + mel_gain[:, None, None, :, None] + frame_gain[:, :, None, None, :]
    mel[:, :, 1] += side_gain[:, None, None, None]
    if faults.measured is not None:
        measured = faults.measured[rows]
        real = torch.from_numpy(segments["mel_db"][np.maximum(measured, 0)]).float()
        real = real if windows is None else real[:, windows]
        mel = torch.where(torch.from_numpy(measured >= 0)[:, None, None, None, None], real, mel)
    ltas = segments["ltas_db"][at]
    songs = [segments.songs[s] for s in segments.song[at]]
    width = segments["figures"][at][:, FIGURES.index("stereo_width")]
    return Batch(
        mel_db=mel,
        mid_db=_of(faults["mid_db"][rows]),
        side_db=_of(faults["side_db"][rows]),
        good_mel_db=good,
        change_db=_of(faults["ltas_db"][rows] - ltas),
        heard=torch.from_numpy(heard_bands(ltas)),
        mel_gain_db=mel_gain,
        frame_gain_db=frame_gain,
        side_gain_db=side_gain,
        stereo=_of((width > 0.02).astype(np.float32)),
        dynamics_left=_of(faults["dynamics_left"][rows]),
        genre=torch.tensor([song.weights for song in songs], dtype=torch.float32),
        labelled=torch.tensor([float(song.labelled) for song in songs]),
        strength=torch.from_numpy(faults.strength[rows]),
    )


def refiltered(batch: Batch, faults: Faults, rows: NDArray[np.int64], rng: np.random.Generator) -> Batch:
    """The batch with other filters: those of faults of the same strength, or their inverse."""
    others, donors = rows.copy(), faults.filter_donors()
    for strength in np.unique(faults.strength[rows]):
        here = faults.strength[rows] == strength
        others[here] = rng.choice(donors[strength], int(here.sum()))
    sign = rng.choice(np.array([-1.0, 1.0], np.float32), len(rows))[:, None]
    mels, bands = (
        torch.from_numpy(faults.other_filter_db(name, rows, others, sign)) for name in ("mel_gain_db", "band_gain_db")
    )
    return replace(
        batch,
        mel_db=batch.mel_db + mels[:, None, None, :, None],
        mid_db=batch.mid_db + bands,
        side_db=batch.side_db + bands,
        change_db=batch.change_db + bands,
        mel_gain_db=batch.mel_gain_db + mels,
    )


def artist_shares(segments: Segments, faults: Faults, strength_shares: dict[int, float]) -> NDArray[np.float64]:
    """How often each fault is drawn (faults,), not normalised: an artist weighs as the root of their part of the music,
    and strengths (index of STRENGTH_NAMES to share) as they are given, however many faults each has."""
    artists = np.array([segments.songs[s].artist for s in segments.song[faults.segment]])
    _, index, counts = np.unique(artists, return_inverse=True, return_counts=True)
    by_artist = 1 / np.sqrt(counts.astype(np.float64))
    strengths = np.bincount(faults.strength, minlength=4)
    by_strength = np.array([strength_shares.get(s, 0.0) / max(n, 1) for s, n in enumerate(strengths)])
    return np.asarray(by_artist[index] * by_strength[faults.strength])


def blended_conditions(genre: Tensor) -> Conditions:
    """Voicings of blended genres (batch, 6), as `parameters.blend_voicing` blends them."""
    shares = genre.detach().double().numpy()
    shares = shares / shares.sum(axis=1, keepdims=True)
    columns = []
    for _, _, blend, low, high, _, row in VOICING_ROWS:
        figures = np.array(row, np.float64)
        if blend == "dominant":
            column = figures[shares.argmax(axis=1)]
        elif blend == "log":
            column = np.exp(shares @ np.log(figures))
        else:
            column = shares @ figures
        columns.append(np.clip(column, low, high))
    count = len(shares)
    return Conditions(np.stack(columns, axis=1), np.full(count, -14.0), np.full(count, 120.0), np.zeros(count))


def _of(array: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, np.float32))
