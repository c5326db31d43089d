"""Stems that hold the same sound: doubled, late, of opposite polarity, or the sum of the others.

Two stems are compared by the cross-correlation of their excerpts, whitened in part so that its peak is narrow for low
sounds too (between a plain correlation and the phase transform of C. Knapp and G. Carter, "The generalized correlation
method for estimation of time delay", IEEE Trans. ASSP 24, 1976); a stem that is a mix already by least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .excerpts import EXCERPT_RATE

__all__ = ["Twins", "find_mixes", "find_twins"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
FURTHEST_S = 0.05
ALIKE = 0.6  # |correlation| from which two stems hold the same sound
NEARLY_SAME = 0.9
SAME = 0.97  # from which nothing else is in them
TOGETHER_S = 0.0002  # not late: less than a player's distance of 7 cm
WHITENING = 0.5
LOWEST_HZ, HIGHEST_HZ = 60.0, 3_600.0
SUM_SHARE = 0.7  # of a stem's power that the others must explain
PART_SHARE = 0.02  # of the sum's power from which another stem counts as a part of it
FEWEST_PARTS = 3


@dataclass(frozen=True)
class Twins:
    """Two stems by their index; `late_s` is how much later the second one is, `correlation` is negative where it is
    of opposite polarity."""

    first: int
    second: int
    correlation: float
    late_s: float

    @property
    def doubled(self) -> bool:
        """Whether both hold one sound and nothing else, at one time."""
        return self.correlation >= SAME and not self.late

    @property
    def opposite(self) -> bool:
        """Whether they cancel in part: one sound with opposite sign."""
        return self.correlation < 0

    @property
    def late(self) -> bool:
        """Whether one comes after the other, within 50 ms."""
        return abs(self.late_s) > TOGETHER_S


def find_twins(excerpts: Audio) -> list[Twins]:
    """Pairs of stems with the same sound in them.

    Parameters
    ----------
    excerpts
        (stems, excerpts, EXCERPT_RATE), as `shared_excerpts` gives them.
    """
    if excerpts.shape[1] == 0:
        return []
    length = 2 * EXCERPT_RATE
    furthest = round(FURTHEST_S * EXCERPT_RATE)
    spectra = np.fft.rfft(excerpts, length, axis=2).astype(np.complex64)
    hz = np.fft.rfftfreq(length, 1 / EXCERPT_RATE)
    spectra[:, :, (hz < LOWEST_HZ) | (hz > HIGHEST_HZ)] = 0.0
    power = (np.abs(spectra) ** 2).mean(axis=1)
    spectra *= (np.maximum(power, power.max(axis=1, keepdims=True) * 1e-6 + 1e-20) ** (-WHITENING / 2))[:, None, :]
    energy = (np.abs(spectra) ** 2).sum(axis=(1, 2), dtype=np.float64)
    found = []
    for first, second in combinations(range(len(excerpts)), 2):
        scale = float(np.sqrt(energy[first] * energy[second]))
        if scale < 1e-6:
            continue
        cross = np.einsum("ef,ef->f", spectra[first].conj(), spectra[second])
        wave = np.fft.irfft(cross, length) * (length / 2 / scale)
        near = np.concatenate([wave[-furthest:], wave[: furthest + 1]])
        peak = int(np.argmax(np.abs(near)))
        if abs(near[peak]) >= ALIKE:
            late = (peak + _between(near, peak) - furthest) / EXCERPT_RATE
            found.append(Twins(first, second, float(np.clip(near[peak], -1.0, 1.0)), late))
    return found


def find_mixes(excerpts: Audio, *, ignoring: list[Twins]) -> list[int]:
    """Stems that are a sum of at least three others, by their index; twins in `ignoring` do not count as parts."""
    flat = excerpts.reshape(len(excerpts), -1)
    gram = (flat @ flat.T).astype(np.float64)
    found = []
    for stem in range(len(flat)):
        twins = {
            t.first + t.second - stem for t in ignoring if stem in (t.first, t.second) and abs(t.correlation) > 0.9
        }
        others = [i for i in range(len(flat)) if i != stem and i not in twins and gram[i, i] > 0]
        if len(others) < FEWEST_PARTS or gram[stem, stem] <= 0:
            continue
        among = gram[np.ix_(others, others)]
        gains = np.linalg.lstsq(among + 1e-9 * np.trace(among) * np.eye(len(others)), gram[others, stem], rcond=None)[0]
        explained = float(gains @ gram[others, stem])
        parts = gains**2 * np.diag(among) > PART_SHARE * explained
        if explained > SUM_SHARE * gram[stem, stem] and np.count_nonzero(parts & (gains > 0)) >= FEWEST_PARTS:
            found.append(stem)
    return found


def _between(wave: Floats, peak: int) -> float:
    """Where the peak lies between samples, by a parabola through its neighbours."""
    if not 0 < peak < len(wave) - 1:
        return 0.0
    before, top, after = wave[peak - 1 : peak + 2]
    bend = before - 2 * top + after
    return 0.0 if bend == 0 else float(0.5 * (before - after) / bend)
