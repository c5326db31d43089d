"""Which passages of a song are learned from: half-minutes spread over it, of a pair the same ones before and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..analysis.mel import MEL_FRAMES
from ..audio import read_audio, resample
from ..errors import SignalError
from ..metrics.alignment import align, least_similarity
from .songs import Song

__all__ = ["RATE", "SECONDS", "passages"]

RATE = 44_100
SECONDS = 30
SHORTEST = MEL_FRAMES * 2048  # samples, 10.03 s: one window of the model's input
CLOSE_ENOUGH = 0.99  # a song of 10.0 s fills its window all but a few frames, which are repeated

Audio = NDArray[np.float32]


def passages(song: Song, most: int) -> Iterator[tuple[Audio, ...]]:
    """Up to `most` passages (channels, samples) at 44.1 kHz, each the middle of one of so many equal parts.

    A song shorter than 30 s is one passage; one shorter than 10 s has none. Of a pair, two versions of each passage:
    after and before an engineer's work, aligned to the sample.

    Errors
    ------
    AudioReadError
        A file cannot be read.
    SignalError
        Before and after are not the same music.
    """
    after = _read(song.path)
    if not song.before:
        yield from ((after[:, start:end],) for start, end in _places(after.shape[1], most))
        return
    before = _read(song.before)
    found = align(_two(after), _two(before), RATE)
    if found.similarity < least_similarity(min(after.shape[1], before.shape[1], 60 * RATE) / RATE):
        raise SignalError(f"{Path(song.before).name}: is not the music of {Path(song.path).name}")
    lag = found.lag_samples
    after, before = after[:, max(0, -lag) :], before[:, max(0, lag) :]
    for start, end in _places(min(after.shape[1], before.shape[1]), most):
        yield after[:, start:end], before[:, start:end]


def _places(samples: int, most: int) -> Iterator[tuple[int, int]]:
    if samples < SHORTEST * CLOSE_ENOUGH:
        return
    length = min(samples, SECONDS * RATE)
    count = min(most, samples // length)
    for part in range(count):
        middle = round(samples * (part + 0.5) / count)
        start = min(max(0, middle - length // 2), samples - length)
        yield start, start + length


def _read(path: str) -> Audio:
    audio, rate = read_audio(Path(path))
    if rate != RATE:
        audio = resample(audio, rate, RATE)
    return np.ascontiguousarray(audio[:2], np.float32)


def _two(audio: Audio) -> Audio:
    return np.ascontiguousarray(np.broadcast_to(audio, (2, audio.shape[1])))
