"""Two versions of a song made comparable: one rate, the same channels, aligned in time, equally loud.

Conventions of this package: `reference` comes first and `estimate` second, both (channels, samples) float32 with 1 or 2
channels; every change is estimate minus reference, at equal loudness; a figure that has no meaning is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import LoudnessMeter
from ..analysis.loudness import integrated_lufs
from ..audio import resample
from ..errors import SignalError

__all__ = ["Pair", "prepare", "validate"]

Audio = NDArray[np.float32]

LONGEST_LAG_S = 1.0
ALIGN_S = 60.0  # of the middle of the song
# Versions of one song correlate far above, different songs below: 60 s of unrelated music reach 0.1.
LEAST_SIMILARITY = 0.2
SHORTEST_S = 0.5


@dataclass(frozen=True, eq=False)
class Pair:
    """Both signals (2, samples) at `sample_rate`, aligned, the estimate at the reference's loudness and polarity.

    `lag_samples` > 0: the estimate came later. `polarity` is 1, or -1 where it was inverted. `similarity` is the
    highest normalised cross-correlation, 0 to 1. `gain_db` is what matched the loudness."""

    reference: Audio
    estimate: Audio
    sample_rate: int
    lag_samples: int
    polarity: int
    similarity: float
    gain_db: float


def validate(audio: Audio, sample_rate: int, name: str) -> None:
    """Refuse what cannot be compared.

    Errors
    ------
    SignalError
        Not (1 or 2, samples), shorter than 0.5 s, not finite, or silent; the message starts with the name.
    """
    if audio.ndim != 2 or audio.shape[0] not in (1, 2):
        raise SignalError(f"{name}: audio.shape={audio.shape} must be (1 or 2 channels, samples)")
    if audio.shape[1] < SHORTEST_S * sample_rate:
        raise SignalError(f"{name}: lasts {audio.shape[1] / sample_rate:.2f} s; at least {SHORTEST_S} s are needed")
    if not np.isfinite(audio).all():
        raise SignalError(f"{name}: holds samples that are not numbers")
    if not np.abs(audio).max() > 1e-5:
        raise SignalError(f"{name}: is silent")


def prepare(
    reference: Audio,
    reference_rate: int,
    estimate: Audio,
    estimate_rate: int,
    *,
    names: tuple[str, str] = ("reference", "mix"),
) -> Pair:
    """Bring two versions of a song together.

    Errors
    ------
    SignalError
        As `validate`; or the two do not seem to be the same music; or they overlap by less than 0.5 s.
    """
    validate(reference, reference_rate, names[0])
    validate(estimate, estimate_rate, names[1])
    if estimate_rate != reference_rate:
        estimate = resample(estimate, estimate_rate, reference_rate)
    first, second = (np.repeat(x, 2, axis=0) if len(x) == 1 else x for x in (reference, estimate))
    lag, polarity, similarity = _align(first, second, reference_rate)
    if similarity < LEAST_SIMILARITY:
        raise SignalError(
            f"{names[1]}: does not seem to be the same music as {names[0]} (similarity {similarity:.2f}); versions of "
            "one song are needed"
        )
    first, second = first[:, max(0, -lag) :], second[:, max(0, lag) :]
    length = min(first.shape[1], second.shape[1])
    if length < SHORTEST_S * reference_rate:
        raise SignalError(f"{names[1]}: overlaps with {names[0]} by less than {SHORTEST_S} s")
    first, second = np.ascontiguousarray(first[:, :length]), np.ascontiguousarray(second[:, :length])
    levels = [loudness(x, reference_rate) for x in (first, second)]
    gain_db = levels[0] - levels[1] if all(math.isfinite(x) for x in levels) else 0.0
    second = second * np.float32(polarity * 10 ** (gain_db / 20))
    return Pair(first, second, reference_rate, lag, polarity, similarity, gain_db)


def loudness(audio: Audio, sample_rate: int) -> float:
    """Integrated loudness in LUFS; -inf for silence."""
    meter = LoudnessMeter(sample_rate, len(audio))
    meter.process(np.ascontiguousarray(audio))
    return integrated_lufs(meter.energies())


def _align(first: Audio, second: Audio, sample_rate: int) -> tuple[int, int, float]:
    """Lag of the second in samples, its polarity, and the correlation there."""
    length = min(first.shape[1], second.shape[1], round(ALIGN_S * sample_rate))
    start = max(0, (min(first.shape[1], second.shape[1]) - length) // 2)
    # The louder of mid and left: a channel or a sum may be silent.
    a, b = (_one_channel(x[:, start : start + length]) for x in (first, second))
    size = 1 << (2 * length - 1).bit_length()
    product = np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size)
    correlation = np.fft.irfft(product, size)
    most = min(round(LONGEST_LAG_S * sample_rate), length - 1)
    lags = np.concatenate([np.arange(0, most + 1), np.arange(-most, 0)])
    at = int(np.argmax(np.abs(correlation[lags])))
    energy = math.sqrt(float(np.sum(a.astype(float) ** 2)) * float(np.sum(b.astype(float) ** 2)))
    peak = float(correlation[lags[at]])
    return int(lags[at]), 1 if peak >= 0 else -1, abs(peak) / max(energy, 1e-20)


def _one_channel(audio: Audio) -> Audio:
    mid: Audio = np.mean(audio, axis=0)
    left: Audio = audio[0]
    return left if np.mean(mid**2) < 0.01 * np.mean(left**2) else mid
