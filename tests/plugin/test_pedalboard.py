"""A host of others, pedalboard (JUCE), loads the VST3 and gets Python's samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, RATE, STATED, in_python

pedalboard = pytest.importorskip("pedalboard")


@pytest.mark.parametrize("block", [100, 512, 8192])
def test_pedalboard_gives_pythons_samples(block: int, plugins: Path, music: np.ndarray) -> None:
    plugin = pedalboard.load_plugin(str(plugins / "mixwright.vst3"))
    keys = list(plugin.parameters)
    # It goes by the units: level, tone and so on.
    assert keys[:4] == ["input_gain", "output_level", "low_eq_db", "mid_eq_db"]
    for name, value in (ALL_MOVED | STATED | {"genre_jazz": 1.0}).items():
        control = plugin.parameters[next(key for key in keys if key.startswith(name.removesuffix("_lufs")))]
        control.raw_value = (value - control.min_value) / (control.max_value - control.min_value)
    heard = plugin.process(music, RATE, buffer_size=block)
    np.testing.assert_array_equal(heard, in_python(music, ALL_MOVED, {"jazz": 1.0}, **STATED))
