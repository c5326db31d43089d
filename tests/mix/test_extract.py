"""Extraction: exact on what this chain did, honest on what it cannot do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, lfilter
from tests.songs import Audio, song

from mixwright import SignalError
from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance
from mixwright.mix.choosing import programme_lufs, tempo_bpm
from mixwright.mix.extract import extract
from mixwright.parameters import PARAMETERS, Parameters, Preset, blend_voicing
from mixwright.parameters.table import from_position

SONG = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"
ROCK = blend_voicing({"rock": 1.0})


@pytest.fixture(scope="module")
def music() -> tuple[Audio, int]:
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, 5 * rate : 17 * rate]), rate


def rendered(music: tuple[Audio, int], seed: int) -> tuple[Parameters, Audio]:
    """All ten parameters at random, and what they make of the music."""
    audio, rate = music
    rng = np.random.default_rng(seed)
    positions = {p.name: rng.uniform(0.05 if p.low == p.neutral else -1, 1) for p in PARAMETERS}
    parameters = Parameters({name: from_position(name, u) for name, u in positions.items()})
    heard = analyze_audio(audio, rate)
    preset = Preset(parameters, ROCK, programme_lufs=programme_lufs(heard), tempo_bpm=tempo_bpm(heard))
    return parameters, balance(audio, rate, preset)


@pytest.mark.parametrize("seed", [0, 1])
def test_all_ten_come_back(music: tuple[Audio, int], seed: int) -> None:
    parameters, after = rendered(music, seed)
    found = extract(*music[:1], after, music[1], voicing=ROCK)
    assert found.explained
    assert found.residual_db < -60
    for p in PARAMETERS:
        # The bound that was asked for is 5 %; rendering with the same code leaves next to nothing.
        assert abs(found.preset.parameters[p.name] - parameters[p.name]) <= 0.01 * (p.high - p.low), p.name
    assert min(found.confidence.values()) > 0.9


def test_level_lag_and_polarity_are_found_beside_them(music: tuple[Audio, int]) -> None:
    parameters, after = rendered(music, 2)
    moved = np.concatenate([np.zeros((2, 100), np.float32), after * np.float32(-0.4)], axis=1)
    found = extract(music[0], moved, music[1], voicing=ROCK)
    assert (found.lag_samples, found.polarity) == (100, -1)
    assert found.explained
    for name in ("low_eq", "mid_eq", "high_eq", "presence", "reverb", "delay", "stereo_width"):
        row = next(p for p in PARAMETERS if p.name == name)
        assert abs(found.preset.parameters[name] - parameters[name]) <= 0.05 * (row.high - row.low), name
    total = found.gain_db + 20 * np.log10(
        found.preset.parameters["input_gain"] * found.preset.parameters["output_level"]
    )
    set_by = 20 * np.log10(0.4 * parameters["input_gain"] * parameters["output_level"])
    assert total == pytest.approx(set_by, abs=0.5)  # the compressor may trade level for ratio


def test_an_untouched_song_needs_nothing(music: tuple[Audio, int]) -> None:
    found = extract(music[0], music[0].copy(), music[1], voicing=ROCK)
    assert found.preset.parameters.neutral
    assert found.residual_db == -120


def test_another_engineers_filter_shows_in_the_free_curve(music: tuple[Audio, int]) -> None:
    audio, rate = music
    b, a = butter(1, 3000, "high", fs=rate)
    after = np.ascontiguousarray(audio + lfilter(b, a, audio), np.float32)
    found = extract(audio, after, rate, voicing=ROCK)
    omega = np.exp(-2j * np.pi * found.eq_hz / rate)
    truth = 20 * np.log10(np.abs(1 + (b[0] + b[1] * omega) / (a[0] + a[1] * omega)))
    inside = (found.eq_hz >= 60) & (found.eq_hz <= 12_000)
    difference = (found.eq_db - truth)[inside]
    assert np.std(difference) < 0.5  # dB, free of level


def test_what_the_chain_cannot_do_is_said(music: tuple[Audio, int]) -> None:
    audio, rate = music
    crushed = np.ascontiguousarray(np.tanh(audio * 8) * 0.3, np.float32)
    found = extract(audio, crushed, rate, voicing=ROCK)
    assert not found.explained
    assert max(found.confidence.values()) < 0.9


def test_refusals(music: tuple[Audio, int]) -> None:
    audio, rate = music
    with pytest.raises(SignalError, match="same music"):
        extract(audio, np.random.default_rng(0).normal(0, 0.1, audio.shape).astype(np.float32), rate, voicing=ROCK)
    with pytest.raises(SignalError, match="silent"):
        extract(audio, np.zeros_like(audio), rate, voicing=ROCK)
    with pytest.raises(SignalError, match="longer"):
        extract(song(2.0), song(2.0), 44_100, voicing=ROCK)


def test_command(music: tuple[Audio, int], tmp_path: Path) -> None:
    parameters, after = rendered(music, 3)
    for name, audio in (("before.wav", music[0]), ("after.wav", after)):
        soundfile.write(tmp_path / name, audio.T, music[1], subtype="FLOAT")
    command = [sys.executable, "-m", "mixwright", "extract", "before.wav", "after.wav", "-o", "p.json", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["parameters"]["low_eq"] == pytest.approx(parameters["low_eq"], abs=0.05)
    assert (tmp_path / "p.json").exists()
    told = subprocess.run(command[:-1], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "Explained by this chain" in told.stdout
