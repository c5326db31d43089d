"""A preset as the state of the plugin (docs/plugin.md), and back: what a DAW keeps in its session."""

from __future__ import annotations

import json
from typing import Any

from ..errors import PresetError
from ._generated import CONTROL_ROWS, GENRES
from .preset import STATED, Preset
from .strict_json import numbers, parse_json
from .table import PARAMETERS, Parameters
from .voicing import Voicing, blend_voicing

__all__ = ["control_range", "parse_plugin_state", "plugin_state"]

FORMAT, VERSION = "mixwright-plugin", 1


def control_range(name: str) -> tuple[float, float]:
    """The lowest and the highest value of one of the plugin's settings beside the parameters and the genre weights."""
    return next((low, high) for row, low, _, high, _ in CONTROL_ROWS if row == name)


def plugin_state(preset: Preset) -> str:
    """The state's text. The plugin then gives the samples of the balance stage with `preset`.

    Errors
    ------
    PresetError
        The preset has a trajectory: in a DAW, that is automation.
    """
    if preset.trajectory:
        raise PresetError("a preset with a trajectory cannot be a plugin's state: there, automation moves parameters")
    controls: dict[str, float] = dict(preset.parameters)
    controls |= {f"genre_{genre}": preset.genre.get(genre, 0.0) for genre in GENRES}
    stated = {name: getattr(preset, name) for name in STATED}
    controls |= {name: stated.get(name, neutral) for name, _, neutral, _, _ in CONTROL_ROWS}
    return json.dumps(
        {"format": FORMAT, "version": VERSION, "controls": controls, "voicing": dict(preset.voicing)}, indent=2
    )


def parse_plugin_state(text: str, *, source: str = "plugin state") -> Preset:
    """A preset of what the plugin does, its amount applied; what only the plugin knows is left out.

    Errors
    ------
    PresetError
        Not JSON, no state of Mixwright's plugin, of another version, or a value that is no number.
    """
    data: Any = parse_json(text, source)
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("controls"), dict):
        raise PresetError(f'{source}: is no state of the plugin ("format" must be "{FORMAT}")')
    if data.get("version") != VERSION:
        raise PresetError(f"{source}: version={data.get('version')!r} must be {VERSION}; it may need a newer Mixwright")
    names = {row.name for row in PARAMETERS} | {f"genre_{genre}" for genre in GENRES} | {row[0] for row in CONTROL_ROWS}
    known = {"controls": {name: value for name, value in data["controls"].items() if name in names}}
    values = {row[0]: row[2] for row in CONTROL_ROWS} | numbers(known, "controls")
    amount = values["amount"]
    parameters = {
        row.name: row.neutral + amount * (values.get(row.name, row.neutral) - row.neutral) for row in PARAMETERS
    }
    genre = {genre: values.get(f"genre_{genre}", 0.0) for genre in GENRES}
    genre = {name: weight for name, weight in genre.items() if weight > 0}
    blend = blend_voicing(genre or dict.fromkeys(GENRES, 1.0))
    made = Parameters(parameters)
    return Preset(
        parameters=made,
        voicing=Voicing(numbers(data, "voicing")) if "voicing" in data else blend,
        genre=genre,
        provenance={row.name: "set" for row in PARAMETERS if made[row.name] != row.neutral},
        model="plugin",
        programme_lufs=values["programme_lufs"],
        tempo_bpm=values["tempo_bpm"],
        makeup_trim_db=values["makeup_trim_db"],
    )
