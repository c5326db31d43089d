"""No test sees, or changes, what the person who runs it has at home."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = str(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("MIXWRIGHT_HOME", folder)
    return folder
