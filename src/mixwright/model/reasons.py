"""The sentences that say why: one for each parameter, each with the measurement that moved it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..analysis import Analysis
from ..parameters import Voicing
from ..parameters.table import info
from .decision import Target
from .dynamics import CompressorEffect, Dynamics
from .tone import EQ_PARAMETERS, Spectrum, eq_gain_db

NOTHING_THERE = "the mix has next to nothing there, and EQ would raise its noise"
SPACE = (
    "{} left alone: how much room a finished mix needs cannot be measured safely enough to add any; set it "
    "yourself where you want it."
)


@dataclass(frozen=True)
class Settled:
    """The values with the two gains chosen; the predicted RMS ratio with them, and the one `before` them."""

    values: dict[str, float]
    rms_ratio: float
    makeup_trim_db: float
    before: float


def by_hand(name: str, value: float) -> str:
    """That the user set a value."""
    row = info(name)
    return f"{row.label} {value:g} {row.unit}: set by you.".replace(" :1", ":1").replace(" ×", "×").replace("-", "−")


def tone(name: str, value: float, spectrum: Spectrum, voicing: Voicing, target: Target) -> str:
    """Why an EQ parameter stands where it stands, from the bands that its curve reaches."""
    label, aim = info(name).label, target.called("tone")
    shape = np.abs(_shape(name, voicing, spectrum))
    heard = (shape > 0) & (spectrum.weight > 0)
    if not (heard & (shape >= 0.5 * shape.max(initial=0.0))).any():
        return f"{label} left alone: {NOTHING_THERE}."
    if value == info(name).neutral:
        return f"{label} left alone: {stands(name, spectrum, voicing, target)}."
    decibels = value if name != "presence" else 20 * math.log10(value)
    move = f"{label} {signed(decibels)} dB at {hertz(voicing[f'{name}_hz'])}"
    # What moved it: the band furthest outside the spread on the side that the move takes back.
    outside = np.where(heard & (shape >= 0.15 * shape.max()), spectrum.excess_db() * -np.sign(decibels), 0.0)
    worst = int(np.argmax(outside))
    if outside[worst] <= 0:
        return f"{move}: it makes room for what the other bands change."
    deviation = float(spectrum.deviation_db[worst])
    return (
        f"{move}: {hertz(float(spectrum.hz[worst]))} stands {_beside(deviation)} {aim}, "
        f"{outside[worst]:.1f} dB outside its spread."
    )


def stands(name: str, spectrum: Spectrum, voicing: Voicing, target: Target) -> str:
    """How the region that an EQ parameter reaches lies beside the target; empty where there is next to nothing."""
    shape = np.abs(_shape(name, voicing, spectrum))
    reach = (shape > 0) & (spectrum.weight > 0) & (shape >= 0.5 * shape.max(initial=0.0))
    if not reach.any():
        return ""
    share = shape[reach] * spectrum.weight[reach]
    deviation = float(np.average(spectrum.deviation_db[reach], weights=share))
    spread = float(np.average(spectrum.spread_db[reach], weights=share))
    region = region_words(float(spectrum.hz[reach].min()), float(spectrum.hz[reach].max()))
    return f"{region} stands {_beside(deviation)} {target.called('tone')} (spread ±{spread:.1f} dB)"


def _beside(deviation_db: float) -> str:
    return f"{abs(deviation_db):.1f} dB {'above' if deviation_db > 0 else 'below'}"


def compression(effect: CompressorEffect, analysis: Analysis, usual: Dynamics, target: Target) -> str:
    """Why the compressor works as hard as it does."""
    crest, span, aim = analysis.crest_factor_db, analysis.loudness_range_lu, target.called("dynamics")
    if not (math.isfinite(crest) and math.isfinite(span)):
        return "Compressor off: there is no level to measure."
    figures = (
        f"crest factor {crest:.1f} dB (usual up to {usual.crest_db:.1f}), range {span:.1f} LU "
        f"(up to {usual.range_lu:.1f})"
    )
    if effect.ratio == 1.0:
        if Dynamics(crest, span).excess(usual) == 0:
            return f"Compressor off: the dynamics are within {aim}: {figures}."
        return f"Compressor off: {figures}; a glue compressor would not bring it closer without harm."
    return (
        f"Compressor {effect.ratio:.2f}:1: the dynamics are above {aim}: {figures}; loud passages are held "
        f"back by {-effect.typical_db:.1f} dB, at most {-effect.deepest_db:.1f} dB."
    )


def width(value: float, analysis: Analysis, target: Target, note: str) -> str:
    """Why the sides were widened, narrowed or left alone."""
    if note == "mono":
        return "Stereo width left alone: the mix is mono."
    mean, spread = target.profile.features["stereo_width"]
    usual = f"{max(0.0, mean - spread):.2f}–{mean + spread:.2f}"
    measured = f"side over mid is {analysis.stereo_width:.2f}, {target.called('width')} has {usual}"
    if note == "phase":
        return f"Stereo width left alone: {measured}, but the channels hardly agree and would suffer in mono."
    if value == 1.0:
        return f"Stereo width left alone: {measured}."
    verb = "widened" if value > 1 else "narrowed"
    return f"Stereo {verb} to {value:.2f}× above the bass: {measured}."


def level(settled: Settled) -> dict[str, str]:
    """Why the two gains stand where they stand."""
    change = 20 * math.log10(settled.before) if settled.before > 0 else 0.0
    cause = f"EQ, compression and space change the level by {signed(change)} dB"
    sentences = {}
    for name in ("input_gain", "output_level"):
        value = settled.values.get(name, 1.0)
        label = info(name).label
        if value == 1.0:
            done = "nothing is left to settle" if name == "input_gain" else f"{cause}, too little to settle"
            sentences[name] = f"{label} left alone: {done}."
        else:
            sentences[name] = f"{label} {value:.3f}×: {cause}, and louder must not pass for better."
    return sentences


def _shape(name: str, voicing: Voicing, spectrum: Spectrum) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values: Mapping[str, float] = {name: info(name).high}
    rate = 4 * float(spectrum.hz.max(initial=8000.0))
    curve: np.ndarray[tuple[int], np.dtype[np.float64]] = eq_gain_db(values, voicing, int(rate), spectrum.hz)[
        EQ_PARAMETERS.index(name)
    ]
    return curve


def hertz(value: float) -> str:
    if value < 1000:
        return f"{value:.0f} Hz"
    return f"{value / 1000:.1f}".removesuffix(".0") + " kHz"


def region_words(low: float, high: float) -> str:
    if low == high:
        return hertz(low)
    first, unit = hertz(low).split(" ")
    return f"{first}–{hertz(high)}" if hertz(high).endswith(f" {unit}") else f"{hertz(low)}–{hertz(high)}"


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
