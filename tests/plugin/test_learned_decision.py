"""The plugin decides what `mixwright mix` decides on the same music."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, lfilter
from tests.plugin.plugins import CONTROLS, ROOT, compile_native
from tests.songs import song
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


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("decision_probe", tmp_path_factory.mktemp("probe"))


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[float, tuple[Path, Network]]:
    """Weights for the plugin, and the network for the package, by how sure they must be."""
    made, place = {}, tmp_path_factory.mktemp("weights")
    for unsure_below in (NEVER_SURE, OFTEN_SURE):
        data = bytearray(weights(SHIPPED))
        struct.pack_into("<f", data, len(LETTERS) + 4, unsure_below)
        path = place / f"{unsure_below}.weights"
        path.write_bytes(data)
        network = Network(SHIPPED.read_bytes(), "shipped")
        network.facts = replace(network.facts, unsure_below=unsure_below)
        made[unsure_below] = path, network
    return made


def in_package(audio: np.ndarray, rate: int, genre: Mapping[str, float], network: Network) -> tuple[Decision, float]:
    """The decision, and the programme's loudness in a preset of it."""
    analysis = analyze_audio(audio, rate)
    hearing = Hearing(network, analysis)
    decision = decide_song(analysis, genre or None, genre_target(genre or hearing.weights), hearing=hearing)
    return decision, programme_lufs(analysis)


def compare(
    audio: np.ndarray, rate: int, genre: Mapping[str, float], probe: Path, network: tuple[Path, Network]
) -> Decision:
    wanted, lufs = in_package(audio, rate, genre, network[1])
    sent = np.array([genre.get(name, 0.0) for name in GENRES]).tobytes() + np.ascontiguousarray(audio).tobytes()
    command = [str(probe), str(network[0]), *map(str, (rate, *audio.shape))]
    numbers = np.frombuffer(subprocess.run(command, input=sent, capture_output=True, check=True).stdout)
    found, voicing = dict(zip(CONTROLS, numbers, strict=False)), numbers[len(CONTROLS) :]
    for row in PARAMETERS:
        value = wanted.parameters[row.name]
        span = row.high - row.neutral if value > row.neutral else max(row.neutral - row.low, 0.1)
        assert found[row.name] == pytest.approx(value, abs=NEAR * span), row.name
        assert (found[row.name] == row.neutral) == (value == row.neutral), row.name
    assert {name: found[f"genre_{name}"] for name in GENRES} == pytest.approx(
        {name: wanted.genre.get(name, 0.0) for name in GENRES}, abs=5e-5
    )
    np.testing.assert_allclose(voicing, wanted.voicing.vector(), rtol=5e-5)
    assert found["programme_lufs"] == pytest.approx(lufs, abs=1e-6)
    assert found["makeup_trim_db"] == pytest.approx(wanted.makeup_trim_db, abs=1e-3)
    return wanted


@pytest.mark.parametrize("file", SONGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("unsure_below", [NEVER_SURE, OFTEN_SURE])
def test_on_music_dull_thin_and_as_it_is(
    file: Path, unsure_below: float, probe: Path, networks: dict[float, tuple[Path, Network]]
) -> None:
    audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
    cut = audio[2 * rate : 14 * rate].T
    highpass, lowpass = (butter(1, hz, kind, fs=rate) for hz, kind in ((300, "high"), (5000, "low")))
    named = set()
    for heard in (cut, cut + 0.8 * lfilter(*lowpass, cut), 0.4 * cut + 0.4 * lfilter(*highpass, cut)):
        decision = compare(heard.astype(np.float32), rate, {}, probe, networks[unsure_below])
        named.add(bool(decision.genre))
    assert unsure_below == OFTEN_SURE or named == {False}


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_at_other_rates_with_a_genre_that_is_given(
    rate: int, channels: int, probe: Path, networks: dict[float, tuple[Path, Network]]
) -> None:
    for tilt in (-2.0, -1.0, -0.3):
        audio = song(11.0, rate, channels=channels, tilt=tilt)
        decision = compare(audio, rate, {"jazz": 0.75, "rock": 0.25}, probe, networks[NEVER_SURE])
        assert channels == 2 or decision.parameters["stereo_width"] == 1.0


def test_channels_that_hardly_agree(probe: Path, networks: dict[float, tuple[Path, Network]]) -> None:
    audio = song(12.0, 44_100)
    apart = np.stack([audio[0], song(12.0, 44_100, seed=2)[1]])
    for side in (apart, np.stack([audio[0], -audio[0] + 0.3 * apart[1]]).astype(np.float32)):
        compare(side, 44_100, {"pop": 1.0}, probe, networks[NEVER_SURE])


def test_music_with_a_wide_range(probe: Path, networks: dict[float, tuple[Path, Network]]) -> None:
    """The compressor is chosen, and what it takes away is settled."""
    audio = song(14.0, 44_100) * 10 ** (np.linspace(-18, 6, 14 * 44_100) / 20)
    decision = compare(audio.astype(np.float32), 44_100, {"electronic": 1.0}, probe, networks[NEVER_SURE])
    assert decision.parameters["compressor_ratio"] > 1.0
