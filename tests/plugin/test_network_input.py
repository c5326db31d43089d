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


@pytest.mark.parametrize(
    ("rate", "seconds"), [(44_100, 20.0), (48_000, 15.3), (48_000, 3.1), (96_000, 10.0), (8_000, 12.0)]
)
def test_mel_windows_and_third_octaves(rate: int, seconds: float, probe: Path) -> None:
    audio = np.ascontiguousarray(song(seconds, rate), np.float32)
    audio[0, 1000] = np.nan  # counts as silence
    wanted = hear_all(analyze_audio(audio, rate))
    sent = audio.tobytes()
    made = subprocess.run([str(probe), str(rate), str(audio.shape[1])], input=sent, capture_output=True, check=True)
    heard = np.frombuffer(made.stdout, np.float32)
    windows = heard[60:].reshape(-1, 2, 64, 216)
    assert windows.shape == wanted.mel_db.shape
    assert (windows != wanted.mel_db).mean() < MOST_DIFFERENT
    np.testing.assert_allclose(windows, wanted.mel_db, rtol=0, atol=LEVEL_DB)
    np.testing.assert_allclose(heard[:30], wanted.mid_db, rtol=0, atol=BAND_DB)
    np.testing.assert_allclose(heard[30:60], wanted.side_db, rtol=0, atol=BAND_DB)
    network = load_network()
    answer = network.ask(NetworkInput(windows, heard[:30], heard[30:60]))
    np.testing.assert_allclose(answer.positions, network.ask(wanted).positions, rtol=0, atol=ANSWER)
