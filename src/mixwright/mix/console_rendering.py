"""A console preset on the stems it was made for: the same mix again, without hearing or deciding."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..audio import check_output_path
from ..errors import PresetError
from ..parameters import ConsolePreset, load_console
from .console_source import ConsoleSource, export_stems
from .result import Mix
from .source import FileSource
from .stem_source import Stem, console_rate, name_of, open_stems
from .stereo import render

__all__ = ["render_stems"]


def render_stems(
    stems: str | Path | Mapping[str, str | Path | ArrayLike],
    preset: ConsolePreset | str | Path,
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    export: str | Path | None = None,
    **how: Any,
) -> Mix:
    """Render a console preset as it is: on the same stems it gives the same mix, sample for sample.

    Parameters
    ----------
    stems, sample_rate, export
        As in `mix_stems`; each strip of the preset needs the stem of its name, without regard to case.
    output, how
        As in `render`.

    Errors
    ------
    PresetError
        The preset cannot be read, has no mix bus, or was made for other stems.
    MixwrightError
        As `open_stems` and `render`.
    """
    given = load_console(preset) if isinstance(preset, str | Path) else preset
    if given.bus is None:
        raise PresetError("the console preset has no mix bus: it was not written by a finished mix")
    found, _ = open_stems(stems, sample_rate)
    if output is not None:
        check_output_path(output, [stem.source.path for stem in found if isinstance(stem.source, FileSource)])
    named = _named(found, given)
    source = ConsoleSource(named, given, name_of(stems), console_rate(named))
    made = render(source, given.bus, output=output, **how)
    if export is not None:
        export_stems(source, named, Path(export), 24)
    return made


def _named(found: list[Stem], preset: ConsolePreset) -> list[Stem]:
    """The stems under the names of their strips."""
    strips = {name.casefold(): name for name in preset.strips}
    missing = set(strips) - {stem.name.casefold() for stem in found}
    more = [stem.name for stem in found if stem.name.casefold() not in strips]
    if missing or more:
        parts = []
        if missing:
            parts.append(f"there is no stem for {', '.join(sorted(strips[name] for name in missing))}")
        if more:
            parts.append(f"it has no strip for {', '.join(more)}")
        raise PresetError(f"the console preset was made for other stems: {'; '.join(parts)}")
    return [Stem(strips[stem.name.casefold()], stem.source) for stem in found]
