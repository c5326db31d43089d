"""Parameters and audio in, audio out: the native balance stage."""

from __future__ import annotations

from .balance import BalanceStage, balance

__all__ = ["BalanceStage", "balance"]
