"""Feedback as a user meets it: agreed to, kept, shown, shared, taken in by somebody else, erased."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from tests.songs import song
from typer.testing import CliRunner, Result

from mixwright.cli.app import app
from mixwright.errors import MixwrightError
from mixwright.feedback.diary import Diary
from mixwright.feedback.events import CONSENT
from mixwright.feedback.exchange import SHARING, load_set
from mixwright.home import FEEDBACK, SHARED_TASTE, TASTE
from mixwright.model.leaning import load_leaning
from mixwright.parameters import Preset, load_preset
from mixwright.store import NewEvent, open_feedback

BUNDLED = Path(__file__).parents[2] / "bench" / "music" / "rock" / "Stephen-M.-Cameron__lucky13.ogg"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `mixwright …` in an empty folder; a failure that is not one line for the user is raised here."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object, answer: str = "") -> Result:
        result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
        if result.exception and not isinstance(result.exception, MixwrightError | SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundled song, mixed once with feedback on: a folder with home, mix and preset."""
    folder = tmp_path_factory.mktemp("mixed")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MIXWRIGHT_HOME", str(folder / "home"))
        patched.chdir(folder)
        for words in (["feedback", "on", "--yes"], ["mix", str(BUNDLED), "-o", "a.flac", "--report", "none"]):
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, result.output
            assert result.stderr == ""
    return folder


@pytest.fixture
def at_home(mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that home, with the mix kept in it, and its preset as mix.json here."""
    home = tmp_path / "home"
    home.mkdir()
    (home / FEEDBACK).write_bytes((mixed / "home" / FEEDBACK).read_bytes())
    (tmp_path / "mix.json").write_bytes((mixed / "a.preset.json").read_bytes())
    monkeypatch.setenv("MIXWRIGHT_HOME", str(home))
    return home


def edited(path: Path, **values: float) -> Path:
    content = json.loads(path.read_text())
    content["parameters"] |= values
    made = path.with_name("edited.json")
    made.write_text(json.dumps(content))
    return made


def everything(run: Run, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("feedback", "show", "--json", *words).stdout)
    return found


def kinds(run: Run, *words: str) -> list[str]:
    return [event["kind"] for event in everything(run, *words)["events"]]


def test_the_whole_story(run: Run, at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mix,) = everything(run)["events"]
    assert mix["kind"] == "mix"
    assert mix["data"]["how"] == "cli"
    assert mix["data"]["proposed"] == dict(load_preset("mix.json").parameters)
    assert mix["data"]["figures"]["true_peak_over"] <= 0
    mine = edited(tmp_path / "mix.json", reverb=0.15, high_eq=0.5)
    run("preset", "convert", mine, "-o", "daw.vstpreset")
    kept = run("feedback", "keep", "daw.vstpreset")
    assert kept.exit_code == 0, kept.output
    assert "wet reverb" in kept.stdout
    assert "Learned from 1 choice" in kept.stdout
    assert len(kept.stdout.splitlines()) == 1
    assert load_leaning(at_home / TASTE).shared.choices == 1
    assert run("feedback", "rate", mine, 8, "--comment", "warm", "--professional").exit_code == 0
    assert run("feedback", "comment", mine, "less bass").exit_code == 0
    shown = run("feedback", "show").stdout
    assert "Feedback of me is on" in shown
    for word in ("1 mix", "1 edit", "rating: 8 of 10 (warm)", "comment: less bass", "wet reverb"):
        assert word in shown
    shared = run("feedback", "share", "-o", "set.json", "--licence", "CC0-1.0", "--presets", f"warm={mine}",
                 answer="y\n")  # fmt: skip
    assert shared.exit_code == 0, shared.output
    assert SHARING in shared.stdout
    made = load_set(tmp_path / "set.json")
    assert (len(made.choices), len(made.ratings), [row.name for row in made.presets]) == (1, 1, ["warm"])
    assert made.choices[0].weight == 0.25
    assert "warm" not in made.ratings[0].comment
    other = tmp_path / "other"
    with monkeypatch.context() as away:
        away.setenv("MIXWRIGHT_HOME", str(other))
        for new in (1, 0):
            taken = run("feedback", "import", "set.json")
            assert taken.exit_code == 0, taken.output
            assert f"{new} new choice" in taken.stdout
        (preset,) = (other / "presets").rglob("*.json")
        assert load_preset(preset) == load_preset(mine)
        assert load_leaning(other / SHARED_TASTE).shared.choices == 1
        assert everything(run) == {"format": "mixwright-feedback", "version": 1, "person": None, "events": []}
        id_ = preset.parent.name
        assert f"1 imported: {id_}" in run("feedback", "show").stdout
        assert kinds(run, "--as", f"{id_}:L001") in (["choice", "rating"], ["rating", "choice"])
        assert run("feedback", "erase", "--set", id_, "--yes").exit_code == 0
        assert kinds(run, "--as", f"{id_}:L001") == []
        assert not (other / SHARED_TASTE).exists()
    assert run("feedback", "erase", answer="n\n").exit_code == 1
    assert len(kinds(run)) == 4
    assert "4 events" in run("feedback", "erase", "--yes").stdout
    assert everything(run)["person"] is None
    assert not (at_home / TASTE).exists()
    assert "is off" in str(run("feedback", "keep", mine).exception)


def test_the_last_of_several_edits_is_what_was_kept(run: Run, at_home: Path, tmp_path: Path) -> None:
    for reverb in (0.05, 0.1, 0.15):
        run("feedback", "keep", edited(tmp_path / "mix.json", reverb=reverb))
    again = run("feedback", "keep", tmp_path / "mix.json")
    assert "as it was proposed. Learned from 0 choices" in again.stdout
    assert load_leaning(at_home / TASTE).shared.choices == 0


def test_words_that_are_no_text_can_be_shown_and_shared(run: Run, at_home: Path, tmp_path: Path) -> None:
    """A shell in another encoding gives bytes that stand for no character."""
    assert run("feedback", "rate", "mix.json", 8, "--comment", "sch\udcf6n").exit_code == 0
    assert "rating: 8 of 10 (sch?n)" in run("feedback", "show").stdout
    words = ["feedback", "share", "-o", "set.json", "--licence", "CC0-1.0", "--comments", "--yes"]
    assert run(*words).exit_code == 0
    assert load_set(tmp_path / "set.json").ratings[0].comment == "sch?n"


def test_feedback_is_about_the_mix_that_proposed_it(run: Run, at_home: Path, tmp_path: Path) -> None:
    """The song was mixed otherwise since: what was proposed before is no edit of that, nor rated in its name."""
    first = load_preset("mix.json")
    store = open_feedback(f"sqlite:///{at_home / FEEDBACK}")
    (mix,) = store.events("mix")
    other = {**mix.data, "proposed": {**mix.data["proposed"], "reverb": 0.3, "high_eq": 2.0}}
    store.add("me", [NewEvent("later", "mix", other, mix.song, {"jazz": 1.0}, "rules")])
    store.close()
    assert "as it was proposed. Learned from 0 choices" in run("feedback", "keep", "mix.json").stdout
    run("feedback", "rate", "mix.json", 8)
    assert everything(run)["events"][-1]["model"] == first.model
    edited_first = edited(tmp_path / "mix.json", reverb=0.05)  # still says by which model
    run("feedback", "keep", edited_first)
    assert everything(run)["events"][-1]["data"]["proposed"] == mix.data["proposed"]
    run("preset", "convert", edited_first, "-o", "daw.state")  # a DAW does not say: the last one
    run("feedback", "keep", "daw.state")
    assert everything(run)["events"][-1]["data"]["proposed"] == other["proposed"]


@pytest.mark.parametrize("ending", ["state", "lv2", "vstpreset"])
def test_a_daws_edit_finds_its_mix_in_every_format(run: Run, at_home: Path, tmp_path: Path, ending: str) -> None:
    run("preset", "convert", edited(tmp_path / "mix.json", stereo_width=1.05), "-o", f"x.{ending}")
    kept = run("feedback", "keep", f"x.{ending}")
    assert kept.exit_code == 0, kept.exception
    assert "stereo width" in kept.stdout
    assert everything(run)["events"][-1]["data"]["how"] == "plugin"


def test_on_asks_first_and_off_keeps_nothing_more(run: Run, at_home: Path, tmp_path: Path, home: str) -> None:
    assert run("feedback", "on", "--as", "bert", answer="n\n").exit_code == 1
    assert everything(run, "--as", "bert")["person"] is None
    told = run("feedback", "on", "--as", "bert", answer="y\n")
    assert CONSENT in told.stdout
    assert everything(run, "--as", "bert")["person"]["consented"] is not None
    run("feedback", "off")
    assert "Feedback of me is off" in run("feedback", "show").stdout
    assert "is off" in str(run("feedback", "rate", "mix.json", 5).exception)
    assert kinds(run) == ["mix"]


def test_two_people_have_a_taste_each(run: Run, at_home: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lab.sqlite'}"
    run("feedback", "on", "--yes", "--as", "anna", "--store", url)
    missing = run("feedback", "keep", "mix.json", "--as", "anna", "--store", url)
    assert "no mix of this song" in str(missing.exception)
    run("feedback", "on", "--yes", "--as", "anna")
    assert "no mix of this song" in str(run("feedback", "keep", "mix.json", "--as", "anna").exception)
    run("feedback", "keep", edited(tmp_path / "mix.json", reverb=0.2))
    assert (at_home / TASTE).exists()
    assert not (at_home / "taste-anna.json").exists()


def test_what_cannot_be_is_one_line(run: Run, home: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(Preset().to_json())
    (tmp_path / "bad.json").write_text('{"format": "mixwright-preferences", "version": 1, "licence": "CC0-1.0"}')
    (tmp_path / "song.txt").write_text("no preset")
    for words, told in (
        (["show"], "feedback is off"),
        (["off"], "feedback is off"),
        (["erase", "--yes"], "feedback is off"),
        (["keep", "p.json"], "feedback is off"),
        (["keep", "song.txt"], "song.txt"),
        (["keep", "none.json"], "cannot be read"),
        (["on", "--yes", "--as", "a:b"], "--as a:b"),
        (["on", "--yes", "--as", "../x"], "--as ../x"),
        (["on", "--yes", "--store", "nonsense://x"], "nonsense"),
        (["import", "bad.json"], "consent is missing: nobody agreed"),
        (["import", "p.json"], "no set of preferences"),
        (["share", "-o", "s.json", "--licence", "CC0-1.0"], "nothing to share"),
        (["share", "-o", "s.json", "--licence", "mine", "--presets", "p.json", "--yes"], "licence"),
        (["share", "-o", "s.json", "--licence", "CC0-1.0", "--presets", "../x=p.json", "--yes"], "preset 1: name"),
        (["share", "-o", "s.txt", "--licence", "CC0-1.0", "--presets", "p.json", "--yes"], "s.txt"),
    ):
        result = run("feedback", *words)
        assert result.exit_code == 1, words
        assert told in str(result.exception), words
        assert "\n" not in str(result.exception), words
    assert list(Path(home).iterdir()) == []  # a store is made where it is agreed to, not by asking


def test_a_preset_alone_can_be_shared_and_a_no_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "anthem.json").write_text(Preset().to_json())
    words = ["feedback", "share", "-o", "s.json", "--licence", "CC-BY-4.0", "--presets", "anthem.json"]
    assert run(*words, answer="n\n").exit_code == 1
    assert not (tmp_path / "s.json").exists()
    assert run(*words, "--yes").exit_code == 0
    assert [row.name for row in load_set(tmp_path / "s.json").presets] == ["preset 1"]
    assert "anthem" not in (tmp_path / "s.json").read_text()


def test_schema_is_printed(run: Run) -> None:
    assert json.loads(run("feedback", "schema").stdout)["title"] == "PreferenceSet"


def mix_of(tmp_path: Path, *words: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "song.wav"
    soundfile.write(path, song(4.0).T, 44_100)
    command = [sys.executable, *flags, "-m", "mixwright", "mix", path, "-o", tmp_path / "m.wav", "--report", "none"]
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False)


def test_without_feedback_a_mix_loads_no_database(tmp_path: Path, home: str) -> None:
    result = mix_of(tmp_path, "-q", flags=("-X", "importtime"))
    assert result.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "mixwright.mix" in loaded
    assert not loaded & {"sqlalchemy", "alembic", "mixwright.store", "mixwright.feedback.diary"}
    assert list(Path(home).iterdir()) == []


def test_a_store_that_fails_fails_no_mix(tmp_path: Path, home: str) -> None:
    (Path(home) / FEEDBACK).write_bytes(b"no database at all, but long enough to be read as one" * 99)
    result = mix_of(tmp_path, "-q")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "m.wav").exists()
    (line,) = result.stderr.splitlines()
    assert line.startswith("mixwright: feedback was not kept: ")


def test_a_mistake_in_feedback_fails_no_mix(
    run: Run, at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Diary, "mixed", broken)
    soundfile.write(tmp_path / "song.wav", song(4.0).T, 44_100)
    result = run("mix", "song.wav", "--json", "--report", "none")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[-1] == "mixwright: feedback was not kept: ZeroDivisionError"
    assert json.loads(result.stdout)["output"]


def test_a_preset_that_is_rendered_is_no_decision(at_home: Path, tmp_path: Path) -> None:
    assert mix_of(tmp_path, "-q", "--preset", str(tmp_path / "mix.json")).returncode == 0
    store = open_feedback(f"sqlite:///{at_home / FEEDBACK}")
    assert store.counts() == {"mix": 1}
    assert mix_of(tmp_path, "-q", "--model", "rules").returncode == 0
    assert store.counts() == {"mix": 2}
    store.close()
