"""The sentence for stems: hear each, set a console, sum it, and mix the sum as any song."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from numpy.typing import ArrayLike

from ..analysis import analyze_blocks
from ..analysis.excerpts import Excerpts
from ..analysis.stem import StemMeter
from ..audio import check_output_path
from ..errors import ParameterError, SignalError
from ..model import Amounts
from ..model.console import ConsoleDecision, StemHeard, decide_console
from ..model.console_features import loudness_lufs
from ..model.roles import roles_of
from ..parameters import GENRES, ConsolePreset, StripPreset, blend_voicing, parse_genre
from ..parameters.voicing import check_weights
from .choosing import tempo_bpm
from .console_source import ConsoleSource, export_stems
from .passes import Progress
from .result import Mix
from .source import FileSource
from .stem_faults import stem_notes
from .stem_source import Stem, console_rate, name_of, open_stems
from .stereo import mix

__all__ = ["ConsoleFacts", "Strips", "mix_stems"]

# By the stem's name: values of its strip that are set by hand, and "muted".
Strips = Mapping[str, Mapping[str, float | bool]]


@dataclass(frozen=True, eq=False)
class ConsoleFacts:
    """What became of the stems: the console with its mix bus, why, what was heard, and where strips were written."""

    preset: ConsolePreset
    decision: ConsoleDecision
    heard: Sequence[StemHeard]
    exported: Sequence[Path] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        strips = self.decision.strips
        return {
            "preset": self.preset.to_dict(),
            "model": self.decision.model,
            "lead": self.decision.lead,
            "kept_share": self.decision.kept_share,
            "stems": [
                {
                    "name": stem.name,
                    "role": stem.role,
                    "roles": dict(stem.roles),
                    "heard": stem.analysis.to_dict(),
                    "reasons": dict(strips[stem.name].reasons),
                }
                for stem in self.heard
            ],
            "exported": [str(path) for path in self.exported],
        }


def mix_stems(
    stems: str | Path | Mapping[str, str | Path | ArrayLike],
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    strips: Strips | None = None,
    keep_levels: bool = True,
    console_model: str | None = None,
    skip_broken: bool = False,
    export: str | Path | None = None,
    genre: str | Mapping[str, float] = "auto",
    amounts: Amounts | None = None,
    progress: Progress | None = None,
    **how: Any,
) -> Mix:
    """Mix a folder of stems, or stems by name.

    Parameters
    ----------
    stems
        A folder, or names with files or arrays (channels, samples); 1 to 64, mono or stereo, of any lengths and rates.
    sample_rate
        Of arrays, in Hz.
    strips
        Values that are set by hand, by the stem's name: `{"vocal": {"gain_db": -2.0}, "click": {"muted": True}}`. The
        other stems are balanced around a gain that is set.
    keep_levels
        Whether the levels that the stems came with count as far as they look like somebody's choice.
    console_model
        "rules" for a balance without learning; None for the set model that comes with the package.
    skip_broken
        Go on without stems that cannot be read, and say so.
    export
        A folder for what each strip gives to the mix bus, one 24-bit file a stem.
    output, genre, amounts, progress, how
        As in `mix`; what is said there of the song holds for the sum of the console.

    Returns
    -------
    The finished mix, with `Mix.console` telling what was done to each stem.

    Errors
    ------
    MixwrightError
        As `mix` and `open_stems`; SignalError where every stem is silent.
    """
    found, warnings = open_stems(stems, sample_rate, skip_broken=skip_broken)
    files = [stem.source.path for stem in found if isinstance(stem.source, FileSource)]
    if output is not None:
        check_output_path(output, files)
    fixed, muted = _by_hand(strips or {}, [stem.name for stem in found])
    report = progress or (lambda stage, frames: None)
    heard, excerpts = _hear(found, report)
    if all(stem.analysis.silent or stem.name in muted for stem in heard):
        raise SignalError(f"all {len(heard)} stems are silent or muted: there is nothing to mix")
    decision = decide_console(
        heard, amounts=amounts, fixed=fixed, muted=muted, model=console_model, keep_levels=keep_levels
    )
    weights = parse_genre(genre) if isinstance(genre, str) else check_weights(genre)
    rate, name = console_rate(found), name_of(stems)
    preset = ConsolePreset(
        {stem.name: _strip(stem, decision, stem.name in muted) for stem in heard},
        blend_voicing(weights or dict.fromkeys(GENRES, 1.0)),
    )
    if any(strip.parameters["delay_send"] > 0 for strip in preset.strips.values()):
        dry = ConsoleSource(found, preset, name, rate)
        preset = replace(preset, tempo_bpm=tempo_bpm(analyze_blocks(dry.blocks(), rate, 2, model_input=False)))
    source = ConsoleSource(found, preset, name, rate)
    made = mix(source, output=output, genre=genre, amounts=amounts, progress=progress, **how)
    exported = export_stems(source, found, Path(export), 24) if export is not None else ()
    facts = ConsoleFacts(preset.with_bus(made.preset), decision, heard, exported)
    return replace(made, console=facts, warnings=[*warnings, *stem_notes(heard, excerpts, muted), *made.warnings])


def _hear(stems: Sequence[Stem], report: Progress) -> tuple[list[StemHeard], list[Excerpts]]:
    """Every stem in threads: decoding, transforms and meters all run outside the interpreter's lock."""
    lock = Lock()

    def hear(stem: Stem) -> tuple[StemHeard, Excerpts]:
        meter = StemMeter(stem.source.sample_rate, stem.source.channels)
        excerpts = Excerpts(stem.source.sample_rate)
        for block in stem.source.blocks():
            meter.process(block)
            excerpts.process(block)
            with lock:
                report("hearing stems", block.shape[1])
        analysis = meter.finish()
        return StemHeard(stem.name, analysis, roles_of(analysis, stem.name)), excerpts

    with ThreadPoolExecutor(min(len(stems), os.cpu_count() or 1)) as pool:
        both = list(pool.map(hear, stems))
    return [heard for heard, _ in both], [excerpts for _, excerpts in both]


def _by_hand(strips: Strips, names: Sequence[str]) -> tuple[dict[str, dict[str, float]], set[str]]:
    """Values by the stem's real name, and the stems that are muted; names are found without regard to case.

    Errors
    ------
    ParameterError
        An unknown name.
    """
    known = {name.casefold(): name for name in names}
    fixed: dict[str, dict[str, float]] = {}
    muted = set()
    for given, values in strips.items():
        name = known.get(given.casefold())
        if name is None:
            raise ParameterError(f"strip {given!r}: there is no such stem; there are {', '.join(names)}")
        if values.get("muted"):
            muted.add(name)
        own = {key: float(value) for key, value in values.items() if key != "muted"}
        if own:
            fixed[name] = own
    return fixed, muted


def _strip(stem: StemHeard, decision: ConsoleDecision, muted: bool) -> StripPreset:
    made = decision.strips[stem.name]
    lufs = loudness_lufs(stem.analysis)
    return StripPreset(made.parameters, stem.roles, min(0.0, max(-70.0, lufs)), muted, dict(made.provenance))
