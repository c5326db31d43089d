"""Simulated listeners at once, and a server that is killed in the middle: nothing that was confirmed is missing."""

from __future__ import annotations

import pytest
from bench.room_load import SONGS, serve_listeners


@pytest.mark.parametrize("kills", [0, 2])
def test_no_answer_is_lost(kills: int) -> None:
    seen, stored, _ = serve_listeners(10, 0.1, kills)
    assert seen.confirmed == stored == 10 * SONGS
    assert (seen.retries > 0) == (kills > 0)
