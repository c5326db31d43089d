"""From measurements to decisions: which parameters, and why."""

from __future__ import annotations

from .decision import Amounts, Decision, Target
from .hearing import Hearing
from .leaning import Lean, Leaning, load_leaning
from .learned import decide_learned, follow_passages
from .movement import follow_windows, morph
from .network import Network, load_network
from .rules import decide, settle
from .tasting import lean_on

__all__ = [
    "Amounts",
    "Decision",
    "Hearing",
    "Lean",
    "Leaning",
    "Network",
    "Target",
    "decide",
    "decide_learned",
    "follow_passages",
    "follow_windows",
    "lean_on",
    "load_leaning",
    "load_network",
    "morph",
    "settle",
]
