"""What people did is kept only of those who agreed, once, and goes when they say so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mixwright.errors import StoreError
from mixwright.store import FeedbackStore, NewEvent, database, open_feedback, open_store


@pytest.fixture
def store(url: str) -> FeedbackStore:
    return open_feedback(url)


def test_what_was_erased_is_in_no_free_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library was built with (Debian's clears pages by itself, others do not)."""
    set_up = database._set_up_sqlite

    def as_elsewhere(connection: Any, record: object) -> None:
        connection.execute("PRAGMA secure_delete = OFF")
        set_up(connection, record)

    monkeypatch.setattr(database, "_set_up_sqlite", as_elsewhere)
    opened = open_feedback(f"sqlite:///{tmp_path / 'f.sqlite'}")
    opened.agree("me", "1")
    opened.add("me", [NewEvent(f"k{n}", "comment", {"text": "my own words " * 20}) for n in range(100)])
    assert opened.erase("me") == 100
    opened.close()
    assert [path.name for path in tmp_path.iterdir() if b"my own words" in path.read_bytes()] == []


def event(key: str, kind: str = "edit", song: str = "s") -> NewEvent:
    return NewEvent(key, kind, {"kept": {"low_eq": 1.5}}, song, {"rock": 1.0}, "network x")


def test_nothing_is_kept_without_consent(store: FeedbackStore) -> None:
    with pytest.raises(StoreError, match="me: has not agreed"):
        store.add("me", [event("a")])
    store.agree("me", "1")
    assert store.add("me", [event("a"), event("b")]) == 2
    store.withdraw("me")
    with pytest.raises(StoreError, match="has not agreed"):
        store.add("me", [event("c")])
    assert store.counts() == {"edit": 2}  # what is there stays until it is erased
    assert len(store.events()) == 2
    assert store.events(agreed=True) == []  # and nothing is learned from it for others
    store.close()


def test_the_same_event_twice_is_once(store: FeedbackStore) -> None:
    store.agree("me", "1")
    assert store.add("me", [event("a"), event("a")]) == 1
    assert store.add("me", [event("a"), event("b")]) == 1
    assert [row.key for row in store.events()] == ["a", "b"]
    store.agree("you", "1")
    assert store.add("you", [event("a")]) == 1  # another's key
    store.close()


def test_events_come_back_as_they_went_in(store: FeedbackStore) -> None:
    store.agree("me", "1")
    now = datetime.now(UTC)
    store.add("me", [NewEvent("x", "mix", {"a": [1, 2.5]}, "song1", {"jazz": 0.5}, "rules", now - timedelta(days=2))])
    store.add("me", [event("y", song="song2"), event("z", "rating", "song2")])
    first, *rest = store.events()
    assert (first.kind, first.data, first.song, first.genre, first.model) == (
        "mix", {"a": [1, 2.5]}, "song1", {"jazz": 0.5}, "rules",
    )  # fmt: skip
    assert first.made == now - timedelta(days=2)
    assert [row.key for row in rest] == ["y", "z"]
    assert [row.key for row in store.events("rating", "mix")] == ["x", "z"]
    assert [row.key for row in store.events(song="song2", pseudonym="me")] == ["y", "z"]
    assert [row.key for row in store.events(since=now - timedelta(days=1))] == ["y", "z"]
    assert store.events(pseudonym="nobody") == []
    assert store.counts("me") == {"edit": 1, "mix": 1, "rating": 1}
    store.close()


def test_erasing_takes_everything_of_one_and_nothing_of_others(store: FeedbackStore) -> None:
    for name in ("me", "you"):
        store.agree(name, "1")
        store.add(name, [event("a"), event("b")])
    assert store.erase("me") == 2
    assert store.erase("me") == 0
    assert store.person("me") is None
    assert [row.pseudonym for row in store.people()] == ["you"]
    assert {row.pseudonym for row in store.events()} == {"you"}
    store.close()


def test_consent_keeps_its_first_time_until_the_text_is_new(store: FeedbackStore) -> None:
    first = store.agree("me", "1")
    assert store.agree("me", "1") == first
    second = store.agree("me", "2")
    assert second.consent_version == "2"
    assert second.created == first.created
    assert second.consented is not None
    assert first.consented is not None
    assert second.consented > first.consented
    store.close()


def test_many_agree_and_write_at_once(store: FeedbackStore) -> None:
    def both(number: int) -> int:
        store.agree("me", "1")
        return store.add("me", [event(f"k{number % 10}")])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(both, range(40))) == 10
    assert len(store.events()) == 10
    store.close()


def test_answers_and_feedback_share_a_database(url: str) -> None:
    answers, feedback = open_store(url), open_feedback(url)
    answers.add_test("v", "T", "rating", {})
    feedback.agree("me", "1")
    assert answers.counts("v")["listeners"] == 0
    assert feedback.person("me") is not None
    answers.close()
    feedback.close()
