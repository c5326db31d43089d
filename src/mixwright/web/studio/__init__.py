"""The studio: drop a song or stems, hear what was decided, change it, take it with you."""

from __future__ import annotations

from .app import make_studio
from .work_folder import WorkFolder

__all__ = ["WorkFolder", "make_studio"]
