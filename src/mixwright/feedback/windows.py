"""What mixes and people's answers to them were like over a stretch of time: every figure with its n."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy.special import stdtrit

from ..metrics import CRITERIA, Criterion
from ..model.leaning import TRAITS
from ..parameters import PARAMETERS
from ..parameters.table import to_position
from ..store import EventRow
from .events import EDIT, MIX, RATING, UNEDITED
from .reference import genre_shares

__all__ = [
    "Edits", "Measured", "Ratings", "Spread", "Window", "bound_text", "edit_distance", "last_of_songs",
    "loudness_error", "rms_change", "spread", "window",
]  # fmt: skip

LOUDNESS = ("loudness_error", "loudness_off_target")


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles, of `n` values."""

    n: int
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """A criterion's figure over mixes; `bound` has its unit; `missed` of the
    `spread.n` mixes lie outside it, None where there is none."""

    name: str
    label: str
    unit: str
    bound: str
    spread: Spread
    missed: int | None


@dataclass(frozen=True)
class Edits:
    """Of `n` songs of which it is known what was kept in the end: how far that is from what was proposed, a mean over
    the eight parameters that are no level, in parts of their ranges; and of how many nothing was changed."""

    n: int
    distance: Spread | None
    unchanged: int


@dataclass(frozen=True)
class Ratings:
    """The mean of `n` ratings from 1 to 10, with its 95 % interval (Student's t), None of a single one. As if each
    were somebody else's: those of one person are alike, and the interval is then too narrow."""

    n: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Window:
    """A stretch of time, or one model's mixes. `at_bounds` is how many of all `parameters` (ten a mix) are at a bound;
    `genres` are mean shares of `genre_mixes` mixes; `models` counts mixes by the model that proposed them."""

    name: str
    since: datetime
    until: datetime
    mixes: int
    songs: int
    figures: tuple[Measured, ...]
    at_bounds: int
    parameters: int
    rms_change: Spread | None
    loudness_error_lu: Spread | None
    genres: Mapping[str, float]
    genre_mixes: int
    edits: Edits
    ratings: Ratings | None
    models: Mapping[str, int]

    @property
    def at_bounds_rate(self) -> float | None:
        """The share of parameters at their bounds."""
        return self.at_bounds / self.parameters if self.parameters else None

    def figure(self, name: str) -> Measured | None:
        """A criterion's figure, None where no mix has it."""
        return next((one for one in self.figures if one.name == name), None)


def window(name: str, events: Iterable[EventRow], since: datetime, until: datetime) -> Window:
    """Sum up the events from `since` on, those at `until` no longer among them."""
    inside = [event for event in events if since <= event.made < until]
    mixes = [event for event in inside if event.kind == MIX]
    shares, heard = genre_shares(event.genre for event in mixes)
    distances = [edit_distance(event) for event in last_of_songs(inside, EDIT)]
    return Window(
        name, since, until, len(mixes), len(last_of_songs(inside, MIX)), _figures(mixes),
        sum(len(event.data["at_bounds"]) for event in mixes), len(PARAMETERS) * len(mixes),
        spread(_known(rms_change(event) for event in mixes)),
        spread(_known(abs(by) if (by := loudness_error(event)) is not None else None for event in mixes)),
        shares, heard,
        Edits(len(distances), spread([far for far, _ in distances]), sum(same for _, same in distances)),
        _ratings([float(event.data["score"]) for event in inside if event.kind == RATING]),
        dict(Counter(event.model for event in mixes)),
    )  # fmt: skip


def last_of_songs(events: Iterable[EventRow], kind: str) -> list[EventRow]:
    """The last event of a kind of each song of each person: a song that is mixed again and again counts once."""
    return list({(event.pseudonym, event.song): event for event in events if event.kind == kind}.values())


def edit_distance(event: EventRow) -> tuple[float, bool]:
    """Of an edit: the mean way from proposed to kept over the parameters that are no level, in parts of their ranges;
    and whether nothing was changed."""
    kept, proposed = event.data["kept"], event.data["proposed"]
    ways = [abs(to_position(name, kept[name]) - to_position(name, proposed[name])) for name in TRAITS]
    return sum(ways) / len(ways), max(ways) < UNEDITED


def rms_change(event: EventRow) -> float | None:
    """Of a mix: how far the balance stage's RMS ratio is from 1."""
    ratio = event.data["figures"].get("rms_ratio")
    return None if ratio is None else abs(ratio - 1.0)


def loudness_error(event: EventRow) -> float | None:
    """Of a mix: the delivered loudness minus its target, in LU."""
    figures = event.data["figures"]
    return next((float(figures[name]) for name in LOUDNESS if name in figures), None)


def spread(values: Sequence[float]) -> Spread | None:
    """Median and quartiles; None without a value."""
    if not values:
        return None
    low, median, high = (float(q) for q in np.quantile(np.asarray(values, np.float64), (0.25, 0.5, 0.75)))
    return Spread(len(values), median, low, high)


def bound_text(row: Criterion) -> str:
    """A criterion's bound with its unit, before its condition."""
    bare = row.bound.removesuffix(row.condition).rstrip()
    unit = row.unit if row.bounded and row.unit != "share" else ""
    return " ".join(part for part in (bare, unit, row.condition) if part)


def _figures(mixes: Sequence[EventRow]) -> tuple[Measured, ...]:
    found = []
    for row in CRITERIA:
        values = [float(e.data["figures"][row.name]) for e in mixes if row.name in e.data["figures"]]
        taken = spread(values)
        if taken is not None:
            missed = sum(row.passes(value) is False for value in values) if row.bounded else None
            found.append(Measured(row.name, row.label, row.unit, bound_text(row), taken, missed))
    return tuple(found)


def _ratings(scores: Sequence[float]) -> Ratings | None:
    n = len(scores)
    if n == 0:
        return None
    mean = float(np.mean(scores))
    if n == 1:
        return Ratings(n, mean, None, None)
    half = float(stdtrit(n - 1, 0.975) * np.std(scores, ddof=1) / math.sqrt(n))
    return Ratings(n, mean, max(1.0, mean - half), min(10.0, mean + half))


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
