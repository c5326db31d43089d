"""Choices between two: the model that listening tests and taste share."""

from __future__ import annotations

from .davidson import FIRST, OUTCOMES, SECOND, TIE, Fitted, fit_davidson, outcome_chances

__all__ = ["FIRST", "OUTCOMES", "SECOND", "TIE", "Fitted", "fit_davidson", "outcome_chances"]
