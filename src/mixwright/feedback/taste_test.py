"""A blind test that taste can be learned from: pairs of settings around what is decided for each song."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from .asking import Asker
from .taste import Taste

__all__ = ["MOST_PAIRS", "as_toml", "taste_test"]

MOST_PAIRS = 40
TITLE = "Which do you prefer?"


def taste_test(
    songs: Mapping[str, tuple[Path, str | None]],
    taste: Taste,
    *,
    seed: int = 0,
    pairs: int = 12,
    listener: str = "",
    model: str = "network",
    catch_trials: int = 1,
    repeats: int = 1,
) -> dict[str, Any]:
    """The content of a listening test's file: the same pairs for every song, chosen by what their answers are expected
    to tell, a quarter at random.

    Parameters
    ----------
    songs
        By name the file and the genre, or None.
    taste
        What is known so far.
    seed
        Another one asks other pairs.
    pairs
        Of settings, 1 to 40; each listener hears each of them in each song.
    listener
        Whose taste is asked for; of all without.
    model
        What decides, as `mixwright.mix` has it.

    Errors
    ------
    ParameterError
        No song, or another number of pairs.
    """
    if not songs:
        raise ParameterError("a test of taste needs at least one song")
    if not 1 <= pairs <= MOST_PAIRS:
        raise ParameterError(f"pairs={pairs} must be in [1, {MOST_PAIRS}]")
    asker = Asker(seed)
    asked = [asker.next_pair(taste, listener) for _ in range(pairs)]
    systems: list[dict[str, Any]] = []
    named: list[tuple[str, str]] = []
    for number, pair in enumerate(asked, 1):
        names = (f"{number:02} one", f"{number:02} other")
        named.append(names)
        for name, way in zip(names, (pair.first, pair.second), strict=True):
            away = {trait: by for trait, by in way.items() if by}
            systems.append({"name": name, "mix": {"model": model, "loudness": "keep", "away": away}})
    rows = [
        {"name": name, "file": str(path), **({"genre": genre} if genre else {})}
        for name, (path, genre) in songs.items()
    ]
    return {
        "title": TITLE, "kind": "preference", "seed": seed, "catch_trials": catch_trials, "repeats": repeats,
        "pair": [list(pair) for pair in named], "system": systems, "song": rows,
    }  # fmt: skip


def as_toml(content: Mapping[str, Any]) -> str:
    """Such content as TOML; tables and lists of tables last, as the language wants them."""
    lines = [f"{key} = {_value(value)}" for key, value in content.items() if not _tables(value)]
    for key, value in content.items():
        if _tables(value):
            for row in value:
                lines += ["", f"[[{key}]]", *(f"{name} = {_value(of)}" for name, of in row.items())]
    return "\n".join(lines) + "\n"


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(of)}" for name, of in value.items()) + " }" if value else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(of) for of in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(_escaped(c) for c in value) + '"'
    return repr(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return f"\\u{ord(character):04x}" if ord(character) < 32 or ord(character) == 127 else character
