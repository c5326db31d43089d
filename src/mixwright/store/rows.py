"""What the store gives out: plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["AnswerRow", "EventRow", "ListenerRow", "PersonRow"]


@dataclass(frozen=True)
class ListenerRow:
    """A listener of one test: under a number, not a name. `number` counts from 0 within the test, and decides what is
    heard; `checks` and `device` are what the page found out; `code` is given when all trials are done."""

    id: int
    test_version: str
    number: int
    pseudonym: str
    label: str | None
    secret: str
    created: datetime
    consent_version: str | None
    consented: datetime | None
    seed: int | None
    trials: tuple[Mapping[str, Any], ...]
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None


@dataclass(frozen=True)
class AnswerRow:
    """One answer with its trial and its listener; `facts` is what was recorded beside it, `events` every switch."""

    listener: ListenerRow
    trial: Mapping[str, Any]
    attempt: str
    answer: Mapping[str, Any]
    facts: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    saved: datetime

    @property
    def number(self) -> int:
        """Of the trial, in the order in which this listener heard them."""
        return int(self.trial["number"])


@dataclass(frozen=True)
class PersonRow:
    """Somebody who gives feedback; without `consented` nothing of theirs is kept."""

    pseudonym: str
    source: str
    created: datetime
    consent_version: str | None
    consented: datetime | None


@dataclass(frozen=True)
class EventRow:
    """One thing that somebody did with a mix, and when; `genre` has weights by name, empty where none is known."""

    pseudonym: str
    source: str
    key: str
    kind: str
    song: str
    genre: Mapping[str, float]
    model: str
    data: Mapping[str, Any]
    made: datetime
