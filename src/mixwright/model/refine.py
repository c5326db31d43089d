"""From the network's answer the last step of the way: led to what can be measured, held near to what was answered.

A few dozen evaluations of what the parameters do to the measurements (EQ curves on the spectrum, the compressor on the
envelope, the side gain on the width); nothing is rendered. Toward a genre only what still lies outside its spread is
led; toward a reference, as far as the rules would go.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ..analysis import Analysis
from ..parameters import Voicing
from ..parameters.table import info
from .decision import Target
from .dynamics import PRICE, CompressorEffect, Dynamics, choose_ratio, harmless_ratio
from .rules import envelope_of, led_width, programme_lufs_of, usual_dynamics
from .tone import EQ_PARAMETERS, PRIOR, Spectrum, reaches, solve_tone

__all__ = ["Refined", "hold", "refine"]

# The way from neutral to a bound, in units of one band that lies one spread outside (as PRIOR of the rules). Toward a
# genre the network's answer is worth more than the genre's mean; toward a reference the rules' price stands.
TONE_PRICE = 1.5
TONE_PRICE_REFERENCE = PRIOR
# What doubling the ratio must win, in spreads of the target.
RATIO_PRICE = 0.6
RATIO_PRICE_REFERENCE = PRICE
# The part of the way to the edge of the spread that the side gain goes.
WIDTH_SHARE = 0.5
WIDTH_SHARE_REFERENCE = 1.0


@dataclass(frozen=True)
class Refined:
    """Values by name, the compressor's effect, and what kept the width ("mono", "phase" or "")."""

    values: dict[str, float]
    effect: CompressorEffect
    width_note: str


def hold(values: Mapping[str, float], analysis: Analysis, voicing: Voicing) -> Refined:
    """The network's values, held to what never goes: more compression than the crest factor can bear, width of a mono
    mix or of channels that hardly agree."""
    effect = harmless_ratio(
        envelope_of(analysis), _crest_db(analysis), values["compressor_ratio"], programme_lufs_of(analysis), voicing
    )
    width, note = values["stereo_width"], ""
    if analysis.channels == 1 or analysis.stereo_width < 0.02:
        width, note = 1.0, "mono"
    elif width > 1.0 and analysis.stereo_correlation < 0.2:
        width, note = 1.0, "phase"
    return Refined({**values, "compressor_ratio": effect.ratio, "stereo_width": width}, effect, note)


def refine(
    values: Mapping[str, float],
    analysis: Analysis,
    target: Target,
    voicing: Voicing,
    fixed: Mapping[str, float],
    references: Collection[str] = (),
    tone: Mapping[str, float] | None = None,
) -> Refined:
    """Values led toward a target.

    Parameters
    ----------
    values
        The network's, by name.
    analysis
        Of the mix.
    target
        A genre's profile, or a reference's.
    fixed
        Values that the user set: EQ is solved around them.
    references
        The aspects in which the target is a reference's: tone, dynamics, width.
    tone
        Equaliser values that lead to the reference, where the network has learned to find them; else they are solved.
    """
    held = hold(values, analysis, voicing)
    led = dict(held.values)
    spectrum = Spectrum.compare(np.asarray(analysis.third_octave_hz), np.asarray(analysis.ltas_db), target.profile)
    if tone is not None:
        known = [name for name in EQ_PARAMETERS if reaches(name, voicing, analysis.sample_rate, spectrum)]
        tone = {name: tone[name] if name in known else info(name).neutral for name in EQ_PARAMETERS}
    else:
        tone = solve_tone(
            spectrum,
            voicing,
            analysis.sample_rate,
            fixed,
            start={name: led[name] for name in EQ_PARAMETERS},
            prior=TONE_PRICE_REFERENCE if "tone" in references else TONE_PRICE,
        ).values
    led |= {name: tone[name] for name in EQ_PARAMETERS if name not in fixed}
    effect = held.effect
    if math.isfinite(analysis.crest_factor_db) and math.isfinite(analysis.loudness_range_lu):
        effect = choose_ratio(
            envelope_of(analysis),
            Dynamics(analysis.crest_factor_db, analysis.loudness_range_lu),
            usual_dynamics(target),
            programme_lufs_of(analysis),
            voicing,
            start=effect.ratio,
            price=RATIO_PRICE_REFERENCE if "dynamics" in references else RATIO_PRICE,
        )
        led["compressor_ratio"] = effect.ratio
    note = held.width_note
    if note != "mono":
        edge, refused = led_width(analysis, target, led["stereo_width"])
        share = WIDTH_SHARE_REFERENCE if "width" in references else WIDTH_SHARE
        led["stereo_width"] += (edge - led["stereo_width"]) * share
        note = note or refused
    return Refined(led, effect, note)


def _crest_db(analysis: Analysis) -> float:
    crest = analysis.crest_factor_db
    return crest if math.isfinite(crest) else 0.0
