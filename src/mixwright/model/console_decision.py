"""What a console was set to, strip by strip, with a sentence for every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..parameters.strip import STRIP_PARAMETERS, StripParameters

__all__ = ["ConsoleDecision", "Draft", "StripDecision"]

# Of a value that no rule spoke of, by its aspect.
UNTOUCHED = {
    "level": "left alone: nothing asks for it.",
    "time": "left alone: what is late or upside down is reported, not changed in silence.",
    "tone": "left alone: the stem brings its own colour.",
}


@dataclass(frozen=True)
class StripDecision:
    """One stem's strip: values, and by name a reason and where each comes from ("predicted" by the set model,
    "refined" by rules and against masking, "set" by the user, or "neutral"). `expected_lu` is the loudness that was
    aimed at, beside the other stems (NaN for a silent one)."""

    parameters: StripParameters
    reasons: Mapping[str, str]
    provenance: Mapping[str, str]
    expected_lu: float


@dataclass(frozen=True)
class ConsoleDecision:
    """Strips by the stem's name, in the order in which the stems were given.

    `kept_share` is the part of the levels' own differences that was taken for a choice, `lead` the name of the stem
    that the others make room for (empty: none stood out), `model` who decided the levels: "set" or "rules"."""

    strips: Mapping[str, StripDecision]
    kept_share: float
    lead: str
    model: str


@dataclass
class Draft:
    """A strip while it is being set."""

    values: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    predicted: set[str] = field(default_factory=set)

    def put(self, name: str, value: float, reason: str) -> None:
        """A value that a rule chose."""
        self.values[name] = value
        self.reasons[name] = reason

    def finish(self, fixed: Mapping[str, float], expected_lu: float) -> StripDecision:
        """The strip, with the user's values in place of those chosen here."""
        parameters = StripParameters(self.values | dict(fixed))
        reasons, provenance = {}, {}
        for row in STRIP_PARAMETERS:
            if row.name in fixed:
                reasons[row.name] = f"{row.label} {parameters[row.name]:g} {row.unit}: set by you.".replace(" :", ":")
                provenance[row.name] = "set"
                continue
            moved = parameters[row.name] != row.neutral
            aspect = "time" if row.name == "polarity" else row.aspect
            plain = f"{row.label} {UNTOUCHED.get(aspect, UNTOUCHED['level'])}"
            reasons[row.name] = self.reasons.get(row.name, plain)
            origin = "predicted" if row.name in self.predicted else "refined"
            provenance[row.name] = origin if moved else "neutral"
        return StripDecision(parameters, reasons, provenance, expected_lu)
