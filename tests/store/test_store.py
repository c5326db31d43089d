"""What was saved is there, once; also with many at a time, after a kill, and in both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from mixwright.errors import StoreError
from mixwright.store import ListenerRow, Store, open_store

TRIALS = [{"number": k, "role": "main", "items": ["s1", "s2"]} for k in range(100)]
SAVER = """
import sys
from mixwright.store import open_store
store = open_store(sys.argv[1])
for trial in range(int(sys.argv[3]), int(sys.argv[4])):
    assert store.save_answer(int(sys.argv[2]), trial, f"a{trial}", {"preferred": "A"}, {}, [])
    print(trial, flush=True)
"""


@pytest.fixture
def store(url: str):  # type: ignore[no-untyped-def]
    opened = open_store(url)
    opened.add_test("v1", "A test", "preference", {"title": "A test"})
    yield opened
    opened.close()


def listener(store: Store, name: str = "a", label: str | None = None) -> ListenerRow:
    made = store.add_listener("v1", name * 8, "secret", label=label)
    store.set_assignment(made.id, 7, TRIALS)
    return made


def test_everything_comes_back_as_it_was_saved(store: Store) -> None:
    made = listener(store, label="Ünal “x” 音")
    store.set_consent(made.id, "2")
    store.set_check(made.id, "headphones", {"passed": True, "score": 6})
    store.set_device(made.id, {"sample_rate": 48000})
    store.set_device(made.id, {"transducer": "headphones"})
    facts, events = {"seconds_heard": {"A": 3.25}}, [{"t": 0.5, "what": "switch", "slot": "B"}]
    assert store.save_answer(made.id, 3, "try", {"comment": "\x00 ' ; -- 音"}, facts, events)
    assert store.finish(made.id, "CODE") == "CODE"
    (answer,) = store.answers("v1")
    assert answer.answer == {"comment": "\x00 ' ; -- 音"}
    assert (answer.facts, list(answer.events), answer.attempt) == (facts, events, "try")
    assert answer.number == 3
    who = answer.listener
    assert (who.pseudonym, who.label, who.number, who.seed) == ("L0001", "Ünal “x” 音", 0, 7)
    assert who.checks == {"headphones": {"passed": True, "score": 6}}
    assert who.device == {"sample_rate": 48000, "transducer": "headphones"}
    assert (who.consent_version, who.code) == ("2", "CODE")
    for moment in (who.created, who.consented, answer.saved):
        assert moment is not None
        assert timedelta() <= datetime.now(UTC) - moment < timedelta(minutes=5)
    assert store.find_listener("a" * 8) == who
    assert store.find_listener("b" * 8) is None
    assert store.listeners("v1") == [who]


def test_the_first_of_two_stays(store: Store) -> None:
    made = listener(store)
    assert store.set_assignment(made.id, 8, TRIALS[:1]) == tuple(TRIALS)
    assert store.save_answer(made.id, 0, "one", {"preferred": "A"}, {}, [])
    assert not store.save_answer(made.id, 0, "two", {"preferred": "B"}, {}, [])
    assert [answer.answer for answer in store.answers("v1")] == [{"preferred": "A"}]
    for score in (6, 2):
        store.set_check(made.id, "headphones", {"score": score})
    found = store.find_listener("a" * 8)
    assert found is not None
    assert found.checks == {"headphones": {"score": 6}}
    assert store.finish(made.id, "first") == store.finish(made.id, "second") == "first"
    store.add_test("v1", "Another title", "abx", {})
    assert store.counts("v1") == {"listeners": 1, "consented": 0, "finished": 1, "answers": 1}


def test_many_at_once_lose_nothing(store: Store) -> None:
    """Sixteen threads enrol and answer, half of them twice; numbers have no gap, every answer is there once."""

    def visit(n: int) -> tuple[int, int]:
        made = listener(store, f"{n:08}")
        saved = sum(store.save_answer(made.id, t, "x", {"n": n}, {}, []) for t in range(10) for _ in range(1 + n % 2))
        return made.number, saved

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(visit, range(32)))
    assert sorted(number for number, _ in done) == list(range(32))
    assert all(saved == 10 for _, saved in done)
    assert store.counts("v1")["answers"] == 320


def test_processes_share_a_store(store: Store, url: str) -> None:
    made = listener(store)
    ranges = [(0, 25), (25, 50), (50, 75), (75, 100)]
    children = [_saver(url, made.id, first, last) for first, last in ranges]
    said = [child.communicate()[0] for child in children]
    assert [child.returncode for child in children] == [0] * 4
    assert sum(len(lines.split()) for lines in said) == 100
    assert store.progress(made.id) == frozenset(range(100))


def test_a_saved_answer_survives_a_kill(store: Store, url: str) -> None:
    """The child says that an answer is saved and is killed at once, wherever it is in the next."""
    made = listener(store)
    child = _saver(url, made.id, 0, 100)
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(20)]
    os.kill(child.pid, signal.SIGKILL)
    said += [int(line) for line in child.communicate()[0].split()]
    assert child.returncode == -signal.SIGKILL
    there = store.progress(made.id)
    assert set(said) <= there
    assert len(there) <= len(said) + 1
    (last,) = [max(there)]
    assert store.save_answer(made.id, last, "again", {}, {}, []) is False
    assert store.save_answer(made.id, 99, "on", {}, {}, []) is (99 not in there)


def _saver(url: str, listener_id: int, first: int, last: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SAVER, url, str(listener_id), str(first), str(last)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("called", ["L0002", "l2", "Ann"])
def test_forgetting_takes_all_of_one_and_nothing_of_others(store: Store, called: str) -> None:
    for name, label in (("a", None), ("b", "Ann"), ("c", "Ben")):
        made = listener(store, name, label)
        store.save_answer(made.id, 0, "x", {"comment": name}, {}, [])
    assert store.forget("v1", called) == {"listeners": 1, "answers": 1}
    assert store.forget("v1", called) == {"listeners": 0, "answers": 0}
    assert store.find_listener("b" * 8) is None
    assert [a.answer["comment"] for a in store.answers("v1")] == ["a", "c"]
    with pytest.raises(StoreError, match="deleted"):
        store.set_consent(made.id - 1, "1")
    assert listener(store, "d").number == 3  # a number that somebody had is not given again


def test_a_test_that_is_not_there(store: Store) -> None:
    with pytest.raises(StoreError, match="v9"):
        store.add_listener("v9", "x" * 8, "secret")
    assert store.answers("v9") == []
    assert store.counts("v9") == {"listeners": 0, "consented": 0, "finished": 0, "answers": 0}
