"""From measurements to decisions: which parameters, and why."""

from __future__ import annotations

from .decision import Amounts, Decision, Target
from .movement import follow_windows, morph
from .rules import decide, settle

__all__ = ["Amounts", "Decision", "Target", "decide", "follow_windows", "morph", "settle"]
