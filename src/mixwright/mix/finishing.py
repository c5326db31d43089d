"""From a preset to the finished mix: balance it, deliver it, judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..analysis import Analysis
from ..metrics import Judged, judge
from ..model import Target
from ..model.decision import Tasted
from ..model.tasting import kept_of
from ..parameters import DeliveryTarget, Preset
from ..parameters.table import info
from .checks import input_warnings
from .heard import WhatWasHeard
from .job import Job
from .loudness_target import LoudnessGoal
from .promises import kept_back
from .rendering import Revise, render_balance, render_delivery, rms_ratio
from .result import BalanceFacts, Mix

__all__ = ["finish"]


def finish(
    job: Job,
    preset: Preset,
    goal: LoudnessGoal,
    *,
    genre: Mapping[str, float] | None,
    revise: Revise = lambda preset, balanced: None,
    reasons: Mapping[str, str] | None = None,
    target: Target | None = None,
    reference: bool = False,
    way: tuple[str, str] | None = None,
    heard: WhatWasHeard | None = None,
    tasted: Tasted | None = None,
    notes: Sequence[str] = (),
) -> Mix:
    """Balance, deliver, judge.

    Parameters
    ----------
    job, preset, goal
        The music, what to render, and the loudness to reach.
    genre, way, reasons, target, heard, tasted
        What the decision was led by, for the report.
    revise
        Gives a better preset where the render breaks a promise.
    reference
        The tone of a record is the target: the distance from its brightness is judged.
    notes
        What else to tell the user; empty ones are left out.
    """
    before = job.before
    warnings = [*job.music.warnings, *input_warnings(before), *filter(None, notes)]
    used, balanced = render_balance(job, preset, revise)
    ceiling = used.delivery.true_peak_dbtp
    rendered = render_delivery(job, balanced, goal, ceiling, warnings)
    if goal.lufs is not None:
        used = replace(used, delivery=DeliveryTarget(rendered.facts.target_lufs, ceiling))
    reasons = dict(reasons or {})
    for name, now in kept_back(preset, used).items():
        reasons[name] = f"{reasons.get(name, f'{info(name).label}.')} {now}"
    ratio = rms_ratio(balanced, before)
    figures = Judged(
        crest_before_db=before.crest_factor_db,
        crest_balanced_db=balanced.crest_factor_db,
        rms_ratio=ratio,
        loudness_lufs=rendered.after.integrated_lufs,
        loudness_target_lufs=rendered.facts.target_lufs,
        true_peak_dbtp=rendered.after.true_peak_dbtp,
        ceiling_dbtp=ceiling,
        parameters_at_bounds=len(used.at_bounds()),
        centroid_change_percent=_centroid_change(rendered.after, target) if reference and target else None,
    )
    return Mix(
        source=job.music.name,
        output=job.output,
        sample_rate=job.music.sample_rate,
        tags=job.music.tags,
        preset=used,
        before=before,
        after=rendered.after,
        balance=BalanceFacts(ratio, before.crest_factor_db, balanced.crest_factor_db, balanced.reduction_db),
        delivery=rendered.facts,
        genre=genre,
        way=way,
        heard=heard,
        tasted=None if tasted is None else kept_of(tasted, used.parameters),
        reasons=reasons,
        warnings=warnings,
        criteria=judge(figures),
        decided={**preset.parameters, **{n: a for n, (a, _) in (tasted.moved if tasted else {}).items()}},
        target=target,
        excerpt=job.excerpt,
        held=rendered.audio,
    )


def _centroid_change(after: Analysis, target: Target) -> float | None:
    centre = target.profile.features.get("spectral_centroid_hz")
    return None if centre is None else 100 * (after.spectral_centroid_hz / centre[0] - 1)
