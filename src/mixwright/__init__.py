"""Mixwright: hear a mix, decide ten musical parameters, render them, explain why."""

from __future__ import annotations

__version__ = "0.1.0"
