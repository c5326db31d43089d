from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.live.servers import build_player, jack_server
from tests.plugin.plugins import RATE
from tests.songs import song


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another program on a server, built once."""
    return build_player(tmp_path_factory.mktemp("player"))


@pytest.fixture
def server() -> Iterator[str]:
    """The name of a JACK server of its own."""
    if shutil.which("jackd") is None or shutil.which("jack_wait") is None:
        pytest.skip("jackd is not installed")
    with jack_server() as (name, _):
        yield name


@pytest.fixture(scope="session")
def music() -> np.ndarray:
    """Three seconds, (2, samples)."""
    return song(3.0, RATE)
