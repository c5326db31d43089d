"""How loud: integrated, momentary and short-term loudness and loudness range, from 10 ms energies.

Energies are what ``mixwright._native.LoudnessMeter`` gives: K-weighted mean squares, float64 (1, hops) or (hops,),
one a hop of 10 ms, summed over channels. Sources: ITU-R BS.1770-5 (gating), EBU Tech 3341 (400 ms and 3 s
windows), EBU Tech 3342 (loudness range).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Energies = NDArray[np.float64]

HOP_S = 0.01
MOMENTARY_HOPS = 40
SHORT_TERM_HOPS = 300
BLOCK_STEP_HOPS = 10  # gating blocks of 400 ms overlap by 75 %; also the 10 Hz that Tech 3342 asks for
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10.0, 95.0)
PIECE_RUNS = 100
RANGE_SILENCE_HOPS = 150  # Tech 3342: a file is followed by 1.5 s of silence


def integrated_lufs(energies: Energies) -> float:
    """Programme loudness in LUFS, gated at -70 LUFS and 10 LU below the ungated level (BS.1770-5, annex 1).

    -inf where no block of 400 ms passes the gates; an incomplete last block is not used.
    """
    blocks = _window_means(energies, MOMENTARY_HOPS)[::BLOCK_STEP_HOPS]
    blocks = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if blocks.size == 0:
        return -np.inf
    gated = blocks[blocks > blocks.mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)]
    return float(_lufs(gated.mean()))


def momentary_series(energies: Energies) -> NDArray[np.float64]:
    """Loudness of 400 ms windows every 10 ms, shape (windows, 2): window end in s, LUFS (-inf in silence)."""
    return _series(energies, MOMENTARY_HOPS)


def short_term_series(energies: Energies) -> NDArray[np.float64]:
    """Loudness of 3 s windows every 10 ms, shape (windows, 2): window end in s, LUFS (-inf in silence)."""
    return _series(energies, SHORT_TERM_HOPS)


def loudest_lufs(energies: Energies, hops: int) -> float:
    """The highest of all windows of so many hops, in LUFS; -inf where there is none or only silence."""
    return float(_lufs(_window_means(energies, hops).max(initial=0.0)))


def loudness_range_lu(energies: Energies) -> float:
    """Loudness range in LU (Tech 3342): 10th to 95th percentile of the gated short-term loudness.

    The standard's form for files, with 1.5 s of silence after the end. 0 where nothing passes the gates; not to
    be taken as stable for programmes under a minute.
    """
    padded = np.append(np.ravel(energies), np.zeros(RANGE_SILENCE_HOPS))
    windows = _window_means(padded, SHORT_TERM_HOPS)[::BLOCK_STEP_HOPS]
    windows = windows[windows >= _energy(ABSOLUTE_GATE_LUFS)]
    if windows.size == 0:
        return 0.0
    windows = windows[windows >= windows.mean() * 10.0 ** (RANGE_GATE_LU / 10.0)]
    low, high = np.percentile(windows, RANGE_PERCENTILES, method="nearest")
    return float(_lufs(high) - _lufs(low))


def _series(energies: Energies, hops: int) -> NDArray[np.float64]:
    means = _window_means(energies, hops)
    ends = (np.arange(means.size) + hops) * HOP_S
    return np.column_stack((ends, _lufs(means)))


def _window_means(energies: Energies, hops: int) -> NDArray[np.float64]:
    """Means of every `hops` successive values.

    A window is the tail of one run of `hops` values and the head of the next, so two cumulative sums a run give all
    windows in O(n); a single running sum over hours would leave a loud passage's rounding error in a quiet one.
    Taken piece by piece, at whole runs, so that hours need no more memory at a time than minutes.
    """
    values = np.ravel(energies)
    count = values.size - hops + 1
    if count <= 0:
        return np.zeros(0)
    means = np.empty(count)
    for start in range(0, count, PIECE_RUNS * hops):
        piece = values[start : start + (PIECE_RUNS + 1) * hops - 1]
        means[start : start + PIECE_RUNS * hops] = _piece_means(piece, hops)
    return means


def _piece_means(values: Energies, hops: int) -> NDArray[np.float64]:
    count = values.size - hops + 1
    runs = np.append(values, np.zeros(-values.size % hops)).reshape(-1, hops)
    head = np.cumsum(runs, axis=1).ravel()
    tail = np.cumsum(runs[:, ::-1], axis=1)[:, ::-1].ravel()
    sums = tail[:count].copy()
    starts_inside = np.arange(count) % hops != 0
    sums += np.where(starts_inside, head[hops - 1 : hops - 1 + count], 0.0)
    means: NDArray[np.float64] = sums / hops
    return means


def _energy(lufs: float) -> float:
    return float(10.0 ** ((lufs + 0.691) / 10.0))


def _lufs(energy: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(-0.691 + 10.0 * np.log10(energy))
