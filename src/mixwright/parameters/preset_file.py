"""Reading presets: from a file or a text, with nothing let through that is not a preset."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ParameterError, PresetError
from .keyframes import read_columns
from .preset import FORMAT, FORMAT_VERSION, DeliveryTarget, Preset
from .table import Parameters
from .voicing import Voicing

__all__ = ["load_preset", "parse_preset"]

MAX_BYTES = 16 << 20  # far above any real preset; a wrong file is refused before it is parsed


def parse_preset(text: str, *, source: str = "preset") -> Preset:
    """A preset from its JSON text.

    Errors
    ------
    PresetError
        Not JSON, not a preset, a newer format, an unknown or missing key, or a value of the wrong type or out of
        its range; the message starts with `source`.
    """
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise PresetError(f"{source}: is not a JSON file ({_one_line(error)})") from None
    try:
        return _from_dict(data)
    except (ParameterError, PresetError) as error:
        raise PresetError(f"{source}: {error}") from None


def load_preset(path: str | Path) -> Preset:
    """Read a preset file.

    Errors
    ------
    PresetError
        The file is missing or unreadable, or `parse_preset` refuses it.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise PresetError(f"{path}: is too large for a preset; was another file meant?")
        return parse_preset(raw.decode("utf-8"), source=str(path))
    except OSError as error:
        raise PresetError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise PresetError(f"{path}: is not a JSON file (not UTF-8 text)") from None


def _from_dict(data: Any) -> Preset:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PresetError(f'is not a Mixwright preset ("format" must be "{FORMAT}")')
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise PresetError(f"version={version!r} must be a whole number from 1")
    if version > FORMAT_VERSION:
        raise PresetError(
            f"was written by a newer Mixwright (format {version}, this one reads up to {FORMAT_VERSION}); update"
        )
    template = Preset().to_dict()
    _check_keys(data, {**template, "trajectory": None} if version > 1 and "trajectory" in data else template, "")
    values = _numbers(data, "parameters")
    _check_keys(values, template["parameters"], "parameters.")
    parameters = Parameters(values)
    delivery = data["delivery"]
    if not isinstance(delivery, dict):
        raise PresetError("delivery must be an object")
    _check_keys(delivery, template["delivery"], "delivery.")
    provenance = data["provenance"]
    if not isinstance(provenance, dict) or not all(isinstance(v, str) for v in provenance.values()):
        raise PresetError("provenance must be an object of names")
    if not isinstance(data["model"], str):
        raise PresetError("model must be a text")
    loudness = delivery["loudness_lufs"]
    return Preset(
        parameters=parameters,
        voicing=Voicing(_numbers(data, "voicing")),
        genre=_numbers(data, "genre"),
        provenance=provenance,
        programme_lufs=_number("programme_lufs", data["programme_lufs"]),
        tempo_bpm=_number("tempo_bpm", data["tempo_bpm"]),
        makeup_trim_db=_number("makeup_trim_db", data["makeup_trim_db"]),
        delivery=DeliveryTarget(
            None if loudness is None else _number("delivery.loudness_lufs", loudness),
            _number("delivery.true_peak_dbtp", delivery["true_peak_dbtp"]),
        ),
        model=data["model"],
        trajectory=read_columns(data["trajectory"], parameters) if "trajectory" in data else (),
    )


def _check_keys(data: Mapping[str, Any], template: Mapping[str, Any], where: str) -> None:
    unknown, missing = sorted(set(data) - set(template)), sorted(set(template) - set(data))
    if unknown:
        raise PresetError(f"{where}{unknown[0]} is not a known key")
    if missing:
        raise PresetError(f"{where}{missing[0]} is missing")


def _numbers(data: Mapping[str, Any], key: str) -> dict[str, float]:
    values = data[key]
    if not isinstance(values, dict):
        raise PresetError(f"{key} must be an object of numbers")
    return {name: _number(f"{key}.{name}", value) for name, value in values.items()}


def _number(name: str, value: Any) -> float:
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
