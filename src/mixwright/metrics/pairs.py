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
from .alignment import align, least_similarity

__all__ = ["Pair", "prepare", "validate"]

Audio = NDArray[np.float32]

SHORTEST_S = 0.5


@dataclass(frozen=True, eq=False)
class Pair:
    """Both signals (2, samples) at `sample_rate`, aligned, the estimate at the reference's loudness and polarity.

    `lag_samples` > 0: the estimate came later. `polarity` is 1, or -1 where it was inverted. `similarity` is the
    highest normalised cross-correlation, 0 to 1. `gain_db` is what matched the loudness, `loudness_lufs` what both have
    now (-inf where it is too quiet or short to be measured). `whole_s` are the lengths of both before the cut."""

    reference: Audio
    estimate: Audio
    sample_rate: int
    lag_samples: int
    polarity: int
    similarity: float
    gain_db: float
    loudness_lufs: float
    whole_s: tuple[float, float]

    @property
    def starts_s(self) -> tuple[float, float]:
        """Where the part that both share starts, in reference and estimate."""
        return max(0, -self.lag_samples) / self.sample_rate, max(0, self.lag_samples) / self.sample_rate

    @property
    def seconds(self) -> float:
        """Length of the part that both share."""
        return float(self.reference.shape[1] / self.sample_rate)

    @property
    def shares(self) -> tuple[float, float]:
        """Which share of reference and estimate was compared, 0 to 1."""
        return min(1.0, self.seconds / self.whole_s[0]), min(1.0, self.seconds / self.whole_s[1])


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
        As `validate`; or the two do not seem to be the same music; or the part that both share is shorter than 0.5 s
        or silent in one of them.
    """
    validate(reference, reference_rate, names[0])
    validate(estimate, estimate_rate, names[1])
    if estimate_rate != reference_rate:
        estimate = resample(estimate, estimate_rate, reference_rate)
    first, second = (np.repeat(x, 2, axis=0) if len(x) == 1 else x for x in (reference, estimate))
    found = align(first, second, reference_rate)
    lag, whole = found.lag_samples, (first.shape[1] / reference_rate, second.shape[1] / reference_rate)
    if found.similarity < least_similarity(min(*whole, 60.0)):
        raise SignalError(
            f"{names[1]}: does not seem to be the same music as {names[0]} (similarity {found.similarity:.2f}); "
            "versions of one song are needed"
        )
    first, second = first[:, max(0, -lag) :], second[:, max(0, lag) :]
    length = min(first.shape[1], second.shape[1])
    if length < SHORTEST_S * reference_rate:
        raise SignalError(f"{names[1]}: overlaps with {names[0]} by less than {SHORTEST_S} s")
    first, second = np.ascontiguousarray(first[:, :length]), second[:, :length]
    lufs = loudness(first, reference_rate)
    gain_db = lufs - loudness(second, reference_rate)
    if not math.isfinite(gain_db):  # under the gate: by RMS instead
        gain_db = _rms_db(first, names[0]) - _rms_db(second, names[1])
    second = np.ascontiguousarray(second * np.float32(found.polarity * 10 ** (gain_db / 20)), np.float32)
    return Pair(first, second, reference_rate, lag, found.polarity, found.similarity, gain_db, lufs, whole)


def loudness(audio: Audio, sample_rate: int) -> float:
    """Integrated loudness in LUFS; -inf for silence."""
    meter = LoudnessMeter(sample_rate, len(audio))
    meter.process(np.ascontiguousarray(audio))
    return integrated_lufs(meter.energies())


def _rms_db(audio: Audio, name: str) -> float:
    power = float(np.mean(audio.astype(np.float64) ** 2))
    if power <= 0:
        raise SignalError(f"{name}: the part that both have in common is silent")
    return 10 * math.log10(power)
