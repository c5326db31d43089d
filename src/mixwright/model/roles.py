"""What a stem is, from its sound alone: probabilities of fifteen roles. A name is a hint that sound can overrule.

A small network on the figures of `analysis.stem`; its weights come with the package (docs/roles.md has its card).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from ..analysis.stem import StemAnalysis
from ..parameters.strip import ROLES

__all__ = ["FEATURES", "RoleNetwork", "features_of", "hinted", "hints_of", "load_roles", "roles_of"]

Floats = NDArray[np.float64]
# By how much a word in the name multiplies the odds of its roles: clear sound is worth more.
HINT_ODDS = 8.0
WORDS: dict[str, str] = {
    "kick": r"kick|kik|bd|bassdrum|bass ?drum|grosse ?caisse|bombo",
    "snare": r"snare|snr|sd|clap|rim|caisse ?claire|caja",
    "cymbals": r"hh|oh|hat|hats|hihat|hi ?hat|cymbals?|crash|ride|overheads?|becken|charley",
    "drums": r"drums?|drumkit|kit|beat|break|breakbeat|loop|schlagzeug|batterie|bateria",
    "bass": r"bass|bassguitar|bassgitarre|basse|bajo|sub|tb",
    "guitar": r"guitar|gtr|git|gitarre|guitare|guitarra|ukulele|banjo|strat|tele",
    "keys": r"piano|pno|keys|keyboard|rhodes|wurli|epiano|e ?piano|organ|orgel|clav|klavier|hammond|harpsichord",
    "synth": r"synth|syn|pad|lead ?synth|arp|pluck|stabs?|saw|minilogue|moog",
    "strings": r"strings?|violins?|viola|cello|celli|streicher|cordes|cuerdas|fiddle",
    "winds": r"brass|horns?|trumpet|trombone|sax|flute|clarinet|oboe|tuba|blaeser|cuivres|winds?",
    "lead_vocal": r"vox|vocals?|voc|lead ?vox|leadvocal|voice|gesang|stimme|chant|voix|voz|rap",
    "backing_vocal": r"bvox|bgvox|bgv|bv|backings?|choir|chor|choeur|coro|harmony|harmonies|aahh?|oohs?",
    "percussion": r"perc|percu|percussion|shaker|tamb|tambourine|conga|bongo|tabla|toms?|cowbell|vibes|marimba|mallet",
    "effects": r"fx|sfx|effects?|riser|sweep|noise|impact|ambience|atmo",
}
_PATTERNS = {role: re.compile(rf"(?<![a-z])(?:{words})(?![a-z])") for role, words in WORDS.items()}


@dataclass(frozen=True, eq=False)
class RoleNetwork:
    """Two layers: `centre` and `scale` (features,), `first` (features, hidden), `second` (hidden, roles), their biases,
    and the temperature that divides the logits."""

    centre: Floats
    scale: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    temperature: float

    def probabilities(self, features: Floats) -> Floats:
        """(..., roles) from features (..., features), each row summing to 1."""
        inside = np.clip((features - self.centre) / self.scale, -4.0, 4.0)
        hidden = np.maximum(inside @ self.first + self.first_bias, 0.0)
        logits = (hidden @ self.second + self.second_bias) / self.temperature
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def features_of(stem: StemAnalysis) -> Floats:
    """(FEATURES,): nothing in it depends on the level of the stem."""
    s = stem.strokes
    figures = [
        np.log(max(np.nan_to_num(stem.spectral_centroid_hz, nan=1000.0), 20.0)),
        np.log(max(np.nan_to_num(stem.spectral_flatness, nan=1e-3), 1e-8)),
        min(max(np.nan_to_num(stem.crest_factor_db, nan=15.0, posinf=40.0), 0.0), 40.0) / 5,
        stem.active_share * 3,
        min(stem.stereo_width, 2.0) * 3,
        min(s.per_s, 12.0),
        s.rise_db / 5,
        s.fall_db / 5,
        s.fall_late_db / 5,
        s.held_db / 5,
        s.peak_to_mean_db / 2,
    ]
    parts = (
        np.clip(stem.mel_mean_db, -60.0, 60.0) / 5,
        stem.mel_deviation_db / 3,
        stem.mel_skewness,
        stem.mel_flux_db,
        np.nan_to_num(stem.contrast) / 5,
        np.asarray(figures),
    )
    return np.concatenate([np.asarray(part, np.float64) for part in parts])


FEATURES = 4 * 64 + 7 + 11


def roles_of(stem: StemAnalysis, name: str = "", network: RoleNetwork | None = None) -> dict[str, float]:
    """Probability of each role, in the order of ROLES, summing to 1.

    Parameters
    ----------
    stem
        Silence has role "other", whatever its name says.
    name
        Of the file or track, as a hint; empty for none.
    network
        Another network than the one that comes with the package.
    """
    if stem.silent:
        return {role: float(role == "other") for role in ROLES}
    heard = (network or load_roles()).probabilities(features_of(stem))
    return hinted(dict(zip(ROLES, heard.tolist(), strict=True)), name)


def hinted(heard: Mapping[str, float], name: str) -> dict[str, float]:
    """Probabilities with what a name says: the odds of the roles that it names, HINT_ODDS times what was heard."""
    named = hints_of(name)
    weights = {role: share * (HINT_ODDS if role in named else 1.0) for role, share in heard.items()}
    total = sum(weights.values())
    return {role: weight / total for role, weight in weights.items()}


def hints_of(name: str) -> set[str]:
    """Roles that a name speaks of: "02_Bass DI.wav" gives bass. A word must stand by itself or beside digits."""
    text = re.sub(r"[^a-z]+", " ", name.rsplit("/", 1)[-1].lower().removesuffix(".wav").removesuffix(".flac"))
    found = {role for role, pattern in _PATTERNS.items() if pattern.search(text)}
    if re.search(r"bass ?drum", text):
        found -= {"bass", "drums"}
    if {"backing_vocal", "lead_vocal"} <= found:
        found.discard("lead_vocal")
    return found


@cache
def load_roles() -> RoleNetwork:
    """The network that comes with the package."""
    with resources.files(__package__).joinpath("roles.npz").open("rb") as file, np.load(file) as arrays:
        kept = {name: arrays[name].astype(np.float64) for name in arrays.files}
    return RoleNetwork(**{**kept, "temperature": float(kept["temperature"])})
