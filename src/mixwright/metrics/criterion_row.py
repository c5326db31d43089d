"""What a success criterion is: a figure, its bound as numbers, which way is better, and the verdict on a value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import ParameterError

__all__ = ["Better", "Criterion", "CriterionResult", "Judged", "SetFigure"]

Better = Literal["higher", "lower", "nearer to 0", "nearer to 1"]
IDEAL = {"nearer to 0": 0.0, "nearer to 1": 1.0}


@dataclass(frozen=True)
class Judged:
    """The figures that the criteria of one mix read; None or NaN where a figure does not apply.

    Crest factors of the input and of the mix before delivery; loudness and true peak of the delivered file; changes
    against a reference (or the unmixed version) at equal loudness; `parameters_at_bounds` of the ten. `delivered` is
    False for a file that this package's delivery stage did not write: its loudness is held to less."""

    crest_before_db: float | None = None
    crest_balanced_db: float | None = None
    rms_ratio: float | None = None
    loudness_lufs: float | None = None
    loudness_target_lufs: float | None = None
    delivered: bool = True
    true_peak_dbtp: float | None = None
    ceiling_dbtp: float = -1.0
    parameters_at_bounds: int | None = None
    centroid_change_percent: float | None = None
    side_change_db: float | None = None
    imbalance_change_db: float | None = None
    treble_change_db: float | None = None
    ltas_error_db: float | None = None
    clipped_samples: int | None = None
    mono_loss_db: float | None = None
    pesq_wb: float | None = None
    stoi: float | None = None
    visqol: float | None = None
    genre_appropriateness: float | None = None


@dataclass(frozen=True)
class SetFigure:
    """A figure over many cases, with the 95 % interval and the number of cases it stands on."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class CriterionResult:
    """One criterion's outcome; `passed` is None where it does not apply or has no bound.

    `low`, `high` and `n` are the interval and the number of cases of a figure over a set."""

    name: str
    label: str
    value: float | None
    unit: str
    bound: str
    passed: bool | None
    sentence: str
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One row of the table.

    Parameters
    ----------
    unit
        Of the figure and its bounds; "share" is a fraction in [0, 1].
    better
        Which way is better; "nearer to 0" counts either side alike.
    low, high
        The bounds, in `unit`; None: unbounded on that side. Without either the figure is reported and not judged.
    strict
        The bounds themselves fail ("above 3.5").
    tolerance
        What a value may exceed a bound by: the meter's own error, in `unit`.
    condition
        When the row applies, in words.
    scope
        "mix": one mix has the figure, by `value`. "set": only many mixes or listeners have it.
    interval_above
        Of a set: the lower end of its 95 % interval must lie above this, and a figure without interval is refused.
    sentence
        What the figure can and cannot say.
    """

    name: str
    label: str
    unit: str
    better: Better
    sentence: str
    low: float | None = None
    high: float | None = None
    strict: bool = False
    tolerance: float = 0.0
    condition: str = ""
    scope: Literal["mix", "set"] = "mix"
    interval_above: float | None = None
    value: Callable[[Judged], float | None] | None = None

    @property
    def bounded(self) -> bool:
        """Whether the row can pass and fail."""
        return self.low is not None or self.high is not None

    @property
    def bound(self) -> str:
        """The bound in words, made from the numbers, so that it cannot say anything else."""
        low, high = (None if x is None else self._number(x) for x in (self.low, self.high))
        if low is not None and high is not None:
            text = f"within ±{high}" if self.low == -(self.high or 0.0) else f"{low} to {high}"
        elif low is not None:
            text = f"{'above' if self.strict else 'at least'} {low}"
        elif high is not None:
            text = f"{'below' if self.strict else 'at most'} {high}" if self.high or self.tolerance else f"{high}"
        else:
            return "reported, no bound"
        if self.interval_above is not None:
            text += f", its 95 % interval above {self._number(self.interval_above)}"
        return f"{text} {self.condition}".rstrip()

    def passes(self, value: float) -> bool | None:
        """Whether a finite value is inside the bounds; None without bounds."""
        if not self.bounded:
            return None
        low = -math.inf if self.low is None else self.low - self.tolerance
        high = math.inf if self.high is None else self.high + self.tolerance
        if not self.strict:
            return low <= value <= high
        return (self.low is None or value > low) and (self.high is None or value < high)

    def worse(self, old: float | None, new: float | None) -> float:
        """By how much `new` is worse than `old`, in the row's unit: above 0 worse, below 0 better.

        A figure that was there and is lost (None, NaN) is worse by infinity; where there was none, nothing is lost: 0.
        """
        if old is None or math.isnan(old):
            return 0.0
        if new is None or math.isnan(new):
            return math.inf
        if old == new:
            return 0.0
        if self.better == "higher":
            return old - new
        if self.better == "lower":
            return new - old
        ideal = IDEAL[self.better]
        return abs(new - ideal) - abs(old - ideal)

    def result(self, figure: float | SetFigure | None) -> CriterionResult:
        """The outcome for a value; what is None or not finite is not judged.

        Errors
        ------
        ParameterError
            A row that needs an interval was given a bare number.
        """
        given = figure if isinstance(figure, SetFigure) else SetFigure(math.nan if figure is None else float(figure))
        value = given.value if math.isfinite(given.value) else None
        passed = None if value is None else self.passes(value)
        if value is not None and self.interval_above is not None:
            if given.low is None or given.high is None or given.n is None:
                raise ParameterError(f"{self.name}={value} must come with its interval and the number of cases")
            passed = bool(passed and given.low > self.interval_above)
        return CriterionResult(
            self.name, self.label, value, self.unit, self.bound, passed, self.sentence, given.low, given.high, given.n
        )

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data, for gates that read JSON."""
        names = ("name", "label", "unit", "scope", "better", "low", "high", "strict", "tolerance", "interval_above")
        return {name: getattr(self, name) for name in names} | {"bound": self.bound, "sentence": self.sentence}

    def _number(self, value: float) -> str:
        return f"{100 * value:g} %" if self.unit == "share" else f"{value:g}".replace("-", "−")
