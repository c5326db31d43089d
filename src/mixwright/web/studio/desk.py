"""What the studio does with songs: takes them in, has them mixed, has the edited mix written."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from ...errors import ParameterError
from ...mix.stem_source import MOST_STEMS
from ...parameters import Parameters, parse_genre
from ...parameters.preset_file import preset_from
from ..guard import RefusedError
from .jobs import Jobs
from .keeping import Keeping
from .messages import ExportMessage, MixMessage
from .uploads import safe_stem, store_upload
from .work_folder import FACTS, WorkFolder

__all__ = ["Desk"]

FILES = "files"
# Decoded, edited and reported, a song takes about so many times its own bytes: room for that is asked for before.
MIX_ROOM_BYTES = 50_000_000


class Desk:
    """Songs and jobs over a work folder. Uploads and jobs belong to the server's event loop."""

    def __init__(self, folder: WorkFolder, jobs: Jobs, upload_bytes: int, keeping: Keeping | None = None) -> None:
        self.folder, self._jobs, self._upload_bytes, self._keeping = folder, jobs, upload_bytes, keeping
        self._locks: dict[str, asyncio.Lock] = {}

    def add_song(self, kind: str, title: str) -> str:
        """A song without files yet."""
        identity, path = self.folder.new("songs")
        (path / FILES).mkdir()
        self.folder.complete(path, {"kind": kind, "title": title.strip() or "Untitled"})
        return identity

    async def upload(self, song: str, name: str, stream: AsyncIterator[bytes], length: int) -> tuple[str, int]:
        """One file of a song; its name here, and its bytes."""
        path, facts = self.folder.find("songs", song), self.folder.facts("songs", song)
        if length > self._upload_bytes:
            raise RefusedError(413, f"the file is larger than {self._upload_bytes / 1e6:.0f} MB")
        await asyncio.to_thread(self.folder.check_room, length)
        async with self._locks.setdefault(song, asyncio.Lock()):  # two of one name must not meet
            there = [one.stem for one in (path / FILES).iterdir()]
            most = MOST_STEMS if facts["kind"] == "stems" else 1
            if len(there) >= most:
                raise RefusedError(409, f"a song has at most {most} stems" if most > 1 else "this song has its file")
            stem = safe_stem(name, {one.casefold().lstrip(".") for one in there})
            stored = await store_upload(stream, path / FILES, stem, self._upload_bytes)
        size = stored.stat().st_size
        try:
            await asyncio.to_thread(self.folder.check_room, 0)
        except RefusedError:
            stored.unlink()
            raise
        return stored.stem, size

    async def mix(self, song: str, message: MixMessage) -> str:
        """Start mixing; the job's name."""
        path, facts = self.folder.find("songs", song), self.folder.facts("songs", song)
        files = sorted(one for one in (path / FILES).iterdir() if not one.name.startswith("."))
        if not files:
            raise RefusedError(409, "this song has no file yet")
        parse_genre(message.genre)
        Parameters(message.settings)
        if message.preset is not None:
            preset_from(message.preset)
        await asyncio.to_thread(self.folder.check_room, MIX_ROOM_BYTES)
        leaning = None
        if self._keeping is not None and message.taste and message.preset is None:
            leaning = await asyncio.to_thread(self._keeping.leaning)
        identity, made = self.folder.new("mixes")
        request = {
            "what": "mix", "song": str(path / FILES), "folder": str(made), "stems": facts["kind"] == "stems",
            "title": facts["title"], "hide": f"{path / FILES}/", **message.model_dump(),
            "taste": None if leaning is None else leaning.to_json(),
        }  # fmt: skip
        return self._start("mix", identity, made, request, {}, lambda k: k.mixed(made))

    async def export(self, mix: str, message: ExportMessage) -> str:
        """Start writing an edited mix; the job's name."""
        path, facts = self.folder.find("mixes", mix), self.folder.facts("mixes", mix)
        if message.bit_depth == 32 and message.format == "flac":
            raise ParameterError("bit_depth=32 must be 16 or 24 for .flac")
        values = Parameters(message.parameters)
        await asyncio.to_thread(self.folder.check_room, (path / "source.wav").stat().st_size)
        identity, made = self.folder.new("exports")
        lossless = message.format in ("wav", "flac")
        request = {
            "what": "export", "folder": str(made), "source": str(path / "source.wav"), "hide": f"{path}/",
            "ending": f".{message.format}", "preset": facts["preset"], "settings": dict(values),
            "loudness": message.loudness, "true_peak_dbtp": message.true_peak_dbtp,
            "bit_depth": (message.bit_depth or 24) if lossless else None,
        }  # fmt: skip
        return self._start(
            "file", identity, made, request, {"title": facts["title"]},
            lambda k: k.exported(path, made / "preset.json", message.format),
        )  # fmt: skip

    def _start(
        self, name: str, identity: str, made: Path, request: dict[str, Any], more: dict[str, Any],
        keep: Callable[[Keeping], list[str]],
    ) -> str:  # fmt: skip
        """`keep` has feedback kept of what was made, and gives warnings."""

        def finish(facts: dict[str, Any]) -> dict[str, Any]:
            warnings = [] if self._keeping is None else keep(self._keeping)
            facts["warnings"] = [*facts["warnings"], *warnings]
            self.folder.complete(made, {**more, **facts})
            told = {key: facts[key] for key in ("integrated_lufs", "true_peak_dbtp", "warnings") if name == "file"}
            return {name: identity, **told}

        def clear() -> None:
            if not (made / FACTS).is_file():
                shutil.rmtree(made, ignore_errors=True)

        return self._jobs.start(request, finish, clear).identity
