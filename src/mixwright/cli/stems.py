"""What `mixwright mix` says and takes where the song comes as stems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ParameterError

if TYPE_CHECKING:
    from ..mix import ConsoleFacts

__all__ = ["only_for_stems", "parse_strips", "print_console"]


def parse_strips(texts: Sequence[str]) -> dict[str, dict[str, float | bool]]:
    """`["vocal:gain_db=-2,pan=0", "click:mute"]` to values by the stem's name.

    Errors
    ------
    ParameterError
        No name, an unknown parameter, no number, or a value outside its range.
    """
    from ..parameters.strip import StripParameters

    strips: dict[str, dict[str, float | bool]] = {}
    for text in texts:
        name, colon, rest = text.rpartition(":")
        if not colon or not name.strip() or not rest.strip():
            raise ParameterError(
                f"strip {text!r} must be NAME:PARAMETER=VALUE,... or NAME:mute, as vocal:gain_db=-2,pan=0"
            )
        values = strips.setdefault(name.strip(), {})
        for part in rest.split(","):
            key, equals, number = (word.strip() for word in part.partition("="))
            if key == "mute" and not equals:
                values["muted"] = True
                continue
            try:
                values[key] = float(number)
            except ValueError:
                raise ParameterError(
                    f"strip {text!r}: {part.strip()!r} must be PARAMETER=NUMBER, as gain_db=-2"
                ) from None
        StripParameters({key: value for key, value in values.items() if key != "muted"})
    return strips


def only_for_stems(**given: object) -> None:
    """Raises ParameterError where an option for stems was given with a single song."""
    for name, value in given.items():
        if value:
            raise ParameterError(f"--{name.replace('_', '-')} is for a folder of stems; this is one file")


def print_console(console: ConsoleFacts) -> None:
    """A line a stem: what it is, how loud it was set, what else moves, and why."""
    decided = console.decision
    by = "by rules" if decided.model == "rules" else "by the set model"
    lead = f"; room is made for {decided.lead}" if decided.lead else ""
    print(f"Stems    {len(console.heard)}, balanced {by}{lead}")
    for stem in console.heard:
        strip = console.preset.strips[stem.name]
        muted = ", muted" if strip.muted else ""
        print(f"  {stem.name}: {_role(stem.role)} ({100 * stem.roles[stem.role]:.0f} %){muted}")
        for name in strip.parameters.moved():
            print(f"    * {decided.strips[stem.name].reasons[name]}")
    for path in console.exported:
        print(f"         {path}")


def _role(role: str) -> str:
    return role.replace("_", " ")
