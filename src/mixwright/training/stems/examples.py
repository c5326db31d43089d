"""Measured songs as examples for the set model, and what each role usually has over or under the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...analysis.stem import StemAnalysis
from ...model.console_features import stem_features
from ...model.roles import roles_of
from ...parameters.strip import ROLES
from .fit import SetExample
from .measuring import VARIANTS, MeasuredSong

__all__ = ["REAL_WEIGHT", "heard_roles", "role_offsets", "set_examples"]

REAL_WEIGHT = 3.0  # of a song mixed by stems, beside a tracker module's 1
LEAST_STEMS = 3  # of a module: two instruments are hardly an arrangement
# An offset that stands on so many stems is taken by half: the roles of modules, whose instruments have no names, are
# heard from the sound and often wrong.
FEW_STEMS = 30.0


def heard_roles(analysis: StemAnalysis, name: str) -> Mapping[str, float]:
    """Roles by sound, with the name as a hint."""
    return roles_of(analysis, name)


def set_examples(songs: Sequence[MeasuredSong]) -> list[SetExample]:
    """Every song as it is and summed to mono."""
    found = []
    for song in songs:
        if song.module and len(song.names) < LEAST_STEMS:
            continue
        for variant in VARIANTS:
            rows = [stem_features(analysis) for analysis in song.heard[variant]]
            weight = 1.0 if song.module else REAL_WEIGHT
            found.append(SetExample(np.stack(rows), song.lufs, weight, song.artist))
    return found


def role_offsets(songs: Sequence[MeasuredSong]) -> dict[str, dict[str, Any]]:
    """Role: offset in LU from its songs' mean loudness, drawn towards 0 where few stems stand behind it.

    A weighted least-squares fit of one figure a role to all stems at once, each stem blended by its roles, with a
    penalty of FEW_STEMS; the songs' means are taken off both sides, so that a song's level does not matter."""
    blends, levels, weights = [], [], []
    counts: dict[str, float] = defaultdict(float)
    for song in songs:
        if song.module and len(song.names) < LEAST_STEMS:
            continue
        rows = []
        for analysis, name in zip(song.heard["stereo"], song.names, strict=True):
            roles = heard_roles(analysis, name)
            rows.append([roles.get(role, 0.0) for role in ROLES])
            counts[max(ROLES, key=lambda role: roles.get(role, 0.0))] += 1
        blend = np.array(rows)
        blends.append(blend - blend.mean(axis=0))
        levels.append(np.clip(song.lufs - song.lufs.mean(), -15, 15))
        weights.append(np.full(len(rows), 1.0 if song.module else REAL_WEIGHT))
    x, y, w = np.concatenate(blends), np.concatenate(levels), np.concatenate(weights)
    offsets = np.linalg.solve((x * w[:, None]).T @ x + FEW_STEMS * np.eye(len(ROLES)), (x * w[:, None]).T @ y)
    return {
        role: {"offset_lu": round(float(offset), 2), "stems": int(counts[role])}
        for role, offset in zip(ROLES, offsets, strict=True)
    }
