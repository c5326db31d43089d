"""The free EQ curve: what happened to each pitch between two versions of a song, whatever filter did it.

H1 estimator (Bendat and Piersol, Random Data, 4th ed., ch. 6): cross-spectrum over the input's own spectrum, averaged
over the song (Welch 1967). What the second version holds besides (reverberation, distortion, another instrument) is not
related to the input and averages out; a ratio of the two spectra would count it as gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FreeCurve", "Transfer", "measure_transfer"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

LONGEST_S = 120.0
FRAME_S = 0.37  # 2.7 Hz a bin: a sixth of an octave at 40 Hz holds two
PER_OCTAVE = 6
LOWEST_HZ, HIGHEST_HZ = 25.0, 20_000.0
LEAST_COHERENCE = 0.3
# Below the loudest band, of power a hertz with the slope of music taken off: nothing but coding noise.
FLOOR_DB = -60.0
EMPTY = 1e-3


@dataclass(frozen=True, eq=False)
class FreeCurve:
    """Gain in dB at `hz`, sixths of an octave, free of level (0 dB is the median), and the coherence there, 0 to 1.

    Bands that the song does not fill are left out; nothing is extrapolated."""

    hz: Floats
    gain_db: Floats
    coherence: Floats


@dataclass(frozen=True, eq=False)
class Transfer:
    """The change as a filter: bins from 0 Hz to Nyquist, complex gain, power of the input, coherence in [0, 1]."""

    sample_rate: int
    gain: Complexes
    power: Floats
    coherence: Floats

    @property
    def hz(self) -> Floats:
        """Frequency of each bin."""
        return np.linspace(0, self.sample_rate / 2, len(self.gain))

    def curve(self) -> FreeCurve:
        """In sixths of an octave; bins count by how well they are known (inverse variance of an H1 gain in dB)."""
        hz = self.hz
        centres = 1000 * 2.0 ** (np.arange(-33, 28) / PER_OCTAVE)
        centres = centres[(centres >= LOWEST_HZ) & (centres <= min(HIGHEST_HZ, 0.47 * self.sample_rate))]
        weight = self.coherence / np.maximum(1 - self.coherence, 1e-4)
        level_db = 20 * np.log10(np.maximum(np.abs(self.gain), 1e-6))
        rows = []
        for centre in centres:
            near = np.exp(-0.5 * (np.log2(np.maximum(hz, 1e-3) / centre) * PER_OCTAVE / 0.45) ** 2)
            at = near > 0.05
            if at.sum() < 2:
                continue
            power = self.power[at]
            # A bin that is empty beside its neighbours (above a codec's lowpass) holds rounding.
            share = near[at] * weight[at] * power / (power + EMPTY * float(power.max()) + 1e-30)
            coherence = float(np.average(self.coherence[at], weights=near[at] * self.power[at] + 1e-30))
            # Bins lie closer together, in octaves, above the centre than below: the line through them is read at it.
            gain_db = _line_at(np.log2(hz[at] / centre), level_db[at], share)
            rows.append((centre, gain_db, coherence, float(np.mean(self.power[at]) * centre)))
        table = np.array(rows).reshape(-1, 4)
        filled = table[:, 3] > table[:, 3].max(initial=0.0) * 10 ** (FLOOR_DB / 10)
        table = table[filled & (table[:, 2] >= LEAST_COHERENCE)]
        middle = np.median(table[:, 1]) if len(table) else 0.0
        return FreeCurve(table[:, 0], table[:, 1] - middle, table[:, 2])

    def filtered(self, audio: Audio) -> Audio:
        """The audio (channels, samples) through this filter: 23 ms of its past and future, fading, make it smooth."""
        size = 2 * (len(self.gain) - 1)
        response = np.fft.irfft(self.gain, size)
        before, after = size // 16, size // 4
        kept = np.concatenate([response[-before:], response[:after]])
        ramp = np.sin(np.linspace(0, np.pi / 2, before)) ** 2
        kept[:before] *= ramp
        kept[-before:] *= ramp[::-1]
        return _convolved(audio, kept, before)


def measure_transfer(before: Audio, after: Audio, sample_rate: int) -> Transfer:
    """The filter that leads from one version to the other, both (channels, samples), aligned; the channels are summed
    in the spectra, so that one filter for all of them is found."""
    length = min(before.shape[1], after.shape[1], round(LONGEST_S * sample_rate))
    start = (min(before.shape[1], after.shape[1]) - length) // 2
    size = 1 << round(np.log2(FRAME_S * sample_rate))
    while size > length // 2:
        size //= 2
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    first, second, cross = np.zeros(size // 2 + 1), np.zeros(size // 2 + 1), np.zeros(size // 2 + 1, complex)
    for at in range(start, start + length - size + 1, size // 2):
        x = np.fft.rfft(before[:, at : at + size] * window)
        y = np.fft.rfft(after[:, at : at + size] * window)
        first += np.sum(np.abs(x) ** 2, axis=0)
        second += np.sum(np.abs(y) ** 2, axis=0)
        cross += np.sum(np.conj(x) * y, axis=0)
    coherence = np.abs(cross) ** 2 / np.maximum(first * second, 1e-60)
    gain = np.asarray(cross / (first + 1e-12 * float(first.max()) + 1e-30), np.complex128)
    return Transfer(sample_rate, gain, first, np.clip(coherence, 0.0, 1.0))


def _line_at(place: Floats, value: Floats, weight: Floats) -> float:
    """A weighted straight line through values, read at place 0; their mean where a line means nothing."""
    total = float(weight.sum())
    if total <= 0:
        return float(value.mean())
    middle = float(np.sum(weight * place)) / total
    mean = float(np.sum(weight * value)) / total
    spread = float(np.sum(weight * (place - middle) ** 2)) / total
    if len(place) < 4 or spread < 1e-5:
        return mean
    slope = float(np.sum(weight * (place - middle) * (value - mean))) / total / spread
    return mean - slope * float(np.clip(middle, -0.1, 0.1))


def _convolved(audio: Audio, response: Floats, delay: int) -> Audio:
    """Overlap-add; `delay` samples of the response lie before its zero."""
    block = 1 << 16
    size = 1 << int(block + len(response)).bit_length()
    spectrum = np.fft.rfft(response, size)
    out = np.zeros((len(audio), audio.shape[1] + size), np.float32)
    for at in range(0, audio.shape[1], block):
        part = np.fft.irfft(np.fft.rfft(audio[:, at : at + block], size) * spectrum, size)
        out[:, at : at + size] += part.astype(np.float32)
    return out[:, delay : delay + audio.shape[1]]
