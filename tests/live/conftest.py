from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.live.servers import jack_server
from tests.plugin.plugins import RATE, compile_native
from tests.songs import song


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another program on a server, built once."""
    if not Path("/usr/include/jack/jack.h").exists():
        pytest.skip("the headers of JACK (libjack-jackd2-dev) are not installed")
    return compile_native("live_player", tmp_path_factory.mktemp("player"), "-ljack", "-pthread")


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
