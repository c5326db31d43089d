"""The balance stage in PyTorch: the same sound as the native chain, and a gradient for each of the ten parameters."""

from __future__ import annotations

from .chain import render
from .conditions import Conditions

__all__ = ["Conditions", "render"]
