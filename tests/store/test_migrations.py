"""Tables come and go by migrations, which say the same as the tables in the code; foreign databases are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from mixwright.errors import StoreError
from mixwright.store import migrate, open_database, open_store
from mixwright.store.tables import Base


def test_the_migrations_make_the_tables_of_the_code(url: str) -> None:
    engine = open_database(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_down_and_up_again(url: str) -> None:
    engine = open_database(url)
    tables = set(inspect(engine).get_table_names())
    assert set(Base.metadata.tables) <= tables
    migrate(url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrate(url, "0001")
    migrate(url, "head")
    assert set(inspect(engine).get_table_names()) == tables
    engine.dispose()


def test_opening_again_keeps_what_is_there(url: str) -> None:
    store = open_store(url)
    store.add_test("v", "T", "rating", {})
    store.add_listener("v", "h", "s")
    store.close()
    again = open_store(url)
    assert again.counts("v")["listeners"] == 1
    again.close()


def test_several_may_open_a_new_store_at_once(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        for store in pool.map(open_store, [url] * 8):
            store.close()


def test_a_newer_store_is_refused_and_left_alone(url: str) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version of Mixwright"):
        open_store(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_sqlite_writes_ahead_and_to_the_disk(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 2]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "sqlite:///FILE"),
        ("mysql://u@h/x", "SQLite or PostgreSQL"),
        ("oracle://u@h/x", "SQLite or PostgreSQL"),
        ("sqlite:////no/such/folder/x.sqlite", "no folder"),
        ("postgresql://u:verysecret@127.0.0.1:1/x", "cannot be used"),
    ],
)
def test_a_url_that_cannot_be(url: str, told: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(url)
    assert told in str(raised.value)
    assert "verysecret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"RIFF this is a sound file, not a database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"RIFF")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE listener (name TEXT)"))
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(url)
    assert set(inspect(engine).get_table_names()) == {"listener"}
    engine.dispose()
