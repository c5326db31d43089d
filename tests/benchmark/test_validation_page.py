"""The page and the command: nothing from outside, nothing unescaped, the same figures as the result."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import song
from typer.testing import CliRunner

from mixwright.benchmark.validation_page import render_validation, write_validation_page
from mixwright.benchmark.validation_result import SCORES, Scores, TrackRow, Validation
from mixwright.cli.app import app
from mixwright.errors import AudioWriteError

HOSTILE = '</script><img src=x onerror="alert(1)">\x00.wav'
VOID = {"meta", "link", "input", "br", "img", "hr"}


def row(name: str, before: float, after: float | None, error: str = "", failed: str = "") -> TrackRow:
    costs = {"mud_db": 12.4, "tilt_db_per_octave": 3.2, "imbalance_db": 0.2}
    sides = [None if v is None else Scores(v, v, v, v, v, costs) for v in (before, after)]
    return TrackRow(name, {"hip_hop": 1.0}, sides[0], sides[1], error, failed)


RESULT = Validation(
    "rules <b>",
    (row("better", 40, 55.5), row("worse", 80, 71), row(HOSTILE, 60, None, "raised <i>", "mixer")),
)


class Page(HTMLParser):
    """Text and attributes; fails on an element that is closed out of order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def html() -> str:
    return render_validation(RESULT)


def test_the_page_stands_alone_and_escapes(html: str) -> None:
    page = Page(html)
    assert "<img" not in html
    assert "<b>rules" not in html
    assert "rules <b>" in page.words
    assert "raised <i>" in page.words
    assert "\x00" not in html
    assert not [a for a in page.attributes if a[1] == "src" or a[1].startswith("on")]
    assert {value for _, name, value in page.attributes if name == "href"} <= {"data:,", "#report"}
    assert not re.search(r"@import|url\(|https?:", html)
    assert html.count("<script>") == 1


def test_the_page_says_the_figures_and_what_they_are_not(html: str) -> None:
    words = " ".join(Page(html).words.split())
    assert "40 → 56" in words
    assert "+15.5" in words
    assert "−9.0" in words
    assert "1 of 3 could not be scored" in words
    assert "no professional gave them" in words
    assert "Hip hop; mud −12, tilt −3" in words  # what costs most, and nothing under a point
    # Failed first, then the worst change first.
    assert words.rindex("raised <i>") < words.rindex("80 → 71") < words.rindex("40 → 56")


def test_places_of_the_bars_are_inside(html: str) -> None:
    places = [float(v.rstrip("%")) for _, name, v in Page(html).attributes if name in ("cx", "x1", "x2")]
    assert len(places) == 2 * len(SCORES) * 4  # two tracks; a line and two dots each
    assert all(0.0 <= place <= 100.0 for place in places)


def test_a_result_without_a_score_is_a_page_too() -> None:
    page = Page(render_validation(Validation("nobody", (row("x", 50, None, "broken", "track"),))))
    assert "No track could be scored" in page.words


def test_the_file_is_written_whole_or_not(tmp_path: Path) -> None:
    write_validation_page(RESULT, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").endswith("</html>")
    with pytest.raises(AudioWriteError):
        write_validation_page(RESULT, tmp_path / "missing" / "page.html")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    music = tmp_path / "music"
    (music / "rock").mkdir(parents=True)
    soundfile.write(music / "rock" / "a.wav", song(2.0).T, 44_100)
    (music / "rock" / "b.wav").write_bytes(b"no sound")
    return music


def test_the_command(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    plain = CliRunner().invoke(app, ["validate", str(folder), "--mixer", "nothing", "--html", str(page)])
    assert plain.exit_code == 0
    assert "1 of 2 tracks" in plain.stdout
    assert "nobody listened" in plain.stdout
    assert "scored 2 of 2" in plain.stderr
    assert "rock/a.wav" in page.read_text(encoding="utf-8")
    made = CliRunner().invoke(app, ["validate", str(folder), "--mixer", "nothing", "--json", "--quiet"])
    result = json.loads(made.stdout)
    assert made.stderr == ""
    assert result["set"]["overall"]["unchanged"] == 1.0
    assert [track["genre"] for track in result["tracks"]] == [{"rock": 1.0}] * 2
    assert result["tracks"][0]["change"] == dict.fromkeys(SCORES, 0.0)


def test_the_command_fails_when_nothing_could_be_scored(folder: Path) -> None:
    done = CliRunner().invoke(app, ["validate", str(folder / "rock" / "b.wav"), "--mixer", "nothing", "-q"])
    assert done.exit_code == 1
    assert "no track of 1 has a score" in str(done.exception)
    unknown = CliRunner().invoke(app, ["validate", str(folder), "--mixer", "nobody"])
    assert unknown.exit_code == 1
    assert "nobody" in str(unknown.exception)


def test_an_input_is_never_overwritten(folder: Path) -> None:
    source = folder / "rock" / "a.wav"
    source.rename(folder / "a.html")
    done = CliRunner().invoke(app, ["validate", str(folder / "a.html"), "--html", str(folder / "a.html")])
    assert done.exit_code == 1
    assert isinstance(done.exception, AudioWriteError)
    assert np.frombuffer((folder / "a.html").read_bytes()[:4], "S4")[0] == b"RIFF"
