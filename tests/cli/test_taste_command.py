"""Answers of a blind test as they come into the feedback: one's own as one's own, others' as theirs, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.listening.simulated import Mind, clicks, prefers, rows_of
from tests.listening.test_ways import MERITS, made
from typer.testing import CliRunner

from mixwright.cli import listen_serve
from mixwright.cli.app import app
from mixwright.feedback.diary import store_url
from mixwright.store import open_feedback

PAIR = [["a", "b"], ["a", "c"], ["b", "c"]]
Kept = Callable[[], dict[str, int]]


def run(*words: str) -> str:
    done = CliRunner().invoke(app, [*words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def heard(home: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Mind]], str]:
    """Have a test answered by some; the id by which its others are known."""

    def answered(minds: list[Mind]) -> str:
        manifest = made(pair=PAIR, training=False)
        rows = rows_of(manifest, minds)
        store = SimpleNamespace(
            answers=lambda version: rows,
            listeners=lambda version: [row.listener for row in rows],
            forget=lambda version, listener: {"listeners": 1, "answers": 12},
            close=lambda: None,
        )
        monkeypatch.setattr(listen_serve, "open_answers", lambda folder, url, *, sounds: (manifest, store))
        return manifest.version[:8]

    return answered


@pytest.fixture
def kept(home: str) -> Kept:
    """How many choices there are of whom."""

    def count() -> dict[str, int]:
        store = open_feedback(store_url(Path(home)))
        try:
            return {row.pseudonym: store.counts(row.pseudonym).get("choice", 0) for row in store.people()}
        finally:
            store.close()

    return count


def test_who_alone_listened_to_a_test_is_oneself(heard: Callable[[list[Mind]], str], kept: Kept) -> None:
    heard([prefers(MERITS)])
    assert "12 choices of 1 listeners, 12 of them new" in run("taste", "learn", "t")
    assert kept() == {"me": 12}


def test_the_answers_of_another_never_become_ones_own(heard: Callable[[list[Mind]], str], kept: Kept) -> None:
    """Two came, and those of one do not count: whose the others are, nobody knows."""
    id_ = heard([clicks("A"), prefers(MERITS)])
    run("taste", "learn", "t")
    assert kept() == {f"{id_}:L0002": 12}


def test_a_choice_is_somebodys_once_whoever_comes_later(heard: Callable[[list[Mind]], str], kept: Kept) -> None:
    heard([prefers(MERITS)])
    run("taste", "learn", "t")
    id_ = heard([prefers(MERITS)] * 2)
    assert "12 of them new" in run("taste", "learn", "t")
    assert kept() == {"me": 12, f"{id_}:L0002": 12}


def test_who_says_later_which_one_they_are_leaves_no_copy(heard: Callable[[list[Mind]], str], kept: Kept) -> None:
    """Else erasing oneself would leave it all under a number."""
    id_ = heard([prefers(MERITS)] * 2)
    run("taste", "learn", "t")
    assert kept() == {f"{id_}:L0001": 12, f"{id_}:L0002": 12}
    run("taste", "learn", "t", "--listener", "L0001")
    assert kept() == {"me": 12, f"{id_}:L0002": 12}
    run("feedback", "erase", "--yes")
    assert kept() == {f"{id_}:L0002": 12}


def test_others_of_a_test_are_shown_by_the_name_that_erases_them(
    heard: Callable[[list[Mind]], str], kept: Kept
) -> None:
    id_ = heard([prefers(MERITS)] * 2)
    run("taste", "learn", "t")
    assert f"Others   1 imported: {id_}" in run("feedback", "show")
    assert "Erased   24 events" in run("feedback", "erase", "--set", id_, "--yes")
    assert kept() == {}


def test_a_listener_who_is_forgotten_is_forgotten_in_the_feedback_too(
    heard: Callable[[list[Mind]], str], kept: Kept, home: str
) -> None:
    """Whose answers were taken in has no other way to be erased from there."""
    id_ = heard([prefers(MERITS)] * 2)
    assert run("listen", "forget", "t", "L0001") == "Deleted: 1 listener(s), 12 answer(s).\n"  # no feedback is made
    assert list(Path(home).iterdir()) == []
    run("taste", "learn", "t")
    told = run("listen", "forget", "t", "l1")
    assert told == "Deleted: 1 listener(s), 12 answer(s), 12 choice(s) from the feedback.\n"
    assert kept() == {f"{id_}:L0002": 12}
