"""Room for the stem that leads: is it heard where the ear listens, and if not, who covers it.

Between 1 and 4 kHz, where words and melodies are understood, the energy of the lead is compared with that of all others
together, second by second while it plays. Only what lies under the threshold is mended, and by little: a little more
of the lead, a little less presence of those who cover it most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analysis.bands import NOMINAL_HZ
from .console_features import StemHeard

__all__ = ["Masking", "choose_lead", "find_masking", "lead_ratio_db"]

Floats = NDArray[np.float64]

SPEECH = np.array([1000.0 <= hz <= 4000.0 for hz in NOMINAL_HZ])
# How much a role leads, where it is one; a voice always does.
LEADS = {"lead_vocal": 1.0, "winds": 0.45, "synth": 0.4, "guitar": 0.4, "keys": 0.35, "strings": 0.3}
LEAST_LEAD = 0.25
LEAST_ACTIVE = 0.3  # of the seconds: who plays less does not lead the song
HEARD_DB = -6.0  # lead over all others: under this, a tone in noise of the same band begins to be lost
PLAYING_DB = 20.0  # a second counts that is not further under the lead's loudest
MOST_RAISED_LU = 1.5
MOST_CUT_DB = 2.0
LEAST_MOVE_DB = 0.3
COVERS = 0.25  # of the others' energy there, to be asked for room


@dataclass(frozen=True)
class Masking:
    """What to do for the lead: raise it, cut presence of others (name: dB, negative). `before_db` is its energy over
    the others', the median over seconds."""

    lead: str
    before_db: float
    raise_lu: float
    cuts_db: Mapping[str, float]


def choose_lead(stems: Sequence[StemHeard], levels_lu: Floats) -> str:
    """The name of the stem that leads: a lead vocal, else the one that most likely carries the melody and is not buried
    on purpose; empty where none stands out."""
    best, name = LEAST_LEAD, ""
    middle = float(np.median(levels_lu)) if len(levels_lu) else 0.0
    for stem, level in sorted(zip(stems, levels_lu, strict=True), key=lambda pair: pair[0].name):
        if stem.analysis.active_share < LEAST_ACTIVE:
            continue
        score = sum(share * stem.roles.get(role, 0.0) for role, share in LEADS.items())
        voice = stem.roles.get("lead_vocal", 0.0) >= 0.5
        score *= 1.0 if voice else float(np.clip(1 + (level - middle) / 12, 0.25, 1.25))
        if score > best:
            best, name = score, stem.name
    return name


def find_masking(stems: Sequence[StemHeard], gains_db: Mapping[str, float], lead: str) -> Masking | None:
    """Whether the lead is covered with these gains, and the small moves that uncover it; None where nothing is needed.

    Stems of less than four seconds together are not judged.
    """
    powers = _powers(stems, gains_db)
    if lead not in powers or len(powers) < 2 or len(powers[lead]) < 4:
        return None
    ratio = _ratio_db(powers, lead)
    lacking = HEARD_DB - ratio
    if not lacking > LEAST_MOVE_DB:
        return None
    playing = _playing(powers[lead])
    whole = sum(float(p[playing].sum()) for name, p in powers.items() if name != lead)
    cut = -min(MOST_CUT_DB, lacking)
    cuts = {
        name: cut
        for name, p in sorted(powers.items())
        if name != lead and float(p[playing].sum()) > COVERS * max(whole, 1e-15)
    }
    return Masking(lead, ratio, min(MOST_RAISED_LU, lacking / 2), cuts)


def lead_ratio_db(stems: Sequence[StemHeard], gains_db: Mapping[str, float], lead: str) -> float:
    """Energy of the lead over that of all others at 1 to 4 kHz with these gains, in dB: the median of its seconds. NaN
    where there is no such stem or nothing beside it."""
    powers = _powers(stems, gains_db)
    return _ratio_db(powers, lead) if lead in powers and len(powers) > 1 else float("nan")


def _powers(stems: Sequence[StemHeard], gains_db: Mapping[str, float]) -> dict[str, Floats]:
    """Name: power (seconds,) at 1 to 4 kHz as the console plays it; all of one length."""
    length = max((len(stem.analysis.band_levels_db) for stem in stems), default=0)
    found = {}
    for stem in stems:
        levels = stem.analysis.band_levels_db[:, SPEECH].astype(np.float64)
        power = np.zeros(length)
        # a mean over channels: of a mono stem on both sides the same as of the stem
        power[: len(levels)] = (10 ** ((levels + gains_db.get(stem.name, 0.0)) / 10)).sum(axis=1)
        found[stem.name] = power
    return found


def _ratio_db(powers: Mapping[str, Floats], lead: str) -> float:
    playing = _playing(powers[lead])
    if not playing.any():
        return float("nan")
    others = np.sum([p for name, p in powers.items() if name != lead], axis=0)
    ratio = powers[lead][playing] / np.maximum(others[playing], 1e-15)
    return float(np.median(10 * np.log10(np.maximum(ratio, 1e-15))))


def _playing(power: Floats) -> NDArray[np.bool_]:
    return np.asarray((power > power.max(initial=0.0) * 10 ** (-PLAYING_DB / 10)) & (power > 1e-14))
