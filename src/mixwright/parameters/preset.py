"""A preset: everything that is needed to render the same mix again, as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import ParameterError
from ._generated import CONTROL_ROWS
from .keyframes import Keyframes, check_keyframes, columns
from .table import PARAMETERS, Parameters
from .voicing import Voicing, blend_voicing, check_weights

__all__ = ["FORMAT", "FORMAT_VERSION", "PROVENANCES", "DeliveryTarget", "Preset"]

FORMAT = "mixwright-preset"
# 2 may have a trajectory. A preset without one is written as 1, so that whatever reads 1 goes on reading it.
FORMAT_VERSION = 2
PROVENANCES = ("neutral", "predicted", "refined", "set")
LOUDNESS_LUFS = (-40.0, -5.0)
TRUE_PEAK_DBTP = (-20.0, 0.0)
# What is stated beside parameters and voicing, with its unit; ranges and steps are those of the plugin's controls.
STATED = {"programme_lufs": "LUFS", "tempo_bpm": "BPM", "makeup_trim_db": "dB"}


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
    delay, `makeup_trim_db` is the level that the two gains could not settle. `trajectory`, where there is one, is what
    is rendered: all ten values over time, in straight lines between its keyframes; `parameters` then says what they
    are on the whole. One that never leaves `parameters` is none. The three stated figures lie on the steps of the
    plugin's controls (0.01 LUFS, 0.01 BPM, 0.0001 dB), so that a DAW renders the same samples.
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
    trajectory: Keyframes = ()

    def __post_init__(self) -> None:
        for name, low, _, high, step in CONTROL_ROWS:
            if name in STATED:
                _check(name, getattr(self, name), (low, high), STATED[name])
                steps = round(1 / step)
                object.__setattr__(self, name, round(getattr(self, name) * steps) / steps)
        for name, origin in self.provenance.items():
            if name not in self.parameters or origin not in PROVENANCES:
                raise ParameterError(f"provenance {name}={origin!r} must be one of {', '.join(PROVENANCES)}")
        object.__setattr__(self, "provenance", {p.name: self.origin(p.name) for p in PARAMETERS})
        if self.genre:
            object.__setattr__(self, "genre", check_weights(self.genre))
        object.__setattr__(self, "trajectory", check_keyframes(self.trajectory, self.parameters))

    def origin(self, name: str) -> str:
        """Where a value came from: neutral, predicted, refined or set."""
        return self.provenance.get(name, "neutral")

    def span(self, name: str) -> tuple[float, float]:
        """The lowest and the highest value that a parameter takes; equal where it does not move."""
        values = [row[name] for row in self._rows()]
        return min(values), max(values)

    def moved(self) -> list[str]:
        """Names of the parameters that are not at neutral all the time."""
        return [p.name for p in PARAMETERS if self.span(p.name) != (p.neutral, p.neutral)]

    def at_bounds(self) -> list[str]:
        """Names of the parameters that reach an end of their range where that end is not neutral."""
        reached = {name for row in self._rows() for name in row.at_bounds()}
        return [p.name for p in PARAMETERS if p.name in reached]

    def _rows(self) -> list[Parameters]:
        return [row for _, row in self.trajectory] or [self.parameters]

    def changed(self, change: Callable[[Parameters], Parameters]) -> Preset:
        """The same change of the values on the whole and at every keyframe."""
        trajectory = tuple((seconds, change(row)) for seconds, row in self.trajectory)
        return replace(self, parameters=change(self.parameters), trajectory=trajectory)

    def to_dict(self) -> dict[str, Any]:
        """The preset as plain JSON types."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION if self.trajectory else 1,
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
            **({"trajectory": columns(self.trajectory, self.parameters)} if self.trajectory else {}),
        }

    def to_json(self) -> str:
        """The text of the preset file; floats are written so that they read back to the same bits."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _check(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise ParameterError(f"{name}={value:g} must be in [{low:g}, {high:g}] {unit}")
