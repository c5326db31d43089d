"""The plugin decides what `mixwright mix` decides on the same music."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, lfilter
from tests.plugin.decisions import NEVER_SURE, OFTEN_SURE, SONGS, controls, in_package, music, same, shipped_network
from tests.plugin.plugins import CONTROLS, compile_native
from tests.songs import song

from mixwright.model import Decision, Network
from mixwright.parameters import GENRES

Networks = dict[float, tuple[Path, Network]]


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("decision_probe", tmp_path_factory.mktemp("probe"))


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Networks:
    place = tmp_path_factory.mktemp("weights")
    return {unsure_below: shipped_network(place, unsure_below) for unsure_below in (NEVER_SURE, OFTEN_SURE)}


def compare(
    audio: np.ndarray, rate: int, genre: Mapping[str, float], probe: Path, network: tuple[Path, Network]
) -> Decision:
    wanted, lufs = in_package(audio, rate, genre, network[1])
    sent = np.array([genre.get(name, 0.0) for name in GENRES]).tobytes() + np.ascontiguousarray(audio).tobytes()
    command = [str(probe), str(network[0]), *map(str, (rate, *audio.shape))]
    numbers = np.frombuffer(subprocess.run(command, input=sent, capture_output=True, check=True).stdout)
    same(controls(numbers[: len(CONTROLS)]), wanted, lufs)
    np.testing.assert_allclose(numbers[len(CONTROLS) :], wanted.voicing.vector(), rtol=5e-5)
    return wanted


@pytest.mark.parametrize("file", SONGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("unsure_below", [NEVER_SURE, OFTEN_SURE])
def test_on_music_dull_thin_and_as_it_is(file: Path, unsure_below: float, probe: Path, networks: Networks) -> None:
    cut, rate = music(file, 2, 14)
    highpass, lowpass = (butter(1, hz, kind, fs=rate) for hz, kind in ((300, "high"), (5000, "low")))
    named = set()
    for heard in (cut, cut + 0.8 * lfilter(*lowpass, cut), 0.4 * cut + 0.4 * lfilter(*highpass, cut)):
        decision = compare(heard.astype(np.float32), rate, {}, probe, networks[unsure_below])
        named.add(bool(decision.genre))
    assert unsure_below == OFTEN_SURE or named == {False}


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_at_other_rates_with_a_genre_that_is_given(rate: int, channels: int, probe: Path, networks: Networks) -> None:
    for tilt in (-2.0, -1.0, -0.3):
        audio = song(11.0, rate, channels=channels, tilt=tilt)
        decision = compare(audio, rate, {"jazz": 0.75, "rock": 0.25}, probe, networks[NEVER_SURE])
        assert channels == 2 or decision.parameters["stereo_width"] == 1.0


def test_channels_that_hardly_agree(probe: Path, networks: Networks) -> None:
    left, right = song(12.0, 44_100)[0], song(12.0, 44_100, seed=2)[1]
    for other in (right, 0.3 * right - left):
        compare(np.stack([left, other]).astype(np.float32), 44_100, {"pop": 1.0}, probe, networks[NEVER_SURE])


def test_music_with_a_wide_range(probe: Path, networks: Networks) -> None:
    """The compressor is chosen, and what it takes away is settled."""
    audio = song(14.0, 44_100) * 10 ** (np.linspace(-18, 6, 14 * 44_100) / 20)
    decision = compare(audio.astype(np.float32), 44_100, {"electronic": 1.0}, probe, networks[NEVER_SURE])
    assert decision.parameters["compressor_ratio"] > 1.0
