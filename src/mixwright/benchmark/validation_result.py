"""What a validation found: a row a track, and what the rows say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import ParameterError
from ..metrics import Interval, ProfessionalScores, median_interval

__all__ = ["SCORES", "UNCHANGED", "Scores", "SetScore", "TrackRow", "Validation"]

# In the order of the table: the four scores, and how usual the mix is for its genre.
SCORES = ("balance", "dynamics", "clarity", "overall", "genre_appropriateness")
UNCHANGED = 1.0  # points; docs/validation.md has how far the scores of one song lie apart when it is cut elsewhere


@dataclass(frozen=True)
class Scores:
    """The four scores and the genre's, each 0 to 100; `costs` is what each measurement takes off its score."""

    balance: float
    dynamics: float
    clarity: float
    overall: float
    genre_appropriateness: float
    costs: Mapping[str, float]

    @classmethod
    def of(cls, scores: ProfessionalScores, appropriateness: float) -> Scores:
        """From what the metrics give."""
        return cls(scores.balance, scores.dynamics, scores.clarity, scores.overall, appropriateness, scores.costs)


@dataclass(frozen=True)
class TrackRow:
    """A track before and after, at equal loudness.

    `error` says why there is no score: `failed` is "track" (nothing was scored) or "mixer" (only before was), else
    empty. `loudness_change_lu` is what the mixer changed and the matching took back."""

    name: str
    genre: Mapping[str, float] | None
    before: Scores | None
    after: Scores | None
    error: str = ""
    failed: str = ""
    loudness_change_lu: float | None = None

    def change(self, score: str) -> float | None:
        """After minus before in points; None without either."""
        if self.before is None or self.after is None:
            return None
        return float(getattr(self.after, score) - getattr(self.before, score))


@dataclass(frozen=True)
class SetScore:
    """One score over all tracks that have both: medians with 95 % bootstrap intervals, and shares of the n tracks.

    `change` is the median of the tracks' changes, not the change of the medians. A track counts as improved or worse
    when it moves by more than 1 point."""

    name: str
    before: Interval
    after: Interval
    change: Interval
    improved: float
    unchanged: float
    worse: float

    @property
    def n(self) -> int:
        """Tracks."""
        return self.change.n


@dataclass(frozen=True)
class Validation:
    """A mixer's name and the rows of its tracks, in the order given."""

    mixer: str
    rows: tuple[TrackRow, ...]

    @property
    def scored(self) -> tuple[TrackRow, ...]:
        """The rows with both sides."""
        return tuple(row for row in self.rows if row.after is not None)

    @property
    def failed(self) -> tuple[TrackRow, ...]:
        """The rows that say why they have none."""
        return tuple(row for row in self.rows if row.error)

    def by_change(self, score: str = "overall") -> tuple[TrackRow, ...]:
        """Failed rows first, then from the largest loss to the largest gain."""
        return tuple(sorted(self.rows, key=lambda row: (row.change(score) is not None, row.change(score) or 0.0)))

    def figures(self) -> dict[str, SetScore]:
        """Each score over the set; empty if no track has both sides."""
        return {name: self.figure(name) for name in SCORES} if self.scored else {}

    def figure(self, name: str) -> SetScore:
        """One score over the set.

        Errors
        ------
        ParameterError
            An unknown score, or no track with both sides.
        """
        if name not in SCORES:
            raise ParameterError(f"score={name!r} must be one of {', '.join(SCORES)}")
        before, after, changes = [], [], []
        for row in self.rows:
            change = row.change(name)
            if change is not None:
                before.append(getattr(row.before, name))
                after.append(getattr(row.after, name))
                changes.append(change)
        better, lost = (sum(sign * c > UNCHANGED for c in changes) / max(len(changes), 1) for sign in (1, -1))
        medians = (median_interval(before), median_interval(after), median_interval(changes))
        return SetScore(name, *medians, improved=better, unchanged=1 - better - lost, worse=lost)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        figures = {name: {**asdict(f), "n": f.n} for name, f in self.figures().items()}
        rows = []
        for row in self.rows:
            changes = {name: row.change(name) for name in SCORES} if row.after is not None else None
            genre = None if row.genre is None else dict(row.genre)
            sides = {k: None if s is None else _plain(s) for k, s in (("before", row.before), ("after", row.after))}
            rows.append(
                {"name": row.name, "genre": genre, **sides, "change": changes, "error": row.error or None,
                 "failed": row.failed or None, "loudness_change_lu": row.loudness_change_lu}
            )  # fmt: skip
        return {"mixer": self.mixer, "n": len(self.scored), "failed": len(self.failed), "set": figures, "tracks": rows}


def _plain(scores: Scores) -> dict[str, Any]:
    return {**{name: getattr(scores, name) for name in SCORES}, "costs": dict(scores.costs)}
