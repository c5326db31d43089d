"""What a mix aims at, and how a decision becomes a preset that keeps its promises."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..analysis import Analysis
from ..model import Decision, Target, settle
from ..model.learned_reasons import genre_list
from ..parameters import DeliveryTarget, Parameters, Preset, blend_voicing
from ..parameters.keyframes import check_keyframes
from ..parameters.profiles import blend_profiles, load_profile
from .loudness_target import LIMITS_LUFS, LoudnessGoal, parse_loudness
from .references import Heard, reference_lufs, reference_target

__all__ = ["choose_delivery", "choose_target", "fit_preset", "genre_target", "new_preset"]


def choose_target(weights: Mapping[str, float] | None, heard: Sequence[Heard]) -> Target:
    """The references' profile where they lead, and the genre's where they do not."""
    genre = genre_target(weights)
    return reference_target(heard, genre) if heard else genre


def genre_target(weights: Mapping[str, float] | None) -> Target:
    """Released music of a genre or a blend of genres; of all genres where none is known."""
    if weights is None:
        return Target(load_profile("all"), "released music")
    return Target(blend_profiles(weights), f"released {genre_list(weights)}")


def choose_delivery(
    loudness: str | float | None,
    true_peak_dbtp: float | None,
    given: Preset | None,
    weights: Mapping[str, float] | None,
    heard: Sequence[Heard] = (),
) -> tuple[DeliveryTarget, LoudnessGoal]:
    """What the user asked for, else what the preset holds, else the convention of the genre.

    The loudness of the references is the goal where it is asked for by "reference", or by naming it in a reference's
    weights; records are loud, and a mix does not become so by default.

    Errors
    ------
    ParameterError
        A loudness or ceiling outside its range, or "reference" without one that has a weight in loudness.
    """
    named = loudness is None and any(one.reference.names("loudness") for one in heard)
    if named or (isinstance(loudness, str) and loudness.strip().lower() == "reference"):
        low, high = LIMITS_LUFS
        goal = LoudnessGoal(min(high, max(low, reference_lufs(heard))))
    elif loudness is None and given is not None:
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


def programme_lufs(before: Analysis) -> float:
    """Loudness that the compressor hangs on, in LUFS, inside the range of a preset."""
    lufs = before.integrated_lufs
    return -14.0 if not math.isfinite(lufs) else min(0.0, max(-70.0, lufs))


def tempo_bpm(before: Analysis) -> float:
    """Tempo that the delay hangs on; 120 without a clear beat."""
    return 120.0 if before.tempo_bpm is None else min(300.0, max(30.0, before.tempo_bpm))
