"""A test that is ready to be heard: its definition, and a sound file for everything that is played.

A folder with `test.json` and `sounds/`. Files are named by what is in them (SHA-256), so that a folder can be checked,
and nothing in a name says which system it is.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import ParameterError
from ..parameters.strict_model import Strict, checked
from .definition import ListeningTest

__all__ = ["FORMAT", "MANIFEST", "SOUNDS", "Manifest", "Stimulus", "load_manifest"]

FORMAT = 1
MANIFEST, SOUNDS = "test.json", "sounds"
Role = Literal["item", "anchor_3500", "anchor_7000", "broken"]


class Stimulus(Strict):
    """One sound: of a song, by a system (that it was made from, if it is an anchor or broken). `gain_db` <= 0 is what
    matched its level; loudness in LUFS and true peak in dBTP are of the file as it is played. `away` is how far its
    mix lies from what was decided for the song, in parts of each parameter's range, where that was known."""

    id: str
    song: str
    system: str
    role: Role
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    gain_db: float
    integrated_lufs: float
    true_peak_dbtp: float
    start_s: float
    duration_s: float
    away: dict[str, float] | None = None

    @property
    def file(self) -> str:
        """Below the folder of the test."""
        return f"{SOUNDS}/{self.sha256}.wav"


class Manifest(Strict):
    """The test and its sounds; `version` is a hash of both, under which answers are stored."""

    format: int = FORMAT
    test: ListeningTest
    stimuli: Annotated[tuple[Stimulus, ...], Field(strict=False)]

    @property
    def version(self) -> str:
        content = json.dumps(self._plain(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def of_song(self, song: str, role: str = "item") -> tuple[Stimulus, ...]:
        """The sounds of a song in a role, in the order of the systems."""
        return tuple(s for s in self.stimuli if s.song == song and s.role == role)

    def stimulus(self, identity: str) -> Stimulus:
        """The sound with that id; KeyError where there is none."""
        for one in self.stimuli:
            if one.id == identity:
                return one
        raise KeyError(identity)

    def to_json(self) -> str:
        """The text of `test.json`."""
        return json.dumps(self._plain(), indent=2, ensure_ascii=False) + "\n"

    def _plain(self) -> dict[str, Any]:
        """Plain JSON types; without what came later and is not used, so that older tests keep their version."""
        content = self.model_dump(mode="json")
        if not content["test"]["pair"]:
            del content["test"]["pair"]
        for system in content["test"]["system"]:
            if system["mix"] is not None and not system["mix"]["away"]:
                del system["mix"]["away"]
        for stimulus in content["stimuli"]:
            if stimulus["away"] is None:
                del stimulus["away"]
        return content


def load_manifest(folder: Path, *, sounds: bool = True) -> Manifest:
    """The test in a folder that `create_test` made; with `sounds`, every sound file is read and checked.

    Errors
    ------
    ParameterError
        No test is there, it is damaged or of a newer format, or a sound is missing or was changed.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(
            f"{path}: cannot be read ({error.strerror or error}); `mixwright listen create` makes a folder"
        ) from None
    except ValueError as error:
        raise ParameterError(f"{path}: is damaged ({error})") from None
    form = content.get("format") if isinstance(content, dict) else None
    if isinstance(form, int) and form > FORMAT:
        raise ParameterError(f"{path}: has format {form}; this version of Mixwright knows up to {FORMAT}")
    manifest = checked(Manifest, content, str(path))
    if sounds:
        for file, wanted in {s.file: s.sha256 for s in manifest.stimuli}.items():
            try:
                found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            except OSError as error:
                raise ParameterError(f"{folder / file}: cannot be read ({error.strerror or error})") from None
            if found != wanted:
                raise ParameterError(f"{folder / file}: was changed after the test was made")
    return manifest
