"""What people did with their mixes: who agreed to have it kept, and every event of theirs.

As in the store of answers, each call is one transaction, has reached the disk when it returns, and may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import StoreError
from .database import open_database
from .rows import EventRow, PersonRow
from .sessions import Sessions
from .tables import Event, Person

__all__ = ["OWN", "FeedbackStore", "NewEvent", "open_feedback"]

OWN = "own"  # the source of what was given here


@dataclass(frozen=True)
class NewEvent:
    """An event to be kept; `made` is now where it does not say."""

    key: str
    kind: str
    data: Mapping[str, Any]
    song: str = ""
    genre: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    made: datetime | None = None


def open_feedback(url: str) -> FeedbackStore:
    """The feedback in the database at a URL (sqlite:///FILE, postgresql://…), which may hold answers, too.

    Errors
    ------
    StoreError
        It cannot be used; the text says why.
    """
    return FeedbackStore(open_database(url), url)


class FeedbackStore(Sessions):
    """People and events, for any number of threads. Every method raises StoreError where the database fails."""

    def agree(self, pseudonym: str, version: str, *, source: str = OWN) -> PersonRow:
        """That somebody agreed to have their feedback kept; the first time stays, unless the text's version is new."""
        with self._writing() as session:
            with suppress(IntegrityError), session.begin_nested():  # is there already
                session.add(Person(pseudonym=pseudonym, source=source, created=datetime.now(UTC)))
            row = _locked(session, pseudonym)
            assert row is not None
            if row.consent_version != version:
                row.consent_version, row.consented = version, datetime.now(UTC)
            return _person(row)

    def withdraw(self, pseudonym: str) -> None:
        """That somebody agrees no longer: from now on nothing is kept; what is there stays until it is erased."""
        with self._writing() as session:
            row = _locked(session, pseudonym)
            if row is not None:
                row.consent_version = row.consented = None

    def person(self, pseudonym: str) -> PersonRow | None:
        """Somebody by their pseudonym."""
        with self._reading() as session:
            row = session.scalars(select(Person).where(Person.pseudonym == pseudonym)).one_or_none()
            return None if row is None else _person(row)

    def people(self) -> list[PersonRow]:
        """Everybody, in the order in which they came."""
        with self._reading() as session:
            return [_person(row) for row in session.scalars(select(Person).order_by(Person.id))]

    def add(self, pseudonym: str, events: Sequence[NewEvent]) -> int:
        """Keep events of somebody; how many were new (an event whose key is there stays as it is).

        Errors
        ------
        StoreError
            They have not agreed; nothing is kept.
        """
        with self._writing() as session:
            row = _locked(session, pseudonym)
            if row is None or row.consented is None:
                raise StoreError(f"{pseudonym}: has not agreed to have feedback kept; nothing was")
            keys = [event.key for event in events]
            known = set(session.scalars(select(Event.key).where(Event.person_id == row.id, Event.key.in_(keys))))
            fresh = {event.key: event for event in events if event.key not in known}
            for event in fresh.values():
                session.add(
                    Event(
                        person_id=row.id, key=event.key, kind=event.kind, song=event.song, genre=dict(event.genre),
                        model=event.model[:100], data=dict(event.data), made=event.made or datetime.now(UTC),
                    )
                )  # fmt: skip
            return len(fresh)

    def events(
        self, *kinds: str, pseudonym: str | None = None, song: str | None = None, since: datetime | None = None,
        agreed: bool = False,
    ) -> list[EventRow]:  # fmt: skip
        """Events in the order in which they happened: of some kinds (all without), of one person, of one song; with
        `agreed`, of those only who agree still."""
        query = select(Event, Person).join(Person, Event.person_id == Person.id).order_by(Event.made, Event.id)
        if kinds:
            query = query.where(Event.kind.in_(kinds))
        if pseudonym is not None:
            query = query.where(Person.pseudonym == pseudonym)
        if song is not None:
            query = query.where(Event.song == song)
        if since is not None:
            query = query.where(Event.made >= since)
        if agreed:
            query = query.where(Person.consented.is_not(None))
        with self._reading() as session:
            return [_event(event, person) for event, person in session.execute(query)]

    def counts(self, pseudonym: str | None = None) -> dict[str, int]:
        """How many events of each kind there are, by name."""
        query = select(Event.kind, func.count()).group_by(Event.kind).order_by(Event.kind)
        if pseudonym is not None:
            query = query.join(Person, Event.person_id == Person.id).where(Person.pseudonym == pseudonym)
        with self._reading() as session:
            return {str(kind): int(count) for kind, count in session.execute(query)}

    def erase(self, pseudonym: str) -> int:
        """Delete somebody and every event of theirs; how many events went."""
        with self._writing() as session:
            row = _locked(session, pseudonym)
            if row is None:
                return 0
            gone = session.execute(delete(Event).where(Event.person_id == row.id).returning(Event.id)).all()
            session.delete(row)
            return len(gone)


def _locked(session: Session, pseudonym: str) -> Person | None:
    """Somebody whom nobody else changes meanwhile."""
    return session.scalars(select(Person).where(Person.pseudonym == pseudonym).with_for_update()).one_or_none()


def _person(row: Person) -> PersonRow:
    return PersonRow(row.pseudonym, row.source, row.created, row.consent_version, row.consented)


def _event(row: Event, person: Person) -> EventRow:
    return EventRow(
        person.pseudonym, person.source, row.key, row.kind, row.song, row.genre, row.model, row.data, row.made
    )
