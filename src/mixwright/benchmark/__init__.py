"""The benchmark that decides: good music damaged on purpose, mended by anybody, measured against what it was."""

from __future__ import annotations

from .mixers import BASELINES, function_mixer, load_mixer, load_mixers
from .request import TASKS, Answer, Mixer, Request
from .restore import FAST, FULL, Restored, restore

__all__ = [
    "BASELINES",
    "FAST",
    "FULL",
    "TASKS",
    "Answer",
    "Mixer",
    "Request",
    "Restored",
    "function_mixer",
    "load_mixer",
    "load_mixers",
    "restore",
]
