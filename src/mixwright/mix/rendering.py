"""From a preset to a delivered file: balance, keep the promises, reach the loudness, hold the ceiling."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..parameters import Preset
from .job import Job
from .loudness_target import MOST_GAIN_DB, LoudnessGoal, delivery_gain_db
from .passes import Balanced, Delivered, balance_pass, delivery_pass, trial_pass
from .result import DeliveryFacts
from .sink import FileSink, MemorySink, Sink

__all__ = ["Rendered", "Revise", "render_balance", "render_delivery"]

Audio = NDArray[np.float32]
# Asked again with what was measured, this gives a preset that keeps the promises better, or None.
Revise = Callable[[Preset, Balanced], Preset | None]

TOLERANCE_LU = 0.25
TOLERANCE_DB = 0.02
MOST_ATTEMPTS = 4
MOST_REVISIONS = 10  # of a preset whose render breaks a promise
TRIAL_TOLERANCE_LU = 0.03
MOST_TRIALS = 8
RMS_LOW, RMS_HIGH = 0.8, 1.2


@dataclass(frozen=True, eq=False)
class Rendered:
    """A delivered mix: what the delivery did, the analysis of what was written, and audio when nothing was."""

    facts: DeliveryFacts
    after: Analysis
    audio: Audio | None


def rms_ratio(balanced: Balanced, before: Analysis) -> float:
    """RMS of the balance stage's output over that of its input."""
    return float(10 ** ((balanced.rms_dbfs - before.rms_dbfs) / 20))


def settle_trim(preset: Preset, balanced: Balanced, before: Analysis) -> Preset | None:
    """The preset with a makeup trim that keeps the RMS promise, or None where it is kept already."""
    ratio = rms_ratio(balanced, before)
    if RMS_LOW <= ratio <= RMS_HIGH:
        return None
    wanted = 0.82 if ratio < RMS_LOW else 1.18
    trim = preset.makeup_trim_db + 20 * float(np.log10(wanted / ratio))
    return replace(preset, makeup_trim_db=max(-6.0, min(6.0, trim)))


def render_balance(job: Job, preset: Preset, revise: Revise) -> tuple[Preset, Balanced]:
    """The balance stage over the music, again with a revised preset while a promise is broken."""
    balanced = balance_pass(job.spool, preset, job.music, job.excerpt, job.progress)
    for _ in range(MOST_REVISIONS):
        better = revise(preset, balanced) or settle_trim(preset, balanced, job.before)
        if better is None or better == preset:
            break
        preset = better
        job.refill()
        balanced = balance_pass(job.spool, preset, job.music, job.excerpt, job.progress)
    return preset, balanced


def render_delivery(
    job: Job, balanced: Balanced, goal: LoudnessGoal, ceiling_dbtp: float, warnings: list[str]
) -> Rendered:
    """Reach the loudness under the ceiling; measured on what was written, and corrected until it holds.

    What there is to say about it is added to `warnings`.
    """
    target = goal.wanted(job.before.integrated_lufs)
    gain_db = _find_gain(job, balanced, target, ceiling_dbtp)
    highest = goal.highest_gain_db(balanced.true_peak_dbtp, ceiling_dbtp)
    if gain_db > highest:  # an adaptive goal takes what the highest gain reaches that spares the peaks
        reached = trial_pass(job.spool, job.music, highest, ceiling_dbtp, job.progress)
        # A little below, for where the limiter works hard, a tenth of a LU more costs the peaks some dB.
        target = round(min(target, reached - 2 * TRIAL_TOLERANCE_LU), 2)
        gain_db = _find_gain(job, balanced, target, ceiling_dbtp)
    inner_ceiling = ceiling_dbtp
    with _sink(job) as sink:
        for attempt in range(MOST_ATTEMPTS):
            delivered = _attempt(job, gain_db, inner_ceiling, sink)
            after = sink.measure() or delivered.after
            error = target - after.integrated_lufs if math.isfinite(after.integrated_lufs) else 0.0
            over = after.true_peak_dbtp - ceiling_dbtp
            near = abs(error) <= TOLERANCE_LU or (error > 0 and gain_db >= MOST_GAIN_DB)
            if (near and over <= TOLERANCE_DB) or attempt == MOST_ATTEMPTS - 1:
                break
            if not near:
                gain_db = max(-60.0, min(MOST_GAIN_DB, gain_db + error * 1.15))
            if over > TOLERANCE_DB:
                inner_ceiling = max(-24.0, inner_ceiling - over - 0.1)
    facts = DeliveryFacts(
        target, ceiling_dbtp, gain_db, after.integrated_lufs, after.true_peak_dbtp, delivered.reduction_db
    )
    warnings += _delivery_warnings(facts)
    return Rendered(facts, after, sink.audio())


def _find_gain(job: Job, balanced: Balanced, target_lufs: float, ceiling_dbtp: float) -> float:
    """The gain that ends at the target; where the limiter works, by trial: the secant rule, each step measured."""
    gain_db = delivery_gain_db(balanced.energies, balanced.peaks, target_lufs, ceiling_dbtp)
    if balanced.true_peak_dbtp + gain_db <= ceiling_dbtp:
        return gain_db
    slope = 0.8  # LU for a dB; the limiter takes the rest
    last: tuple[float, float] | None = None
    for _ in range(MOST_TRIALS):
        reached = trial_pass(job.spool, job.music, gain_db, ceiling_dbtp, job.progress)
        error = target_lufs - reached
        if abs(error) <= TRIAL_TOLERANCE_LU:
            break
        if last is not None and gain_db != last[0]:
            slope = min(1.0, max(0.15, (reached - last[1]) / (gain_db - last[0])))
        last = (gain_db, reached)
        gain_db = max(-60.0, min(MOST_GAIN_DB, gain_db + error / slope))
    return gain_db


def _attempt(job: Job, gain_db: float, ceiling_dbtp: float, sink: Sink) -> Delivered:
    if job.excerpt is not None:
        job.excerpt.restart("after")
    sink.restart()
    return delivery_pass(job.spool, job.music, gain_db, ceiling_dbtp, sink.write, job.excerpt, job.progress)


def _sink(job: Job) -> AbstractContextManager[Sink]:
    if job.output is None:
        return nullcontext(MemorySink())
    return FileSink(
        job.output,
        sample_rate=job.music.sample_rate,
        channels=job.music.channels,
        bit_depth=job.bit_depth,
        tags=job.music.tags,
    )


def _delivery_warnings(facts: DeliveryFacts) -> list[str]:
    warnings = []
    if abs(facts.reached_lufs - facts.target_lufs) > 0.5:
        warnings.append(
            f"The loudness reached is {facts.reached_lufs:.1f} LUFS, not {facts.target_lufs:.1f}: the ceiling of "
            f"{facts.ceiling_dbtp:g} dBTP leaves no room for more."
        )
    if facts.deepest_db < -8:
        warnings.append(
            f"The limiter takes up to {-facts.deepest_db:.1f} dB from the peaks; a lower loudness target would sound "
            "more open."
        )
    return warnings
