"""Where one version of a song lies in the other: found on a small copy of both, then to the sample.

The small copy is mono, at about 8 kHz, and pre-emphasised, so that a common bass note does not count as the same music.
Over 80 pairs of unrelated songs the highest normalised correlation reached 0.03 for 60 s within a lag of 1 s, 0.08 for
20 s anywhere in 60 s, 0.16 for 5 s and 0.21 for 0.5 s; versions of one song stay far above.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..audio import resample

__all__ = ["Alignment", "align", "least_similarity"]

Audio = NDArray[np.float32]

SMALL_RATE_HZ = 8000
NEAR_S = 1.0
LONGEST_S = 60.0  # of the shorter version; its loudest passage of that length
SHORTEST_SEARCH_S = 5.0  # a shorter passage is not looked for in a whole song: chance finds it anywhere
REFINED_S = 10.0
PRE_EMPHASIS = 0.95
PIECE = 1 << 20  # places looked at in one go, so that memory does not grow with the song


@dataclass(frozen=True)
class Alignment:
    """`lag_samples` > 0: the estimate came later. `similarity` is the normalised correlation there, 0 to 1."""

    lag_samples: int
    polarity: int
    similarity: float


def align(reference: Audio, estimate: Audio, sample_rate: int) -> Alignment:
    """Find an estimate (2, samples) in a reference (2, samples), or the other way round.

    First within a lag of 1 s; if that is not the same music, the loudest minute of the shorter one is looked for in all
    of the longer one.
    """
    best = Alignment(0, 1, -1.0)
    seconds = min(reference.shape[1], estimate.shape[1], round(LONGEST_S * sample_rate)) / sample_rate
    # By the middle; where one channel is upside down or missing, by what is left.
    for channels in ((0, 1), (0,), (1,)):
        signals = [_one_channel(x, channels) for x in (reference, estimate)]
        found = _align(signals[0], signals[1], sample_rate)
        best = max(best, found, key=lambda a: a.similarity)
        if best.similarity >= least_similarity(seconds):
            break
    return best


def least_similarity(seconds: float) -> float:
    """What versions of one song must reach; more for a short passage, where chance does more."""
    return max(0.2, 0.3 / math.sqrt(seconds))


def _align(reference: Audio, estimate: Audio, sample_rate: int) -> Alignment:
    """Of two signals (samples,)."""
    step = max(1, sample_rate // SMALL_RATE_HZ)
    small = [_emphasised(resample(x[None], step, 1)[0]) for x in (reference, estimate)]
    rate = sample_rate / step
    swapped = len(small[1]) < len(small[0])
    shorter, longer = (small[1], small[0]) if swapped else (small[0], small[1])
    length = min(len(shorter), round(LONGEST_S * rate))
    start = _loudest(shorter, length)
    passage = shorter[start : start + length]
    reach = min(round(NEAR_S * rate), length // 2)
    place, similarity = _search(passage, longer, start - reach, start + reach)
    if similarity < least_similarity(length / rate) and length >= SHORTEST_SEARCH_S * rate:
        farther = _search(passage, longer, -reach, len(longer) - length + reach)
        place, similarity = max((place, similarity), farther, key=lambda found: found[1])
    lag = step * (start - place if swapped else place - start)
    lag, polarity = _refined(reference, estimate, lag, 2 * step, round(REFINED_S * sample_rate))
    return Alignment(lag, polarity, similarity)


def _one_channel(audio: Audio, channels: tuple[int, ...]) -> Audio:
    """The middle of the channels; the louder one where the middle is next to silent."""
    mean = np.asarray(audio[list(channels)].mean(axis=0), np.float32)
    powers = [float(np.dot(x, x)) for x in audio]
    if float(np.dot(mean, mean)) >= 0.01 * max(powers):
        return mean
    return np.ascontiguousarray(audio[int(np.argmax(powers))])


def _emphasised(signal: Audio) -> Audio:
    return np.asarray(np.append(np.float32(0), signal[1:] - np.float32(PRE_EMPHASIS) * signal[:-1]), np.float32)


def _loudest(signal: Audio, length: int) -> int:
    """Where the loudest passage of that length starts."""
    energy = _energies(signal, length)
    return int(np.argmax(energy))


def _energies(signal: Audio, length: int) -> NDArray[np.float64]:
    """Of every passage of that length."""
    total = np.append(0.0, np.cumsum(signal.astype(np.float64) ** 2))
    return np.asarray(total[length:] - total[:-length])


def _search(passage: Audio, signal: Audio, first: int, last: int) -> tuple[int, float]:
    """The start in `signal`, from first to last, that is most like the passage either way up, and the likeness.

    Outside of the signal is silence. A quiet place needs a hundredth of the loudest one's energy to be compared."""
    length = len(passage)
    energy = math.sqrt(float(np.dot(passage, passage)))
    loudest = math.sqrt(float(np.dot(signal, signal)))  # of any place, at most
    best, likeness = first, 0.0
    for start, piece in _pieces(signal, first, last, length):
        places = len(piece) - length + 1
        size = 1 << (len(piece) - 1).bit_length()  # wraps only where nothing is read
        spectrum = np.fft.rfft(piece, size) * np.conj(np.fft.rfft(passage, size))
        correlation = np.fft.irfft(spectrum, size)[:places]
        norms = np.sqrt(np.maximum(_energies(piece, length), 0.0))
        normalised = np.abs(correlation) / np.maximum(energy * np.maximum(norms, 0.01 * loudest), 1e-20)
        at = int(np.argmax(normalised))
        if normalised[at] > likeness:
            between = _peak_gain(correlation, at)
            best, likeness = start + at, float(normalised[at]) * between
    return best, min(likeness, 1.0)


def _peak_gain(correlation: NDArray[np.floating[Any]], at: int) -> float:
    """By how much the correlation's peak between the samples exceeds that on a sample, by sinc interpolation."""
    near = correlation[max(0, at - 16) : at + 17]
    places = at - max(0, at - 16) + np.linspace(-0.5, 0.5, 9)
    peaks = np.sinc(places[:, None] - np.arange(len(near))) @ near
    return float(np.abs(peaks).max() / max(abs(float(correlation[at])), 1e-20))


def _pieces(signal: Audio, first: int, last: int, length: int) -> Iterator[tuple[int, Audio]]:
    for start in range(first, last + 1, PIECE):
        end = min(start + PIECE, last + 1) + length - 1
        inside = signal[max(0, start) : max(0, end)]
        before = min(max(0, -start), end - start)
        yield start, np.pad(inside, (before, end - start - before - len(inside)))


def _refined(reference: Audio, estimate: Audio, lag: int, reach: int, most: int) -> tuple[int, int]:
    """The lag to the sample, at most `reach` from a coarse one, and the polarity there."""
    starts = max(0, -lag) + reach, max(0, lag) + reach
    length = min(len(reference) - starts[0], len(estimate) - starts[1]) - reach
    if length < 1:
        return lag, 1
    skip = _loudest(reference[starts[0] : starts[0] + length], min(length, most))
    length = min(length, most)
    first, second = starts[0] + skip, starts[1] + skip
    passage = _emphasised(reference[first : first + length])
    around = _emphasised(estimate[second - reach : second + reach + length])
    products = [float(np.dot(passage, around[i : i + length])) for i in range(2 * reach + 1)]
    peak = int(np.argmax(np.abs(products)))
    return lag + peak - reach, 1 if products[peak] >= 0 else -1
