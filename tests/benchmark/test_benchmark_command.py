"""`mixwright benchmark` as a user meets it: table, page, the gate's exit code, errors in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.benchmark.music_folder import make_folder

from mixwright.benchmark.page import render_page
from mixwright.benchmark.plots import percent
from mixwright.benchmark.results import read_results
from mixwright.benchmark.summary import summarise
from mixwright.benchmark.tables import brief


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mixwright", "benchmark", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with music, and a run of it."""
    folder = tmp_path_factory.mktemp("benchmark")
    make_folder(folder / "music", songs=1)
    words = ("music", "--fast", "--workers", 1, "--mixer", "rules", "--mixer", "nothing", "--html", "page.html")
    result = run(*words, cwd=folder)
    assert result.returncode == 0, result.stderr
    (folder / "told.txt").write_text(result.stdout)
    return folder


def test_what_it_tells(place: Path) -> None:
    told = (place / "told.txt").read_text()
    for words in ("Damage: light", "Damage: severe", "Undamaged music", "rules, reference given", "benchmark.jsonl"):
        assert words in told
    assert re.search(r"nothing +1 +0 % \(0 to 0\)", told)


def test_the_page_stands_alone_and_escapes(place: Path) -> None:
    page = (place / "page.html").read_text()
    assert "rules, genre given" in page
    assert "Do no harm" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    head, lines = read_results(place / "benchmark.jsonl")
    lines[0] = {**lines[0], "error": "<script>alert(1)</script>"}
    assert "<script>" not in render_page(head, lines)


def test_the_page_does_not_show_the_order_in_which_cases_were_done(place: Path) -> None:
    head, lines = read_results(place / "benchmark.jsonl")
    page = render_page(head, lines[::-1])
    titles = re.findall(r"<h2[^>]*>(\w+) damage</h2>", page)
    assert titles == ["Light", "Strong", "Severe"]
    told = brief(summarise(lines[::-1]))
    assert told.index("Damage: light") < told.index("Damage: strong") < told.index("Damage: severe")


def test_no_minus_zero() -> None:
    assert [percent(share) for share in (-0.004, 0.0, -0.126, 0.5)] == ["0", "0", "−13", "50"]


def test_the_gate(place: Path) -> None:
    again = ("music", "--fast", "--workers", 1, "--mixer", "rules", "--mixer", "nothing")
    same = run(*again, "--against", "benchmark.jsonl", "-o", "again.jsonl", cwd=place)
    assert same.returncode == 0, same.stdout + same.stderr
    assert "Nothing got worse" in same.stdout
    better = place / "better.jsonl"  # as if an earlier version had moved good music less
    rows = [json.loads(row) for row in (place / "benchmark.jsonl").read_text().splitlines()]
    for row in rows[1:]:
        if row["mixer"] == "nothing" and row["strength"] != "none":
            row["figures"]["ltas_error_db"] *= 0.5
    better.write_text("".join(json.dumps(row) + "\n" for row in rows))
    worse = run(*again, "--against", "better.jsonl", "-o", "again.jsonl", cwd=place)
    assert worse.returncode == 3
    assert "WORSE  nothing, blind, light: ltas_error_removed" in worse.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nowhere",), "no such folder"),
        (("music", "--mixer", "best"), "must be one of"),
        (("music", "--perceptual", "most"), "none, some or all"),
        (("music", "--against", "nothing.jsonl"), "cannot be read"),
        (("music", "--html", "page.txt"), ".html"),
    ],
)
def test_errors_are_one_line(place: Path, words: tuple[str, ...], reason: str) -> None:
    result = run(*words, cwd=place)
    assert result.returncode == 1
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1
