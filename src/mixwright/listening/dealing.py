"""Who hears which songs, in which order, and what is asked of each: dealt like cards, so that all of it is balanced.

Songs and questions are dealt all of them once, in an order of Williams' squares, before any comes again; so every song
is heard by as many listeners as every other, to within one, and as often at each place. Sides are dealt for whole
blocks of listeners, after which everything was heard equally often.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import numpy as np

from .squares import deal, shuffled_packs
from .streams import Stream, stream

__all__ = ["Deal", "Hearing", "dealt", "rounds"]

# A listener in the block, a song, a question.
_Place = tuple[int, int, int]


@dataclass(frozen=True)
class Deal:
    """So many songs, of which each listener hears `each`; so many questions of each song, of which they are asked
    `asked`: pairs of systems, or systems."""

    seed: int
    songs: int
    each: int
    questions: int
    asked: int

    @property
    def block(self) -> int:
        """After so many listeners, every question of every song was asked equally often, an even number of times."""
        songs = self.songs // gcd(self.songs, self.each)
        return 2 * songs * (self.questions // gcd(self.questions, self.asked))


@dataclass(frozen=True)
class Hearing:
    """A song for a listener; `turn` says how many listeners heard it before. Of each question, whether what it compares
    changes sides."""

    song: int
    turn: int
    questions: tuple[int, ...]
    swapped: tuple[bool, ...]


def dealt(how: Deal, number: int) -> tuple[Hearing, ...]:
    """What listener `number` hears, in the order of the songs."""
    return _block(how, number // how.block)[number % how.block]


def rounds(songs: int, many: int, seed: int) -> Iterator[tuple[int, int]]:
    """Round by round, the place of each song in what a listener hears: none follows itself if there are more.

    Where each round begins is the same for all listeners, which keeps the places of the songs balanced.
    """
    rng, start = stream(seed, Stream.ROUNDS), 0
    for turn in range(many):
        yield from ((turn, (start + place) % songs) for place in range(songs))
        start += int(rng.integers(min(songs // 2, max(songs - 2, 0)) + 1))


@lru_cache(maxsize=16)
def _block(how: Deal, block: int) -> tuple[tuple[Hearing, ...], ...]:
    heard_before = block * how.block * how.each // how.songs
    songs = deal(shuffled_packs(how.songs, how.seed, Stream.SONGS), how.each, heard_before)
    questions = [
        deal(
            shuffled_packs(how.questions, how.seed, Stream.QUESTIONS, song),
            how.asked,
            heard_before * how.asked // how.questions,
        )
        for song in range(how.songs)
    ]
    plan = [[(song, next(questions[song])) for song in next(songs)] for _ in range(how.block)]
    asked = [(n, song, question) for n, hand in enumerate(plan) for song, those in hand for question in those]
    swapped = _sides(asked, stream(how.seed, Stream.SIDES, block))
    turns = [heard_before] * how.songs
    made = []
    for n, hand in enumerate(plan):
        hearings = []
        for song, those in hand:
            hearings.append(Hearing(song, turns[song], those, tuple(swapped[n, song, question] for question in those)))
            turns[song] += 1
        made.append(tuple(hearings))
    return tuple(made)


def _sides(asked: Sequence[_Place], rng: np.random.Generator) -> dict[_Place, bool]:
    """Sides that are balanced for each listener and question over the songs, and for each song and question over the
    listeners, to within one, whoever the last listener is.

    Places are tied in twos that must differ: of one listener and question, the first song to the second, the third to
    the fourth…; of one song and question, the first listener to the second… Each place has at most one tie of each
    kind, so ties form chains and even rings, along which sides alternate.
    """
    ties: dict[_Place, list[_Place]] = {place: [] for place in asked}
    for of_listener in (True, False):
        waiting: dict[tuple[int, int], _Place] = {}
        for place in asked:
            listener, song, question = place
            line = (listener if of_listener else song, question)
            other = waiting.pop(line, None)
            if other is None:
                waiting[line] = place
            else:
                ties[place].append(other)
                ties[other].append(place)
    swapped: dict[_Place, bool] = {}
    for begin in asked:
        if begin not in swapped:
            swapped[begin] = bool(rng.integers(2))
            todo = [begin]
            while todo:
                place = todo.pop()
                for other in ties[place]:
                    if other not in swapped:
                        swapped[other] = not swapped[place]
                        todo.append(other)
    return swapped
