"""Harm and help: what the mixer does to mixes that were good, and to the same mixes damaged.

The damage is made by other filters than ours (RBJ's, other corners), rendered on real audio. The distance is the mean
over third octaves (40 Hz to 14 kHz, within 60 dB of the loudest) of the deviation from the undamaged LTAS, free of
level.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

import mixwright
from bench.measure import Row
from mixwright.analysis import Analysis, analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]
# kind: low shelf, high shelf or bell; Hz; dB; Q
DAMAGES = {
    "boomy": ("low", 150.0, 4.0, 0.7),
    "thin": ("low", 150.0, -4.0, 0.7),
    "bright": ("high", 5000.0, 4.0, 0.7),
    "dull": ("high", 5000.0, -4.0, 0.7),
    "muddy": ("bell", 500.0, 4.0, 0.9),
    "harsh": ("bell", 3200.0, 4.0, 0.9),
}


@dataclass
class Tally:
    """Figures of one condition over the mixes."""

    moved_db: list[float] = field(default_factory=list)
    before_db: list[float] = field(default_factory=list)
    after_db: list[float] = field(default_factory=list)
    crest_lost_db: list[float] = field(default_factory=list)
    rms_ratio: list[float] = field(default_factory=list)
    at_bounds: list[int] = field(default_factory=list)


def rows(data: Path, limit: int | None) -> list[Row]:
    """Over the test split of a folder with mixes.csv; with the genre unknown and with it given."""
    with (data / "mixes.csv").open(encoding="utf-8") as file:
        mixes = [row for row in csv.DictReader(file) if row["split"] == "test"]
    if limit:
        mixes = mixes[:: max(1, len(mixes) // limit)][:limit]
    tallies: dict[tuple[str, str], Tally] = {}
    for row in mixes:
        audio, rate = read_audio(data / row["path"])
        audio = np.ascontiguousarray(audio[:, : 30 * rate])
        good = analyze_audio(audio, rate)
        for damage in ("none", *DAMAGES):
            hurt = audio if damage == "none" else damaged(audio, rate, DAMAGES[damage])
            for genre in ("auto", row["genre"]):
                key = (damage, "unknown" if genre == "auto" else "given")
                _take(tallies.setdefault(key, Tally()), hurt, rate, genre, good)
    found = []
    for (damage, genre), tally in tallies.items():
        found.append(_harm(genre, tally) if damage == "none" else _help(damage, genre, tally))
    found.sort(key=lambda row: row.what)
    return found


def _take(tally: Tally, audio: Audio, rate: int, genre: str, good: Analysis) -> None:
    mix = mixwright.mix(audio, rate, genre=genre)
    balanced = analyze_audio(balance(audio, rate, mix.preset), rate)
    tally.moved_db.append(distance_db(mix.before, balanced))
    tally.before_db.append(distance_db(good, mix.before))
    tally.after_db.append(distance_db(good, balanced))
    tally.crest_lost_db.append(mix.before.crest_factor_db - balanced.crest_factor_db)
    tally.rms_ratio.append(mix.balance.rms_ratio)
    tally.at_bounds.append(len(mix.preset.parameters.at_bounds()))


def _harm(genre: str, tally: Tally) -> Row:
    moved = np.array(tally.moved_db)
    level = f"RMS {min(tally.rms_ratio):.2f}–{max(tally.rms_ratio):.2f} ×"
    figure = (
        f"LTAS moved {moved.mean():.2f} dB in the mean, {np.percentile(moved, 90):.2f} dB at the 90th percentile; "
        f"{np.mean(moved <= 0.5):.0%} of mixes within 0.5 dB; crest lost at most {max(tally.crest_lost_db):.2f} dB; "
        f"{level}; {np.mean(tally.at_bounds) / 10:.1%} of parameters at their bounds"
    )
    bound = "≤ 0.5 dB; ≤ 1.5 dB; 0.8–1.2; < 5 %"
    return Row(f"harm: undamaged, genre {genre}", figure, bound, f"n={len(moved)}, test split")


def _help(damage: str, genre: str, tally: Tally) -> Row:
    before, after = np.array(tally.before_db), np.array(tally.after_db)
    gain = before - after
    rng = np.random.default_rng(0)
    means = rng.choice(gain, (2000, len(gain))).mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    figure = (
        f"{before.mean():.2f} → {after.mean():.2f} dB from the undamaged mix (change {-gain.mean():+.2f} dB, "
        f"95 % interval {-high:+.2f} to {-low:+.2f}); {np.mean(gain > 0.02):.0%} closer, "
        f"{np.mean(gain < -0.02):.0%} further"
    )
    return Row(f"help: {damage}, genre {genre}", figure.replace("-", "−"), "doing nothing leaves it", f"n={len(gain)}")


def distance_db(a: Analysis, b: Analysis) -> float:
    hz, first, second = a.third_octave_hz, a.ltas_db, b.ltas_db
    inside = (hz >= 40) & (hz <= 14_000) & (first > first.max() - 60)
    difference = (second - first)[inside]
    return float(np.mean(np.abs(difference - np.mean(difference))))


def damaged(audio: Audio, rate: int, damage: tuple[str, float, float, float]) -> Audio:
    """RBJ's bilinear filters, at 0.7 of the level, so that a boost does not clip."""
    kind, hz, gain_db, q = damage
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hz / rate
    alpha, cos = np.sin(w) / (2 * q), np.cos(w)
    root = 2 * np.sqrt(a) * alpha
    tables: Mapping[str, tuple[list[float], list[float]]] = {
        "bell": ([1 + alpha * a, -2 * cos, 1 - alpha * a], [1 + alpha / a, -2 * cos, 1 - alpha / a]),
        "low": (
            [a * (a + 1 - (a - 1) * cos + root), 2 * a * (a - 1 - (a + 1) * cos), a * (a + 1 - (a - 1) * cos - root)],
            [a + 1 + (a - 1) * cos + root, -2 * (a - 1 + (a + 1) * cos), a + 1 + (a - 1) * cos - root],
        ),
        "high": (
            [a * (a + 1 + (a - 1) * cos + root), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - root)],
            [a + 1 - (a - 1) * cos + root, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - root],
        ),
    }
    numerator, denominator = tables[kind]
    return np.ascontiguousarray(0.7 * lfilter(numerator, denominator, audio), np.float32)
