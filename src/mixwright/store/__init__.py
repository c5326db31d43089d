"""What people answer, kept: one database, SQLite or PostgreSQL."""

from __future__ import annotations

from .database import migrate, open_database
from .rows import AnswerRow, ListenerRow
from .store import Store, open_store

__all__ = ["AnswerRow", "ListenerRow", "Store", "migrate", "open_database", "open_store"]
