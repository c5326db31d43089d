"""Listening tests for tests: definitions, and manifests without sounds."""

from __future__ import annotations

from typing import Any

from mixwright.listening.definition import ListeningTest, parse_test
from mixwright.listening.manifest import Manifest, Stimulus

ROLES = {"mushra": ("anchor_3500", "anchor_7000")}


def definition(kind: str = "preference", songs: int = 4, systems: int = 2, **more: Any) -> ListeningTest:
    rows = [
        {"name": f"system {k}", "files": "{song}.wav", "reference": kind == "mushra" and k == 0} for k in range(systems)
    ]
    named = [{"name": f"song {k}", "genre": "rock"} for k in range(songs)]
    return parse_test({"title": "A test", "kind": kind, "system": rows, "song": named, **more}, "test")


def manifest(kind: str = "preference", songs: int = 4, systems: int = 2, **more: Any) -> Manifest:
    test = definition(kind, songs, systems, **more)
    rows = [
        (song.name, name, role)
        for song in test.song
        for name, role in [
            *((system.name, "item") for system in test.system),
            *((test.system[0].name, role) for role in ROLES.get(kind, ("broken",))),
        ]
    ]
    stimuli = tuple(
        Stimulus(
            id=f"s{k:04}", song=song, system=system, role=role, sha256=f"{k:064x}", gain_db=0.0,
            integrated_lufs=-20.0, true_peak_dbtp=-3.0, start_s=0.0, duration_s=12.0,
        )
        for k, (song, system, role) in enumerate(rows)
    )  # fmt: skip
    return Manifest(test=test, stimuli=stimuli)
