"""The sentence: hear a mix, decide ten parameters, render them, explain why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from numpy.typing import ArrayLike

from ..analysis import Analysis
from ..metrics import Judged, judge
from ..model import Amounts, Target, decide
from ..parameters import GENRES, DeliveryTarget, Parameters, Preset, blend_voicing, load_preset, parse_genre
from ..parameters.voicing import check_weights
from .checks import input_warnings
from .choosing import choose_delivery, choose_target, fit_preset, keep_crest, new_preset
from .job import Job, open_job
from .loudness_target import LoudnessGoal
from .passes import Progress
from .rendering import Revise, render_balance, render_delivery, rms_ratio
from .result import BalanceFacts, Mix

__all__ = ["mix", "render"]

Genre = str | Mapping[str, float]


def mix(
    source: str | Path | ArrayLike,
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    genre: Genre = "auto",
    references: Sequence[str | Path] = (),
    amounts: Amounts | None = None,
    settings: Mapping[str, float] | None = None,
    loudness: str | float | None = None,
    true_peak_dbtp: float | None = None,
    preset: Preset | str | Path | None = None,
    bit_depth: int | None = None,
    excerpts: bool = False,
    progress: Progress | None = None,
) -> Mix:
    """Mix a song.

    Parameters
    ----------
    source
        A sound file, or an array (channels, samples) of float with full scale 1, mono or stereo.
    sample_rate
        Of an array, in Hz.
    output
        Where the mix is written (.wav, .flac, .ogg, .mp3, .aiff); without it, `Mix.audio` holds the music.
    genre
        "auto", a genre's name, "rock:0.7,pop:0.3", or weights by name.
    references
        Sound files whose tone, dynamics and width are the target instead of the genre's.
    amounts
        How much of each aspect's decision is taken.
    settings
        Parameters by name that are set by hand; the others are decided around them.
    loudness
        "auto" (the genre's convention, lower where it would cost the peaks more than 6 dB), "streaming" (-14 LUFS),
        "broadcast" (-23 LUFS), "keep", or a figure in LUFS. Default: "auto", or the preset's.
    true_peak_dbtp
        The ceiling; default -1, or the preset's.
    preset
        Take the parameters and the voicing from here instead of deciding; the level is settled for this song.
    bit_depth
        16, 24 or 32 (float) where the format has a choice; default 24.
    excerpts
        Keep the loudest passage before and after, for a report.

    Returns
    -------
    The finished mix. The balance stage's RMS is within 0.8 to 1.2 of the input's; the true peak is under the
    ceiling.

    Errors
    ------
    MixwrightError
        A file cannot be read or written, the audio cannot be mixed (silent, too short, not finite), or an argument
        is outside its rule. Nothing is written then.
    """
    weights = parse_genre(genre) if isinstance(genre, str) else check_weights(genre)
    fixed = {name: Parameters(settings)[name] for name in settings} if settings else {}
    given = load_preset(preset) if isinstance(preset, str | Path) else preset
    delivery, goal = choose_delivery(loudness, true_peak_dbtp, given, weights)
    target = choose_target(weights, references)
    with open_job(source, sample_rate, output, bit_depth, excerpts, progress) as job:
        if given is not None:
            fitted = fit_preset(given, job.before, fixed, delivery)
            return _finish(job, fitted, goal, genre=given.genre or None, revise=keep_crest(job.before, fixed))
        voicing = blend_voicing(weights or dict.fromkeys(GENRES, 1.0))
        decision = decide(job.before, target, voicing, amounts=amounts, fixed=fixed, genre=weights)
        return _finish(
            job,
            new_preset(decision, job.before, delivery),
            goal,
            genre=weights,
            revise=keep_crest(job.before, fixed),
            reasons=decision.reasons,
            target=target,
            reference=bool(references),
        )


def render(
    source: str | Path | ArrayLike,
    preset: Preset | str | Path,
    sample_rate: int | None = None,
    *,
    output: str | Path | None = None,
    bit_depth: int | None = None,
    excerpts: bool = False,
    progress: Progress | None = None,
) -> Mix:
    """Render a preset as it is: on the same song it gives the same mix, sample for sample.

    Parameters and errors as in `mix`; the loudness and the ceiling are the preset's.
    """
    given = load_preset(preset) if isinstance(preset, str | Path) else preset
    goal = LoudnessGoal(given.delivery.loudness_lufs)
    with open_job(source, sample_rate, output, bit_depth, excerpts, progress) as job:
        return _finish(job, given, goal, genre=given.genre or None)


def _finish(
    job: Job,
    preset: Preset,
    goal: LoudnessGoal,
    *,
    genre: Mapping[str, float] | None,
    revise: Revise = lambda preset, balanced: None,
    reasons: Mapping[str, str] | None = None,
    target: Target | None = None,
    reference: bool = False,
) -> Mix:
    """Balance, deliver, judge."""
    before = job.before
    warnings = [*job.music.warnings, *input_warnings(before)]
    used, balanced = render_balance(job, preset, revise)
    ceiling = used.delivery.true_peak_dbtp
    rendered = render_delivery(job, balanced, goal, ceiling, warnings)
    if goal.lufs is not None:
        used = replace(used, delivery=DeliveryTarget(rendered.facts.target_lufs, ceiling))
    reasons = dict(reasons or {})
    if used.parameters["compressor_ratio"] != preset.parameters["compressor_ratio"]:
        now = (
            f" Lowered to {used.parameters['compressor_ratio']:.2f}:1: the render lost more crest factor than allowed."
        )
        reasons["compressor_ratio"] = reasons.get("compressor_ratio", "Compressor.") + now
    ratio = rms_ratio(balanced, before)
    figures = Judged(
        crest_before_db=before.crest_factor_db,
        crest_balanced_db=balanced.crest_factor_db,
        rms_ratio=ratio,
        loudness_lufs=rendered.after.integrated_lufs,
        loudness_target_lufs=rendered.facts.target_lufs,
        true_peak_dbtp=rendered.after.true_peak_dbtp,
        ceiling_dbtp=ceiling,
        parameters_at_bounds=len(used.parameters.at_bounds()),
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
        reasons=reasons,
        warnings=warnings,
        criteria=judge(figures),
        target=target,
        excerpt=job.excerpt,
        held=rendered.audio,
    )


def _centroid_change(after: Analysis, target: Target) -> float | None:
    centre = target.profile.features.get("spectral_centroid_hz")
    return None if centre is None else 100 * (after.spectral_centroid_hz / centre[0] - 1)
