"""What each listener hears, in which order and on which side: the same for a seed and the listener's number.

Songs, pairs, sides and slots are balanced (`dealing`, `squares`), within a listener and over the listeners. What a
listener must not foresee is drawn: what X is, catch trials, repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, TypeVar

import numpy as np

from ..errors import ParameterError
from .dealing import Deal, dealt, rounds
from .definition import ListeningTest
from .manifest import Manifest
from .squares import latin
from .streams import Stream, stream

__all__ = ["ROLES", "Trial", "assign"]

T = TypeVar("T")
Rng = np.random.Generator
ROLES = ("training", "main", "repeat", "catch_same", "catch_broken")
LEAST_APART = 2  # so many trials are between one and its repeat, where there are enough


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
    drafts = _compared(manifest, number, seed, rng) if test.kind == "abx" else _asked(manifest, number, seed)
    for count in range(test.catch_trials):
        drafts.insert(int(rng.integers(min(1, len(drafts)), len(drafts) + 1)), _catch(manifest, count + number, rng))
    _repeat(drafts, test.repeats, rng)
    if test.training:
        drafts[:0] = _training(manifest, rng)
    at = {id(draft): k for k, draft in enumerate(drafts)}
    return tuple(
        Trial(k, d.role, d.song, d.items, d.reference, d.x, None if d.repeats is None else at[id(d.repeats)])
        for k, d in enumerate(drafts)
    )


def _deal(test: ListeningTest, seed: int) -> Deal:
    """What is dealt: of each song pairs of systems, or systems, or one trial with all of them."""
    songs, each = len(test.song), test.songs_per_listener or len(test.song)
    if test.kind == "preference":
        pairs = len(_pairs(test))
        return Deal(seed, songs, each, pairs, min(pairs, test.pairs_per_song or pairs))
    if test.kind in ("rating", "appropriateness"):
        return Deal(seed, songs, each, len(test.system), len(test.system))
    return Deal(seed, songs, each, 1, 1)


def _pairs(test: ListeningTest) -> list[tuple[int, int]]:
    """By their place among the systems: the pairs that the test names, or all."""
    at = {row.name: k for k, row in enumerate(test.system)}
    named = [(at[first], at[second]) for first, second in test.pair]
    return named or list(combinations(range(len(test.system)), 2))


def _asked(manifest: Manifest, number: int, seed: int) -> list[_Draft]:
    """The main trials of every kind but ABX, in their order."""
    test = manifest.test
    hearings = dealt(_deal(test, seed), number)
    pairs, drafts = _pairs(test), []
    for turn, place in rounds(len(hearings), len(hearings[0].questions), seed):
        hearing = hearings[place]
        song, question = test.song[hearing.song].name, hearing.questions[turn]
        items = [one.id for one in manifest.of_song(song)]
        if test.kind == "preference":
            first, second = pairs[question][::-1] if hearing.swapped[turn] else pairs[question]
            drafts.append(_Draft("main", song, (items[first], items[second])))
        elif test.kind in ("rating", "appropriateness"):
            drafts.append(_Draft("main", song, (items[question],)))
        else:
            items += _anchors(manifest, song)
            slots = latin(len(items), seed, Stream.SLOTS)(hearing.turn + hearing.song)
            drafts.append(_Draft("main", song, tuple(items[k] for k in slots), _reference(manifest, song)))
    return drafts


def _compared(manifest: Manifest, number: int, seed: int, rng: Rng) -> list[_Draft]:
    """ABX: each system is A equally often, to within one; what X is, is thrown anew each time."""
    test = manifest.test
    songs = [test.song[hearing.song].name for hearing in dealt(_deal(test, seed), number)]
    places = rounds(len(songs), -(-test.abx_trials // len(songs)), seed)
    swapped = rng.permutation([(k + number) % 2 for k in range(test.abx_trials)])
    drafts = []
    for (_, place), swap in zip(places, swapped, strict=False):
        items = tuple(one.id for one in manifest.of_song(songs[place]))[:: -1 if swap else 1]
        drafts.append(_Draft("main", songs[place], items, x=items[int(rng.integers(2))]))
    return drafts


def _repeat(drafts: list[_Draft], many: int, rng: Rng) -> None:
    """Put in repeats with the sides swapped, each at least LEAST_APART trials after its original. Where too few trials
    are for that, the first ones are repeated at the end, in their order: as far apart as can be."""
    main = [k for k, draft in enumerate(drafts) if draft.role == "main"]
    early = [k for k in main if len(drafts) - 1 - k >= LEAST_APART]
    chosen = [early[k] for k in rng.permutation(len(early))[:many]] if many <= len(early) else main[:many]
    for original in [drafts[k] for k in chosen]:
        swapped = _Draft("repeat", original.song, original.items[::-1], repeats=original)
        first = drafts.index(original) + 1 + LEAST_APART if many <= len(early) else len(drafts)
        drafts.insert(int(rng.integers(first, len(drafts) + 1)), swapped)


def _catch(manifest: Manifest, count: int, rng: Rng) -> _Draft:
    """In turn: twice the same, where nothing can be preferred; and a broken mix, which must lose."""
    song = manifest.test.song[int(rng.integers(len(manifest.test.song)))].name
    items = manifest.of_song(song)
    one = items[int(rng.integers(len(items)))].id
    if count % 2 == 0:
        return _Draft("catch_same", song, (one, one))
    (broken,) = manifest.of_song(song, "broken")
    return _Draft("catch_broken", song, tuple(_permuted([one, broken.id], rng)))


def _training(manifest: Manifest, rng: Rng) -> list[_Draft]:
    """To learn the controls: with a difference that cannot be missed, on the first song."""
    test, song = manifest.test, manifest.test.song[0].name
    items = [one.id for one in manifest.of_song(song)]
    bad = [*_anchors(manifest, song), *(one.id for one in manifest.of_song(song, "broken"))]
    if test.kind in ("preference", "abx"):
        pair = tuple(_permuted([items[0], bad[0]], rng))
        return [_Draft("training", song, pair, x=pair[int(rng.integers(2))] if test.kind == "abx" else None)]
    if test.kind in ("rating", "appropriateness"):
        # Tests that were made before have no broken mix.
        return [_Draft("training", song, (one,)) for one in (items[0], *bad[:1])]
    return [_Draft("training", song, tuple(_permuted(items + bad, rng)), _reference(manifest, song))]


def _anchors(manifest: Manifest, song: str) -> list[str]:
    """MUSHRA's; none in other kinds."""
    return [one.id for role in ("anchor_3500", "anchor_7000") for one in manifest.of_song(song, role)]


def _reference(manifest: Manifest, song: str) -> str | None:
    """The sound that MUSHRA shows as the reference; None in other kinds."""
    named = [row.name for row in manifest.test.system if row.reference]
    return next((one.id for one in manifest.of_song(song) if one.system in named), None)


def _permuted(items: Sequence[T], rng: Rng) -> list[T]:
    return [items[k] for k in rng.permutation(len(items))]
