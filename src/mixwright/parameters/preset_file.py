"""Reading presets: from a file or a text, with nothing let through that is not a preset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ParameterError, PresetError
from .keyframes import read_columns
from .preset import FORMAT, FORMAT_VERSION, DeliveryTarget, Preset
from .strict_json import check_keys, number, numbers, parse_json, read_text
from .table import Parameters
from .voicing import Voicing

__all__ = ["load_preset", "parse_preset", "preset_from"]


def parse_preset(text: str, *, source: str = "preset") -> Preset:
    """A preset from its JSON text.

    Errors
    ------
    PresetError
        Not JSON, not a preset, a newer format, an unknown or missing key, or a value of the wrong type or out of
        its range; the message starts with `source`.
    """
    data = parse_json(text, source)
    try:
        return preset_from(data)
    except (ParameterError, PresetError) as error:
        raise PresetError(f"{source}: {error}") from None


def load_preset(path: str | Path) -> Preset:
    """Read a preset file.

    Errors
    ------
    PresetError
        The file is missing or unreadable, or `parse_preset` refuses it.
    """
    return parse_preset(read_text(Path(path)), source=str(path))


def preset_from(data: Any) -> Preset:
    """A preset from parsed JSON; PresetError or ParameterError says what is wrong with it."""
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
    check_keys(data, {**template, "trajectory": None} if version > 1 and "trajectory" in data else template, "")
    values = numbers(data, "parameters")
    check_keys(values, template["parameters"], "parameters.")
    parameters = Parameters(values)
    delivery = data["delivery"]
    if not isinstance(delivery, dict):
        raise PresetError("delivery must be an object")
    check_keys(delivery, template["delivery"], "delivery.")
    provenance = data["provenance"]
    if not isinstance(provenance, dict) or not all(isinstance(v, str) for v in provenance.values()):
        raise PresetError("provenance must be an object of names")
    if not isinstance(data["model"], str):
        raise PresetError("model must be a text")
    loudness = delivery["loudness_lufs"]
    return Preset(
        parameters=parameters,
        voicing=Voicing(numbers(data, "voicing")),
        genre=numbers(data, "genre"),
        provenance=provenance,
        programme_lufs=number("programme_lufs", data["programme_lufs"]),
        tempo_bpm=number("tempo_bpm", data["tempo_bpm"]),
        makeup_trim_db=number("makeup_trim_db", data["makeup_trim_db"]),
        delivery=DeliveryTarget(
            None if loudness is None else number("delivery.loudness_lufs", loudness),
            number("delivery.true_peak_dbtp", delivery["true_peak_dbtp"]),
        ),
        model=data["model"],
        trajectory=read_columns(data["trajectory"], parameters) if "trajectory" in data else (),
    )
