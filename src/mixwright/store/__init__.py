"""What people answer, kept: one database, SQLite or PostgreSQL."""

from __future__ import annotations

from .database import migrate, open_database
from .feedback import FeedbackStore, NewEvent, open_feedback
from .rows import AnswerRow, EventRow, ListenerRow, PersonRow
from .store import Store, open_store

__all__ = [
    "AnswerRow",
    "EventRow",
    "FeedbackStore",
    "ListenerRow",
    "NewEvent",
    "PersonRow",
    "Store",
    "migrate",
    "open_database",
    "open_feedback",
    "open_store",
]
