"""Onset strength and tempo: how sharply the sound changes from moment to moment, and how regularly.

Onset strength is librosa's: the mean over mel bands of the rise in dB from one frame to the next (23 ms).
Tempo is the lag at which these rises repeat, by autocorrelation over 12 s stretches, so that a drifting tempo
stays sharp, under a log-normal prior around 120 beats a minute as listeners have it (Ellis 2007), one octave
wide.
"""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from .spectrum import Floats, Spectra

CAP_PERCENTILE = 99.0  # the entry out of silence is no stronger an onset than the strongest beats
PRIOR_BPM = 120.0
PRIOR_OCTAVES = 1.0
TEMPO_RANGE_BPM = (40.0, 240.0)
STRETCH_S = 12.0
BAR_BEATS = (1, 2, 4)  # what repeats every beat repeats every bar; two thirds of a tempo does not
TREND_S = 1.0  # slower swells are not beats
SMOOTHING = (0.25, 0.5, 0.25)  # a beat between two frames must correlate with one on a frame
SHORTEST_S = 3.0  # two beats at 40 a minute
STEADY_DB = 0.2  # a held tone beats against the frames and rises by 0.06 dB a frame, music by 0.7 and more
CLEAR_BEAT = 0.1  # of the rises' variance must repeat at the tempo's lag...
CHANCE = 5.0  # ...and more than this many standard deviations of what noise shows over the same length


class RhythmMeter:
    """Collects one number a frame: the rise of the log-mel spectrum since the frame before."""

    def __init__(self, frame_rate: float, mel_bands: int) -> None:
        self._frame_rate = frame_rate
        self._last: NDArray[np.float32] | None = None
        self._mel_bands = mel_bands
        # Packed: thousands of small arrays would cost ten times as much as what they hold.
        self._rises, self._loud = array("f"), bytearray()

    def process(self, mel_db: Spectra, loud: NDArray[np.bool_]) -> None:
        """Add the mel spectrum in dB (frames, mel_bands) and which frames have sound (frames,)."""
        first = mel_db[:1] if self._last is None else self._last
        change = np.diff(mel_db, axis=0, prepend=first)
        np.maximum(change, np.float32(0.0), out=change)
        self._rises.frombytes(change.mean(axis=1).tobytes())
        self._loud += loud.tobytes()
        self._last = mel_db[-1:].copy()

    def finish(self, samples: int, hop: int) -> tuple[float, float | None]:
        """Onset strength in dB a frame (NaN in silence) and tempo (None without a clear beat)."""
        frames = -(-samples // hop) + 1
        rises = np.array(self._rises, np.float64)[:frames]
        loud = np.frombuffer(bytes(self._loud), np.bool_)[:frames]
        if not loud.any():
            return np.nan, None
        rises = np.minimum(rises, np.percentile(rises[loud], CAP_PERCENTILE))
        return float(rises[loud].mean()), tempo_bpm(rises, self._frame_rate)


def tempo_bpm(rises: Floats, frame_rate: float) -> float | None:
    """Beats a minute in [40, 240] of an onset envelope (frames,); None under 3 s or without a clear beat."""
    if rises.size < SHORTEST_S * frame_rate or rises.mean() < STEADY_DB:
        return None
    similarity = _autocorrelation(_flattened(rises, frame_rate), frame_rate)
    if similarity is None:
        return None
    slowest = min(round(60.0 * frame_rate / TEMPO_RANGE_BPM[0]), similarity.size - 2)
    lags = np.arange(round(60.0 * frame_rate / TEMPO_RANGE_BPM[1]), slowest + 1)
    weight = np.exp(-0.5 * (np.log2(60.0 * frame_rate / lags / PRIOR_BPM) / PRIOR_OCTAVES) ** 2)
    peak = (similarity[lags] >= similarity[lags - 1]) & (similarity[lags] >= similarity[lags + 1])
    clear = peak & (similarity[lags] > max(CLEAR_BEAT, CHANCE / np.sqrt(rises.size)))
    if not clear.any():
        return None
    lag = int(lags[np.argmax(np.where(clear, _bar_similarity(similarity, lags) * weight, -np.inf))])
    return float(60.0 * frame_rate / _refined(similarity, lag))


def _bar_similarity(similarity: Floats, lags: NDArray[np.int64]) -> Floats:
    """Mean similarity at 1, 2 and 4 times each lag, as far as the autocorrelation reaches."""
    total, count = np.zeros(lags.size), np.zeros(lags.size)
    for beats in BAR_BEATS:
        around = beats * lags[:, None] + np.arange(1 - beats, beats)  # a lag is known to half a frame
        reached = around[:, -1] < similarity.size
        total[reached] += similarity[around[reached]].max(axis=1)
        count += reached
    return total / np.maximum(count, 1.0)


def _flattened(rises: Floats, frame_rate: float) -> Floats:
    """Smoothed over neighbours, and with the mean of the surrounding second taken away."""
    smooth = np.convolve(rises, SMOOTHING, mode="same")
    width = round(TREND_S * frame_rate)
    sums = np.convolve(smooth, np.ones(width), mode="same")
    counts = np.convolve(np.ones_like(smooth), np.ones(width), mode="same")
    flattened: Floats = smooth - sums / counts
    return flattened


def _autocorrelation(signal: Floats, frame_rate: float) -> Floats | None:
    """Mean over stretches overlapping by half, lag 0 being 1, to half a stretch; None for a constant."""
    length = min(signal.size, round(STRETCH_S * frame_rate))
    stretches = np.lib.stride_tricks.sliding_window_view(signal, length)[:: max(length // 2, 1)]
    total = np.zeros(length // 2)
    for stretch in stretches:
        spectrum = np.fft.rfft(stretch, 2 * length)
        total += np.fft.irfft(np.abs(spectrum) ** 2)[: length // 2]
    if not total[0] > 0.0:
        return None
    shares = total / total[0]
    unbiased: Floats = shares * length / (length - np.arange(length // 2))
    return unbiased


def _refined(similarity: Floats, lag: int) -> float:
    """The lag between frames, from the peaks at 1, 2, 4... beats: each doubling halves the error."""
    best, beats = _parabola(similarity, lag), 1
    while 2 * beats * best < similarity.size - 2:
        centre = round(2 * beats * best)
        near = centre - 1 + int(np.argmax(similarity[centre - 1 : centre + 2]))
        if similarity[near] < 0.5 * similarity[lag] or not 0 < near < similarity.size - 1:
            break
        beats *= 2
        best = _parabola(similarity, near) / beats
    return best


def _parabola(values: Floats, index: int) -> float:
    """Where the parabola through a peak and its neighbours is highest."""
    before, peak, after = values[index - 1 : index + 2]
    curvature = before - 2.0 * peak + after
    return index + (0.5 * (before - after) / curvature if curvature < 0.0 else 0.0)
