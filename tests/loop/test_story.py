"""The story of the README, from blind choices to a champion and back, by the commands that people use.

Twelve simulated listeners with two tastes visit the listening room; taste is learned and a mix leans; a challenger is
trained on a small set and the gate refuses one that is worse, then promotes one that is better; monitoring flags a
drift that was put in; going back gives the old bits. The networks are small and the songs short, so that this takes a
minute; nothing else is made simpler.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.feedback.tasters import Taster
from tests.loop.listeners import listen
from typer.testing import CliRunner

from mixwright.audio import read_audio
from mixwright.cli.app import app
from mixwright.home import MODELS, TASTE
from mixwright.model.registry import Registry

pytest.importorskip("torch")

MUSIC = Path(__file__).parents[2] / "bench" / "music"
BRIGHT = {"high_eq": 0.5, "presence": 0.4, "low_eq": -0.4}
DARK = {"high_eq": -0.5, "presence": -0.4, "low_eq": -0.4}
LISTENERS, PAIRS = 12, 18
SECONDS = 7


def run(*words: object, code: int = 0) -> str:
    """A command as it is typed, in this process; what it printed."""
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six songs, one a genre, and a home that lasts as long as the story."""
    folder = tmp_path_factory.mktemp("story")
    with (MUSIC / "mixes.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["genre"]: row for row in reversed(list(csv.DictReader(file)))}
    (folder / "music").mkdir()
    with (folder / "music" / "mixes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(next(iter(rows.values()))))
        table.writeheader()
        for row in rows.values():
            (folder / "music" / row["path"]).parent.mkdir(exist_ok=True)
            shutil.copy(MUSIC / row["path"], folder / "music" / row["path"])
            table.writerow(row)
    for number, genre in enumerate(("rock", "jazz"), 1):
        audio, rate = read_audio(MUSIC / rows[genre]["path"])
        soundfile.write(folder / f"song{number}.wav", audio[:, : SECONDS * rate].T, rate, subtype="PCM_24")
    return folder


@pytest.fixture(autouse=True)
def one_home(place: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIXWRIGHT_HOME", str(place / "home"))
    monkeypatch.chdir(place)
    return place / "home"


@pytest.fixture(autouse=True)
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--steps` means here: steps of the first stage, which learns most, of a network of a size for tests."""
    from mixwright.training import fit, run
    from mixwright.training.config import Config
    from mixwright.training.network import Shape

    def config_of(steps: int | None, seed: int, batch: int | None) -> Config:
        shape = Shape(channels=4, token=16, tone=64, dropout=0.0)
        return Config(
            seed=seed, steps=10, tone_steps=steps or 60, tone_batch=128, batch=16, evaluate_every=5, shape=shape,
            undamaged_share=0.6, worse_weight=2.0,
        )  # fmt: skip

    monkeypatch.setattr(fit, "SCALE_SONGS", 256)
    monkeypatch.setattr(run, "config_of", config_of)
    monkeypatch.setattr(run, "Plan", partial(run.Plan, recipe=run.Recipe(passages=2)))


def fingerprint(path: Path) -> str:
    return hashlib.sha256(np.ascontiguousarray(read_audio(path)[0]).tobytes()).hexdigest()


def mixed(*words: object) -> tuple[dict[str, Any], str]:
    """A mix of the first song: its JSON, and what it sounds like to the bit."""
    told = json.loads(run("mix", "song1.wav", "-o", "out.wav", "--json", "--report", "none", *words))
    return told, fingerprint(Path("out.wav"))


def retrain(name: str, steps: int, code: int = 0) -> dict[str, Any]:
    told = run(
        "retrain", "music", "--name", name, "--steps", steps, "--ignore-split", "--no-mlflow", "--gate-split", "all",
        "--fast", "--workers", 2, "--json", "-q", code=code,
    )  # fmt: skip
    return dict(json.loads(told))


def test_1_a_blind_test_of_taste_is_made_and_heard(place: Path) -> None:
    assert "No taste was learned yet" in run("taste", "show")
    told = run("taste", "test", "song1.wav", "song2.wav", "--pairs", PAIRS, "-o", "taste.toml")
    assert f"{PAIRS} pairs in 2 songs, {2 * PAIRS} choices" in told
    run("listen", "create", "taste.toml", "-q")
    names = listen(place / "taste.listen", [Taster(DARK if n % 2 else BRIGHT, price=20.0) for n in range(LISTENERS)])
    assert names == [f"L{n + 1:04}" for n in range(LISTENERS)]
    results = run("listen", "results", "taste.listen", "--json")
    assert json.loads(results)["everyone"]["listeners"] == LISTENERS


def test_2_taste_is_learned_and_mixes_lean(one_home: Path) -> None:
    plain, bits = mixed()
    assert plain["taste"] is None
    told = run("taste", "learn", "taste.listen", "--listener", "L0001")
    assert f"{2 * PAIRS * LISTENERS} choices of {LISTENERS} listeners, {2 * PAIRS * LISTENERS} of them new" in told
    assert "0 of them new" in run("taste", "learn", "taste.listen", "--listener", "L0001")  # once, however often
    positions = json.loads((one_home / TASTE).read_text())["positions"]
    assert positions["high_eq"] > 0.1 > -0.05 > positions["low_eq"]  # L0001 wants it bright and lean
    leaning, leaning_bits = mixed()
    assert leaning["taste"]["choices"] == 2 * PAIRS
    assert leaning["balance"]["parameters"]["high_eq"] > plain["balance"]["parameters"]["high_eq"]
    assert leaning_bits != bits
    assert mixed("--no-taste")[1] == bits
    shown = run("mix", "song1.wav", "-o", "out.wav")
    assert "high EQ" in next(line for line in shown.splitlines() if line.startswith("Taste "))
    assert "Your taste: " in Path("out.report.html").read_text(encoding="utf-8")


def test_3_two_tastes_are_told_apart_and_what_is_shared_is_found() -> None:
    from mixwright.feedback.diary import store_url
    from mixwright.feedback.gathering import choices_of
    from mixwright.feedback.taste import learn_taste
    from mixwright.home import home_folder
    from mixwright.store import open_feedback

    store = open_feedback(store_url(home_folder()))
    taste = learn_taste(choices_of(store.events()))
    people = [person.pseudonym for person in store.people()]
    store.close()
    assert len(people) == LISTENERS
    lean = {name: taste.lean(name).positions.get("high_eq", 0.0) for name in people}
    bright = [by for name, by in lean.items() if name == "me" or int(name[-4:]) % 2]
    dark = [by for name, by in lean.items() if name != "me" and not int(name[-4:]) % 2]
    assert len(bright) == len(dark) == LISTENERS // 2
    assert min(bright) > max(dark)
    assert np.mean(bright) > 0.1 > -0.1 > np.mean(dark)
    shared = taste.lean().positions
    assert shared["low_eq"] < -0.1  # both groups want that
    assert abs(shared.get("high_eq", 0.0)) < 0.1  # and disagree about this


def test_4_the_gate_refuses_a_worse_network_and_promotes_a_better_one(one_home: Path) -> None:
    registry = Registry(one_home / MODELS)
    run("train", "music", "--name", "first", "--steps", 800, "--ignore-split", "--no-mlflow", "-q", "--runs", "runs")
    run("models", "add", "runs/first/network.onnx")
    run("models", "promote", "challenger", "--without-gate", "--reason", "the first of our own")
    first = registry.aliases()["champion"]
    before = mixed("--no-taste")
    assert before[0]["heard"]["model"] == f"network {first}"

    worse = retrain("worse", 60, code=3)
    assert worse["champion"] == first
    refused = {rule["name"]: rule for rule in worse["rules"]}
    assert refused["better"]["passed"] is False
    assert refused["no_criterion_worse"]["passed"] is False
    assert registry.aliases() == {"champion": first}
    assert mixed("--no-taste") == before  # nothing changed for anybody

    better = retrain("better", 2000)
    assert better["passed"]
    assert {rule["name"]: rule["passed"] for rule in better["rules"]} == {
        "no_criterion_worse": True, "harm_bound": True, "limits": True, "better": True, "genre_floor": True,
        "listeners": None,
    }  # fmt: skip
    second = registry.aliases()["champion"]
    assert second == better["challenger"]
    after = mixed("--no-taste")
    assert after[0]["heard"]["model"] == f"network {second}"
    assert after[1] != before[1]
    (row,) = [v for v in registry.versions() if v.version == second]
    assert row.parent == first
    assert len(row.data_sha256) == len(row.preferences_sha256) == 64
    document = next((one_home / MODELS / second).glob("gate-*.json")).read_text()
    assert registry.audit()[-1].document_sha256 == hashlib.sha256(document.encode()).hexdigest()
    assert "**Passed**" in run("models", "show", second)


def test_5_what_both_groups_want_is_in_the_training(place: Path) -> None:
    begun = json.loads((place / "runs" / "better" / "config.json").read_text())["config"]["taste"]
    assert begun["low_eq"] < -0.05  # half of what is shared
    assert abs(begun.get("high_eq", 0.0)) < 0.05


def test_6_going_back_gives_the_old_bits(one_home: Path) -> None:
    registry = Registry(one_home / MODELS)
    promoted = mixed("--no-taste")
    first = registry.audit()[-1].before
    assert f"{first} is champion again" in run("models", "rollback", "--reason", "complaints")
    back = mixed("--no-taste")
    assert back[0]["heard"]["model"] == f"network {first}"
    assert back[1] != promoted[1]
    run("models", "promote", registry.audit()[-1].before, "--reason", "after all")  # it has passed against this one
    assert mixed("--no-taste") == promoted
    run("models", "rollback")
    assert mixed("--no-taste") == back
    told = run("models", "audit")
    assert [line.split()[1] for line in told.splitlines()] == [
        "register", "promote", "register", "refuse", "register", "promote", "rollback", "promote", "rollback",
    ]  # fmt: skip


def test_7_a_drift_that_was_put_in_is_flagged(one_home: Path) -> None:
    from datetime import UTC, datetime

    from mixwright.feedback.diary import store_url
    from mixwright.feedback.events import FEATURES
    from mixwright.feedback.reference import load_reference
    from mixwright.home import FEEDBACK
    from mixwright.store import NewEvent, open_feedback

    run("feedback", "on", "--yes")
    mixed()
    assert run("monitor", "--json", code=0)  # one mix: nothing that could be said to drift
    kept = json.loads(run("feedback", "show", "--json"))
    data = next(event["data"] for event in kept["events"] if event["kind"] == "mix")
    reference = load_reference(None)
    rng = np.random.default_rng(1)

    def songs(count: int, tag: str, brightness: float) -> None:
        """Songs as the network learned from, of which the treble may be cut."""
        drawn = {name: np.interp(rng.random(count), np.linspace(0, 1, len(q)), q)
                 for name, q in reference.quantiles.items()}  # fmt: skip
        drawn["spectral_centroid_hz"] = brightness * drawn["spectral_centroid_hz"]
        genres = rng.choice(list(reference.genres), count, p=np.array(list(reference.genres.values())))
        events = [
            NewEvent(
                f"{tag}{n}", "mix", {**data, "features": {name: float(drawn[name][n]) for name in FEATURES}},
                f"{tag}{n}", {str(genres[n]): 1.0}, "network x", datetime.now(UTC),
            )
            for n in range(count)
        ]  # fmt: skip
        store = open_feedback(store_url(one_home))
        store.add("me", events)
        store.close()

    assert (one_home / FEEDBACK).is_file()
    songs(60, "same", 1.0)
    calm = json.loads(run("monitor", "--json"))
    assert [alert for alert in calm["alerts"] if alert["rule"] == "drift"] == []
    songs(60, "dull", 0.6)
    found = json.loads(run("monitor", "--json", code=3))
    (alert,) = [alert for alert in found["alerts"] if alert["rule"] == "drift"]
    assert "centroid" in alert["sentence"]
