from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.plugin.plugins import RATE, build, headers_are_there
from tests.songs import song


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the plugins, built once."""
    if not headers_are_there():
        pytest.skip("the headers of LV2 and CLAP (lv2-dev, dpf-source) are not installed")
    return build(tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="session")
def music() -> np.ndarray:
    """Five seconds, (2, samples)."""
    return song(5.0, RATE)
