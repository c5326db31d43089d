"""The tables. A change here needs a migration; a test compares both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = ["Answer", "Base", "Event", "Listener", "Person", "Test"]


class Moment(TypeDecorator[datetime]):
    """A time with its zone; SQLite keeps none, so that UTC is kept."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    # Names that are the same everywhere: a migration can speak of a constraint.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Test(Base):
    """A listening test in one version; `next_number` is the number of the listener who comes next."""

    __tablename__ = "listening_test"
    __test__ = False  # pytest: this is no test

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment)
    next_number: Mapped[int] = mapped_column(Integer, default=0)


class Listener(Base):
    """A listener of a test. The link's token is kept as its hash; `secret` draws the addresses of the sounds."""

    __tablename__ = "listener"
    __table_args__ = (UniqueConstraint("test_version", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    test_version: Mapped[str] = mapped_column(ForeignKey("listening_test.version"))
    number: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    secret: Mapped[str] = mapped_column(String(64))
    label: Mapped[str | None] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(Moment)
    consent_version: Mapped[str | None] = mapped_column(String(64))
    consented: Mapped[datetime | None] = mapped_column(Moment)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    trials: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    checks: Mapped[dict[str, Any]] = mapped_column(JSON)
    device: Mapped[dict[str, Any]] = mapped_column(JSON)
    code: Mapped[str | None] = mapped_column(String(64))


class Answer(Base):
    """One answer; a listener has one for each trial."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("listener_id", "trial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listener_id: Mapped[int] = mapped_column(ForeignKey("listener.id", ondelete="CASCADE"), index=True)
    trial: Mapped[int]
    attempt: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    saved: Mapped[datetime] = mapped_column(Moment)


class Person(Base):
    """Who gives feedback, under a name that is no name. Without consent nothing of them is kept; `source` is "own", or
    the set of choices of others that they came with."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(Moment)
    consent_version: Mapped[str | None] = mapped_column(String(64))
    consented: Mapped[datetime | None] = mapped_column(Moment)


class Event(Base):
    """One thing that somebody did with a mix; `key` is what makes it the same when it comes twice."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32), index=True)
    song: Mapped[str] = mapped_column(String(64), index=True)
    genre: Mapped[dict[str, float]] = mapped_column(JSON)
    model: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    made: Mapped[datetime] = mapped_column(Moment)
