"""Rooms for tests: a small test of any kind from short made music, and visits to it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from starlette.testclient import TestClient
from tests.songs import song

from mixwright.listening.definition import parse_test
from mixwright.listening.excerpting import RATE
from mixwright.listening.manifest import Manifest, load_manifest
from mixwright.listening.stimuli import create_test
from mixwright.store import Store, open_store
from mixwright.web.room import Room, make_room

OURS = {"X-Mixwright": "1"}
SYSTEMS = ("Zephyr", "Quartz", "Obsidian")  # names that nothing else could hold
SONGS = ("Harbour", "Lantern", "Meridian")
RIGHT = {
    "preference": lambda letters: {"preferred": letters[0]},
    "abx": lambda letters: {"x_is": letters[0]},
    "multiple": lambda letters: {"scores": dict.fromkeys(letters, 50)},
    "mushra": lambda letters: {"scores": {letter: 100 - 10 * k for k, letter in enumerate(letters)}},
    "rating": lambda letters: {"score": 7},
    "appropriateness": lambda letters: {"score": 8},
}


def make_test(folder: Path, kind: str = "preference", systems: int = 2, songs: int = 2, **more: Any) -> Path:
    """A folder as `mixwright listen create` makes it, with passages of two seconds."""
    sources = folder / "sources"
    rows = []
    for j, system in enumerate(SYSTEMS[:systems]):
        rows.append({"name": system, "files": f"sources/{system}/{{song}}.wav"})
        if kind == "mushra" and j == 0:
            rows[-1]["reference"] = True  # type: ignore[assignment]
        (sources / system).mkdir(parents=True)
        for k, name in enumerate(SONGS[:songs]):
            audio = 0.5 * song(2.0, RATE, seed=k)
            audio[:, 1:] -= np.float32(0.3 * j) * audio[:, :-1]
            soundfile.write(sources / system / f"{name}.wav", audio.T, RATE, subtype="FLOAT")
    named = [{"name": name, "genre": "rock"} for name in SONGS[:songs]]
    content = {"title": "A blind test", "kind": kind, "system": rows, "song": named, "excerpt_s": 2.0, "code": True}
    test = parse_test({**content, "least_seconds": 0.5, **more}, "test")
    create_test(test, folder, folder / "made", lambda path, arguments: (_ for _ in ()).throw(AssertionError))
    return folder / "made"


def open_room(folder: Path, **more: Any) -> tuple[TestClient, Room, Store, Manifest]:
    store = open_store(f"sqlite:///{folder / 'answers.sqlite'}")
    manifest = load_manifest(folder)
    room = Room(folder, manifest, store)
    return TestClient(make_room(room, **more), base_url="http://localhost"), room, store, manifest


class Visit:
    """A listener at the HTTP interface, without a browser."""

    def __init__(self, client: TestClient, link: str | None = None) -> None:
        self.client = client
        self.link = link or client.post("/api/enrol", headers=OURS).json()["link"]

    def get(self, what: str) -> Any:
        return self.client.get(f"{self.link}/api/{what}")

    def post(self, what: str, content: Any = None) -> Any:
        return self.client.post(f"{self.link}/api/{what}", headers=OURS, json=content)

    def state(self) -> dict[str, Any]:
        return dict(self.get("state").json())

    def consent(self) -> dict[str, Any]:
        version = self.state()["consent"]["version"]
        return dict(self.post("consent", {"version": version, "agreed": True}).json())

    def message(self, trial: dict[str, Any], answer: dict[str, Any], **facts: Any) -> dict[str, Any]:
        letters = [item["slot"] for item in trial["items"]] + (["X"] if trial["x"] else [])
        heard = dict.fromkeys(letters, 1.5)
        recorded = {"seconds_heard": heard, "response_ms": 2100, "underruns": 0, "sample_rate": 48000, **facts}
        events = [{"t": 0.25, "what": "play", "slot": "A"}, {"t": 1.5, "what": "switch", "slot": letters[-1]}]
        attempt = uuid.uuid4().hex
        return {"trial": trial["number"], "attempt": attempt, "answer": answer, "facts": recorded, "events": events}

    def answer(self, state: dict[str, Any], answer: dict[str, Any] | None = None, **facts: Any) -> Any:
        trial = state["trial"]
        letters = [item["slot"] for item in trial["items"]]
        return self.post("answers", self.message(trial, answer or RIGHT[state["kind"]](letters), **facts))
