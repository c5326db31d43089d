"""Learn, for `mixwright live`: begun with the first sound, told when it has decided, kept as a preset if asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ParameterError
from ..model.learned_reasons import amount_words
from ..parameters import PARAMETERS

if TYPE_CHECKING:
    from .._native import LiveClient
    from ..parameters import Preset

__all__ = ["Learning", "check_seconds"]

SHORTEST_S, LONGEST_S = 10.0, 30.0
Say = Callable[[str], None]


def check_seconds(seconds: float | None, output: Path | None) -> None:
    """Refuse what cannot be, before a client opens.

    Errors
    ------
    ParameterError
        A time out of range, or a file for what is not learned.
    AudioWriteError
        A file that cannot be written.
    """
    from ..audio import check_output_path

    if seconds is None:
        if output is not None:
            raise ParameterError("output is for what is learned: add --learn SECONDS")
        return
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ParameterError(f"learn={seconds:g} must be in [{SHORTEST_S:g}, {LONGEST_S:g}] s")
    if output is not None:
        check_output_path(output, extensions=(".json",))


class Learning:
    """One learning of a client; `follow` is called again and again until it is over."""

    def __init__(self, client: LiveClient, seconds: float, output: Path | None, say: Say) -> None:
        self._output = output
        self._before = client.state()
        client.set("learn_seconds", seconds)
        client.set("learn", 1.0)
        say(f"Learning from {seconds:g} s, beginning with the first sound")

    def follow(self, client: LiveClient, say: Say) -> bool:
        """Whether it is over; then it has been said what was learned."""
        if client.value("learn") > 0:
            return False
        from ..parameters.plugin_state import parse_plugin_state

        preset, before = (parse_plugin_state(text) for text in (client.state(), self._before))
        if preset.voicing == before.voicing and preset.programme_lufs == before.programme_lufs:
            say("Kept     the values of before")  # the client has said why
            return True
        say(f"Learned  {_words(preset)}")
        if self._output is not None:
            self._write(preset)
            say(f"Wrote    {self._output}")
        return True

    def _write(self, preset: Preset) -> None:
        from ..audio.atomic import atomic_path

        assert self._output is not None
        with atomic_path(self._output) as temporary:
            temporary.write_text(preset.to_json(), encoding="utf-8")


def _words(preset: Preset) -> str:
    moved = [p for p in PARAMETERS if preset.parameters[p.name] != p.neutral]
    if not moved:
        return "that nothing needs to be moved"
    return ", ".join(
        f"{p.label.lower().replace('eq', 'EQ')} {amount_words(p.name, preset.parameters[p.name])}" for p in moved
    )
