"""The plugin's own network gives what onnxruntime gives, on the shipped weights, and the exact sums nearer still."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.exact import exact_answer
from tests.plugin.plugins import ROOT, compile_native
from tests.songs import song
from tools.network_weights import weights

from mixwright.analysis import analyze_audio
from mixwright.model import Network, load_network
from mixwright.model.network import SHIPPED
from mixwright.model.network_input import NetworkInput, hear_all
from mixwright.parameters import GENRES, PARAMETERS

# onnxruntime itself is up to 2.3e-5 off the sums in float64 (its means run over 86,400 numbers in float32); a position
# of 5e-5 is half a step of the parameters' grid of 0.0001 dB.
FROM_RUNTIME = 5e-5
WEIGHTS = ROOT / "plugin" / "learn" / "network.weights"
EXACT = 2e-6  # from float64: the rounding of float32 in layers of a few hundred terms


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("network_probe", tmp_path_factory.mktemp("probe"))


@pytest.fixture(scope="module")
def weights_file() -> Path:
    return WEIGHTS


def test_the_plugins_weights_are_the_shipped_networks() -> None:
    assert WEIGHTS.read_bytes() == weights(SHIPPED)


def ask(probe: Path, weights_file: Path, given: NetworkInput, genre: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Logits (6,) and positions (6, 10)."""
    numbers = [given.mel_db.ravel(), given.mid_db, given.side_db, [genre.get(name, 0.0) for name in GENRES]]
    sent = np.concatenate([np.asarray(part, np.float32) for part in numbers]).tobytes()
    made = subprocess.run([str(probe), str(weights_file), str(len(given.mel_db))], input=sent, capture_output=True)
    assert made.returncode == 0, made.stderr
    answer = np.frombuffer(made.stdout, np.float32)
    facts = load_network().facts
    np.testing.assert_array_equal(
        answer[-3:], np.array([facts.temperature, facts.unsure_below, facts.amount], np.float32)
    )
    return answer[: len(GENRES)], answer[len(GENRES) : -3].reshape(len(GENRES), len(PARAMETERS))


def compare(
    network: Network, found: tuple[np.ndarray, np.ndarray], given: NetworkInput, genre: dict[str, float]
) -> None:
    wanted = network.ask(given, genre)
    assert np.abs(wanted.positions).max() > 0.01  # it has something to say
    np.testing.assert_allclose(found[0], wanted.logits, rtol=0, atol=FROM_RUNTIME)
    np.testing.assert_allclose(found[1], wanted.positions, rtol=0, atol=FROM_RUNTIME)


@pytest.mark.parametrize("genre", [{}, {"jazz": 1.0}, {"rock": 0.7, "electronic": 0.3}])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_on_music(rate: int, genre: dict[str, float], probe: Path, weights_file: Path) -> None:
    given = hear_all(analyze_audio(song(20.0, rate), rate))
    compare(load_network(), ask(probe, weights_file, given, genre), given, genre)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_against_sums_in_float64(rate: int, probe: Path, weights_file: Path) -> None:
    pytest.importorskip("torch")
    given = hear_all(analyze_audio(song(20.0, rate), rate))
    wanted_logits, wanted_positions = exact_answer(given)
    logits, positions = ask(probe, weights_file, given, {})
    np.testing.assert_allclose(logits, wanted_logits, rtol=0, atol=EXACT)
    np.testing.assert_allclose(positions, wanted_positions, rtol=0, atol=EXACT)


@pytest.mark.parametrize("windows", [1, 2, 5])
def test_on_noise_far_from_music(windows: int, probe: Path, weights_file: Path) -> None:
    rng = np.random.default_rng(windows)
    mel = (rng.standard_normal((windows, 2, 64, 216)) * 25 - 60).astype(np.float32)
    given = NetworkInput(mel, rng.standard_normal(30) * 20 - 40, rng.standard_normal(30) * 20 - 50)
    compare(load_network(), ask(probe, weights_file, given, {}), given, {})


def test_on_a_few_strokes_in_silence(probe: Path, weights_file: Path) -> None:
    """Every limit of the features is reached: depth, skewness, a side far under the middle."""
    mel = np.full((2, 2, 64, 216), -120.0, np.float32)
    mel[:, 0, :, ::97] = np.linspace(0.0, -60.0, 64)[:, None]
    given = NetworkInput(mel, np.linspace(0.0, -140.0, 30), np.full(30, -150.0))
    compare(load_network(), ask(probe, weights_file, given, {}), given, {})


def test_what_cannot_be_used_is_said(probe: Path, weights_file: Path, tmp_path: Path) -> None:
    good = weights_file.read_bytes()
    not_a_number = np.array([np.nan], "<f4").tobytes()
    for data, words in (
        (None, "missing"), (b"", "missing"), (b"something else", "missing"), (good[:-4], "damaged"),
        (good + b"x", "damaged"), (good[:5000] + not_a_number + good[5004:], "damaged"),
    ):  # fmt: skip
        path = tmp_path / "bad"
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)
        made = subprocess.run([str(probe), str(path), "1"], input=b"", capture_output=True, text=False)
        assert made.returncode == 1
        assert words in made.stderr.decode()
