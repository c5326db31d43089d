"""What the plugin's network hears of music is what `analysis` lets the package's network hear."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import compile_native
from tests.songs import song

from mixwright.analysis import analyze_audio
from mixwright.model import load_network
from mixwright.model.network_input import NetworkInput, hear_all

LEVEL_DB = 0.0626  # one step of the 11 bits in which levels are kept, from -64 dB down
MOST_DIFFERENT = 1e-3  # of the levels: float32 spectra there, float64 here, and now and then the other side of a step
BAND_DB = 1e-5
ANSWER = 1e-4  # in position: less than three steps of the parameters' grid


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("spectra_probe", tmp_path_factory.mktemp("probe"))


def hear(probe: Path, audio: np.ndarray, rate: int) -> np.ndarray:
    """Third octaves of middle and side, 30 each, then the mel windows."""
    command = [str(probe), str(rate), str(audio.shape[1])]
    made = subprocess.run(command, input=audio.tobytes(), capture_output=True, check=True)
    return np.frombuffer(made.stdout, np.float32)


@pytest.mark.parametrize(
    ("rate", "seconds"), [(44_100, 20.0), (48_000, 15.3), (48_000, 3.1), (96_000, 10.0), (8_000, 12.0)]
)
def test_mel_windows_and_third_octaves(rate: int, seconds: float, probe: Path) -> None:
    audio = np.ascontiguousarray(song(seconds, rate), np.float32)
    audio[0, 1000] = np.nan  # counts as silence
    wanted = hear_all(analyze_audio(audio, rate))
    heard = hear(probe, audio, rate)
    windows = heard[60:].reshape(-1, 2, 64, 216)
    assert windows.shape == wanted.mel_db.shape
    assert (windows != wanted.mel_db).mean() < MOST_DIFFERENT
    np.testing.assert_allclose(windows, wanted.mel_db, rtol=0, atol=LEVEL_DB)
    np.testing.assert_allclose(heard[:30], wanted.mid_db, rtol=0, atol=BAND_DB)
    np.testing.assert_allclose(heard[30:60], wanted.side_db, rtol=0, atol=BAND_DB)
    network = load_network()
    answer = network.ask(NetworkInput(windows, heard[:30], heard[30:60]))
    np.testing.assert_allclose(answer.positions, network.ask(wanted).positions, rtol=0, atol=ANSWER)


def test_a_narrow_mix_keeps_its_side_and_mono_has_none(probe: Path) -> None:
    left, right = song(12.0, 48_000)
    middle = (left + right) / 2
    side = (left - right) / 2 * np.float32(0.02)
    audio = np.stack([middle + side, middle - side]).astype(np.float32)
    wanted = hear_all(analyze_audio(audio, 48_000)).mel_db[:, 1].astype(float)
    found = hear(probe, audio, 48_000)[60:].reshape(-1, 2, 64, 216)[:, 1]
    there = wanted > -110
    assert there.mean() > 0.5
    # A difference of rounded powers there: 1e-7 of the middle beside a side 40 dB under it.
    assert np.mean(np.abs(found - wanted)[there] > 0.13) < 0.01
    assert np.array_equal(there[wanted > -90], (found > -110)[wanted > -90])
    assert (
        hear(probe, np.stack([middle, middle]).astype(np.float32), 48_000)[60:].reshape(-1, 2, 64, 216)[:, 1] == -120
    ).all()
