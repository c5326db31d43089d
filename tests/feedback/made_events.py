"""Mixes, edits and ratings as they are kept, drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from mixwright.feedback.events import EDIT, MIX, RATING
from mixwright.feedback.reference import Music
from mixwright.model.leaning import TRAITS
from mixwright.parameters import GENRES, PARAMETERS
from mixwright.parameters.table import from_position
from mixwright.store import EventRow, NewEvent

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)  # a Wednesday
GOOD = {
    "rms_ratio": 1.02,
    "loudness_error": 0.1,
    "true_peak_over": -0.2,
    "crest_factor_lost": 0.4,
    "parameters_at_bounds": 0.0,
}


def songs(rng: np.random.Generator, count: int, genres: Sequence[float] = (2, 2, 3, 1, 1, 1)) -> list[Music]:
    """Songs whose measurements hang together as those of real ones do; a few are mono, some peak at full scale."""
    bright, wide, loud = rng.normal(size=(3, count))
    weights = rng.dirichlet(genres, count)
    found = []
    for k in range(count):
        mono, lufs = rng.random() < 0.05, -15 + 3.5 * loud[k]
        features = {
            "integrated_lufs": lufs,
            "loudness_range_lu": rng.gamma(4, 1.6),
            "true_peak_dbtp": 0.0 if rng.random() < 0.3 else 0.1 + 0.6 * rng.normal(),
            "crest_factor_db": 2 - lufs + rng.normal(0, 1.5),
            "spectral_centroid_hz": 1600 * np.exp(0.4 * bright[k]),
            "stereo_width": 0.0 if mono else np.exp(-1 + 0.5 * wide[k]),
            "stereo_correlation": 1.0 if mono else 1 - np.exp(-1.2 + 0.4 * wide[k] + 0.2 * rng.normal()),
            "duration_s": 60 + rng.gamma(4, 40),
        }
        kept = {name: round(float(value), 4) for name, value in features.items()}
        found.append(Music(kept, dict(zip(GENRES, weights[k].tolist(), strict=True))))
    return found


def neutral(**moved: float) -> dict[str, float]:
    """The ten values, some at a position in [-1, 1]."""
    values = {p.name: p.neutral for p in PARAMETERS}
    return values | {name: from_position(name, at) for name, at in moved.items()}


def mixed(
    key: str, made: datetime, *, music: Music | None = None, figures: Mapping[str, float] = GOOD,
    at_bounds: Sequence[str] = (), model: str = "network a", song: str = "",
) -> EventRow:  # fmt: skip
    music = music or Music({}, {})
    data = {
        "how": "cli", "features": dict(music.features), "figures": dict(figures), "proposed": neutral(),
        "decided": neutral(), "at_bounds": list(at_bounds),
    }  # fmt: skip
    return _row(key, MIX, data, made, song or f"song {key}", music.genre, model)


def edited(key: str, made: datetime, by: float, *, model: str = "network a", song: str = "") -> EventRow:
    """Every trait moved by so much of its range."""
    data = {
        "how": "preset", "kept": neutral(**dict.fromkeys(TRAITS, by)), "proposed": neutral(), "decided": neutral(),
    }  # fmt: skip
    return _row(key, EDIT, data, made, song or f"song {key}", {}, model)


def rated(key: str, made: datetime, score: float, *, model: str = "network a") -> EventRow:
    return _row(
        key, RATING, {"score": score, "comment": "", "professional": False}, made, f"song {key}", {}, model
    )  # fmt: skip


def some_weeks(count: int, *, seed: int = 0, days: float = 27.0, until: datetime = NOW) -> list[EventRow]:
    """So many mixes of as many songs with good figures, half of them edited a little, a third rated; in order."""
    rng = np.random.default_rng(seed)
    rows = []
    for k, music in enumerate(songs(rng, count)):
        made = until - timedelta(days=days * (1 - (k + 0.5) / count))
        key = f"{seed}-{k}"
        model = "network a" if k < 0.7 * count else "network b"
        figures = {
            "rms_ratio": float(np.clip(rng.normal(1, 0.06), 0.82, 1.18)),
            "loudness_error": float(np.clip(rng.normal(0, 0.15), -0.45, 0.45)),
            "true_peak_over": -float(rng.gamma(2, 0.1)),
            "crest_factor_lost": float(np.clip(rng.normal(0.4, 0.3), -1, 1.4)),
        }
        bounds = ["width"] if rng.random() < 0.2 else []
        figures["parameters_at_bounds"] = float(len(bounds))
        rows.append(mixed(key, made, music=music, figures=figures, at_bounds=bounds, model=model))
        if k % 2:
            by = 0.0 if rng.random() < 0.4 else float(abs(rng.normal(0, 0.1)))
            rows.append(edited(key, made + timedelta(minutes=9), by, model=model))
        if k % 3 == 0:
            rows.append(rated(key, made + timedelta(minutes=9), float(rng.integers(6, 10)), model=model))
    return rows


def as_new(row: EventRow, later: timedelta = timedelta(0)) -> NewEvent:
    """To be kept in a store."""
    return NewEvent(f"{row.kind} {row.key}", row.kind, row.data, row.song, row.genre, row.model, row.made + later)


def _row(
    key: str, kind: str, data: Mapping[str, Any], made: datetime, song: str, genre: Mapping[str, float], model: str
) -> EventRow:
    return EventRow("me", "own", key, kind, song, genre, model, data, made)
