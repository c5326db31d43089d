"""How the mixes of the last weeks do: quality, what people make of them, and what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu

from ..analysis.plain import plain
from ..errors import ParameterError
from ..store import EventRow
from .drift import Drift, drift_of
from .events import EDIT, MIX, RATING
from .reference import Music, Reference
from .windows import Window, edit_distance, last_of_songs, window

__all__ = ["LONGEST_DAYS", "RECENT", "Change", "MixPoint", "Monitored", "Point", "check_days", "monitor"]

RECENT = 50  # mixes that "recent" holds at most
LEAST_CHANGE = 8  # values on each side, before anything is said of a change
LONGEST_DAYS = 3650
TOLD = timedelta(seconds=1)  # an event that was made just now is inside


@dataclass(frozen=True)
class MixPoint:
    """One mix: when, by which model, its criteria's figures, and how many parameters are at a bound."""

    made: datetime
    model: str
    figures: Mapping[str, float]
    at_bounds: int


@dataclass(frozen=True)
class Point:
    """One edit's distance, or one rating."""

    made: datetime
    value: float


@dataclass(frozen=True)
class Change:
    """Means in the days before (`then`, of `n_then`) and in these (`now`, of `n_now`); `chance` of at least such a
    difference if nothing changed (Mann and Whitney, two-sided), None with fewer than eight on a side."""

    n_then: int
    then: float | None
    n_now: int
    now: float | None
    chance: float | None


@dataclass(frozen=True)
class Monitored:
    """What there is to know of the last `days`. `whole` is all of them; `recent` the last 50 mixes among them and what
    came since the first of these; `weeks` the ISO weeks (the first may be cut by the window), those without an event
    too; `models` a window a model. `edits` and `ratings` say how the days compare with as many before. `drift` compares
    each song that came in once with a reference, None where none was given."""

    made: datetime
    days: int
    whole: Window
    recent: Window
    weeks: tuple[Window, ...]
    models: tuple[Window, ...]
    edits: Change
    ratings: Change
    drift: Drift | None
    mixes: tuple[MixPoint, ...]
    distances: tuple[Point, ...]
    scores: tuple[Point, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing happened."""
        return not (self.mixes or self.distances or self.scores)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; times as ISO 8601 in UTC."""
        found: dict[str, Any] = _dated(plain(self))
        return found


def monitor(
    events: Sequence[EventRow], now: datetime, *, days: int = 28, reference: Reference | None = None
) -> Monitored:
    """Sum up events, in the order in which they happened.

    Parameters
    ----------
    events
        Of the last 2 x `days` at least, so that there is something to compare with; older ones are not looked at.
    now
        With its time zone.
    reference
        What the music is compared with.

    Errors
    ------
    ParameterError
        `days` is not in 1 to 3650.
    """
    check_days(days)
    until = now.astimezone(UTC) + TOLD
    since = until - timedelta(days=days)
    before = [event for event in events if since - timedelta(days=days) <= event.made < since]
    inside = [event for event in events if since <= event.made < until]
    mixes = [event for event in inside if event.kind == MIX]
    first = mixes[-RECENT:][0].made if mixes else since
    by_model = sorted({event.model for event in mixes})
    songs = [Music(event.data["features"], event.genre) for event in last_of_songs(inside, MIX)]
    return Monitored(
        until - TOLD, days,
        window(f"last {days} days", inside, since, until),
        window(f"last {min(len(mixes), RECENT)} mixes", inside, first, until),
        tuple(window(name, inside, start, end) for name, start, end in _weeks(since, until)),
        tuple(window(m or "none", [e for e in inside if e.model == m], since, until) for m in by_model),
        _change(_distances(before), _distances(inside)), _change(_scores(before), _scores(inside)),
        None if reference is None else drift_of(songs, reference),
        tuple(MixPoint(e.made, e.model, e.data["figures"], len(e.data["at_bounds"])) for e in mixes),
        tuple(_distances(inside)), tuple(_scores(inside)),
    )  # fmt: skip


def check_days(days: int) -> None:
    """Raises ParameterError where days are not in 1 to 3650."""
    if not 1 <= days <= LONGEST_DAYS:
        raise ParameterError(f"days={days} must be in [1, {LONGEST_DAYS}]")


def _weeks(since: datetime, until: datetime) -> list[tuple[str, datetime, datetime]]:
    """ISO weeks (Monday, UTC) from the one that holds `since` to the one that holds `until`; the ends are cut."""
    start = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=since.weekday())
    found = []
    while start < until:
        end = start + timedelta(days=7)
        year, week, _ = start.isocalendar()
        found.append((f"{year}-W{week:02d}", max(start, since), min(end, until)))
        start = end
    return found


def _distances(events: Sequence[EventRow]) -> list[Point]:
    return [Point(event.made, edit_distance(event)[0]) for event in last_of_songs(events, EDIT)]


def _scores(events: Sequence[EventRow]) -> list[Point]:
    return [Point(event.made, float(event.data["score"])) for event in events if event.kind == RATING]


def _change(then: Sequence[Point], now: Sequence[Point]) -> Change:
    old, new = (np.array([point.value for point in points]) for points in (then, now))
    chance = None
    if min(old.size, new.size) >= LEAST_CHANGE:
        same = np.ptp(np.concatenate([old, new])) == 0
        chance = 1.0 if same else float(mannwhitneyu(old, new, alternative="two-sided").pvalue)
    return Change(
        int(old.size), float(old.mean()) if old.size else None, int(new.size), float(new.mean()) if new.size else None,
        chance,
    )  # fmt: skip


def _dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dated(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
