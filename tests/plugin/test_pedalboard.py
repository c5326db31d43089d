"""A host of others, pedalboard (JUCE), loads the VST3 and gets Python's samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, CONTROLS, RATE, STATED, in_python

pedalboard = pytest.importorskip("pedalboard")


@pytest.mark.parametrize("block", [100, 512, 8192])
def test_pedalboard_gives_pythons_samples(block: int, plugins: Path, music: np.ndarray) -> None:
    plugin = pedalboard.load_plugin(str(plugins / "mixwright.vst3"))
    controls = dict(zip(CONTROLS, plugin.parameters.values(), strict=True))
    for name, value in (ALL_MOVED | STATED | {"genre_jazz": 1.0}).items():
        low, high = controls[name].min_value, controls[name].max_value
        controls[name].raw_value = (value - low) / (high - low)
    heard = plugin.process(music, RATE, buffer_size=block)
    np.testing.assert_array_equal(heard, in_python(music, ALL_MOVED, {"jazz": 1.0}, **STATED))
