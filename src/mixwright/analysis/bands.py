"""Third-octave bands, as on a console's analyser: 25 Hz to 20 kHz, and the mel bands that hearing suggests.

Sources: IEC 61260-1 (base-10 third octaves, exact centres 1000 * 10^(k/10) Hz); Slaney, Auditory Toolbox
(1998).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# fmt: off
NOMINAL_HZ = (
    25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0,
    1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10000.0, 12500.0, 16000.0,
    20000.0,
)
# fmt: on
EXACT_HZ: Floats = 1000.0 * 10.0 ** ((np.arange(len(NOMINAL_HZ)) - NOMINAL_HZ.index(1000.0)) / 10.0)
HALF_BAND = 10.0**0.05  # from a band's centre to its edge

BLAS_LOAD = 120  # bins at a time: a product this small stays on the calling thread

MEL_BREAK_HZ = 1000.0  # linear below, logarithmic above
MEL_BREAK = 15.0
MEL_STEP = np.log(6.4) / 27.0


def third_octaves(sample_rate: int) -> tuple[float, ...]:
    """Nominal centres in Hz of the bands whose centre lies below the Nyquist frequency."""
    return tuple(hz for hz in NOMINAL_HZ if hz < sample_rate / 2)


def on_all_bands(third_octave_hz: ArrayLike, levels_db: ArrayLike, floor_db: float) -> Floats:
    """Levels of some third octaves, by their nominal centres, on all of NOMINAL_HZ; none is under the floor, where the
    bands stand that are missing."""
    found = np.full(len(NOMINAL_HZ), floor_db)
    found[np.searchsorted(NOMINAL_HZ, np.asarray(third_octave_hz) * 0.999)] = np.maximum(levels_db, floor_db)
    return found


def band_weights(bands: slice, frame: int, sample_rate: float) -> Floats:
    """How much of each bin's power belongs to each third octave, shape (frame // 2 + 1, bands), in [0, 1].

    A bin counts as a rectangle one bin wide, so one on an edge is shared between both bands and nothing is
    lost.
    """
    centres = EXACT_HZ[bands]
    spacing = sample_rate / frame
    bins = np.arange(frame // 2 + 1)[:, None] * spacing
    low, high = centres / HALF_BAND, centres * HALF_BAND
    overlap = np.minimum(bins + spacing / 2, high) - np.maximum(bins - spacing / 2, low)
    shares: Floats = np.clip(overlap / spacing, 0.0, 1.0)
    return shares


def mel_weights(count: int, high_hz: float, frame: int, sample_rate: float) -> Floats:
    """Triangular mel filters of equal area (Slaney's scale and norm), shape (frame // 2 + 1, count).

    Centres spread evenly in mel from 0 to high_hz, each triangle reaching from one neighbour's centre to the
    other's.
    """
    corners = mel_corners_hz(count, high_hz)
    bins = np.arange(frame // 2 + 1)[:, None] * (sample_rate / frame)
    rising = (bins - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - bins) / (corners[2:] - corners[1:-1])
    triangles: Floats = np.maximum(0.0, np.minimum(rising, falling))
    return triangles * (2.0 / (corners[2:] - corners[:-2]))


def mel_corners_hz(count: int, high_hz: float) -> Floats:
    """(count + 2,) in Hz, even in mel from 0 to high_hz: filter k rises from k, peaks at k + 1, ends at k + 2."""
    return _hz(np.linspace(0.0, _mel(high_hz), count + 2))


def split_filters(weights: Floats) -> list[tuple[slice, slice, NDArray[np.float32]]]:
    """The filters as a band matrix: for each run of bins, the mel bands it reaches and their weights."""
    parts = []
    for start in range(0, len(weights), BLAS_LOAD):
        rows = weights[start : start + BLAS_LOAD]
        reached = np.flatnonzero(rows.any(axis=0))
        if reached.size:
            bands = slice(int(reached[0]), int(reached[-1]) + 1)
            part = np.ascontiguousarray(rows[:, bands].astype(np.float32))
            parts.append((slice(start, start + len(rows)), bands, part))
    return parts


def _mel(hz: float) -> float:
    if hz < MEL_BREAK_HZ:
        return hz * MEL_BREAK / MEL_BREAK_HZ
    return float(MEL_BREAK + np.log(hz / MEL_BREAK_HZ) / MEL_STEP)


def _hz(mel: Floats) -> Floats:
    linear = mel * MEL_BREAK_HZ / MEL_BREAK
    return np.where(mel < MEL_BREAK, linear, MEL_BREAK_HZ * np.exp((mel - MEL_BREAK) * MEL_STEP))
