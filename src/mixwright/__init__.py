"""Mixwright: hear a mix, decide ten musical parameters, render them, explain why.

>>> import mixwright
>>> result = mixwright.mix("song.flac", output="song.mix.flac")  # doctest: +SKIP
>>> result.preset.parameters["low_eq"], result.reasons["low_eq"]  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import (
    AudioError,
    AudioReadError,
    AudioWriteError,
    MixwrightError,
    ModelError,
    ParameterError,
    PresetError,
    SignalError,
)

if TYPE_CHECKING:
    from .analysis import Analysis
    from .mix import Mix, Reference, analyze, mix, mix_stems, render, render_stems
    from .model import Amounts
    from .parameters import Parameters, Preset, load_preset

__version__ = "0.1.0"

__all__ = [
    "Amounts",
    "Analysis",
    "AudioError",
    "AudioReadError",
    "AudioWriteError",
    "Mix",
    "MixwrightError",
    "ModelError",
    "ParameterError",
    "Parameters",
    "Preset",
    "PresetError",
    "Reference",
    "SignalError",
    "analyze",
    "load_preset",
    "mix",
    "mix_stems",
    "render",
    "render_stems",
]

# Where each public name lives; it is imported when it is first used, so that `import mixwright` costs next to
# nothing. `mix` is a package that can be called.
_HOMES = {
    "Amounts": "model",
    "Analysis": "analysis",
    "Mix": "mix",
    "Parameters": "parameters",
    "Preset": "parameters",
    "Reference": "mix",
    "analyze": "mix",
    "load_preset": "parameters",
    "mix_stems": "mix",
    "render": "mix",
    "render_stems": "mix",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "mix":
        return import_module(".mix", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
