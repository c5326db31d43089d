"""Opening a database, and bringing its tables to a version and back.

SQLite writes ahead (WAL), waits for others, and flushes every commit to the disk: an answer that was saved is there
after a crash, too. PostgreSQL does the same by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ..errors import StoreError

__all__ = ["READS", "migrate", "open_database", "told"]

WAIT_S = 30
READS = "mixwright_reads"  # an execution option: this transaction writes nothing
MIGRATING = 7_201_948_227  # a number of our own, under which PostgreSQL lets one migrate at a time


def open_database(url: str) -> Engine:
    """The database at a URL (sqlite:///FILE, postgresql://USER@HOST/NAME), its tables at this version's state.

    Errors
    ------
    StoreError
        No such database, not ours, damaged, or made by a newer version.
    """
    engine = _engine(url)
    try:
        with told(url):
            _run(engine, "head")
    except BaseException:
        engine.dispose()
        raise
    return engine


def migrate(url: str, revision: str) -> None:
    """Bring a database's tables to a revision, up or down ("head", "base", or a number such as "0001").

    Errors
    ------
    StoreError
        As `open_database`, or no such revision.
    """
    engine = _engine(url)
    try:
        with told(url):
            _run(engine, revision)
    finally:
        engine.dispose()


@contextmanager
def told(url: str) -> Iterator[None]:
    """What a database says, as one line without its password."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        reason = " ".join(str(cause).split())[:200]
        raise StoreError(f"{shown(url)}: the database cannot be used ({reason})") from None
    except CommandError as error:
        raise StoreError(f"{shown(url)}: {error}") from None


def shown(url: str) -> str:
    """A URL as it may be printed."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the database"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(f"{shown(url)}: the store is SQLite or PostgreSQL")
        waits: dict[str, Any] = {"timeout": WAIT_S} if parsed.get_backend_name() == "sqlite" else {}
        engine = create_engine(parsed, connect_args=waits, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"store={url!r} must be sqlite:///FILE or postgresql://… ({error})") from None
    except ModuleNotFoundError:
        raise StoreError('PostgreSQL needs psycopg: pip install "mixwright[postgres]"') from None
    if engine.dialect.name == "sqlite":
        if parsed.database and not Path(parsed.database).parent.is_dir():
            raise StoreError(f"{shown(url)}: there is no folder {Path(parsed.database).parent}")
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are ours, not the driver's
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {WAIT_S * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what was erased is in no free page of the file
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Who will write takes the right to at once: two that read first and write then would end in "database is locked".
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _run(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": MIGRATING})
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision: k for k, script in enumerate(reversed(list(scripts.walk_revisions())))}
        if current is not None and current not in known:
            raise StoreError(f"{shown(str(engine.url))}: was made by a newer version of Mixwright (tables {current})")
        wanted = scripts.get_revision(revision) if revision not in ("head", "base") else None
        target = {"head": len(known) - 1, "base": -1}.get(revision, known.get(wanted.revision, 0) if wanted else 0)
        if (known[current] if current else -1) == target:
            return
        config.attributes["connection"] = connection
        upward = (known[current] if current else -1) < target
        (command.upgrade if upward else command.downgrade)(config, revision)
