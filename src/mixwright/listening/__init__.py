"""Blind listening tests: what the answers of listeners show, and how surely."""

from __future__ import annotations

from .intervals import Share, share
from .power import Plan, design_effect, plan, power, trials_needed
from .preference import Answer, Preference, fit_preference
from .sequential import Sprt, confidence_sequence, e_value, sprt
from .tables import read_answers

__all__ = [
    "Answer",
    "Plan",
    "Preference",
    "Share",
    "Sprt",
    "confidence_sequence",
    "design_effect",
    "e_value",
    "fit_preference",
    "plan",
    "power",
    "read_answers",
    "share",
    "sprt",
    "trials_needed",
]
