"""Lines of a benchmark, made: what two networks did to the same cases, without any music."""

from __future__ import annotations

from typing import Any

import numpy as np

Lines = list[dict[str, Any]]
GENRES = ("rock", "pop", "electronic", "jazz", "classical", "hip_hop")


def made(
    songs: int = 12,
    *,
    seed: int = 0,
    removed: float = 0.2,
    harm_db: float = 0.1,
    spread: float = 0.05,
    own: int = 0,
    by_genre: dict[str, float] | None = None,
    crest_lost_db: float = 0.2,
    rms_ratio: float = 1.0,
    at_bounds: int = 0,
    failed: int = 0,
) -> Lines:
    """Cases of `songs`, a genre after the other: undamaged, light, strong and severe, in two tasks.

    What is the songs' is drawn from `seed`, what is the network's from `own`: with another, each case differs by
    `spread`."""
    shared, mine = np.random.default_rng([1, seed]), np.random.default_rng([2, seed, own])
    found: Lines = []
    for number in range(songs):
        genre = GENRES[number % len(GENRES)]
        better = removed + (by_genre or {}).get(genre, 0.0)
        for strength in ("none", "light", "strong", "severe"):
            before = float(shared.uniform(1, 4))
            for task in ("blind", "genre"):
                share = better + float(mine.normal(0, spread))
                moved = max(0.0, harm_db * (1 + 2 * float(mine.normal(0, spread))))
                figures = {
                    "ltas_error_db": before * (1 - share),
                    "ltas_moved_db": moved,
                    "spectral_centroid_change_percent": float(shared.normal(0, 4) + mine.normal(0, 5 * spread)),
                    "side_change_db": 0.1,
                    "crest_factor_change_db": -crest_lost_db,
                    "crest_factor_lost_db": crest_lost_db + float(mine.normal(0, spread)),
                    "rms_ratio": rms_ratio,
                }
                found.append(
                    {
                        "case": f"song{number}|{strength}|0",
                        "song": f"song{number}",
                        "artist": f"artist{number}",
                        "title": "t",
                        "genre": genre,
                        "strength": strength,
                        "draw": 0,
                        "mixer": "model:x",
                        "task": task,
                        "before_ltas_error_db": before if strength != "none" else 0.0,
                        "figures": figures,
                        "facts": {"at_bounds": at_bounds},
                    }
                )
    for line in found[1 : 1 + failed]:
        del line["figures"]
        line["error"] = "ValueError: it broke"
    return found
