"""What the network is told about a mix: mel spectra of mid and side, and the spectrum of both.

Training and mixing both take it from here, so that the network hears a song the way it learned to. Broadband figures
(crest factor, loudness, width) are left out on purpose. Training puts filters on measurements and cannot foretell what
they do to such a figure; one that stays as it was gives the filter away (docs/training.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis import Analysis
from ..analysis.bands import EXACT_HZ, on_all_bands
from ..analysis.mel import MEL_BANDS, MEL_FLOOR_DB, MEL_FRAMES, mel_centres_hz
from ..analysis.spectrum import FRAME_PER_DECIMATION, decimation
from ..metrics.spectral import LTAS_DEPTH_DB, LTAS_RANGE_HZ

__all__ = [
    "FLOOR_DB",
    "NetworkInput",
    "hear_all",
    "hear_passage",
    "heard_bands",
    "mid_side_db",
    "window_s",
]

Floats = NDArray[np.float64]

FLOOR_DB = -150.0  # the analysis measures nothing below; a band that the sample rate lacks stands here too


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """`mel_db` (windows, 2, 64, 216): mid and side, dB a mel band; `mid_db`, `side_db` (30,): power a third octave in
    dB, 25 Hz to 20 kHz."""

    mel_db: NDArray[np.float32]
    mid_db: Floats
    side_db: Floats


def mid_side_db(power: ArrayLike, correlation: ArrayLike, side_gain_db: float = 0.0) -> tuple[Floats, Floats]:
    """Power of middle and side a third octave, (bands,) each in dB and at least FLOOR_DB.

    Parameters
    ----------
    power
        (bands,) linear, mean over the channels: P.
    correlation
        (bands,) of left and right within each band: r. Where both channels are equally strong, M² = P (1 + r) / 2 and
        S² = P (1 − r) / 2.
    side_gain_db
        On the side.
    """
    p, r = np.asarray(power, np.float64), np.asarray(correlation, np.float64)
    least = 10 ** (FLOOR_DB / 10)
    mid, side = p * (1 + r) / 2, p * (1 - r) / 2 * 10 ** (side_gain_db / 10)
    return 10 * np.log10(np.maximum(mid, least)), 10 * np.log10(np.maximum(side, least))


def heard_bands(ltas_db: ArrayLike) -> NDArray[np.bool_]:
    """Which third octaves count (..., 30), as in `metrics.spectral.ltas_change_db`: 39 Hz to 16 kHz, and not more than
    45 dB under the loudest of them."""
    levels = np.asarray(ltas_db)
    inside = (LTAS_RANGE_HZ[0] * 0.99 <= EXACT_HZ) & (LTAS_RANGE_HZ[1] >= EXACT_HZ)
    loudest = np.where(inside, levels, -np.inf).max(axis=-1, keepdims=True)
    return np.asarray(inside & (levels > loudest - LTAS_DEPTH_DB))


def hear_all(analysis: Analysis) -> NetworkInput:
    """The whole of a song; what its sample rate lacks stands at the floor."""
    power = 10 ** (np.asarray(analysis.ltas_db, np.float64) / 10)
    both = mid_side_db(power, analysis.band_correlation)
    mid, side = (on_all_bands(analysis.third_octave_hz, levels, FLOOR_DB) for levels in both)
    mel = np.asarray(analysis.mel_windows_db, np.float32)
    if len(mel) == 0:  # shorter than one frame
        mel = np.full((1, 2, MEL_BANDS, MEL_FRAMES), MEL_FLOOR_DB, np.float32)
    return NetworkInput(mel, mid, side)


def hear_passage(whole: NetworkInput, windows: slice) -> NetworkInput:
    """Some windows of a song as if they were all of it: the third octaves are those of the whole, moved by what the
    nearest mel bands differ."""
    here = whole.mel_db[windows]
    mid, side = (
        np.maximum(
            band + np.interp(EXACT_HZ, mel_centres_hz(), _mean_db(here[:, n]) - _mean_db(whole.mel_db[:, n])), FLOOR_DB
        )
        for n, band in enumerate((whole.mid_db, whole.side_db))
    )
    return NetworkInput(here, mid, side)


def window_s(sample_rate: int) -> float:
    """Length of a window in s: 10.0 at 44.1 kHz, 9.2 at 48 kHz."""
    return MEL_FRAMES * FRAME_PER_DECIMATION * decimation(sample_rate) / sample_rate


def _mean_db(mel_db: NDArray[np.float32]) -> Floats:
    """(windows, bands, frames) to the mean power of each band in dB, (bands,)."""
    return np.asarray(10 * np.log10(np.mean(10 ** (mel_db.astype(np.float64) / 10), axis=(0, 2))))
