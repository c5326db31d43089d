"""The versions of one song made comparable by ear: one rate, two channels, the same passage, equally loud."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..analysis.passage import loudest_passage
from ..audio import resample
from ..errors import SignalError
from ..metrics.alignment import align
from ..metrics.pairs import loudness, validate

__all__ = ["FADE_S", "RATE", "comparable", "cut", "matching_gains", "passage"]

Audio = NDArray[np.float32]
RATE = 48_000  # Hz: what browsers play without resampling
FADE_S = 0.005  # BS.1534-3: 5 ms raised-cosine ends
# Versions of a song start together; what differs by more was exported otherwise, and would be heard at each switch.
MOST_LENGTH_APART_S, MOST_LAG_S, SURE_SIMILARITY = 1.0, 0.010, 0.5
SHORTEST_S = 2.0
# EBU R 128's programme level: the same from song to song, and with room for peaks.
LOUDEST_LUFS = -23.0


def comparable(audio: Audio, sample_rate: int, name: str) -> Audio:
    """(1 or 2, samples) at any rate as (2, samples) at 48 kHz.

    Errors
    ------
    SignalError
        Silent, not finite, too short, or neither mono nor stereo.
    """
    validate(audio, sample_rate, name)
    both = np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio
    return resample(np.ascontiguousarray(both, np.float32), sample_rate, RATE)


def check_together(versions: Mapping[str, Audio]) -> None:
    """Refuse versions (by name) of which one starts later than another, or is of another length."""
    (first, reference), *others = versions.items()
    for name, audio in others:
        apart = (audio.shape[1] - reference.shape[1]) / RATE
        if abs(apart) > MOST_LENGTH_APART_S:
            raise SignalError(
                f"{name}: is {abs(apart):.1f} s {'longer' if apart > 0 else 'shorter'} than {first}; versions of one "
                "song must start together and be equally long"
            )
        length = min(audio.shape[1], reference.shape[1])
        found = align(reference[:, :length], audio[:, :length], RATE)
        lag_s = found.lag_samples / RATE
        if found.similarity > SURE_SIMILARITY and abs(lag_s) > MOST_LAG_S:
            raise SignalError(
                f"{name}: comes {abs(1000 * lag_s):.0f} ms {'later' if lag_s > 0 else 'earlier'} than {first}, "
                "which would be heard at each switch; align the files"
            )


def passage(audio: Audio, seconds: float, start_s: float | None, end_s: float | None, name: str) -> tuple[int, int]:
    """First and last sample of what is played: as told, or the loudest of `seconds`.

    Errors
    ------
    SignalError
        It lies outside the song, or is shorter than 2 s.
    """
    duration_s = audio.shape[1] / RATE
    if start_s is None and end_s is None:
        hop = RATE // 100
        whole = audio[:, : audio.shape[1] // hop * hop].reshape(len(audio), -1, hop)
        start_s, end_s = loudest_passage(np.mean(np.square(whole, dtype=np.float32), axis=(0, 2)), duration_s, seconds)
    elif end_s is None and start_s is not None:
        end_s = min(start_s + seconds, duration_s)
    elif start_s is None and end_s is not None:
        start_s = max(0.0, end_s - seconds)
    assert start_s is not None and end_s is not None  # noqa: PT018 (each case above sets both)
    if end_s > duration_s + FADE_S or end_s - start_s < SHORTEST_S:
        raise SignalError(
            f"{name}: the passage from {start_s:g} to {end_s:g} s must lie in its {duration_s:.1f} s and last "
            f"at least {SHORTEST_S:g} s"
        )
    return round(start_s * RATE), min(round(end_s * RATE), audio.shape[1])


def cut(audio: Audio, first: int, last: int) -> Audio:
    """The passage (2, samples), faded in and out so that it can begin and end without a click; what a version lacks at
    its end is silence."""
    taken = np.zeros((len(audio), last - first), np.float32)
    there = audio[:, first:last]
    taken[:, : there.shape[1]] = there
    fade = round(FADE_S * RATE)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)).astype(np.float32)
    taken[:, :fade] *= ramp
    taken[:, -fade:] *= ramp[::-1]
    return taken


def matching_gains(versions: Mapping[str, Audio]) -> dict[str, float]:
    """Gains in dB, none above 0, that make all equally loud (integrated loudness of the passage, BS.1770-5): at -23
    LUFS, or as loud as the quietest where that is quieter.

    Errors
    ------
    SignalError
        A version is too quiet to have a loudness.
    """
    levels = {name: loudness(audio, RATE) for name, audio in versions.items()}
    for name, level in levels.items():
        if not math.isfinite(level):
            raise SignalError(f"{name}: is silent, or nearly, in the passage that is to be heard")
    shared = min(LOUDEST_LUFS, *levels.values())
    return {name: shared - level for name, level in levels.items()}
