"""Learn, for `mixwright live`: begun with the first sound, told when it has decided, kept as a preset if asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ParameterError

if TYPE_CHECKING:
    from .._native import LiveClient
    from ..parameters import Preset

__all__ = ["Learning", "check_seconds"]

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
    from ..parameters.plugin_state import control_range

    if seconds is None:
        if output is not None:
            raise ParameterError("output is for what is learned: add --learn SECONDS")
        return
    shortest, longest = control_range("learn_seconds")
    if not shortest <= seconds <= longest:
        raise ParameterError(f"learn={seconds:g} must be in [{shortest:g}, {longest:g}] s")
    if output is not None:
        check_output_path(output, extensions=(".json",))


class Learning:
    """One learning of a client; `follow` is called again and again until it is over."""

    def __init__(self, client: LiveClient, seconds: float, output: Path | None, say: Say) -> None:
        self._output = output
        client.set("learn_seconds", seconds)
        self._before = client.state()
        client.set("learn", 1.0)
        say(f"Learning from {seconds:g} s, beginning with the first sound")

    def follow(self, client: LiveClient, say: Say) -> bool:
        """Whether it is over; then it has been said what was learned."""
        if client.value("learn") > 0:
            return False
        from ..parameters.plugin_state import parse_plugin_state

        state = client.state()
        if state == self._before:
            say("Kept     the values of before")  # the client has said why
            return True
        preset = parse_plugin_state(state)
        say(f"Learned  {_words(preset)}")
        if self._output is not None:
            _write(preset, self._output)
            say(f"Wrote    {self._output}")
        return True


def _write(preset: Preset, output: Path) -> None:
    from ..audio.atomic import atomic_path

    with atomic_path(output) as temporary:
        temporary.write_text(preset.to_json(), encoding="utf-8")


def _words(preset: Preset) -> str:
    from ..model.learned_reasons import amount_words
    from ..parameters import PARAMETERS

    moved = [p for p in PARAMETERS if preset.parameters[p.name] != p.neutral]
    if not moved:
        return "that nothing needs to be moved"
    return ", ".join(
        f"{p.label.lower().replace('eq', 'EQ')} {amount_words(p.name, preset.parameters[p.name])}" for p in moved
    )
