"""Where songs and mixes lie: under random names, within a quota, until they are too old.

A thing is a folder with `facts.json`, which is written last: without it the folder is what a crash left, and goes.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import ParameterError
from ..guard import RefusedError

__all__ = ["FACTS", "WorkFolder"]

FACTS = "facts.json"
KINDS = {"songs": "song", "mixes": "mix", "exports": "file"}
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{16,64}")
FRESH_S = 3600  # what is being made is no rubbish yet


class WorkFolder:
    """Songs, mixes and exports below one folder; `quota_bytes` for all of them, each for `keep_s` seconds."""

    def __init__(self, root: Path, quota_bytes: int, keep_s: float) -> None:
        self.root, self.quota_bytes, self.keep_s = root, quota_bytes, keep_s
        try:
            for kind in KINDS:
                (root / kind).mkdir(parents=True, exist_ok=True)
            probe = root / f".{secrets.token_hex(8)}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ParameterError(f"{root}: cannot be written ({error.strerror or error})") from None

    def new(self, kind: str) -> tuple[str, Path]:
        """An empty folder for a new thing, and its name."""
        identity = secrets.token_urlsafe(16)
        path = self.root / kind / identity
        path.mkdir()
        return identity, path

    def find(self, kind: str, identity: str) -> Path:
        """The folder of a thing that is complete; what a client says is a name, and never a path."""
        path = self.root / kind / identity
        if not _IDENTITY.fullmatch(identity) or not (path / FACTS).is_file():
            raise RefusedError(404, f"there is no such {KINDS[kind]} here any more")
        return path

    def complete(self, path: Path, facts: dict[str, Any]) -> None:
        """Write the facts of a thing, whole or not at all: from then on it is there."""
        part = path / f".{FACTS}"
        part.write_text(json.dumps(facts, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        part.replace(path / FACTS)

    def facts(self, kind: str, identity: str) -> dict[str, Any]:
        """What is known of a thing."""
        return dict(json.loads((self.find(kind, identity) / FACTS).read_text(encoding="utf-8")))

    def everything(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """All complete things of a kind, the newest first."""
        found = [path for path in (self.root / kind).iterdir() if (path / FACTS).is_file()]
        found.sort(key=lambda path: (path / FACTS).stat().st_mtime, reverse=True)
        return [(path.name, json.loads((path / FACTS).read_text(encoding="utf-8"))) for path in found]

    def remove(self, kind: str, identity: str) -> None:
        """Delete a thing with all its files."""
        shutil.rmtree(self.find(kind, identity), ignore_errors=True)

    def used_bytes(self) -> int:
        """Of all files together."""
        return sum(size for _, size in self._files())

    def check_room(self, more_bytes: int) -> None:
        """Refuse what would not fit."""
        if self.used_bytes() + more_bytes > self.quota_bytes:
            raise RefusedError(
                507, f"the studio's folder is full ({self.quota_bytes / 1e9:.1f} GB); delete songs, or give it more"
            )

    def clean(self, now: float | None = None) -> int:
        """Delete what is too old, and what a crash left; how many things went."""
        now = time.time() if now is None else now
        gone = 0
        for kind in KINDS:
            for path in (self.root / kind).iterdir():
                whole = (path / FACTS).is_file()
                since = (path / FACTS if whole else path).stat().st_mtime
                if now - since > (self.keep_s if whole else FRESH_S):
                    shutil.rmtree(path, ignore_errors=True)
                    gone += 1
        return gone

    def _files(self) -> Iterator[tuple[Path, int]]:
        for path in self.root.rglob("*"):
            try:
                if path.is_file():
                    yield path, path.stat().st_size
            except OSError:  # went away meanwhile
                continue
