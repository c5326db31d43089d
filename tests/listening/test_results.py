"""From stored answers to text, page and tables."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.listening.made_tests import manifest
from tests.listening.simulated import clicks, grades, prefers, rates, rows_of

from mixwright.charts import HEIGHT, WIDTH
from mixwright.listening import read_answers
from mixwright.listening.definition import KINDS
from mixwright.listening.export import COLUMNS, answer_table, csv_text, write_csv, write_parquet
from mixwright.listening.manifest import Manifest
from mixwright.listening.outcome import outcome_of, watch
from mixwright.listening.results_page import render_results
from mixwright.listening.screening import RULES
from mixwright.listening.wording import outcome_lines
from mixwright.store import AnswerRow, open_store

BETTER = {"system 0": 2.0, "system 1": 0.0, "system 2": -1.0}


def answered(kind: str) -> tuple[Manifest, list[AnswerRow]]:
    more = {"preference": {"repeats": 3, "catch_trials": 2}}.get(kind, {})
    made = manifest(
        kind, songs=8 if kind == "preference" else 4, systems=2 if kind in ("abx", "preference") else 3, **more
    )
    rng = np.random.default_rng(0)
    minds = {
        "preference": lambda: prefers(BETTER),
        "abx": lambda: lambda trial, heard, rng: {"x_is": "AB"[trial.items.index(trial.x)]},
        "multiple": lambda: grades({"system 0": 80, "system 1": 50, "system 2": 30}),
        "mushra": lambda: grades({"system 1": 60, "system 2": 70}),
        "rating": lambda: rates({"system 0": 8, "system 1": 6, "system 2": 5})(rng),
        "appropriateness": lambda: rates({"system 0": 8, "system 1": 6, "system 2": 5})(rng),
    }[kind]
    listeners = [minds() for _ in range(8)] + ([clicks("B")] if kind == "preference" else [])
    return made, rows_of(made, listeners)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_result_in_words_and_as_a_page(kind: str) -> None:
    made, rows = answered(kind)
    outcome = outcome_of(made, rows)
    text = "\n".join(outcome_lines(outcome))
    assert "Everybody" in text
    assert f"{outcome.everyone.answers} answers of {outcome.everyone.listeners} listeners" in text
    page = render_results(outcome)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawings
    for svg in drawings:
        drawn = ElementTree.fromstring(svg)
        assert drawn.get("aria-hidden") == "true" or drawn.get("aria-labelledby")
        for path in (node.get("d") or "" for node in drawn.iter("path")):
            assert re.fullmatch(r"(M[\d. ]+(h0|V400|H1000|L[\d. ]+Z?))+", path), path
            numbers = [float(x) for x in re.findall(r"[\d.]+", re.sub(r"h0|[VH]\d+", "", path))]
            assert max(numbers[0::2]) <= WIDTH
            assert max(numbers[1::2]) <= HEIGHT
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "<script" not in page


def test_no_share_stands_without_n_and_interval() -> None:
    made, rows = answered("preference")
    lines = outcome_lines(outcome_of(made, rows))
    pairs = [line for line in lines if line.startswith("system 0 over system 1: won")]
    assert len(pairs) == 2  # everybody, and without the one who clicks
    for line in pairs:
        assert re.search(
            r"won \d+ % of \d+ \(95 % interval over \d listeners \d+–\d+ %\), \d+ ties; e-value of \d listeners", line
        )
    assert any("L0009: one side was chosen" in line for line in lines)
    assert any("of resamples" in line for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_before_any_answer_there_is_none(kind: str) -> None:
    made = manifest(kind, systems=2)
    outcome = outcome_of(made, [])
    assert "No answers yet." in outcome_lines(outcome)
    assert "No answers yet." in render_results(outcome)
    assert watch(made, []) == ["0 answers of 0 listeners, of whom 0 have finished."]


def test_systems_that_nothing_joins_have_no_strengths() -> None:
    made = manifest("preference", songs=1, systems=4, pairs_per_song=1)
    apart = rows_of(made, [prefers({f"system {k}": 0.0 for k in range(4)})] * 2)
    outcome = outcome_of(made, apart)
    assert outcome.everyone.preference is None
    assert any("No chain of comparisons" in note for note in outcome.everyone.notes)


def test_what_may_be_watched_is_the_e_value() -> None:
    made, rows = answered("preference")
    first, second = watch(made, rows)
    assert "answers of 9 listeners" in first
    assert "e-value" in second
    assert "p =" not in second
    outcome = outcome_of(made, rows)
    assert outcome.watched is not None
    last, (pair,) = outcome.watched.moments[-1], outcome.everyone.pairs
    assert (last.answers, last.finished) == (pair.wins.trials, 9)
    assert last.listeners_e_value == pair.listeners.e_value
    assert last.e_value == pair.e_value > 20
    assert [m.answers for m in outcome.watched.moments] == list(range(1, last.answers + 1))


def test_who_has_not_finished_counts_but_is_no_evidence_yet() -> None:
    """One who answers on and on until it looks good would be evidence for that otherwise."""
    made, rows = answered("preference")
    rows = [row for row in rows if row.listener.number < 3 or row.number < 6]
    outcome = outcome_of(made, rows)
    (pair,) = outcome.everyone.pairs
    assert (pair.listeners.listeners, pair.listeners.finished) == (9, 3)
    assert outcome.watched is not None
    assert outcome.watched.moments[-1].finished == 3
    assert "6 of the listeners have not finished" in outcome.everyone.notes[0]
    assert "of whom 3 have finished" in watch(made, rows)[0]
    assert [one.finished for one in outcome.assessors] == [True] * 3 + [False] * 6
    assert {row["finished"] for row in answer_table(made, rows) if row["number"] > 2} == {False}


def test_the_csv_can_be_read_again(tmp_path: Path) -> None:
    made, rows = answered("preference")
    outcome = outcome_of(made, rows)
    path = tmp_path / "answers.csv"
    write_csv(answer_table(made, rows, outcome), path)
    again = read_answers(path)
    assert len(again) == outcome.everyone.answers
    wins = sum(answer.preferred == "system 0" for answer in again)
    assert wins == outcome.everyone.pairs[0].wins.wins
    table = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len(table) == len(rows)
    assert {row["role"] for row in table} == {"training", "main", "repeat", "catch_same", "catch_broken"}
    assert {row["excluded"] for row in table if row["listener"] == "L0009"} == {RULES["preference"][1]}
    assert json.loads(table[0]["gain_db"]) == [0.0, 0.0]
    assert len(json.loads(table[0]["sha256"])[0]) == 64


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|'/c calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "a;=1", "a\n=1", "\n-1", "a\t @x"],
)
def test_a_comment_is_no_formula(text: str) -> None:
    made, rows = answered("rating")
    rows = [replace(rows[0], answer={**rows[0].answer, "comment": text})]
    (row,) = csv.DictReader(io.StringIO(csv_text(answer_table(made, rows))))
    assert row["comment"].replace("'", "") == text.replace("'", "")
    for cell in re.split(r"[;\t\r\n]", row["comment"]):  # as other locales and blind readers part it
        assert not re.match(r"\s*[=+@\-＝＋－＠]", cell)


def test_texts_that_are_no_formula_stay_as_they_are() -> None:
    made, rows = answered("rating")
    text = "dull; a bit -3 dB too low = fine, me@home\nsecond line"
    (row,) = csv.DictReader(
        io.StringIO(csv_text(answer_table(made, [replace(rows[0], answer={"score": 3, "comment": text})])))
    )
    assert row["comment"] == text


@pytest.mark.parametrize("kind", KINDS)
def test_parquet_has_the_same(kind: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    made, rows = answered(kind)
    table = answer_table(made, rows, outcome_of(made, rows))
    write_parquet(table, tmp_path / "a.parquet")
    read = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert read == table
    assert tuple(read[0]) == COLUMNS


def test_names_cannot_break_the_page() -> None:
    made = manifest("rating", systems=1)
    test = made.test.model_copy(update={"title": "<script>alert(1)</script>"})
    page = render_results(outcome_of(made.model_copy(update={"test": test}), []))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_command_reads_a_folder(tmp_path: Path) -> None:
    made, rows = answered("preference")
    folder = tmp_path / "t.listen"
    folder.mkdir()
    (folder / "test.json").write_text(made.to_json())
    store = open_store(f"sqlite:///{folder / 'answers.sqlite'}")
    store.add_test(made.version, "T", "preference", {})
    for n in range(9):
        mine = [row for row in rows if row.listener.number == n]
        listener = store.add_listener(made.version, f"h{n}", "s")
        store.set_assignment(listener.id, 0, mine[0].listener.trials)
        for row in mine:
            store.save_answer(listener.id, row.number, "a", row.answer, row.facts, [])
    store.close()
    call = [sys.executable, "-m", "mixwright", "listen", "results", str(folder)]
    done = subprocess.run(
        [*call, "--html", str(tmp_path / "r.html"), "--csv", str(tmp_path / "a.csv")], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "system 0 over system 1" in done.stdout
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    found = json.loads(subprocess.run([*call, "--json"], capture_output=True, text=True, check=True).stdout)
    assert found["everyone"]["listeners"] == 9
    assert found["screened"]["listeners"] == 8


def test_wins_by_genre_where_there_are_several() -> None:
    made, rows = answered("preference")
    assert outcome_of(made, rows).everyone.pairs_by_genre == ()  # one genre is all of it
    songs = tuple(
        song.model_copy(update={"genre": "jazz" if k < 3 else "rock"}) for k, song in enumerate(made.test.song)
    )
    mixed = made.model_copy(update={"test": made.test.model_copy(update={"song": songs})})
    found = outcome_of(mixed, rows).everyone
    (jazz, first), (rock, second) = found.pairs_by_genre
    assert (jazz, rock) == ("jazz", "rock")
    assert first.wins.trials + second.wins.trials == found.pairs[0].wins.trials
    assert first.wins.trials < second.wins.trials
    assert any(
        re.match(r"jazz: .* won \d+ % of \d+ \(95 % interval over", line)
        for line in outcome_lines(outcome_of(mixed, rows))
    )
