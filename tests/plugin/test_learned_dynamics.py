"""The compressor that the plugin would choose is the package's, whether the music wants more of it or not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import RATE, compile_native
from tests.songs import song

from mixwright.analysis import analyze_audio
from mixwright.model.dynamics import CompressorEffect, Dynamics, choose_ratio, harmless_ratio, simulate
from mixwright.model.rules import envelope_of, programme_lufs_of
from mixwright.parameters import blend_voicing

NEAR = 1e-4  # dB or LU; ratios are the same to 1e-9
FIELDS = ("ratio", "crest_lost_db", "range_lost_lu", "level_db", "typical_db")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("dynamics_probe", tmp_path_factory.mktemp("probe"))


def same(found: np.ndarray, wanted: CompressorEffect) -> None:
    assert found[0] == pytest.approx(wanted.ratio, abs=1e-9)
    for name, value in zip(FIELDS, found, strict=True):
        assert value == pytest.approx(getattr(wanted, name), abs=NEAR), name


@pytest.mark.parametrize("genre", ["rock", "pop", "classical"])
@pytest.mark.parametrize("start", [1.0, 1.8, 4.0])
@pytest.mark.parametrize(("less_crest", "less_range"), [(-2.0, -2.0), (1.0, 0.0), (6.0, 8.0)])
def test_the_same_ratio(genre: str, start: float, less_crest: float, less_range: float, probe: Path) -> None:
    """The usual lies above the mix (nothing is left to win), a little below, or far below."""
    audio = song(15.0, RATE)
    compare(audio * 10 ** (np.linspace(-9, 0, audio.shape[1]) / 20), genre, start, less_crest, less_range, probe)


@pytest.mark.parametrize("start", [1.5, 2.5, 4.0])
def test_music_with_bursts_that_compression_takes_the_most_from(start: float, probe: Path) -> None:
    audio = song(15.0, RATE)
    loud = (np.arange(audio.shape[1]) // (RATE // 5)) % 20 == 7
    compare(np.where(loud, audio, audio * 0.12), "pop", start, 3.0, 3.0, probe)


def compare(audio: np.ndarray, genre: str, start: float, less_crest: float, less_range: float, probe: Path) -> None:
    audio = np.ascontiguousarray(audio, np.float32)
    analysis = analyze_audio(audio, RATE)
    voicing, lufs = blend_voicing({genre: 1.0}), programme_lufs_of(analysis)
    mix = Dynamics(analysis.crest_factor_db, analysis.loudness_range_lu)
    usual = Dynamics(mix.crest_db - less_crest, mix.range_lu - less_range, 1.3, 2.1)
    numbers = [RATE, audio.shape[1], lufs, start, 0.1, usual.crest_db, usual.range_lu, 1.3, 2.1]
    sent = np.array(voicing.vector()).tobytes() + audio.tobytes()
    command = [str(probe), *(repr(float(number)) for number in numbers)]
    made = subprocess.run(command, input=sent, capture_output=True, check=True)
    found = np.frombuffer(made.stdout, np.float64).reshape(3, len(FIELDS))
    envelope = envelope_of(analysis)
    same(found[0], simulate(envelope, start, lufs, voicing))
    same(found[1], harmless_ratio(envelope, mix.crest_db, start, lufs, voicing))
    same(found[2], choose_ratio(envelope, mix, usual, lufs, voicing, start=start, price=0.1))
