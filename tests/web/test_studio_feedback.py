"""Feedback in the studio by HTTP: nothing before somebody agreed; what is kept then, shown, taken away and erased."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.test_studio_server import add, mixed, run, studio, wav
from typer.testing import CliRunner

from mixwright.cli.app import app
from mixwright.feedback import TRAITS
from mixwright.feedback.diary import diary_of
from mixwright.feedback.events import CONSENT, CONSENT_VERSION, choice_event
from mixwright.feedback.gathering import choices_of
from mixwright.feedback.sharing import learn_shared
from mixwright.feedback.taste import deviation
from mixwright.home import FEEDBACK, SHARED_TASTE, TASTE
from mixwright.model.leaning import Lean, Leaning, load_leaning
from mixwright.model.tasting import lean_words
from mixwright.parameters.preset_file import preset_from
from mixwright.store import open_feedback
from mixwright.web.guard import Admin
from mixwright.web.studio import WorkFolder, make_studio
from mixwright.web.studio.keeping import Keeping
from mixwright.web.studio.metrics import BOUNDS_S, Counters, exposed

SONG = wav(2.0)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback") / "home"


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Any]:
    with studio(place.parent / "work", home=place) as made:
        yield made


@pytest.fixture
def client(server: Any, place: Path) -> Iterator[Any]:
    """The server, with nothing kept yet."""
    yield server
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def mix(server: Any) -> str:
    """A mix of rock that was made before anybody agreed."""
    return mixed(server, add(server, ("s.wav", SONG)), genre="rock")


def state(client: Any) -> dict[str, Any]:
    answer = client.get("/api/feedback")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def agreed(client: Any, agree: bool = True) -> dict[str, Any]:
    answer = client.post("/api/feedback/consent", json={"agree": agree})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def values(client: Any, mix: str, **moved: float) -> dict[str, float]:
    facts = client.get(f"/api/mixes/{mix}").json()
    return {**{row["name"]: row["value"] for row in facts["parameters"]}, **moved}


def export(client: Any, mix: str, **moved: float) -> dict[str, Any]:
    name, result = run(client, f"/api/mixes/{mix}/export", parameters=values(client, mix, **moved), format="flac")
    assert name == "done", result
    return result


def events_of(place: Path, *kinds: str, pseudonym: str = "me") -> list[Any]:
    store = open_feedback(f"sqlite:///{place / FEEDBACK}")
    try:
        return store.events(*kinds, pseudonym=pseudonym)
    finally:
        store.close()


def test_nothing_is_kept_before_somebody_agreed(client: Any, place: Path, mix: str) -> None:
    """Not even a database is made by mixing, exporting, or asking."""
    assert export(client, mix, high_eq=1.0)["warnings"] == []
    for path, message in (
        ("ratings", {"mix": mix, "score": 7}),
        ("undos", {"mix": mix, "undos": [["low_eq"]]}),
    ):
        refused = client.post(f"/api/feedback/{path}", json=message)
        assert refused.status_code == 409
        assert "agreed" in refused.json()["error"]
    found = state(client)
    assert (found["offered"], found["agreed"], found["counts"]) == (True, False, {})
    assert (found["consent"], found["version"]) == (CONSENT, CONSENT_VERSION)
    assert found["taste"] == {"leans": False, "words": "", "choices": 0}
    assert client.get("/api/feedback/export").json()["events"] == []
    assert not place.exists()


def test_an_edit_that_was_exported_is_the_choice(client: Any, place: Path) -> None:
    agreed(client)
    mix = mixed(client, add(client, ("s.wav", SONG)), genre="rock")
    moved = {"high_eq": 1.5, "reverb": 0.1}
    assert export(client, mix, **moved)["warnings"] == []
    proposed = values(client, mix)
    kinds = [event.kind for event in events_of(place)]
    assert kinds == ["mix", "edit", "export"]
    told, edit, exported = events_of(place)
    assert told.data["how"] == "studio"
    assert told.genre == {"rock": 1.0}
    assert told.data["proposed"] == proposed == told.data["decided"]
    assert "crest_factor_lost" in told.data["figures"]
    assert told.data["features"]["duration_s"] == 2.0
    assert edit.data["kept"] == {**proposed, **moved}
    assert exported.data == {"how": "studio", "format": "flac"}
    assert edit.song == told.song == exported.song
    (choice,) = choices_of(events_of(place))
    preferred, other = (choice.first, choice.second) if choice.outcome == "first" else (choice.second, choice.first)
    assert preferred == deviation({**proposed, **moved}, proposed)
    assert set(preferred) == set(moved)
    assert other == {}
    found = state(client)
    assert found["counts"] == {"mix": 1, "edit": 1, "export": 1}
    assert found["taste"]["choices"] == 1
    assert not found["taste"]["leans"]
    assert "1 choice so far" in found["taste"]["words"]
    assert json.loads((place / TASTE).read_text())["choices"] == 1


def test_who_agrees_with_a_mix_open_has_that_one_kept(client: Any, place: Path, mix: str) -> None:
    """The first mix of all: mixed before, exported and rated after."""
    agreed(client)
    export(client, mix, low_eq=-1.0)
    answer = client.post("/api/feedback/ratings", json={"mix": mix, "score": 8, "comment": " warm "})
    assert answer.json()["counts"] == {"mix": 1, "edit": 1, "export": 1, "rating": 1}
    (rating,) = events_of(place, "rating")
    assert (rating.data["score"], rating.data["comment"]) == (8.0, "warm")
    assert rating.song == events_of(place, "mix")[0].song


def test_feedback_is_about_the_mix_that_it_was_given_on(client: Any, place: Path) -> None:
    """Of two mixes of a song the one that was exported, not the last one."""
    agreed(client)
    song = add(client, ("s.wav", SONG))
    first = mixed(client, song, settings={"high_eq": 2.0})
    mixed(client, song)
    export(client, first, low_eq=1.0)
    (edit,) = events_of(place, "edit")
    assert edit.data["proposed"]["high_eq"] == 2.0
    (choice,) = choices_of(events_of(place))
    assert {*choice.first, *choice.second} == {"low_eq"}


def test_what_was_kept_in_the_end_counts(client: Any, place: Path, mix: str) -> None:
    """One way, another, and back to the first; the last one once more is the same again."""
    agreed(client)
    for high_eq in (1.0, 2.0, 1.0, 1.0):
        export(client, mix, high_eq=high_eq)
    assert [event.data["kept"]["high_eq"] for event in events_of(place, "edit")] == [1.0, 2.0, 1.0]
    (choice,) = choices_of(events_of(place))
    (away,) = {**choice.first, **choice.second}.items()
    proposed = values(client, mix)
    assert away == ("high_eq", deviation({**proposed, "high_eq": 1.0}, proposed)["high_eq"])


def test_undos_are_kept_one_by_one(client: Any, place: Path, mix: str) -> None:
    agreed(client)
    undos = [["low_eq"], ["low_eq", "reverb"]]
    assert client.post("/api/feedback/undos", json={"mix": mix, "undos": undos}).json()["counts"]["undo"] == 2
    assert [event.data["parameters"] for event in events_of(place, "undo")] == undos
    for wrong in ([["volume"]], [["low_eq"] * 11], [["low_eq"]] * 201):
        answer = client.post("/api/feedback/undos", json={"mix": mix, "undos": wrong})
        assert answer.status_code in (400, 422)
    assert state(client)["counts"]["undo"] == 2


@pytest.mark.parametrize(
    "message", [{"score": 0}, {"score": 11}, {"score": "NaN"}, {"score": 5, "comment": "x" * 2001}, {"mix": "../x"}]
)
def test_a_rating_that_cannot_be_is_refused(message: dict[str, Any], client: Any) -> None:
    agreed(client)
    answer = client.post("/api/feedback/ratings", json={"mix": "a" * 22, "score": 5, **message})
    assert answer.status_code in (404, 422)
    assert state(client)["counts"] == {}


def test_stop_keeps_what_is_there_and_nothing_more(client: Any, mix: str) -> None:
    rating = {"mix": mix, "score": 3.5}
    agreed(client)
    client.post("/api/feedback/ratings", json=rating)
    stopped = agreed(client, False)
    assert (stopped["agreed"], stopped["counts"]) == (False, {"mix": 1, "rating": 1})
    assert client.post("/api/feedback/ratings", json=rating).status_code == 409
    mixed(client, add(client, ("s.wav", SONG)))
    assert state(client)["counts"] == {"mix": 1, "rating": 1}
    assert len(client.get("/api/feedback/export").json()["events"]) == 2


def test_everything_can_be_taken_away_and_erased(client: Any, place: Path) -> None:
    agreed(client)
    mix = mixed(client, add(client, ("Secret Name.wav", SONG)), genre="jazz")
    export(client, mix, stereo_width=1.05)
    answer = client.get("/api/feedback/export")
    assert 'filename="mixwright-feedback.json"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    content = answer.json()
    assert (content["format"], content["version"], content["pseudonym"]) == ("mixwright-feedback", 1, "me")
    kept = events_of(place)
    assert [(e["key"], e["kind"], e["data"]) for e in content["events"]] == [(e.key, e.kind, e.data) for e in kept]
    assert "Secret" not in answer.text
    assert (place / TASTE).is_file()
    erased = client.post("/api/feedback/erase").json()
    assert (erased["agreed"], erased["counts"], erased["taste"]["words"]) == (False, {}, "")
    assert not (place / TASTE).exists()
    assert events_of(place) == []


def test_a_store_that_fails_fails_no_mix(client: Any, place: Path) -> None:
    """Damaged after somebody agreed: mix and export are made, each with a warning; asked directly, it says so."""
    agreed(client)
    for path in place.glob(f"{FEEDBACK}*"):
        path.write_bytes(b"this is no database" * 100)
    mix = mixed(client, add(client, ("s.wav", SONG)))
    (warning,) = client.get(f"/api/mixes/{mix}").json()["warnings"]
    assert "feedback" in warning
    (warning,) = export(client, mix, high_eq=1.0)["warnings"]
    assert "could not be kept" in warning
    answer = client.get("/api/feedback")
    assert answer.status_code == 503
    assert "cannot be used" in answer.json()["error"]


def test_a_mistake_in_feedback_fails_no_export(client: Any, mix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from mixwright.feedback.diary import Diary

    def broken(self: Diary) -> Leaning:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(Diary, "learn", broken)
    agreed(client)
    (warning,) = export(client, mix, high_eq=1.0)["warnings"]
    assert "by zero" in warning


def test_mixing_with_taste_and_without(client: Any, place: Path) -> None:
    lean = Lean({"presence": 0.2, "high_eq": 0.3}, 46)
    place.mkdir()
    (place / TASTE).write_text(Leaning(lean, {}, "me", "2026-11-30").to_json())
    taste = state(client)["taste"]
    assert taste == {"leans": True, "words": lean_words(lean), "choices": 46}
    assert "presence" in taste["words"]
    assert "from 46 choices" in taste["words"]
    agreed(client)
    song = add(client, ("s.wav", SONG))
    leaning, plain = (mixed(client, song, taste=taken) for taken in (True, False))
    told, without = (client.get(f"/api/mixes/{mix}").json() for mix in (leaning, plain))
    assert told["taste"].endswith("from 46 choices")
    assert "Your taste: " + told["taste"] + "." in told["summary"]
    assert without["taste"] == ""
    assert "--no-taste" not in json.dumps(told)
    assert values(client, leaning) != values(client, plain)
    by_taste, _ = events_of(place, "mix")
    assert by_taste.data["proposed"] == values(client, leaning)
    assert {n: by_taste.data["decided"][n] for n in TRAITS} == {n: values(client, plain)[n] for n in TRAITS}
    # a preset is taken as it is, and is no proposal of ours
    again = client.get(f"/api/mixes/{mixed(client, song, preset=without['preset'])}").json()
    assert again["taste"] == ""
    assert preset_from(again["preset"]).parameters["high_eq"] == values(client, plain)["high_eq"]
    assert len(events_of(place, "mix")) == 2
    assert export(client, again["id"], high_eq=1.0)["warnings"] == []
    refused = client.post("/api/feedback/ratings", json={"mix": again["id"], "score": 5})
    assert (refused.status_code, "preset" in refused.json()["error"]) == (409, True)


def test_a_taste_that_cannot_be_read_is_said(client: Any, place: Path) -> None:
    place.mkdir()
    (place / TASTE).write_text("{")
    taste = state(client)["taste"]
    assert not taste["leans"]
    assert "cannot be read" in taste["words"]
    song = add(client, ("s.wav", SONG))
    refused = client.post(f"/api/songs/{song}/mix", json={})
    assert (refused.status_code, TASTE in refused.json()["error"]) == (400, True)
    mixed(client, song, taste=False)


def test_a_taste_by_genre_is_told_by_genre(client: Any, place: Path) -> None:
    place.mkdir()
    shared = Lean({"low_eq": 0.2}, 90)
    (place / TASTE).write_text(Leaning(shared, {"jazz": {"low_eq": -0.2}, "rock": {"low_eq": 0.2}}).to_json())
    words = state(client)["taste"]["words"]
    assert words == f"{lean_words(shared)}; jazz: {lean_words(Lean({'low_eq': -0.2}, 90))}"
    assert lean_words(Lean({}, 90)) == ""


def test_a_public_studio_is_somebody_else(tmp_path: Path) -> None:
    """Its users share a pseudonym, and touch neither feedback nor taste of who runs it."""
    place = tmp_path / "home"
    place.mkdir()
    mine = Leaning(Lean({"low_eq": 0.2}, 50)).to_json()
    (place / TASTE).write_text(mine)
    with studio(tmp_path / "work", home=place, admin=Admin("t0ken"), hosts=("*",)) as client:
        for path in ("/api/feedback", "/api/feedback/export", "/metrics"):
            assert client.get(path).status_code == 401
        client.headers["Authorization"] = "Bearer t0ken"
        assert state(client)["taste"]["words"] == ""
        assert agreed(client)["shared"]
        mix = mixed(client, add(client, ("s.wav", SONG)))
        export(client, mix, high_eq=1.0)
        assert client.get(f"/api/mixes/{mix}").json()["taste"] == ""
        assert [event.kind for event in events_of(place, pseudonym="studio")] == ["mix", "edit", "export"]
        assert events_of(place) == []
        assert state(client)["taste"]["choices"] == 1
        assert "1 choice so far" in state(client)["taste"]["words"]
        theirs = set(place.rglob("taste*.json")) - {place / TASTE}
        assert [load_leaning(path).listener for path in theirs] == ["studio"]
        client.post("/api/feedback/erase")
        assert (state(client)["taste"]["choices"], state(client)["taste"]["words"]) == (0, "")
    assert set(place.rglob("taste*.json")) == {place / TASTE}
    assert (place / TASTE).read_text() == mine


def test_the_command_line_erases_what_a_public_studio_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "home"
    keeping = Keeping(place, public=True)
    keeping.consent(True)
    with diary_of(place, pseudonym="studio") as diary:
        assert diary is not None
        diary.learn()
    assert keeping.leaning() is not None
    monkeypatch.setenv("MIXWRIGHT_HOME", str(place))
    assert CliRunner().invoke(app, ["feedback", "erase", "--as", "studio", "--yes"]).exit_code == 0
    assert keeping.leaning() is None
    assert list(place.rglob("*taste*.json")) == []


def test_who_erases_is_forgotten_by_the_shared_taste_too(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    keeping.consent(True)
    store = open_feedback(f"sqlite:///{tmp_path / FEEDBACK}")
    store.add("me", [choice_event({"reverb": 0.2}, {}, "first", key="k", song="s")])
    learn_shared(store, tmp_path)
    store.close()
    assert load_leaning(tmp_path / SHARED_TASTE).shared.choices == 1
    assert keeping.erase() == 1
    assert not (tmp_path / SHARED_TASTE).exists()


def test_a_database_of_ones_own_choice(tmp_path: Path) -> None:
    place = tmp_path / "home"
    url = f"sqlite:///{tmp_path / 'lab.sqlite'}"
    with studio(tmp_path / "work", home=place, store=url) as client:
        agreed(client)
        mixed(client, add(client, ("s.wav", SONG)))
        assert state(client)["counts"] == {"mix": 1}
    store = open_feedback(url)
    assert store.counts("me") == {"mix": 1}
    store.close()
    assert not (place / FEEDBACK).exists()


def test_without_a_place_nothing_is_offered(tmp_path: Path) -> None:
    with studio(tmp_path) as client:
        assert not state(client)["offered"]
        assert client.post("/api/feedback/consent", json={"agree": True}).status_code == 404


def test_only_the_page_itself_may_agree_or_erase(client: Any) -> None:
    for path, message in (("consent", {"agree": True}), ("erase", {})):
        foreign = client.post(f"/api/feedback/{path}", json=message, headers={"X-Mixwright": "0"})
        assert foreign.status_code == 403
    assert not state(client)["agreed"]


def test_the_process_of_a_job_knows_no_database() -> None:
    """It decodes what strangers send: nothing of the server is in it, and none of the time to import that is lost."""
    code = (
        "import sys; from mixwright.web.studio import facts, work; import mixwright.mix.report\n"
        "print([m for m in ('fastapi', 'sqlalchemy', 'alembic', 'mixwright.store', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)+)\})? (\S+)')


def read_metrics(text: str) -> dict[str, float]:
    """Samples by name and labels; every family must be introduced by HELP and TYPE, in one piece, and be told once."""
    assert text.endswith("\n")
    found: dict[str, float] = {}
    families: list[str] = []
    lines = text.splitlines()
    for k, line in enumerate(lines):
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in families
            families.append(name)
            assert lines[k + 1].split()[:3] == ["#", "TYPE", name]
            kind = lines[k + 1].split()[3]
        elif not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            assert match[1] in [families[-1] + end for end in ends]
            assert f"{match[1]}{{{match[2]}}}" not in found
            found[f"{match[1]}{{{match[2]}}}"] = float(match[3])
    return found


def test_metrics_count_what_jobs_did(tmp_path: Path) -> None:
    more = "# HELP other_total Others.\n# TYPE other_total counter\nother_total 3"
    with studio(tmp_path, monitors=[lambda: more]) as client:
        before = read_metrics(client.get("/metrics").text)
        export(client, mixed(client, add(client, ("s.wav", SONG))))
        name, _ = run(client, f"/api/songs/{add(client, ('s.wav', SONG[:400]))}/mix")
        assert name == "failed"
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = read_metrics(answer.text)
    assert found.pop("other_total{None}") == 3
    started, ended, seconds = (
        f"mixwright_studio_{n}" for n in ("jobs_started_total", "jobs_ended_total", "job_seconds")
    )
    assert before[f'{started}{{kind="mix"}}'] == 0
    assert found[f'{started}{{kind="mix"}}'] == 2
    assert found[f'{started}{{kind="export"}}'] == 1
    assert found[f'{ended}{{kind="mix",state="done"}}'] == 1
    assert found[f'{ended}{{kind="mix",state="failed"}}'] == 1
    assert found[f'{ended}{{kind="export",state="done"}}'] == 1
    assert found[f'{seconds}_count{{kind="mix"}}'] == 2
    assert 0 < found[f'{seconds}_sum{{kind="export"}}'] < 60


def test_seconds_fall_into_buckets() -> None:
    """Cumulative, a bound inside its own bucket; a job that never ran is no second."""
    counters = Counters()
    for seconds in (0.5, 1.0, 1.5, 9999.0):
        counters.started("mix")
        counters.ended("mix", "done", seconds)
    counters.ended("mix", "cancelled", None)
    found = read_metrics(counters.exposition())
    buckets = [found[f'mixwright_studio_job_seconds_bucket{{kind="mix",le="{b}"}}'] for b in (*BOUNDS_S, "+Inf")]
    assert buckets == [2.0] + [3.0] * (len(BOUNDS_S) - 1) + [4.0]
    assert found['mixwright_studio_job_seconds_count{kind="mix"}'] == 4
    assert found['mixwright_studio_job_seconds_sum{kind="mix"}'] == pytest.approx(10002.0)
    assert found['mixwright_studio_jobs_ended_total{kind="mix",state="cancelled"}'] == 1
    assert exposed([lambda: "a 1", lambda: "", lambda: "b 2\n"]) == "a 1\nb 2\n"


def test_the_interface_of_feedback_is_described(tmp_path: Path) -> None:
    app = make_studio(WorkFolder(tmp_path, 10**9, 60.0), home=tmp_path)
    paths = app.openapi()["paths"]
    assert {f"/api/feedback{end}" for end in ("", "/consent", "/erase", "/export", "/ratings", "/undos")} <= set(paths)
