"""`mixwright listen` as its user meets it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.listening.test_preference import simulated

from mixwright.errors import ParameterError
from mixwright.listening import read_answers

HEADER = "listener,first,second,preferred"


def command(*words: object) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "mixwright", "listen", *map(str, words)]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def test_power_says_how_many_listeners() -> None:
    done = command("power", "--effect", "0.7", "--power", "0.9", "--each", "8", "--correlation", "0.1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("15 listeners with 8 answers each (120 in all)\n")
    assert "from 70 independent answers on (44 wins of these)" in done.stdout
    done = command("power", "--effect", "0.5")
    assert done.returncode == 1
    assert done.stderr == "mixwright: effect=0.5 must differ from 0.5 (and be above it in a one-sided test)\n"


def test_results_of_simulated_listeners(tmp_path: Path) -> None:
    answers = simulated(20, 24, order=0.6)
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*HEADER.split(","), "comment"])
        rows.writerows([a.listener, a.first, a.second, a.preferred or "", "loud, dull"] for a in answers)
    assert read_answers(path) == answers
    done = command("results", path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "480 answers of 20 listeners" in lines
    order = [line.split(":")[0] for line in lines if "first in" in line]
    assert order[0] == "network"
    assert order[-1] == "bare"
    pairs = [line for line in lines if "e-value" in line and " over " in line]
    assert len(pairs) == 6
    assert all("120 is needed" in line for line in pairs)  # 20 for each pair
    (side,) = [line for line in lines if "what was heard as A" in line]
    assert re.search(r"\d+ % \(\d+–\d+ %\) are ties; .* as A wins 6\d % \(\d+–\d+ %\)\.$", side)
    page = tmp_path / "page.html"
    assert command("results", path, "--html", page).returncode == 0
    assert "480 answers of 20 listeners" in page.read_text(encoding="utf-8")
    done_csv = command("results", path, "--csv", tmp_path / "b.csv")
    assert done_csv.returncode == 1
    assert done_csv.stderr.startswith(f"mixwright: {path}: is no test's folder; ")
    assert command("results", path).stdout == done.stdout
    assert command("results", path, "--seed", "1").stdout != done.stdout


def test_one_listener_shows_nothing_about_others(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{HEADER}\nL,a,b,a\nL,b,a,\n")
    done = command("results", path)
    assert done.returncode == 0
    assert "won 100 % of 1 (95 % interval 3–100 %) of this listener, 1 ties" in done.stdout
    assert "1 listener: nothing is shown about others" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no column listener, first, second, preferred"),
        ("listener,first,second\nL,a,b\n", "has no column preferred"),
        (f"{HEADER}\nL,a,b,c\n", "line 2: answer of L: c was not heard"),
        (f"{HEADER}\nL,a,b,a\nL,a,a,\n", "line 3: answer of L: a was compared with itself"),
        (f"{HEADER}\n,a,b,a\n", "line 2: listener, first and second must not be empty"),
        (f"{HEADER}\nL,a\n", "line 2: listener, first and second must not be empty"),
        ("\x00\xff", "is no table in CSV"),
    ],
)
def test_what_is_no_table_of_answers_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ParameterError, match=says):
        read_answers(path)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_answers(tmp_path)
