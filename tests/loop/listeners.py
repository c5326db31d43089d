"""Simulated listeners with a taste, in the listening room over HTTP: they know what they hear, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient
from tests.feedback.tasters import Taster
from tests.web.rooms import Visit, open_room

from mixwright.listening.manifest import Manifest
from mixwright.store import Store

__all__ = ["listen"]


def listen(folder: Path, tasters: Sequence[Taster], seed: int = 0) -> list[str]:
    """Each taster opens the page of the test in a folder, agrees, answers every trial; their pseudonyms."""
    client, _, store, manifest = open_room(folder)
    try:
        return [_visit(client, store, manifest, taster, [seed, n]) for n, taster in enumerate(tasters)]
    finally:
        client.close()
        store.close()


def _visit(client: TestClient, store: Store, manifest: Manifest, taster: Taster, seed: list[int]) -> str:
    rng, visit = np.random.default_rng(seed), Visit(client)
    visit.consent()
    (me,) = store.listeners(manifest.version)[-1:]
    trials = {trial["number"]: trial for trial in me.trials}
    while (state := visit.state())["trial"] is not None:
        number = state["trial"]["number"]
        answer = _answer(manifest, taster, trials[number]["items"], rng)
        reply = visit.answer(state, answer, seconds_heard={"A": 2.5, "B": 2.5})
        assert reply.status_code == 200, reply.text
    return me.pseudonym


def _answer(manifest: Manifest, taster: Taster, items: Sequence[str], rng: np.random.Generator) -> Mapping[str, str]:
    heard = [manifest.stimulus(item) for item in items]
    broken = [one.role == "broken" for one in heard]
    if any(broken) and not all(broken):
        return {"preferred": "AB"[broken.index(False)]}
    first, second = (one.away or {} for one in heard)
    return {"preferred": ("A", "B", "tie")[rng.choice(3, p=taster.chances(first, second))]}
