"""Which gain brings a mix to its loudness target when the limiter will take some of it back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analysis.loudness import integrated_lufs
from ..errors import ParameterError
from ..parameters import Voicing

__all__ = ["LIMITS_LUFS", "LOUDNESS_NAMES", "LoudnessGoal", "delivery_gain_db", "parse_loudness"]

# AES TD1008 and the players of the streaming services; EBU R 128.
LOUDNESS_NAMES = {"streaming": -14.0, "broadcast": -23.0}
LIMITS_LUFS = (-40.0, -5.0)
# With `auto`, the limiter may take this much from the highest peak, and a quieter target is chosen beyond it.
MOST_AUTO_LIMITING_DB = 6.0
MOST_GAIN_DB = 40.0


@dataclass(frozen=True)
class LoudnessGoal:
    """A loudness target. `lufs` None keeps the input's. `adaptive` may go lower to spare the peaks."""

    lufs: float | None
    adaptive: bool = False

    def wanted(self, input_lufs: float) -> float:
        """The figure in LUFS for a song of a given loudness."""
        return input_lufs if self.lufs is None else self.lufs

    def highest_gain_db(self, peak_dbtp: float, ceiling_dbtp: float) -> float:
        """The gain beyond which the limiter takes more from the peaks than an adaptive goal allows."""
        return ceiling_dbtp - peak_dbtp + MOST_AUTO_LIMITING_DB if self.adaptive else math.inf


def parse_loudness(text: str | float, voicing: Voicing | None = None) -> LoudnessGoal:
    """`auto`, `streaming`, `broadcast`, `keep` or a figure in LUFS.

    `auto` is the convention of the genre, lowered where it would cost the peaks more than 6 dB.

    Errors
    ------
    ParameterError
        Another word, or a figure outside [-40, -5] LUFS.
    """
    if isinstance(text, str):
        word = text.strip().lower()
        if word == "auto":
            return LoudnessGoal(voicing["loudness_lufs"] if voicing else LOUDNESS_NAMES["streaming"], adaptive=True)
        if word == "keep":
            return LoudnessGoal(None)
        if word in LOUDNESS_NAMES:
            return LoudnessGoal(LOUDNESS_NAMES[word])
    try:
        figure = float(text)
    except ValueError:
        figure = float("nan")
    low, high = LIMITS_LUFS
    if not low <= figure <= high:
        names = ", ".join(["auto", *LOUDNESS_NAMES, "keep", "reference"])
        raise ParameterError(f"loudness={text} must be {names}, or a number in [{low:g}, {high:g}] LUFS")
    return LoudnessGoal(figure)


def delivery_gain_db(
    energies: NDArray[np.float64], peaks: NDArray[np.float32], target_lufs: float, ceiling_dbtp: float
) -> float:
    """The gain before the limiter that ends at the target, from a mix's own 10 ms figures.

    Parameters
    ----------
    energies
        (1, hops) K-weighted mean squares, as the loudness meter gives them.
    peaks
        (hops,) linear peaks of the same hops.
    target_lufs, ceiling_dbtp
        What the delivery must reach.

    The limiter is simulated by the reduction that each hop's peak needs, held over its neighbours, as its
    look-ahead and hold do; a measurement of the result corrects the rest.
    """
    hops = min(energies.shape[1], len(peaks))
    energy, peak = energies[0, :hops], peaks[:hops]
    start = target_lufs - integrated_lufs(energy)
    limit = 10 ** (ceiling_dbtp / 20)
    if float(np.max(peak, initial=0.0)) * 10 ** (start / 20) <= limit:
        return float(min(MOST_GAIN_DB, start))
    low, high = start, min(MOST_GAIN_DB, start + 15.0)
    for _ in range(14):
        gain_db = (low + high) / 2
        gain = 10 ** (gain_db / 20)
        reduction = np.minimum(1.0, limit / np.maximum(peak * gain, 1e-9))
        held = reduction.copy()
        held[1:] = np.minimum(held[1:], reduction[:-1])
        held[:-1] = np.minimum(held[:-1], reduction[1:])
        if integrated_lufs(energy * (gain * held) ** 2) < target_lufs:
            low = gain_db
        else:
            high = gain_db
    return float(low + high) / 2
