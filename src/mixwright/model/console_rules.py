"""A console set by rules: what a careful engineer does to a stem of that role before having an opinion.

Levels: every stem equally loud while it plays, plus what its role usually has over or under the others in finished
multitracks (`console_offsets.json`, learned from music of the training split, each with the number of stems behind it).
All else is a convention, held small: stems often come with effects already on them, and there is no dry version to
learn from. Sources: R. Izhaki, Mixing Audio; M. Senior, Mixing Secrets for the Small Studio; high-pass of voices also
the median of 70 engineers' presets in DiffVox (Yu et al. 2025, 108 Hz).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..analysis.bands import NOMINAL_HZ
from ..parameters.strip import ROLES
from .console_decision import Draft
from .console_features import StemHeard, loudness_lufs
from .decision import Amounts

__all__ = ["OFFSETS", "load_offsets", "role_levels_lu", "set_by_rules"]

Floats = NDArray[np.float64]

OFFSETS = Path(__file__).with_name("console_offsets.json")
# Doubled parts of these stand to both sides; a single one stays where it is, so that the mix does not tip. Not far: of
# 713 stems whose place their artist chose, 82 % stand within 0.15 of the middle, and 90 % within 0.3.
SPREAD = {
    "guitar": 0.3, "keys": 0.2, "synth": 0.2, "strings": 0.2, "winds": 0.2, "backing_vocal": 0.25, "percussion": 0.2,
    "cymbals": 0.15,
}  # fmt: skip
CORNER_HZ = {
    "snare": 70.0, "cymbals": 180.0, "guitar": 80.0, "keys": 45.0, "synth": 35.0, "strings": 60.0, "winds": 80.0,
    "lead_vocal": 90.0, "backing_vocal": 120.0, "percussion": 70.0,
}  # fmt: skip
# What lies under the corner is taken away between these shares of the stem's power: less is nothing, more is the stem.
RUMBLE_DB = (-45.0, -15.0)
# Reverb and delay for stems that end dry.
SENDS = {
    "lead_vocal": (0.10, 0.05), "backing_vocal": (0.12, 0.0), "snare": (0.08, 0.0), "strings": (0.10, 0.0),
    "winds": (0.08, 0.0), "keys": (0.05, 0.0), "guitar": (0.05, 0.0), "percussion": (0.05, 0.0),
}  # fmt: skip
DRY_FALL_DB = 30.0  # within 400 ms after a stroke
# The level of seconds that play wanders by more than this, in dB, before a role is held together, and the most ratio.
STEADY_DB = {"lead_vocal": (4.0, 2.5), "backing_vocal": (4.0, 2.0), "bass": (3.0, 2.5)}
RATIO_PER_DB = 0.35
CENTRED_DB, NARROW = 1.0, 0.15  # of imbalance, and of width: what is wider has its place already
SURE = 0.5  # of a role, before more than its level is decided by it


def role_levels_lu(stems: Sequence[StemHeard], offsets: Mapping[str, float] | None = None) -> Floats:
    """(stems,) loudness in LU that the rules expect, mean 0: each role's usual offset, blended by its weights."""
    table = load_offsets() if offsets is None else offsets
    rows = [sum(weight * table.get(role, 0.0) for role, weight in stem.roles.items()) for stem in stems]
    levels = np.array(rows, np.float64)
    return levels - levels.mean() if len(levels) else levels


@cache
def load_offsets() -> dict[str, float]:
    """Role: offset in LU, already drawn towards 0 where few stems stand behind it."""
    rows = json.loads(OFFSETS.read_text(encoding="utf-8"))["offsets"]
    return {role: float(rows[role]["offset_lu"]) for role in ROLES if role in rows}


def set_by_rules(stems: Sequence[StemHeard], drafts: Mapping[str, Draft], amounts: Amounts) -> None:
    """Pan, high-pass, compression and sends of stems that are not silent, into their drafts."""
    for stem in stems:
        draft = drafts[stem.name]
        if stem.roles.get(stem.role, 0.0) < SURE:
            for name in ("highpass_hz", "compressor_ratio", "reverb_send", "delay_send", "pan"):
                draft.reasons[name] = "Left alone: it is not clear enough what this stem is."
            continue
        _highpass(stem, draft, amounts.tone)
        _compress(stem, draft, amounts.dynamics)
        _send(stem, draft, amounts.space)
    for role in SPREAD:
        _spread(role, [s for s in stems if s.role == role and s.roles[role] >= SURE], drafts, amounts.width)


def _highpass(stem: StemHeard, draft: Draft, amount: float) -> None:
    corner = CORNER_HZ.get(stem.role)
    if corner is None or amount == 0:
        draft.reasons["highpass_hz"] = f"High-pass off: {_named(stem.role)} keeps its low end."
        return
    power = 10 ** (stem.analysis.ltas_db / 10)
    under = float(power[np.array(NOMINAL_HZ) < corner].sum() / max(power.sum(), 1e-15))
    share_db = 10 * np.log10(max(under, 1e-12))
    share = f"{share_db:.0f} dB".replace("-", "−")
    if not RUMBLE_DB[0] < share_db < RUMBLE_DB[1]:
        why = "next to nothing lies there" if share_db <= RUMBLE_DB[0] else "the stem itself plays there"
        draft.reasons["highpass_hz"] = f"High-pass off: {why} (under {corner:g} Hz: {share} of its power)."
        return
    hz = 20.0 * (corner / 20.0) ** amount
    draft.put(
        "highpass_hz",
        hz,
        f"High-pass at {hz:.0f} Hz: {_named(stem.role)} needs nothing under it, and {share} of its power lie there.",
    )


def _compress(stem: StemHeard, draft: Draft, amount: float) -> None:
    bounds = STEADY_DB.get(stem.role)
    seconds = stem.analysis.band_levels_db[:-1]  # the last one is seldom whole
    if bounds is None or len(seconds) < 4:
        draft.reasons["compressor_ratio"] = f"No compression: {_named(stem.role)} keeps its dynamics."
        return
    level = 10 * np.log10((10 ** (seconds.astype(np.float64) / 10)).sum(axis=1) + 1e-15)
    playing = level[level > level.max() - 25.0]
    wander = float(np.std(playing))
    ratio = 1 + min(bounds[1] - 1, RATIO_PER_DB * max(0.0, wander - bounds[0])) * amount
    if ratio < 1.1:
        draft.reasons["compressor_ratio"] = (
            f"No compression: its level wanders by {wander:.1f} dB from second to second, which a "
            f"{_named(stem.role)} may ({bounds[0]:g} dB)."
        )
        return
    draft.put(
        "compressor_ratio",
        ratio,
        f"Compression {ratio:.1f}:1: its level wanders by {wander:.1f} dB from second to second.",
    )


def _send(stem: StemHeard, draft: Draft, amount: float) -> None:
    sends = SENDS.get(stem.role)
    strokes = stem.analysis.strokes
    dry = strokes.per_s >= 0.2 and strokes.fall_late_db >= DRY_FALL_DB and stem.analysis.stereo_width <= NARROW
    for name, value in zip(("reverb_send", "delay_send"), sends or (0.0, 0.0), strict=True):
        what = "Reverb" if name == "reverb_send" else "Delay"
        if value * amount > 0 and dry:
            draft.put(
                name,
                value * amount,
                f"{what} {value * amount:.2f}: {_named(stem.role)} that ends dry ({strokes.fall_late_db:.0f} dB down "
                "400 ms after a stroke).",
            )
        elif sends is None or value == 0:
            draft.reasons[name] = f"No {what.lower()}: {_named(stem.role)} stands without."
        else:
            draft.reasons[name] = (
                f"No {what.lower()}: it is wide or rings on already, so that it has a room of its own."
            )


def _spread(role: str, stems: Sequence[StemHeard], drafts: Mapping[str, Draft], amount: float) -> None:
    """Two of a kind to both sides, the louder first to the left; of an odd number the loudest stays in the middle."""
    free = []
    for stem in stems:
        a = stem.analysis
        if a.channels == 2 and (abs(a.stereo_imbalance) > CENTRED_DB or a.stereo_width > NARROW):
            drafts[stem.name].reasons["pan"] = "Pan left alone: the stem has its place between the sides already."
        else:
            free.append(stem)
    free.sort(key=lambda stem: (-loudness_lufs(stem.analysis), stem.name))
    if len(free) % 2:
        drafts[free[0].name].reasons["pan"] = f"Centre: nothing of its kind ({_named(role)}) would balance it."
        free = free[1:]
    for place, stem in enumerate(free):
        pan = SPREAD[role] * amount * (-1) ** (place + place // 2 + 1)
        if pan != 0:
            side = "left" if pan < 0 else "right"
            drafts[stem.name].put(
                "pan", pan, f"Pan {abs(pan):.2f} {side}: there are several of its kind ({_named(role)}), one to a side."
            )


def _named(role: str) -> str:
    return role.replace("_", " ")
