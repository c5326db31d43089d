"""Tests, listeners and answers: what can be asked of the store, each call one transaction.

A call that wrote has returned only when the database has it on disk. Every call may come twice: the first one counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..errors import StoreError
from .database import open_database
from .rows import AnswerRow, ListenerRow
from .sessions import Sessions
from .tables import Answer, Listener, Test

__all__ = ["Store", "open_store"]


def open_store(url: str) -> Store:
    """The store at a URL (sqlite:///FILE, postgresql://…); made, or brought to this version's tables, if need be.

    Errors
    ------
    StoreError
        It cannot be used; the text says why.
    """
    return Store(open_database(url), url)


class Store(Sessions):
    """The store, for any number of threads. Every method raises StoreError where the database fails."""

    def add_test(self, version: str, title: str, kind: str, definition: Mapping[str, Any]) -> None:
        """Make a test known; one that is known stays as it is."""
        with self._writing() as session:
            if session.get(Test, version) is None:
                session.add(
                    Test(
                        version=version, title=title, kind=kind, definition=dict(definition), created=_now(),
                        next_number=0,
                    )
                )  # fmt: skip

    def add_listener(self, version: str, token_hash: str, secret: str, *, label: str | None = None) -> ListenerRow:
        """A new listener of a test, with its next number."""
        with self._writing() as session:
            number = session.execute(
                update(Test)
                .where(Test.version == version)
                .values(next_number=Test.next_number + 1)
                .returning(Test.next_number)
            ).scalar_one_or_none()
            if number is None:
                raise StoreError(f"test {version}: is not in the store")
            row = Listener(
                test_version=version, number=number - 1, token_hash=token_hash, secret=secret, label=label,
                created=_now(), checks={}, device={},
            )  # fmt: skip
            session.add(row)
            session.flush()
            return _listener(row)

    def find_listener(self, token_hash: str) -> ListenerRow | None:
        """The listener whose link has a token with that hash."""
        with self._reading() as session:
            row = session.scalars(select(Listener).where(Listener.token_hash == token_hash)).one_or_none()
            return None if row is None else _listener(row)

    def set_consent(self, listener: int, version: str) -> None:
        """That a listener agreed to that version of the text; the first time stays, unless the version is new."""
        with self._writing() as session:
            row = self._locked(session, listener)
            if row.consent_version != version:
                row.consent_version, row.consented = version, _now()

    def set_assignment(
        self, listener: int, seed: int, trials: Sequence[Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any], ...]:
        """The trials of a listener; what was stored first is what comes back."""
        with self._writing() as session:
            row = self._locked(session, listener)
            if row.trials is None:
                row.seed, row.trials = seed, [dict(trial) for trial in trials]
            return tuple(row.trials)

    def set_check(self, listener: int, name: str, result: Mapping[str, Any]) -> None:
        """The result of a check, such as that of headphones; the first one stays."""
        with self._writing() as session:
            row = self._locked(session, listener)
            row.checks = {name: dict(result), **row.checks}

    def set_device(self, listener: int, device: Mapping[str, Any]) -> None:
        """What the browser says of itself."""
        with self._writing() as session:
            row = self._locked(session, listener)
            row.device = {**row.device, **device}

    def save_answer(
        self,
        listener: int,
        trial: int,
        attempt: str,
        answer: Mapping[str, Any],
        facts: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Keep the answer to a trial; False where there was one already, which stays. On disk when this returns."""
        with self._writing() as session:
            self._locked(session, listener)
            there = select(Answer.id).where(Answer.listener_id == listener, Answer.trial == trial)
            if session.scalars(there).one_or_none() is not None:
                return False
            session.add(
                Answer(
                    listener_id=listener, trial=trial, attempt=attempt, answer=dict(answer), facts=dict(facts),
                    events=[dict(event) for event in events], saved=_now(),
                )
            )  # fmt: skip
            return True

    def progress(self, listener: int) -> frozenset[int]:
        """The numbers of the trials that a listener has answered."""
        with self._reading() as session:
            return frozenset(session.scalars(select(Answer.trial).where(Answer.listener_id == listener)))

    def finish(self, listener: int, code: str) -> str:
        """The completion code of a listener; the first one stays."""
        with self._writing() as session:
            row = self._locked(session, listener)
            row.code = row.code or code
            return row.code

    def answers(self, version: str) -> list[AnswerRow]:
        """All answers to a test, in the order in which they came."""
        query = (
            select(Answer, Listener)
            .join(Listener, Answer.listener_id == Listener.id)
            .where(Listener.test_version == version)
            .order_by(Answer.saved, Answer.id)
        )
        with self._reading() as session:
            known: dict[int, ListenerRow] = {}
            found = session.execute(query)
            return [_answer(answer, known.setdefault(who.id, _listener(who))) for answer, who in found]

    def listeners(self, version: str) -> list[ListenerRow]:
        """All listeners of a test, in the order of their numbers."""
        with self._reading() as session:
            query = select(Listener).where(Listener.test_version == version).order_by(Listener.number)
            return [_listener(row) for row in session.scalars(query)]

    def counts(self, version: str) -> dict[str, int]:
        """How many listeners were invited, agreed and finished, and how many answers there are."""
        mine = Listener.test_version == version
        with self._reading() as session:
            invited, agreed, finished = session.execute(
                select(func.count(), func.count(Listener.consented), func.count(Listener.code)).where(mine)
            ).one()
            answers = session.scalar(select(func.count()).select_from(Answer).join(Listener).where(mine))
            return {"listeners": invited, "consented": agreed, "finished": finished, "answers": answers or 0}

    def forget(self, version: str, listener: str) -> dict[str, int]:
        """Delete everything of the listeners with that pseudonym or label; how many listeners and answers went."""
        number = int(listener[1:]) - 1 if listener[:1] in "Ll" and listener[1:].isdigit() else -1
        who = (Listener.test_version == version, or_(Listener.number == number, Listener.label == listener))
        with self._writing() as session:
            found = list(session.scalars(select(Listener.id).where(*who)))
            answers = session.execute(delete(Answer).where(Answer.listener_id.in_(found)).returning(Answer.id)).all()
            session.execute(delete(Listener).where(Listener.id.in_(found)))
            return {"listeners": len(found), "answers": len(answers)}

    def _locked(self, session: Session, listener: int) -> Listener:
        """A listener whom nobody else changes meanwhile."""
        row = session.get(Listener, listener, with_for_update=True)
        if row is None:
            raise StoreError("this listener is not in the store: everything of them was deleted")
        return row


def _now() -> datetime:
    return datetime.now(UTC)


def pseudonym(number: int) -> str:
    """What a listener is called: L0001 is the first."""
    return f"L{number + 1:04}"


def _listener(row: Listener) -> ListenerRow:
    return ListenerRow(
        row.id, row.test_version, row.number, pseudonym(row.number), row.label, row.secret, row.created,
        row.consent_version, row.consented, row.seed, tuple(row.trials or ()), row.checks, row.device, row.code,
    )  # fmt: skip


def _answer(row: Answer, listener: ListenerRow) -> AnswerRow:
    trial = next(t for t in listener.trials if t["number"] == row.trial)
    return AnswerRow(listener, trial, row.attempt, row.answer, row.facts, tuple(row.events), row.saved)
