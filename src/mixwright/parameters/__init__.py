"""The table of the ten parameters, the voicing of the genres, and presets."""

from __future__ import annotations

from .console import ConsolePreset, StripPreset, load_console
from .preset import DeliveryTarget, Preset
from .preset_file import load_preset, parse_preset
from .table import ASPECTS, GENRES, PARAMETERS, ParameterInfo, Parameters, on_grid
from .voicing import VOICING_FIELDS, Voicing, blend_voicing, parse_genre, parse_morph

__all__ = [
    "ASPECTS",
    "GENRES",
    "PARAMETERS",
    "VOICING_FIELDS",
    "ConsolePreset",
    "DeliveryTarget",
    "ParameterInfo",
    "Parameters",
    "Preset",
    "StripPreset",
    "Voicing",
    "blend_voicing",
    "load_console",
    "load_preset",
    "on_grid",
    "parse_genre",
    "parse_morph",
    "parse_preset",
]
