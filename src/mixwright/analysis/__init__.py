"""From audio to measurements: loudness, level, stereo, tone and rhythm in one pass."""

from __future__ import annotations

from .analyzer import Analyzer, analyze_audio, analyze_blocks
from .result import Analysis

__all__ = ["Analysis", "Analyzer", "analyze_audio", "analyze_blocks"]
