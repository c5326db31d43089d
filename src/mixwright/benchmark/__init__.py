"""The benchmark that decides: good music damaged on purpose, mended by anybody, measured against what it was."""

from __future__ import annotations

from .mixers import BASELINES, function_mixer, load_mixer, load_mixers
from .request import TASKS, Answer, Mixer, Request

__all__ = ["BASELINES", "TASKS", "Answer", "Mixer", "Request", "function_mixer", "load_mixer", "load_mixers"]
