"""The mixer without learning: lead the mix into the spread of its target, and no further."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ..analysis import Analysis
from ..parameters import PARAMETERS, Parameters, Voicing
from ..parameters.table import info
from . import reasons
from .decision import Amounts, Decision, Target
from .dynamics import CompressorEffect, Dynamics, Envelope, choose_ratio, simulate
from .tone import EQ_PARAMETERS, Spectrum, eq_gain_db, solve_tone

__all__ = ["decide", "settle"]

# A prediction of the level stays this far inside the promise of 0.8 to 1.2, for what an envelope cannot see.
RMS_BOUNDS = (0.85, 1.15)
# A smaller part of the range (0.16 to 0.24 dB of EQ) cannot be heard on a whole mix and is not worth a move.
SMALLEST_POSITION = 0.08


def decide(
    analysis: Analysis,
    target: Target,
    voicing: Voicing,
    *,
    amounts: Amounts | None = None,
    fixed: Mapping[str, float] | None = None,
    genre: Mapping[str, float] | None = None,
) -> Decision:
    """Ten values for a mix, from its analysis alone.

    Parameters
    ----------
    analysis
        Of the input, with its envelope.
    target
        A genre profile or a reference's.
    voicing
        Of the genre; the compressor's threshold and the EQ's frequencies.
    amounts
        Scale the decisions by aspect.
    fixed
        Values that the user set: kept as they are, and the rest is solved around them.
    """
    amounts = amounts or Amounts()
    fixed = dict(fixed or {})
    values: dict[str, float] = {}
    why: dict[str, str] = {}

    spectrum = Spectrum.compare(np.asarray(analysis.third_octave_hz), np.asarray(analysis.ltas_db), target.profile)
    tone = solve_tone(spectrum, voicing, analysis.sample_rate, fixed)
    for name in EQ_PARAMETERS:
        values[name] = scaled(name, tone.values[name], amounts.tone)
    wide, width_note = led_width(analysis, target)
    values["stereo_width"] = scaled("stereo_width", wide, amounts.width)
    effect, usual = _compression(analysis, target, voicing, amounts.dynamics)
    values["compressor_ratio"] = effect.ratio

    values |= fixed
    for name in EQ_PARAMETERS:
        why[name] = reasons.tone(name, values[name], spectrum, voicing, target)
    why["stereo_width"] = reasons.width(values["stereo_width"], analysis, target, width_note)
    why["compressor_ratio"] = reasons.compression(effect, analysis, usual, target)
    why["reverb"] = reasons.SPACE.format("Reverb")
    why["delay"] = reasons.SPACE.format("Delay")

    settled = settle(analysis, values, voicing, fixed, amounts.level)
    why |= reasons.level(settled)
    for name in fixed:
        why[name] = reasons.by_hand(name, values[name])
    parameters = Parameters(settled.values)
    provenance = {
        p.name: "set" if p.name in fixed else "refined" if parameters[p.name] != p.neutral else "neutral"
        for p in PARAMETERS
    }
    return Decision(
        parameters,
        provenance,
        {p.name: why[p.name] for p in PARAMETERS},
        voicing,
        settled.makeup_trim_db,
        settled.rms_ratio,
        genre=dict(genre or {}),
    )


def settle(
    analysis: Analysis,
    values: Mapping[str, float],
    voicing: Voicing,
    fixed: Mapping[str, float],
    amount: float = 1.0,
) -> reasons.Settled:
    """Choose the two gains so that the balance stage leaves the RMS as it was; predicted, not rendered.

    The output level goes first, since it changes nothing but level; the input gain takes what is left; neither goes
    to the end of its range before the other has gone most of the way. What the user set is not touched, and where both
    are set and the RMS would still leave its bounds, the makeup trim
    keeps the promise.
    """
    hz = np.asarray(analysis.third_octave_hz, float)
    power = 10 ** (np.asarray(analysis.ltas_db, float) / 10)
    power = np.where(np.isfinite(power), power, 0.0)
    curve = eq_gain_db({n: values.get(n, info(n).neutral) for n in EQ_PARAMETERS}, voicing, analysis.sample_rate, hz)
    changed = float(np.sum(power * 10 ** (curve.sum(axis=0) / 10)))
    ratio = math.sqrt(changed / float(np.sum(power))) if np.sum(power) > 0 else 1.0
    if values.get("compressor_ratio", 1.0) > 1.0:
        effect = simulate(envelope_of(analysis), values["compressor_ratio"], programme_lufs_of(analysis), voicing)
        ratio *= 10 ** (effect.level_db / 20)
    # Wet sound adds to the power; the delay's and the reverb's gain are 0 dB and -6 dB (docs/chain.md).
    ratio *= math.sqrt(1 + values.get("delay", 0.0) ** 2 + 0.25 * values.get("reverb", 0.0) ** 2)
    chosen = dict(values)
    before = ratio
    ratio *= chosen.get("input_gain", 1.0) * chosen.get("output_level", 1.0)
    for name, share in (("output_level", 0.8), ("input_gain", 0.8), ("output_level", 1.0), ("input_gain", 1.0)):
        if name in fixed or amount == 0 or abs(ratio - 1.0) < 0.006:  # 0.05 dB
            continue
        row = info(name)
        already = chosen.get(name, 1.0)
        low, high = (1.0 + (bound - 1.0) * share for bound in (row.low, row.high))
        chosen[name] = min(high, max(low, 1.0 + (already / ratio - 1.0) * amount))
        ratio *= chosen[name] / already
    low, high = RMS_BOUNDS
    trim = min(high, max(low, ratio)) / ratio
    return reasons.Settled(chosen, ratio * trim, 20 * math.log10(trim), before)


def scaled(name: str, value: float, amount: float) -> float:
    """A value moved from neutral by only a part of the way; moves too small to hear are dropped."""
    row = info(name)
    moved = row.neutral + (value - row.neutral) * amount
    span = row.high - row.neutral if moved > row.neutral else row.neutral - row.low
    return moved if span and abs(moved - row.neutral) > SMALLEST_POSITION * span else row.neutral


def led_width(analysis: Analysis, target: Target, start: float = 1.0) -> tuple[float, str]:
    """Side gain that leads the width, from where a gain `start` brings it, to the nearest edge of the target's spread;
    and what kept it: "mono", "phase", or "" where nothing did."""
    if analysis.channels == 1 or analysis.stereo_width < 0.02:
        return 1.0, "mono"
    mean, spread = target.profile.features["stereo_width"]
    low, high = max(0.0, mean - spread), mean + spread
    width = analysis.stereo_width * start
    if width < low and analysis.stereo_correlation < 0.2:
        return start, "phase"
    if low <= width <= high:
        return start, ""
    wanted = (low if width < low else high) / analysis.stereo_width
    return 1.0 + 0.095 * math.tanh((wanted - 1.0) / 0.095), ""  # near the bound, never at it


def usual_dynamics(target: Target) -> Dynamics:
    """The dynamics above which a mix is worth a compressor."""
    crest, crest_spread = target.profile.features["crest_factor_db"]
    span, span_spread = target.profile.features["loudness_range_lu"]
    return Dynamics(crest + crest_spread, span + span_spread, crest_spread, span_spread)


def _compression(
    analysis: Analysis, target: Target, voicing: Voicing, amount: float
) -> tuple[CompressorEffect, Dynamics]:
    """The compressor's effect, and the dynamics above which it is worth one."""
    usual = usual_dynamics(target)
    envelope, programme = envelope_of(analysis), programme_lufs_of(analysis)
    if not (math.isfinite(analysis.integrated_lufs) and math.isfinite(analysis.crest_factor_db)) or amount == 0:
        return simulate(envelope, 1.0, programme, voicing), usual
    mix = Dynamics(analysis.crest_factor_db, analysis.loudness_range_lu)
    effect = choose_ratio(envelope, mix, usual, programme, voicing)
    ratio = scaled("compressor_ratio", effect.ratio, amount)
    return simulate(envelope, ratio, programme, voicing), usual


def envelope_of(analysis: Analysis) -> Envelope:
    """The envelope that the compressor is tried on."""
    return Envelope(np.asarray(analysis.envelope_peak), np.asarray(analysis.envelope_ms))


def programme_lufs_of(analysis: Analysis) -> float:
    """Loudness that the compressor hangs on, in LUFS, inside the range of a preset."""
    lufs = analysis.integrated_lufs
    return min(0.0, max(-70.0, lufs)) if math.isfinite(lufs) else -14.0
