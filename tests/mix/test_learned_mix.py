"""A mix by the network: the genre heard decides, what was heard is told, the same song gives the same bits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.model.network_files import write_network
from tests.songs import song

import mixwright
from mixwright import ModelError
from mixwright.mix.heard_reporting import listened_map
from mixwright.mix.report import render_report
from mixwright.mix.reporting import report_data
from mixwright.parameters import GENRES, blend_voicing

RATE = 22_050
SECONDS = 33.0
SONG = song(SECONDS, RATE)
SONG[:, : SONG.shape[1] // 2] *= np.float32(0.3)  # passages differ


@pytest.fixture(scope="module")
def jazz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hears jazz; its expert asks for less treble, the others for bass; treble follows the level."""
    asks: dict[str, dict[str, float]] = {genre: {"low_eq": 0.6} for genre in GENRES}
    return write_network(
        tmp_path_factory.mktemp("n") / "jazz.onnx",
        logits=[0.0, 0, 0, 9, 0, 0],
        by_genre=asks | {"jazz": {"high_eq": -0.5}},
        follow_level={"high_eq": 0.02},
    )


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("n") / "unsure.onnx", logits=[0.1, 0, 0, 0, 0, 0])


@pytest.fixture(scope="module")
def mixed(jazz: Path) -> mixwright.Mix:
    return mixwright.mix(SONG, RATE, model=jazz, excerpts=True)


def test_the_genre_heard_decides_voicing_experts_and_loudness(mixed: mixwright.Mix) -> None:
    assert mixed.genre is not None
    assert mixed.heard is not None
    assert mixed.genre == mixed.heard.probabilities
    assert mixed.genre["jazz"] > 0.99
    assert mixed.preset.voicing == blend_voicing(mixed.genre)
    assert mixed.preset.genre == pytest.approx(mixed.genre)
    assert mixed.preset.model == "network test"
    assert mixed.target is not None
    assert mixed.target.name == "released jazz"
    assert mixed.delivery.target_lufs <= blend_voicing(mixed.genre)["loudness_lufs"] + 0.01  # lower to spare peaks


def test_json_tells_what_was_heard(mixed: mixwright.Mix) -> None:
    data = mixed.to_dict()
    json.dumps(data, allow_nan=False)
    assert sum(data["genre"].values()) == pytest.approx(1.0)
    heard = data["heard"]
    assert heard["model"] == "network test"
    assert heard["sure"] is True
    assert len(heard["passages"]) == len(mixed.before.mel_starts_s)
    assert heard["passages"][-1]["end_s"] <= SECONDS
    assert len(heard["band_edges_hz"]) == 9
    assert sum(heard["listened"]["high_eq"]["bands"]) == pytest.approx(1.0, abs=1e-3)
    assert set(heard["proposed"]) >= {"high_eq", "compressor_ratio", "stereo_width"}


def test_unsure_says_so_and_counts_all_alike(unsure: Path) -> None:
    mix = mixwright.mix(SONG, RATE, model=unsure, loudness="keep", excerpts=True)
    assert mix.heard is not None
    assert not mix.heard.sure
    assert mix.preset.genre == {}
    assert mix.preset.voicing == blend_voicing(dict.fromkeys(GENRES, 1.0))
    assert mix.target is not None
    assert mix.target.name == "released music"
    data = report_data(mix)
    assert not data.genre_sure
    assert "No genre is likely enough" in data.genre_sentence
    assert "Genre: unsure" in render_report(data)
    named = mixwright.mix(SONG, RATE, model=unsure, genre="rock", loudness="keep")
    assert named.genre == {"rock": 1.0}
    assert "sounds like" in report_data(named).genre_sentence


def test_the_report_draws_genres_and_attention(mixed: mixwright.Mix) -> None:
    data = report_data(mixed)
    rows = {row.name: row for row in data.parameters}
    assert rows["high_eq"].listened is not None
    shares = np.asarray(rows["high_eq"].listened.shares)
    assert shares.shape == (8, 4 * len(mixed.before.mel_starts_s))
    assert shares.sum() == pytest.approx(1.0, abs=1e-3)
    assert rows["output_level"].listened is None  # settled, not heard
    page = render_report(data)
    assert "Where it listened for High EQ" in page
    assert "Where it listened for Mid EQ" not in page  # stands still
    assert mixed.heard is not None
    even = replace(mixed.heard.listened["high_eq"], hz=None, seconds=None)
    told = replace(mixed.heard, listened={**mixed.heard.listened, "high_eq": even})
    assert listened_map(replace(mixed, heard=told), "high_eq") is None  # one shade would say nothing
    assert "Jazz is the likeliest all the way." in page
    assert 'class="map"' not in render_report(report_data(mixwright.mix(SONG, RATE, model="rules", loudness="keep")))


def test_the_same_song_gives_the_same_bits(jazz: Path, mixed: mixwright.Mix) -> None:
    again = mixwright.mix(SONG, RATE, model=jazz)
    assert again.preset == mixed.preset
    np.testing.assert_array_equal(again.audio, mixed.audio)


def test_dynamic_follows_the_passages(jazz: Path, mixed: mixwright.Mix) -> None:
    mix = mixwright.mix(SONG, RATE, model=jazz, dynamic=True, loudness="keep")
    path = [values["high_eq"] for _, values in mix.preset.trajectory]
    assert path[-1] - path[0] > 0.2  # dB: 10 dB louder at 0.02 of 3 dB a dB, averaged over neighbours and all bands
    assert mix.preset.voicing == mixed.preset.voicing
    assert 0.8 <= mix.balance.rms_ratio <= 1.2


def test_a_morph_goes_from_one_expert_to_the_other(tmp_path: Path) -> None:
    path = write_network(tmp_path / "n.onnx", by_genre={"rock": {"low_eq": 0.7}, "jazz": {"low_eq": -0.7}})
    mix = mixwright.mix(SONG, RATE, model=path, morph="rock:jazz", refine=False, loudness="keep", excerpts=True)
    way = [values["low_eq"] for _, values in mix.preset.trajectory]
    assert (way[0], way[-1]) == (pytest.approx(2.1, abs=0.02), pytest.approx(-2.1, abs=0.02))
    assert mix.genre == {"rock": 0.5, "jazz": 0.5}
    render_report(report_data(mix))


def test_rules_and_presets_need_no_network(tmp_path: Path, mixed: mixwright.Mix) -> None:
    rules = mixwright.mix(SONG, RATE, model="rules", loudness="keep")
    assert (rules.heard, rules.genre, rules.preset.model) == (None, None, "rules")
    assert rules.to_dict()["heard"] is None
    with pytest.raises(ModelError, match="No such file"):
        mixwright.mix(SONG, RATE, model=tmp_path / "nothing.onnx")
    given = mixwright.mix(SONG, RATE, model=tmp_path / "nothing.onnx", preset=mixed.preset, loudness="keep")
    assert given.preset.parameters == mixed.preset.parameters


@pytest.mark.parametrize(("rate", "channels", "seconds"), [(8_000, 2, 3.0), (44_100, 1, 0.6), (96_000, 2, 1.5)])
def test_any_music_can_be_heard(rate: int, channels: int, seconds: float) -> None:
    mix = mixwright.mix(song(seconds, rate, channels=channels), rate, loudness="keep", dynamic=True, excerpts=True)
    assert mix.heard is not None
    assert 0.8 <= mix.balance.rms_ratio <= 1.2
    render_report(report_data(mix))
    data: dict[str, Any] = mix.to_dict()
    json.dumps(data, allow_nan=False)
