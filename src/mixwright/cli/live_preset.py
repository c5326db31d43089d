"""The preset that `mixwright live` plays, and that its file is watched."""

from __future__ import annotations

import time
from pathlib import Path

from ..errors import PresetError
from ..parameters import load_preset
from ..parameters.plugin_state import plugin_state

__all__ = ["PresetFile"]

POLL_S = 0.25
Mark = tuple[int, int, int] | None


class PresetFile:
    """A preset file as the state of the plugin, read again when it changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._taken: Mark = None
        self._seen: Mark = None
        self._next_s = 0.0

    def read(self) -> str:
        """The state of the plugin.

        Errors
        ------
        PresetError
            The file is missing or is no preset, or its preset moves over the song.
        """
        self._taken = self._seen = self._mark()  # before reading: what changes meanwhile is read again
        preset = load_preset(self.path)
        if preset.trajectory:
            raise PresetError(
                f"{self.path}: moves over the song, which live input has not; mix without --dynamic and --morph"
            )
        return plugin_state(preset)

    def changed(self) -> str | None:
        """The new state if the file changed and then stood still for a poll (a quarter of a second); else None.

        Errors
        ------
        PresetError
            As `read`, once for each change.
        """
        now = time.monotonic()
        if now < self._next_s:
            return None
        self._next_s = now + POLL_S
        before, self._seen = self._seen, self._mark()
        # An editor may be in the middle of writing it, or have taken the old one away.
        if self._seen == self._taken or self._seen != before:
            return None
        return self.read()

    def _mark(self) -> Mark:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
