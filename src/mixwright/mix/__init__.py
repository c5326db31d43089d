"""The sentence: a song in; a mix, its decisions and its report out."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from .console_rendering import render_stems
from .hearing import analyze
from .references import Reference
from .result import BalanceFacts, DeliveryFacts, Mix
from .stems import ConsoleFacts, mix_stems
from .stereo import mix, render

__all__ = [
    "BalanceFacts",
    "ConsoleFacts",
    "DeliveryFacts",
    "Mix",
    "Reference",
    "analyze",
    "mix",
    "mix_stems",
    "render",
    "render_stems",
]


class _Callable(ModuleType):
    """Lets `mixwright.mix(...)` be the function although `mixwright.mix` is also this package."""

    def __call__(self, *args: Any, **kwargs: Any) -> Mix:
        return mix(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
