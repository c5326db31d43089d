"""A chart ready for the template: its curves, its scales, and the sentence that says what it shows."""

from __future__ import annotations

from dataclasses import dataclass

from .axis import Axis

__all__ = ["Chart", "Curve"]


@dataclass(frozen=True)
class Curve:
    """One curve or area: `style` is a class of the style sheet, such as before, after, target or spread."""

    name: str
    style: str
    path: str
    filled: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing ready for the template, with the sentence that says what it shows."""

    title: str
    sentence: str
    x: Axis
    y: Axis
    x_name: str
    y_name: str
    curves: tuple[Curve, ...]

    @property
    def empty(self) -> bool:
        """True if no curve has a point."""
        return not any(curve.path for curve in self.curves)
