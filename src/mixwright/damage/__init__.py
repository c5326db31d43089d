"""Spoiling a good mix on purpose, so that the way back can be measured and learned."""

from __future__ import annotations

from .apply import Damaged, apply_damage, damage_song
from .draw import MEDIAN_ERROR_DB, STRENGTHS, Damage, draw_damage

__all__ = ["MEDIAN_ERROR_DB", "STRENGTHS", "Damage", "Damaged", "apply_damage", "damage_song", "draw_damage"]
