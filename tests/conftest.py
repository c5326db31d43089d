"""No test sees, or changes, what the person who runs it has at home."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For what is made once for several tests, before any of them has a home."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("nobody")
        patch.setenv("MIXWRIGHT_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def home(nobodys_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tempfile.mkdtemp(dir=nobodys_home)  # pytest's own would look through thousands of others each time
    monkeypatch.setenv("MIXWRIGHT_HOME", folder)
    return folder
