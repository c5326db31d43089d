"""What users make of their mixes, and what is learned from it."""

from __future__ import annotations

from .asking import Asker, information
from .taste import TRAITS, Choice, Taste, deviation, learn_taste

__all__ = ["TRAITS", "Asker", "Choice", "Taste", "deviation", "information", "learn_taste"]
