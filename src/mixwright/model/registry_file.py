"""What the registry of networks keeps: a version's facts, and one file with the aliases and every change of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..audio.atomic import atomic_path
from ..errors import AudioWriteError, ModelError

__all__ = ["Change", "Version", "as_json", "changing", "file_bytes", "now", "read_facts", "read_state", "told"]

FORMAT, FORMAT_VERSION = "mixwright-models", 1
# Who is champion is not guessed; but nobody has to wait for it to mix.
WAY_OUT = "--model shipped mixes without it; restore it, or move it away: then the shipped network is champion"


@dataclass(frozen=True)
class Version:
    """A network and where it came from: the version that it is to follow, the code's commit, hashes of the music and
    of the preferences it learned from, its figures by split and name, and the SHA-256 of its file."""

    version: str
    parent: str
    created: str
    sha256: str
    git_commit: str | None = None
    data_sha256: str = ""
    preferences_sha256: str = ""
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    run: str = ""


@dataclass(frozen=True)
class Change:
    """One line of the audit: when, what (register, pass, refuse, promote, rollback), of which version, who was
    champion before and after, why, and the SHA-256 of the document that decided, where there is one."""

    at: str
    what: str
    version: str
    before: str
    after: str
    reason: str
    document_sha256: str = ""


def read_state(file: Path) -> dict[str, Any]:
    """Champions in their order, the challenger, and the audit; empty where there is no file."""
    empty: dict[str, Any] = {"format": FORMAT, "version": 1, "champions": [], "challenger": "", "audit": []}
    try:
        state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return empty
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: cannot be read ({error}); {WAY_OUT}") from None
    if not isinstance(state, dict) or set(state) != set(empty) or state["format"] != FORMAT:
        raise ModelError(f"{file}: is no registry of networks; {WAY_OUT}")
    if state["version"] != FORMAT_VERSION:
        raise ModelError(f"{file}: version={state['version']!r} must be {FORMAT_VERSION}")
    return state


@contextmanager
def changing(file: Path) -> Iterator[dict[str, Any]]:
    """The state, changed by nobody else meanwhile, written whole where the body succeeds."""
    with told(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(file.parent / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        _hold(lock)
        state = read_state(file)
        yield state
        with told(file), atomic_path(file) as temporary:
            temporary.write_text(as_json(state), encoding="utf-8")
    finally:
        os.close(lock)


def read_facts(path: Path) -> Version:
    try:
        return Version(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: cannot be read ({error})") from None


def file_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"model {path}: cannot be read ({error.strerror or error})") from None


def _hold(lock: int) -> None:
    """Wait for whoever changes the registry, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(lock, fcntl.LOCK_EX)


@contextmanager
def told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, AudioWriteError):
            raise
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None


def as_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
