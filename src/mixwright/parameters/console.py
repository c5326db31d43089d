"""The console preset: every strip of a mix of stems, the returns, and the mix bus; enough to render it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import ParameterError, PresetError
from .preset import PROVENANCES, Preset
from .preset_file import preset_from
from .strict_json import check_keys, number, numbers, parse_json, read_text
from .strip import STRIP_PARAMETERS, StripParameters, check_roles
from .voicing import Voicing

__all__ = ["GROUPS", "ConsolePreset", "StripPreset", "group_of", "load_console", "parse_console"]

FORMAT, VERSION = "mixwright-console", 1
# The group buses, and the roles that stand on each.
GROUPS: dict[str, tuple[str, ...]] = {
    "drums": ("kick", "snare", "cymbals", "drums", "percussion"),
    "bass": ("bass",),
    "music": ("guitar", "keys", "synth", "strings", "winds", "effects", "other"),
    "vocals": ("lead_vocal", "backing_vocal"),
}
GROUP_DB = (-12.0, 12.0)
RETURN_DB = (-24.0, 12.0)
MOST_STRIPS = 64


@dataclass(frozen=True)
class StripPreset:
    """One stem's strip. `roles` are weights; `programme_lufs` is the loudness of the stem while it plays, on which its
    compressor hangs; `provenance` says where each value came from, as in a preset of the mix bus."""

    parameters: StripParameters = field(default_factory=StripParameters)
    roles: Mapping[str, float] = field(default_factory=lambda: {"other": 1.0})
    programme_lufs: float = -14.0
    muted: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", check_roles(self.roles))
        _check("programme_lufs", self.programme_lufs, (-70.0, 0.0), "LUFS")
        for name, origin in self.provenance.items():
            if name not in self.parameters or origin not in PROVENANCES:
                raise ParameterError(f"provenance {name}={origin!r} must be one of {', '.join(PROVENANCES)}")
        complete = {row.name: self.provenance.get(row.name, "neutral") for row in STRIP_PARAMETERS}
        object.__setattr__(self, "provenance", complete)

    @property
    def role(self) -> str:
        """The likeliest role."""
        return max(self.roles, key=lambda role: self.roles[role])


@dataclass(frozen=True)
class ConsolePreset:
    """Strips by the name of their stem; gains of groups and returns in dB; `bus` is the balance stage on the sum, a
    preset like any other, and None before it was decided. `voicing` and `tempo_bpm` are those of the returns."""

    strips: Mapping[str, StripPreset]
    voicing: Voicing
    tempo_bpm: float = 120.0
    groups_db: Mapping[str, float] = field(default_factory=dict)
    reverb_db: float = 0.0
    delay_db: float = 0.0
    bus: Preset | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.strips) <= MOST_STRIPS:
            raise ParameterError(f"strips: {len(self.strips)} must be in [1, {MOST_STRIPS}]")
        _check("tempo_bpm", self.tempo_bpm, (30.0, 300.0), "BPM")
        for name in ("reverb_db", "delay_db"):
            _check(name, getattr(self, name), RETURN_DB, "dB")
        for name, gain in self.groups_db.items():
            if name not in GROUPS:
                raise ParameterError(f"group {name!r} is unknown; there are {', '.join(GROUPS)}")
            _check(f"group {name}", gain, GROUP_DB, "dB")
        object.__setattr__(self, "groups_db", {name: self.groups_db.get(name, 0.0) for name in GROUPS})

    def group_db(self, name: str) -> float:
        """Gain of the group that a stem stands on."""
        return self.groups_db[group_of(self.strips[name].role)]

    def with_bus(self, bus: Preset) -> ConsolePreset:
        """The same console with a mix bus."""
        return replace(self, bus=bus)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "strips": {
                name: {
                    "parameters": dict(strip.parameters),
                    "roles": dict(strip.roles),
                    "programme_lufs": strip.programme_lufs,
                    "muted": strip.muted,
                    "provenance": dict(strip.provenance),
                }
                for name, strip in self.strips.items()
            },
            "groups_db": dict(self.groups_db),
            "reverb_db": self.reverb_db,
            "delay_db": self.delay_db,
            "voicing": dict(self.voicing),
            "tempo_bpm": self.tempo_bpm,
            "bus": None if self.bus is None else self.bus.to_dict(),
        }

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def group_of(role: str) -> str:
    """The group bus that a role stands on."""
    return next(group for group, roles in GROUPS.items() if role in roles)


def parse_console(text: str, *, source: str = "console preset") -> ConsolePreset:
    """A console preset from its JSON text.

    Errors
    ------
    PresetError
        Not JSON, no console preset, a newer format, an unknown or missing key, a value of the wrong type or out of its
        range; the message starts with `source`.
    """
    data = parse_json(text, source)
    try:
        return _from_dict(data)
    except (ParameterError, PresetError) as error:
        raise PresetError(f"{source}: {error}") from None


def load_console(path: str | Path) -> ConsolePreset:
    """Read a console preset; PresetError where it cannot be read, or `parse_console` refuses it."""
    return parse_console(read_text(Path(path)), source=str(path))


def _from_dict(data: Any) -> ConsolePreset:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PresetError(f'is not a console preset of Mixwright ("format" must be "{FORMAT}")')
    if data.get("version") != VERSION:
        raise PresetError(f"version={data.get('version')!r} must be {VERSION}; it may need a newer Mixwright")
    keys = ("format", "version", "strips", "groups_db", "reverb_db", "delay_db", "voicing", "tempo_bpm", "bus")
    check_keys(data, dict.fromkeys(keys), "")
    if not isinstance(data["strips"], dict):
        raise PresetError("strips must be an object")
    return ConsolePreset(
        strips={name: _strip(name, strip) for name, strip in data["strips"].items()},
        voicing=Voicing(numbers(data, "voicing")),
        tempo_bpm=number("tempo_bpm", data["tempo_bpm"]),
        groups_db=numbers(data, "groups_db"),
        reverb_db=number("reverb_db", data["reverb_db"]),
        delay_db=number("delay_db", data["delay_db"]),
        bus=None if data["bus"] is None else preset_from(data["bus"]),
    )


def _strip(name: str, data: Any) -> StripPreset:
    where = f"strips.{name}."
    if not isinstance(data, dict):
        raise PresetError(f"strips.{name} must be an object")
    check_keys(data, dict.fromkeys(("parameters", "roles", "programme_lufs", "muted", "provenance")), where)
    values = numbers(data, "parameters")
    check_keys(values, {row.name: None for row in STRIP_PARAMETERS}, f"{where}parameters.")
    provenance = data["provenance"]
    if not isinstance(provenance, dict) or not all(isinstance(origin, str) for origin in provenance.values()):
        raise PresetError(f"{where}provenance must be an object of names")
    if not isinstance(data["muted"], bool):
        raise PresetError(f"{where}muted must be true or false")
    try:
        return StripPreset(
            StripParameters(values),
            numbers(data, "roles"),
            number("programme_lufs", data["programme_lufs"]),
            data["muted"],
            provenance,
        )
    except ParameterError as error:
        raise PresetError(f"strips.{name}: {error}") from None


def _check(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise ParameterError(f"{name}={value:g} must be in [{low:g}, {high:g}] {unit}")
