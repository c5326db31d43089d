"""`mixwright train` as a user meets it: a folder of music in, a network and its card out; bad folders in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.songs import song
from tests.training import small_set
from tests.training_data.music import tune, write
from typer.testing import CliRunner

from mixwright.cli.app import app
from mixwright.errors import ParameterError
from mixwright.model.network import load_network
from mixwright.training import fit, run
from mixwright.training.collection import gather
from mixwright.training.run_folder import git_commit

runner = CliRunner()
Call = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network and a batch of a size for tests; what is tested is the way around them."""
    monkeypatch.setattr(fit, "SCALE_SONGS", 64)
    monkeypatch.setattr(
        run,
        "config_of",
        lambda steps, seed, batch: small_set.config(seed=seed, steps=steps, pretrain_steps=1, evaluate_every=2),
    )
    monkeypatch.setattr(run, "Recipe", run.Recipe)
    plan = partial(run.Plan, recipe=run.Recipe(passages=1, train=("undamaged", "strong"), judge=("undamaged", "light")))
    monkeypatch.setattr(run, "Plan", plan)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two genres, three artists each, one of them in the test split; a pair; a broken file; an unlabelled song."""
    place = tmp_path_factory.mktemp("music")
    lines = ["path,genre,artist,split,licence"]
    for number, name in enumerate(("rock/a", "rock/b", "rock/c", "jazz/d", "jazz/e", "jazz/f")):
        write(place / f"{name}.wav", tune(10.5, number + 1))
        side = "test" if name[-1] in "cf" else "train"
        lines.append(f"{name}.wav,{name.split('/')[0]},Artist {name[-1]},{side},CC0-1.0")
    write(place / "loose" / "u.wav", tune(10.5, 20))
    lines.append("loose/u.wav,,Artist u,train,")
    (place / "rock" / "broken.ogg").write_bytes(b"OggS")
    lines.append("rock/broken.ogg,rock,Artist a,train,")
    (place / "mixes.csv").write_text("\n".join(lines), encoding="utf-8")
    after = tune(10.5, 30)
    write(place / "rock" / "after" / "P - p.wav", after)
    write(place / "rock" / "before" / "P - p.wav", np.diff(after, axis=1, prepend=0).astype(np.float32))
    return place


def train(*words: object, runs: Path, code: int = 0) -> dict[str, Any]:
    """Run in this process, which costs no start; errors come as exceptions."""
    call = ["train", *map(str, words), "--runs", str(runs), "--json"]
    result = runner.invoke(app, call, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout))


def test_from_a_folder_to_a_network(folder: Path, tmp_path: Path) -> None:
    result = train(folder, "--name", "one", "--steps", 4, "--no-mlflow", runs=tmp_path)
    place = tmp_path / "one"
    assert (result["steps"], result["finished"]) == (5, True)
    assert set(result["figures"]) == {"validation", "test", "test, genre given"}
    assert result["figures"]["test"]["n_light"] == 2
    facts = load_network(place / "network.onnx").facts  # what mixes takes it
    assert facts.version == result["version"]
    assert facts.temperature == pytest.approx(result["calibration"]["temperature"])
    begun = json.loads((place / "config.json").read_text())
    assert begun["config"]["steps"] == 4
    assert begun["git_commit"] == git_commit()
    assert len(begun["data_sha256"]) == 64
    curves = [json.loads(line) for line in (place / "curves.jsonl").read_text().splitlines()]
    assert [row["step"] for row in curves] == [2, 4, 5]
    assert {"technical", "perceptual", "frequency_balance", "dynamics", "loss", "score"} <= set(curves[-1])
    card = (place / "model_card.md").read_text()
    for words in (
        result["version"],
        "CC0-1.0",
        "Artist a (1)",
        "not known",
        "1 passages of training are",
        "| test | light | 2 |",
    ):
        assert words in card
    assert "1 file cannot be read: left out" in card
    assert not (tmp_path / "mlflow.db").exists()
    # The same call again does no work twice, and ends with the same.
    assert train(folder, "--name", "one", "--steps", 4, "--no-mlflow", runs=tmp_path) == result
    # Another seed or number of steps is another run.
    with pytest.raises(ParameterError, match=r"one: was begun with config\.seed=0, and not 1: choose another --name"):
        train(folder, "--name", "one", "--steps", 4, "--seed", 1, "--no-mlflow", runs=tmp_path)
    # The same seed under another name gives the same weights.
    assert train(folder, "--name", "two", "--steps", 4, "--no-mlflow", runs=tmp_path)["version"] == result["version"]


def test_stopped_by_time_and_gone_on_with(folder: Path, tmp_path: Path) -> None:
    call = (folder, "--name", "timed", "--steps", 8, "--no-mlflow")
    stopped = train(*call, "--minutes", 0, runs=tmp_path)
    assert not stopped["finished"]
    assert 0 < stopped["steps"] < 9
    again = train(*call, "--minutes", 0, runs=tmp_path)
    assert again["steps"] > stopped["steps"]  # however short the time, it gets on
    done = train(*call, runs=tmp_path)
    assert done["finished"]
    whole = train(folder, "--name", "whole", "--steps", 8, "--no-mlflow", runs=tmp_path)
    assert done["version"] == whole["version"]


def test_mlflow_keeps_the_run(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    from mlflow import MlflowClient

    for _ in range(2):  # going on is the same run
        result = train(folder, "--name", "kept", "--steps", 4, runs=tmp_path)
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = MlflowClient(store, store)
    experiment = client.get_experiment_by_name("mixwright")
    assert experiment is not None
    (found,) = client.search_runs([experiment.experiment_id])
    assert found.info.status == "FINISHED"
    assert found.data.params["config.steps"] == "4"
    assert (
        found.data.params["data_sha256"] == json.loads((tmp_path / "kept" / "config.json").read_text())["data_sha256"]
    )
    steps = [metric.step for metric in client.get_metric_history(found.info.run_id, "frequency_balance")]
    assert steps == [2, 4, 5]
    artifacts = {file.path for file in client.list_artifacts(found.info.run_id)}
    assert {"network.onnx", "model_card.md", "curves.jsonl", "config.json"} <= artifacts
    version = client.get_model_version_by_alias("mixwright-balance", "challenger")
    assert version.tags["weights"] == result["version"]
    assert Path(version.source).is_file()
    assert len(client.search_model_versions("name='mixwright-balance'")) == 1


def test_one_genre_is_said_and_stays_unsure(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "rock", tmp_path / "music" / "rock", ignore=shutil.ignore_patterns("before", "after"))
    call = ["train", str(tmp_path / "music"), "--steps", "2", "--no-mlflow", "--runs", str(tmp_path / "runs")]
    result = runner.invoke(app, call, catch_exceptions=False)
    assert "fewer than two genres" in result.output
    assert "no_licence_column" in result.output
    assert "broken.ogg" in result.output
    assert "A genre is named never" in result.output
    assert load_network(tmp_path / "runs" / "first" / "network.onnx").facts.unsure_below == 1.0


def test_an_artist_on_both_sides_is_left_out_of_training(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "more"
    write(other / "rock" / "x.wav", tune(10.5, 40))
    shutil.copy(folder / "jazz" / "f.wav", other / "rock" / "copied.wav")
    table = "path,genre,artist\nrock/x.wav,rock,Artist c feat. Z\nrock/copied.wav,rock,Somebody\n"
    (other / "mixes.csv").write_text(table, encoding="utf-8")
    found = gather([folder, other], tmp_path / "cache")
    assert not any("more" in song.path for song in found.songs)
    said = {finding.name: finding for finding in found.findings}
    assert said["artist_on_both_sides"].text.startswith("Artist c feat. Z: in the test split as well; 1 file left out")
    assert said["copy_on_both_sides"].about == (str(other / "rock" / "copied.wav"),)


def test_soft_genres_and_the_hash_of_the_data(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "m" / f"{number}.wav", song(2.0, 22_050, seed=number))
    table = tmp_path / "m" / "mixes.csv"
    table.write_text("path,artist,rock,pop\n0.wav,A,0.5,0.5\n1.wav,B,1,\n2.wav,C,,\n", encoding="utf-8")
    first = gather([tmp_path / "m"], tmp_path / "cache")
    weights = {Path(s.path).name: (s.weights[:2], s.labelled) for s in first.songs}
    assert weights == {"0.wav": ((0.5, 0.5), False), "1.wav": ((1.0, 0.0), False), "2.wav": ((0.0, 0.0), False)}
    assert gather([tmp_path / "m"], tmp_path / "cache").sha256 == first.sha256
    table.write_text(table.read_text().replace("1.wav,B,1", "1.wav,B,0.9"), encoding="utf-8")
    assert gather([tmp_path / "m"], tmp_path / "cache").sha256 == first.sha256  # all of its weight is still rock
    table.write_text(table.read_text().replace("0.wav,A,0.5", "0.wav,A,0.6"), encoding="utf-8")
    assert gather([tmp_path / "m"], tmp_path / "cache").sha256 != first.sha256


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "there is no such folder"),
        (["."], "holds no sound file"),
        ([".", "--name", "../x"], "name='../x' must be of letters"),
        ([".", "--name", "cache"], "name='cache' must"),
    ],
)
def test_bad_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match=says):
        train(*words, "--no-mlflow", runs=tmp_path / "runs")


def test_test_songs_alone_teach_nothing(tmp_path: Path) -> None:
    write(tmp_path / "m" / "rock" / "a.wav", tune(4.0, 1))
    (tmp_path / "m" / "mixes.csv").write_text("path,genre,split\nrock/a.wav,rock,test\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"all 1 songs are of the test split \(--ignore-split learns from them\)"):
        gather([tmp_path / "m"], tmp_path / "cache")
    assert [s.split for s in gather([tmp_path / "m"], tmp_path / "cache", ignore_split=True).songs] == ["train"]
