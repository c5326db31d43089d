"""What the package decides, and what the plugin decided on the same music."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.plugin.plugins import CONTROLS, ROOT
from tools.network_weights import LETTERS, weights

from mixwright.analysis import analyze_audio
from mixwright.mix.choosing import genre_target, programme_lufs
from mixwright.mix.deciding import decide_song
from mixwright.model import Decision, Hearing, Network
from mixwright.model.network import SHIPPED
from mixwright.parameters import GENRES, PARAMETERS

SONGS = sorted((ROOT / "bench" / "music").glob("*/*.ogg"))
# Of a parameter's way from neutral to a bound: what onnxruntime's rounding makes of a position (as in
# test_network_engine.py), through the tone solver and the two gains, and a step of the grid on top.
NEAR = 2e-4
# The shipped network, and one that believes what it hears: only that one names a genre by itself.
NEVER_SURE, OFTEN_SURE = 1.0, 0.5


def shipped_network(place: Path, unsure_below: float) -> tuple[Path, Network]:
    """Its weights for the plugin, and itself for the package; how sure it must be is as asked for."""
    data = bytearray(weights(SHIPPED))
    struct.pack_into("<f", data, len(LETTERS) + 4, unsure_below)
    path = place / f"{unsure_below}.weights"
    path.write_bytes(data)
    network = Network(SHIPPED.read_bytes(), "shipped")
    network.facts = replace(network.facts, unsure_below=unsure_below)
    return path, network


def music(file: Path, start_s: float, end_s: float) -> tuple[np.ndarray, int]:
    """Of a song, (channels, samples) and its sample rate."""
    audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return np.ascontiguousarray(audio[round(start_s * rate) : round(end_s * rate)].T), rate


def in_package(audio: np.ndarray, rate: int, genre: Mapping[str, float], network: Network) -> tuple[Decision, float]:
    """The decision, and the programme's loudness in a preset of it."""
    analysis = analyze_audio(audio, rate)
    hearing = Hearing(network, analysis)
    decision = decide_song(analysis, genre or None, genre_target(genre or hearing.weights), hearing=hearing)
    return decision, programme_lufs(analysis)


def same(found: Mapping[str, float], wanted: Decision, lufs: float) -> None:
    """The plugin's controls are what the package decided."""
    for row in PARAMETERS:
        value = wanted.parameters[row.name]
        span = row.high - row.neutral if value > row.neutral else max(row.neutral - row.low, 0.1)
        assert found[row.name] == pytest.approx(value, abs=NEAR * span), row.name
        assert (found[row.name] == row.neutral) == (value == row.neutral), row.name
    assert {name: found[f"genre_{name}"] for name in GENRES} == pytest.approx(
        {name: wanted.genre.get(name, 0.0) for name in GENRES}, abs=1e-4
    )
    assert found["programme_lufs"] == pytest.approx(lufs, abs=0.0051)  # a step of the control is 0.01
    assert found["makeup_trim_db"] == pytest.approx(wanted.makeup_trim_db, abs=1e-3)


def controls(numbers: np.ndarray) -> dict[str, float]:
    """By name."""
    return dict(zip(CONTROLS, numbers.tolist(), strict=True))
