"""The listening room: blind tests for many listeners at once."""

from __future__ import annotations

from .app import make_room
from .links import hash_token, new_listener_token
from .room import Room

__all__ = ["Room", "hash_token", "make_room", "new_listener_token"]
