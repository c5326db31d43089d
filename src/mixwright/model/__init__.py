"""From measurements to decisions: which parameters, and why."""

from __future__ import annotations

from .decision import Amounts, Decision, Target
from .hearing import Hearing
from .learned import decide_learned, follow_passages
from .movement import follow_windows, morph
from .network import Network, load_network
from .rules import decide, settle

__all__ = [
    "Amounts",
    "Decision",
    "Hearing",
    "Network",
    "Target",
    "decide",
    "decide_learned",
    "follow_passages",
    "follow_windows",
    "load_network",
    "morph",
    "settle",
]
