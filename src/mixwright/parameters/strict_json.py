"""JSON files that are held to what they must be: no unknown key, no missing one, no number that is none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import PresetError

__all__ = ["check_keys", "number", "numbers", "parse_json", "read_text"]

MAX_BYTES = 16 << 20  # far above any real preset; a wrong file is refused before it is parsed


def read_text(path: Path) -> str:
    """A file's text.

    Errors
    ------
    PresetError
        It is missing, unreadable, too large, or no UTF-8.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise PresetError(f"{path}: is too large for a preset; was another file meant?")
        return raw.decode("utf-8")
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise PresetError(f"{path}: is not a JSON file (not UTF-8 text)") from None


def parse_json(text: str, source: str) -> Any:
    """JSON without constants that JSON has not, and without a key twice; PresetError begins with `source`."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise PresetError(f"{source}: is not a JSON file ({_one_line(error)})") from None


def check_keys(data: Mapping[str, Any], template: Mapping[str, Any], where: str) -> None:
    """Raises PresetError for a key too many or too few."""
    unknown, missing = sorted(set(data) - set(template)), sorted(set(template) - set(data))
    if unknown:
        raise PresetError(f"{where}{unknown[0]} is not a known key")
    if missing:
        raise PresetError(f"{where}{missing[0]} is missing")


def numbers(data: Mapping[str, Any], key: str) -> dict[str, float]:
    """An object of finite numbers, or PresetError."""
    values = data[key]
    if not isinstance(values, dict):
        raise PresetError(f"{key} must be an object of numbers")
    return {name: number(f"{key}.{name}", value) for name, value in values.items()}


def number(name: str, value: Any) -> float:
    """A finite number, or PresetError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PresetError(f"{name} must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PresetError(f"{name} must be a finite number")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
