"""One case: a song, a fault or none; and what every mixer is asked to do with it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..damage import STRENGTHS
from .music import Song

__all__ = ["UNDAMAGED", "Case", "make_cases"]

UNDAMAGED = "none"


@dataclass(frozen=True)
class Case:
    """A song damaged at a strength ("none" for the undamaged one); `draw` numbers several faults of one strength."""

    song: Song
    strength: str
    draw: int = 0
    perceptual: bool = False

    @property
    def id(self) -> str:
        """What the case is called in the results."""
        return f"{self.song.id}|{self.strength}|{self.draw}"

    @property
    def seed(self) -> int:
        """Of its fault; the same on every machine."""
        return zlib.crc32(self.id.encode())


def make_cases(
    songs: Sequence[Song], draws: int = 1, strengths: Sequence[str] = STRENGTHS, perceptual: str = "some"
) -> list[Case]:
    """Every song with `draws` faults of each strength; then every song undamaged, last, so that no mixer has heard the
    answer when it is asked.

    `perceptual` says for which PESQ, STOI and ViSQOL are measured, which take ten times as long as all the rest:
    "none", "all", or "some": strong damage of every second song.
    """
    return sorted(_cases(songs, draws, strengths, perceptual), key=lambda case: case.strength == UNDAMAGED)


def _cases(songs: Sequence[Song], draws: int, strengths: Sequence[str], perceptual: str) -> Iterator[Case]:
    for number, song in enumerate(songs):
        yield Case(song, UNDAMAGED, perceptual=perceptual == "all")
        for strength in strengths:
            for draw in range(draws):
                some = strength == "strong" and draw == 0 and number % 2 == 0
                yield Case(song, strength, draw, perceptual == "all" or (perceptual == "some" and some))
