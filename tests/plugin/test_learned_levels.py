"""Levels, dynamics and width that the plugin measures are those of `analysis`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import compile_native
from tests.songs import song

from mixwright.analysis import analyze_audio

NEAR = 2e-5  # dB, LU, or linear: sums of float32 squares there, of float64 here
FIGURES = ("crest_factor_db", "stereo_width", "stereo_correlation", "integrated_lufs", "loudness_range_lu")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_native("levels_probe", tmp_path_factory.mktemp("probe"))


def measure(probe: Path, audio: np.ndarray, rate: int) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    """Figures by name, and the envelopes: peak and mean square of each 10 ms."""
    audio = np.ascontiguousarray(audio, np.float32)
    command = [str(probe), str(rate), str(audio.shape[1])]
    made = subprocess.run(command, input=audio.tobytes(), capture_output=True, check=True)
    found = np.frombuffer(made.stdout, np.float64)
    peak, mean_square = found[len(FIGURES) :].reshape(2, -1)
    return dict(zip(FIGURES, found.tolist(), strict=False)), peak, mean_square


def swelling(seconds: float, rate: int) -> np.ndarray:
    """Music whose loudness moves by 24 dB, so that the gates and the range have work."""
    audio = song(seconds, rate)
    return audio * 10 ** (np.linspace(-24, 0, audio.shape[1]) / 20).astype(np.float32)


@pytest.mark.parametrize(
    ("rate", "seconds"), [(44_100, 20.0), (48_000, 30.0), (11_025, 7.77), (96_000, 4.0), (48_000, 0.3)]
)
def test_figures_and_envelopes(rate: int, seconds: float, probe: Path) -> None:
    audio = swelling(seconds, rate)
    audio[1, 77] = np.inf  # counts as silence
    wanted = analyze_audio(audio, rate)
    figures, peak, mean_square = measure(probe, audio, rate)
    for name in FIGURES:
        assert figures[name] == pytest.approx(getattr(wanted, name), abs=NEAR), name
    np.testing.assert_array_equal(peak, wanted.envelope_peak)
    np.testing.assert_allclose(mean_square, wanted.envelope_ms, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("case", ["mono", "left only", "side only", "silence"])
def test_width_where_it_is_at_an_end(case: str, probe: Path) -> None:
    left = song(5.0, 48_000)[0]
    audio = np.stack({"mono": (left, left), "left only": (left, 0 * left), "side only": (left, -left),
                      "silence": (0 * left, 0 * left)}[case])  # fmt: skip
    wanted, (figures, _, _) = analyze_audio(audio, 48_000), measure(probe, audio, 48_000)
    for name in FIGURES:
        assert figures[name] == pytest.approx(getattr(wanted, name), abs=NEAR, nan_ok=True), name
