"""What a mix aims at, and how a decision becomes a preset that keeps its promises."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..analysis import Analysis, analyze_blocks
from ..audio import open_reader, prefetch
from ..model import Decision, Target, settle
from ..parameters import DeliveryTarget, Parameters, Preset, blend_voicing
from ..parameters.keyframes import check_keyframes
from ..parameters.profiles import blend_profiles, load_profile, reference_profile
from .checks import check_signal
from .loudness_target import LoudnessGoal, parse_loudness
from .passes import Balanced
from .rendering import Revise

__all__ = ["choose_delivery", "choose_target", "fit_preset", "genre_target", "keep_crest", "new_preset"]

# Of the success criteria.
MOST_CREST_LOST_DB = 1.5
LEAST_CREST_DB = 12.0


def choose_target(weights: Mapping[str, float] | None, references: Sequence[str | Path]) -> Target:
    """The references' profile, the genre's, or that of all genres where the genre is not known.

    Errors
    ------
    AudioError
        A reference cannot be read or holds no music.
    """
    if references:
        analyses = [_analyse(Path(path)) for path in references]
        name = f"the reference {Path(references[0]).name}" if len(analyses) == 1 else "the references"
        return Target(reference_profile(analyses), name)
    return genre_target(weights)


def genre_target(weights: Mapping[str, float] | None) -> Target:
    """Released music of a genre or a blend of genres; of all genres where none is known."""
    if weights is None:
        return Target(load_profile("all"), "released music")
    words = {"hip_hop": "hip-hop"}
    names = [words.get(genre, genre) for genre in weights]
    return Target(blend_profiles(weights), f"released {' and '.join(names)}")


def choose_delivery(
    loudness: str | float | None,
    true_peak_dbtp: float | None,
    given: Preset | None,
    weights: Mapping[str, float] | None,
) -> tuple[DeliveryTarget, LoudnessGoal]:
    """What the user asked for, else what the preset holds, else the convention of the genre.

    Errors
    ------
    ParameterError
        A loudness or ceiling outside its range.
    """
    if loudness is None and given is not None:
        goal = LoudnessGoal(given.delivery.loudness_lufs)
    else:
        goal = parse_loudness("auto" if loudness is None else loudness, blend_voicing(weights) if weights else None)
    ceiling = true_peak_dbtp
    if ceiling is None:
        ceiling = given.delivery.true_peak_dbtp if given else DeliveryTarget().true_peak_dbtp
    return DeliveryTarget(goal.lufs, ceiling), goal


def new_preset(decision: Decision, before: Analysis, delivery: DeliveryTarget) -> Preset:
    """A decision as a complete preset for the song it was made for."""
    return Preset(
        parameters=decision.parameters,
        voicing=decision.voicing,
        genre=decision.genre,
        provenance=decision.provenance,
        programme_lufs=programme_lufs(before),
        tempo_bpm=tempo_bpm(before),
        makeup_trim_db=decision.makeup_trim_db,
        delivery=delivery,
        model=decision.model,
        trajectory=check_keyframes(decision.trajectory, decision.parameters),
    )


def fit_preset(given: Preset, before: Analysis, fixed: Mapping[str, float], delivery: DeliveryTarget) -> Preset:
    """Another song's preset on this one: its parameters and voicing, this song's loudness, tempo and level.

    Its trajectory follows the passages of its own song, which mean nothing here: the average stays.
    """
    values = {**given.parameters, **fixed}
    settled = settle(before, values, given.voicing, values)
    return replace(
        given,
        parameters=Parameters(values),
        provenance={**given.provenance, **dict.fromkeys(fixed, "set")},
        programme_lufs=programme_lufs(before),
        tempo_bpm=tempo_bpm(before),
        makeup_trim_db=max(-6.0, min(6.0, settled.makeup_trim_db)),
        delivery=delivery,
        trajectory=(),
    )


def keep_crest(before: Analysis, fixed: Mapping[str, float]) -> Revise:
    """Compress less where the render lost more crest factor than the criteria allow; what the user set stays."""

    def revise(preset: Preset, balanced: Balanced) -> Preset | None:
        highest = preset.span("compressor_ratio")[1]
        crest = before.crest_factor_db
        if "compressor_ratio" in fixed or highest == 1.0 or not math.isfinite(crest):
            return None
        least = max(crest - MOST_CREST_LOST_DB, LEAST_CREST_DB if crest > LEAST_CREST_DB else 0.0)
        if balanced.crest_factor_db >= least:
            return None
        share = 0.5 if highest > 1.1 else 0.0
        return preset.changed(lambda row: row.replace(compressor_ratio=1.0 + (row["compressor_ratio"] - 1.0) * share))

    return revise


def _analyse(path: Path) -> Analysis:
    with open_reader(path) as reader:
        analysis = analyze_blocks(prefetch(reader.blocks()), reader.sample_rate, reader.channels)
    check_signal(path.name, analysis)
    return analysis


def programme_lufs(before: Analysis) -> float:
    """Loudness that the compressor hangs on, in LUFS, inside the range of a preset."""
    lufs = before.integrated_lufs
    return -14.0 if not math.isfinite(lufs) else min(0.0, max(-70.0, lufs))


def tempo_bpm(before: Analysis) -> float:
    """Tempo that the delay hangs on; 120 without a clear beat."""
    return 120.0 if before.tempo_bpm is None else min(300.0, max(30.0, before.tempo_bpm))
