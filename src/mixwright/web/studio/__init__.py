"""The studio: drop a song or stems, hear what was decided, change it, take it with you."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import make_studio
    from .work_folder import WorkFolder

__all__ = ["WorkFolder", "make_studio"]

# Imported when they are used: a job's process lives in this package, too, and needs no server and no database.
_HOMES = {"WorkFolder": "work_folder", "make_studio": "app"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
