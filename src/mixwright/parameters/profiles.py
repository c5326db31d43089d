"""What released music of a genre sounds like on average, and how far it strays: the target a mix is led to.

The profiles ship as profiles.json, made from free music by tools/build_profiles.py; docs/profiles.md shows them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError
from .table import GENRES
from .voicing import check_weights

__all__ = ["FEATURES", "Measured", "Profile", "blend_profiles", "load_profile", "reference_profile", "relative_ltas"]

Floats = NDArray[np.float64]

POOLED = "all"
CENTROID = "spectral_centroid_hz"  # geometric mean in Hz, spread in octaves: brightness is heard as a ratio
FEATURES = ("crest_factor_db", "plr_lu", "loudness_range_lu", "stereo_width", CENTROID)
# By how much the two halves of one track differ (docs/profiles.md): asking for more would copy an accident.
REFERENCE_SPREAD = {
    "crest_factor_db": 1.0,
    "plr_lu": 1.0,
    "loudness_range_lu": 1.5,
    "stereo_width": 0.05,
    CENTROID: 0.1,
}
REFERENCE_SPREAD_DB = 1.0
LOWEST_DB = -80.0  # below this, relative to the programme, a band holds only noise of coding or dither

# BS.1770-5 tables 1 and 2, K-weighting at 48 kHz: shelf, then high-pass, (b, a)
K_WEIGHTING = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


class Measured(Protocol):
    """The part of an analysis that profiles read."""

    @property
    def third_octave_hz(self) -> Floats: ...
    @property
    def ltas_db(self) -> Floats: ...
    @property
    def crest_factor_db(self) -> float: ...
    @property
    def plr_lu(self) -> float: ...
    @property
    def loudness_range_lu(self) -> float: ...
    @property
    def stereo_width(self) -> float: ...
    @property
    def spectral_centroid_hz(self) -> float: ...


@dataclass(frozen=True, eq=False)
class Profile:
    """A mean and a spread (one standard deviation) per third octave and per feature.

    third_octave_hz, ltas_db and ltas_spread_db are (bands,); ltas_db is relative, as `relative_ltas` gives
    it. features maps each name of FEATURES to (mean, spread) in the unit of its name; the centroid's mean is
    geometric and its spread in octaves.
    """

    third_octave_hz: Floats
    ltas_db: Floats
    ltas_spread_db: Floats
    features: Mapping[str, tuple[float, float]]


def relative_ltas(ltas_db: ArrayLike, third_octave_hz: ArrayLike) -> Floats:
    """An LTAS (bands,) in dB relative to the programme's K-weighted power, the sum of all bands.

    That is the loudness without gates: what is left does not change with level, and heavy bass, which carries
    most of the power and little of the loudness, does not push the rest of the curve down. Never below -80
    dB. Raises ParameterError if no band holds anything.
    """
    levels = np.asarray(ltas_db, np.float64)
    power = np.where(np.isfinite(levels), 10.0 ** (np.nan_to_num(levels, neginf=-400.0) / 10.0), 0.0)
    loudness = float(np.sum(power * _k_power(np.asarray(third_octave_hz, np.float64))))
    if not 1e-12 < loudness < math.inf:  # -120 dBFS: a silent analysis has -150 dB in every band
        raise ParameterError("ltas_db must hold sound: every band is silent or not finite")
    with np.errstate(divide="ignore"):
        return np.maximum(10.0 * np.log10(power / loudness), LOWEST_DB)


def feature_values(measured: Measured) -> dict[str, float]:
    """The features of one programme that are finite, on the scale of averaging: the centroid in octaves (log2 Hz)."""
    values = {name: float(getattr(measured, name)) for name in FEATURES}
    values[CENTROID] = math.log2(values[CENTROID]) if values[CENTROID] > 0.0 else math.nan
    return {name: value for name, value in values.items() if math.isfinite(value)}


def load_profile(genre: str) -> Profile:
    """The shipped profile of a genre, or of all together by the name "all". Raises ParameterError for others."""
    if genre not in (*GENRES, POOLED):
        raise ParameterError(f"genre={genre!r} must be one of {', '.join((*GENRES, POOLED))}")
    shipped = _shipped()
    row = shipped["profiles"][genre]
    return Profile(
        third_octave_hz=np.array(shipped["third_octave_hz"], np.float64),
        ltas_db=np.array(row["ltas_db"], np.float64),
        ltas_spread_db=np.array(row["ltas_spread_db"], np.float64),
        features={name: (float(mean), float(spread)) for name, (mean, spread) in row["features"].items()},
    )


def blend_profiles(weights: Mapping[str, float]) -> Profile:
    """The mixture of genres by weight: its mean, and its spread within the genres and between them together.

    Weights need not add up to 1. Raises ParameterError for an unknown genre and for weights that are
    negative, not finite or all zero.
    """
    shares = check_weights(weights)
    return _mixture([load_profile(genre) for genre in shares], np.array(list(shares.values())))


def reference_profile(
    analyses: Sequence[Measured], weights: Sequence[float] | None = None, *, base: Profile | None = None
) -> Profile:
    """The profile of chosen references: their mean, and how far they differ on top of a floor (1 dB a band).

    weights, one for each reference, need not add up to 1. Bands are those that all references have; a feature
    that no reference shows (loudness under 0.4 s, width without a middle) is that of `base`, or of all music. Raises
    ParameterError for no reference, a silent one, or weights that do not fit.
    """
    if not analyses:
        raise ParameterError("references: at least one is needed")
    shares = np.ones(len(analyses)) if weights is None else np.asarray(weights, np.float64)
    if shares.shape != (len(analyses),):
        raise ParameterError(f"weights: {shares.size} given for {len(analyses)} references")
    if not (np.isfinite(shares).all() and shares.min() >= 0.0 and shares.sum() > 0.0):
        raise ParameterError(f"weights={shares.tolist()} must be numbers >= 0, not all zero")
    shared = min((np.asarray(analysis.third_octave_hz) for analysis in analyses), key=len)
    singles = []
    for analysis in analyses:
        relative_db = relative_ltas(analysis.ltas_db, analysis.third_octave_hz)[: len(shared)]
        values = feature_values(analysis)
        features = {name: (_shown(name, value), REFERENCE_SPREAD[name]) for name, value in values.items()}
        singles.append(Profile(shared, relative_db, np.full(len(shared), REFERENCE_SPREAD_DB), features))
    mixture = _mixture(singles, shares / shares.sum())
    return replace(mixture, features={**(base or load_profile(POOLED)).features, **mixture.features})


def _mixture(profiles: Sequence[Profile], shares: Floats) -> Profile:
    """Mean and standard deviation of a mixture: variances within plus the variance of the means.

    A feature that some profile lacks is the mixture of the others.
    """
    ltas_db, ltas_spread_db = _moments(
        np.array([profile.ltas_db for profile in profiles]),
        np.array([profile.ltas_spread_db for profile in profiles]),
        shares,
    )
    features = {}
    for name in FEATURES:
        have = [index for index, profile in enumerate(profiles) if name in profile.features]
        total = shares[have].sum() if have else 0.0
        if total > 0.0:
            means = np.array([_averaged(name, profiles[index].features[name][0]) for index in have])
            spreads = np.array([profiles[index].features[name][1] for index in have])
            mean, spread = _moments(means, spreads, shares[have] / total)
            features[name] = (_shown(name, float(mean)), float(spread))
    return Profile(profiles[0].third_octave_hz, ltas_db, ltas_spread_db, features)


def _moments(means: Floats, spreads: Floats, shares: Floats) -> tuple[Floats, Floats]:
    mean = np.tensordot(shares, means, 1)
    variance = np.tensordot(shares, spreads**2 + (means - mean) ** 2, 1)
    return mean, np.sqrt(variance)


def _averaged(name: str, value: float) -> float:
    return math.log2(value) if name == CENTROID else value


def _shown(name: str, value: float) -> float:
    return 2.0**value if name == CENTROID else value


def _k_power(hz: Floats) -> Floats:
    """Power gain of K-weighting at frequencies up to 20 kHz."""
    delay = np.exp(-2j * np.pi * hz / 48000.0)
    gain = np.ones(hz.shape, np.complex128)
    for numerator, denominator in K_WEIGHTING:
        gain *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    power: Floats = np.abs(gain) ** 2
    return power


@cache
def _shipped() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("profiles.json").read_text(encoding="utf-8")
    shipped: dict[str, Any] = json.loads(text)
    return shipped
