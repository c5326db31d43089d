from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.hosts import Run
from tests.plugin.plugins import BINARIES, RATE, build, build_host, headers_are_there
from tests.songs import song


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the plugins, built once."""
    if not headers_are_there() or shutil.which("cmake") is None:
        pytest.skip("CMake, or the headers of LV2 and CLAP (lv2-dev, dpf-source), are not installed")
    return build(tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="session")
def music() -> np.ndarray:
    """Five seconds, (2, samples)."""
    return song(5.0, RATE)


@pytest.fixture(scope="session", params=list(BINARIES))
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, plugins: Path) -> list[str]:
    """A host of our own and its plugin."""
    return build_host(request.param, tmp_path_factory.mktemp("host"), plugins)


@pytest.fixture
def run(command: list[str], tmp_path: Path) -> Run:
    return Run(command, tmp_path)
