"""A multitrack put in disorder: what a console is given, and the artist's own mix that it is measured by."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..analysis.stem import analyze_stem
from ..audio import read_audio
from ..errors import ParameterError
from ..metrics.pairs import loudness
from ..model.console import StemHeard
from ..model.roles import roles_of
from ..training.stems.songs import Multitrack

__all__ = ["AS_MIXED", "CONDITIONS", "ConsoleCase", "Session", "Stems", "disorder", "read_stems"]

Audio = NDArray[np.float32]

AS_MIXED = "as mixed"
# Gains of ±12 dB, all in the middle; all equally loud, all in the middle; and the artist's own stems, to see what harm
# is done where there is nothing to do.
CONDITIONS = ("disordered", "equal", AS_MIXED)
MOST_DB = 12.0
EQUAL_LUFS = -23.0


@dataclass(frozen=True, eq=False)
class Stems:
    """A song's stems as in the artist's mix, (2, samples) each and of one length, without those that hardly sound."""

    names: tuple[str, ...]
    audio: tuple[Audio, ...]
    sample_rate: int

    @property
    def mix(self) -> Audio:
        """The artist's mix, (2, samples)."""
        return np.asarray(np.sum(self.audio, axis=0, dtype=np.float32))


@dataclass(frozen=True)
class ConsoleCase:
    """A song in a condition; `draw` numbers disorders of one song."""

    song: Multitrack
    condition: str
    draw: int = 0

    @property
    def id(self) -> str:
        """What the case is called in the results."""
        return f"{self.song.id}|{self.condition}|{self.draw}"


@dataclass(frozen=True, eq=False)
class Session:
    """What a mixer gets: stems (1 or 2, samples) as they came, their names as hints, and whose song it is, so that a
    mixer that learned from the artist's other songs can be left out."""

    case: ConsoleCase
    names: tuple[str, ...]
    audio: tuple[Audio, ...]
    sample_rate: int

    @cached_property
    def heard(self) -> list[StemHeard]:
        """The stems as the console hears them, by number and name."""
        found = []
        for number, (name, audio) in enumerate(zip(self.names, self.audio, strict=True)):
            analysis = analyze_stem([audio], self.sample_rate, len(audio))
            found.append(StemHeard(f"{number:02d} {name}", analysis, roles_of(analysis, name)))
        return found


def read_stems(song: Multitrack) -> Stems:
    """A song's stems at one rate and length.

    Errors
    ------
    AudioError
        A file cannot be read.
    ParameterError
        Stems of several rates, or fewer than two that sound.
    """
    parts: list[tuple[str, Audio]] = []
    rates = set()
    for stem in song.stems:
        audio, rate = read_audio(stem.path)
        rates.add(rate)
        both = np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio
        both = np.ascontiguousarray(both, np.float32)
        if all(math.isfinite(loudness(part, rate)) for part in (both, both.mean(axis=0, keepdims=True))):
            parts.append((stem.name, both))
    if len(rates) != 1 or len(parts) < 2:
        raise ParameterError(f"{song.id}: must have two stems that sound, all at one rate")
    length = max(audio.shape[1] for _, audio in parts)
    padded = tuple(np.pad(audio, ((0, 0), (0, length - audio.shape[1]))) for _, audio in parts)
    return Stems(tuple(name for name, _ in parts), padded, rates.pop())


def disorder(case: ConsoleCase, stems: Stems) -> Session:
    """The stems as the case's condition leaves them; the same on every machine."""
    if case.condition == AS_MIXED:
        return Session(case, stems.names, stems.audio, stems.sample_rate)
    rng = np.random.default_rng(zlib.crc32(case.id.encode()))
    given = []
    for audio in stems.audio:
        mono = audio.mean(axis=0, keepdims=True)
        if case.condition == "equal":
            gain_db = EQUAL_LUFS - loudness(np.repeat(mono, 2, axis=0), stems.sample_rate)
        else:
            gain_db = rng.uniform(-MOST_DB, MOST_DB)
        given.append(np.ascontiguousarray(mono * np.float32(10 ** (gain_db / 20)), np.float32))
    return Session(case, stems.names, tuple(given), stems.sample_rate)
