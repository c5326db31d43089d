"""What each listener hears, in which order and on which side: drawn by a seed, balanced over the listeners.

Songs and pairs are dealt like cards: all of them once, in an order of its own, before any comes again; so every song is
heard by as many listeners as every other, to within one. Each pair of a song changes sides whenever it is dealt again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from typing import Any, TypeVar

import numpy as np

from ..errors import ParameterError
from .definition import ListeningTest
from .manifest import Manifest
from .streams import Stream, stream

__all__ = ["ROLES", "Trial", "assign"]

T = TypeVar("T")
Rng = np.random.Generator
ROLES = ("training", "main", "repeat", "catch_same", "catch_broken")
LEAST_APART = 2  # a repeat comes at least so many trials after what it repeats, where there are enough


@dataclass(frozen=True)
class Trial:
    """One question to one listener: `items` are the ids of the sounds in the order of the slots A, B, C…; `reference`
    is what MUSHRA shows as such, `x` what ABX's X is; `repeat_of` the number of the trial that it repeats."""

    number: int
    role: str
    song: str
    items: tuple[str, ...]
    reference: str | None = None
    x: str | None = None
    repeat_of: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "items": list(self.items)}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Trial:
        """The trial that `to_dict` wrote."""
        return cls(**{**content, "items": tuple(content["items"])})


@dataclass(eq=False)
class _Draft:
    """A trial before its place in the order is known."""

    role: str
    song: str
    items: tuple[str, ...]
    reference: str | None = None
    x: str | None = None
    repeats: _Draft | None = None


def assign(manifest: Manifest, number: int, seed: int | None = None) -> tuple[Trial, ...]:
    """The trials of listener `number` (0, 1, 2…); always the same for the same test and seed (the test's by default).

    Errors
    ------
    ParameterError
        A number below 0.
    """
    if number < 0:
        raise ParameterError(f"listener number={number} must be at least 0")
    test = manifest.test
    seed = test.seed if seed is None else seed
    rng = stream(seed, Stream.LISTENER, number)
    hands = _songs(test, number, stream(seed, Stream.SONGS))
    drafts = _pairs(manifest, hands, seed) if test.kind == "preference" else _rated(manifest, hands[-1], rng)
    drafts = _shuffled(drafts, rng)
    for original in [drafts[k] for k in rng.permutation(len(drafts))[: test.repeats]]:
        swapped = _Draft("repeat", original.song, original.items[::-1], repeats=original)
        first = min(len(drafts), drafts.index(original) + 1 + LEAST_APART)
        drafts.insert(int(rng.integers(first, len(drafts) + 1)), swapped)
    for count in range(test.catch_trials):
        drafts.insert(int(rng.integers(min(1, len(drafts)), len(drafts) + 1)), _catch(manifest, count + number, rng))
    if test.training:
        drafts.insert(0, _training(manifest, rng))
    at = {id(draft): k for k, draft in enumerate(drafts)}
    return tuple(
        Trial(k, d.role, d.song, d.items, d.reference, d.x, None if d.repeats is None else at[id(d.repeats)])
        for k, d in enumerate(drafts)
    )


def _songs(test: ListeningTest, number: int, dealer: Rng) -> list[list[str]]:
    """The songs of every listener up to `number`."""
    deal = _deal([row.name for row in test.song], test.songs_per_listener or len(test.song), dealer)
    return [next(deal) for _ in range(number + 1)]


def _pairs(manifest: Manifest, hands: list[list[str]], seed: int) -> list[_Draft]:
    """Pairs of systems; those of the listeners before are dealt again, to know which side comes next."""
    test = manifest.test
    pairs = list(test.pair) or list(combinations([row.name for row in test.system], 2))
    deals: dict[str, Iterator[list[tuple[str, str]]]] = {}
    sides: dict[tuple[str, tuple[str, str]], bool] = {}
    for k, row in enumerate(test.song):
        dealer = stream(seed, Stream.QUESTIONS, k)
        deals[row.name] = _deal(pairs, test.pairs_per_song or len(pairs), dealer)
        sides |= {(row.name, pair): bool(dealer.integers(2)) for pair in pairs}
    drafts: list[_Draft] = []
    for hand in hands:
        drafts = []
        for song in hand:
            by_system = {one.system: one.id for one in manifest.of_song(song)}
            for pair in next(deals[song]):
                sides[song, pair] = not sides[song, pair]
                first, second = pair[::-1] if sides[song, pair] else pair
                drafts.append(_Draft("main", song, (by_system[first], by_system[second])))
    return drafts


def _rated(manifest: Manifest, songs: list[str], rng: Rng) -> list[_Draft]:
    """What is not compared in pairs."""
    test = manifest.test
    if test.kind == "abx":
        return [_abx(manifest, songs[k % len(songs)], rng) for k in range(test.abx_trials)]
    drafts = []
    for song in songs:
        items = [one.id for one in manifest.of_song(song)]
        if test.kind in ("rating", "appropriateness"):
            drafts += [_Draft("main", song, (item,)) for item in items]
        else:
            items += [s.id for role in ("anchor_3500", "anchor_7000") for s in manifest.of_song(song, role)]
            drafts.append(_Draft("main", song, tuple(_permuted(items, rng)), _reference(manifest, song)))
    return drafts


def _abx(manifest: Manifest, song: str, rng: Rng) -> _Draft:
    items = tuple(_permuted([one.id for one in manifest.of_song(song)], rng))
    return _Draft("main", song, items, x=items[int(rng.integers(2))])


def _catch(manifest: Manifest, count: int, rng: Rng) -> _Draft:
    """In turn: twice the same, where nothing can be preferred; and a broken mix, which must lose."""
    song = manifest.test.song[int(rng.integers(len(manifest.test.song)))].name
    items = manifest.of_song(song)
    one = items[int(rng.integers(len(items)))].id
    if count % 2 == 0:
        return _Draft("catch_same", song, (one, one))
    (broken,) = manifest.of_song(song, "broken")
    return _Draft("catch_broken", song, tuple(_permuted([one, broken.id], rng)))


def _training(manifest: Manifest, rng: Rng) -> _Draft:
    """To learn the controls: with a difference that cannot be missed, on the first song."""
    test, song = manifest.test, manifest.test.song[0].name
    items = [one.id for one in manifest.of_song(song)]
    bad = [s.id for role in ("anchor_3500", "anchor_7000", "broken") for s in manifest.of_song(song, role)]
    if test.kind in ("preference", "abx"):
        pair = tuple(_permuted([items[0], bad[0]], rng))
        return _Draft("training", song, pair, x=pair[int(rng.integers(2))] if test.kind == "abx" else None)
    if test.kind in ("rating", "appropriateness"):
        return _Draft("training", song, (items[0],))
    return _Draft("training", song, tuple(_permuted(items + bad, rng)), _reference(manifest, song))


def _reference(manifest: Manifest, song: str) -> str | None:
    """The sound that MUSHRA shows as the reference; None in other kinds."""
    named = [row.name for row in manifest.test.system if row.reference]
    return next((one.id for one in manifest.of_song(song) if one.system in named), None)


def _deal(cards: Sequence[T], size: int, rng: Rng) -> Iterator[list[T]]:
    """Hands of `size` different cards, without end; no card comes again before all others have."""
    pack: list[T] = []
    while True:
        hand: list[T] = []
        while len(hand) < size:
            if not pack:
                pack = _permuted(cards, rng)
                # A card that this hand holds already goes to the end of the new pack.
                pack.sort(key=lambda card: card in hand)
            hand.append(pack.pop(0))
        yield hand


def _permuted(items: Sequence[T], rng: Rng) -> list[T]:
    return [items[k] for k in rng.permutation(len(items))]


def _shuffled(drafts: list[_Draft], rng: Rng) -> list[_Draft]:
    """In an order by chance, in which a song follows itself as rarely as some tries find."""
    best, fewest = drafts, len(drafts) + 1
    for _ in range(20):
        order = _permuted(drafts, rng)
        again = sum(a.song == b.song for a, b in pairwise(order))
        if again < fewest:
            best, fewest = order, again
    return best
