"""A preset: everything that is needed to render the same mix again, as a JSON file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ParameterError, PresetError
from .table import PARAMETERS, Parameters
from .voicing import Voicing, blend_voicing, check_weights

__all__ = ["FORMAT_VERSION", "PROVENANCES", "DeliveryTarget", "Preset", "load_preset", "parse_preset"]

FORMAT = "mixwright-preset"
FORMAT_VERSION = 1
PROVENANCES = ("neutral", "predicted", "refined", "set")
MAX_BYTES = 16 << 20  # far above any real preset; a wrong file is refused before it is parsed
LOUDNESS_LUFS = (-40.0, -5.0)
TRUE_PEAK_DBTP = (-20.0, 0.0)
TRIM_DB = (-6.0, 6.0)


@dataclass(frozen=True)
class DeliveryTarget:
    """What the delivery stage aims at: loudness in LUFS, None to keep the input's, and the ceiling in dBTP."""

    loudness_lufs: float | None = -14.0
    true_peak_dbtp: float = -1.0

    def __post_init__(self) -> None:
        if self.loudness_lufs is not None:
            _check("loudness_lufs", self.loudness_lufs, LOUDNESS_LUFS, "LUFS")
        _check("true_peak_dbtp", self.true_peak_dbtp, TRUE_PEAK_DBTP, "dBTP")


@dataclass(frozen=True)
class Preset:
    """The ten parameters with the voicing they were decided for.

    `programme_lufs` is the loudness of the input that the compressor's threshold hangs on, `tempo_bpm` sets the
    delay, `makeup_trim_db` is the level that the two gains could not settle.
    """

    parameters: Parameters = field(default_factory=Parameters)
    voicing: Voicing = field(default_factory=lambda: blend_voicing({"rock": 1.0}))
    genre: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    programme_lufs: float = -14.0
    tempo_bpm: float = 120.0
    makeup_trim_db: float = 0.0
    delivery: DeliveryTarget = field(default_factory=DeliveryTarget)
    model: str = "none"

    def __post_init__(self) -> None:
        _check("programme_lufs", self.programme_lufs, (-70.0, 0.0), "LUFS")
        _check("tempo_bpm", self.tempo_bpm, (30.0, 300.0), "BPM")
        _check("makeup_trim_db", self.makeup_trim_db, TRIM_DB, "dB")
        for name, origin in self.provenance.items():
            if name not in self.parameters or origin not in PROVENANCES:
                raise ParameterError(f"provenance {name}={origin!r} must be one of {', '.join(PROVENANCES)}")
        object.__setattr__(self, "provenance", {p.name: self.origin(p.name) for p in PARAMETERS})
        if self.genre:
            object.__setattr__(self, "genre", check_weights(self.genre))

    def origin(self, name: str) -> str:
        """Where a value came from: neutral, predicted, refined or set."""
        return self.provenance.get(name, "neutral")

    def to_dict(self) -> dict[str, Any]:
        """The preset as plain JSON types."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "parameters": dict(self.parameters),
            "provenance": {p.name: self.origin(p.name) for p in PARAMETERS},
            "genre": dict(self.genre),
            "voicing": dict(self.voicing),
            "programme_lufs": self.programme_lufs,
            "tempo_bpm": self.tempo_bpm,
            "makeup_trim_db": self.makeup_trim_db,
            "delivery": {
                "loudness_lufs": self.delivery.loudness_lufs,
                "true_peak_dbtp": self.delivery.true_peak_dbtp,
            },
            "model": self.model,
        }

    def to_json(self) -> str:
        """The text of the preset file; floats are written so that they read back to the same bits."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


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
    _check_keys(data, template, "")
    parameters = _numbers(data, "parameters")
    _check_keys(parameters, template["parameters"], "parameters.")
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
        parameters=Parameters(parameters),
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


def _check(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise ParameterError(f"{name}={value:g} must be in [{low:g}, {high:g}] {unit}")
