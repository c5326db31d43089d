"""What the music of each genre sounds like on average and how far it strays: an index becomes genre profiles.

For each third octave and each feature, of a genre with n artists:
- each artist has one vote: the mean of its tracks, x, with the variance of its tracks, w;
- m0 and s0^2 are mean and variance over all artists of all genres, s0^2 with the mean of their w;
- mean = (n * mean(x) + MEAN_PRIOR * m0) / (n + MEAN_PRIOR);
- spread^2 = (n * mean((x - mean)^2 + w) + SPREAD_PRIOR * s0^2) / (n + SPREAD_PRIOR).
The second is the mean of an inverse-gamma posterior that is worth SPREAD_PRIOR artists. An artist with one track
lends its w from the others.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.bands import NOMINAL_HZ
from ...errors import ParameterError
from ...parameters import GENRES
from ...parameters.profiles import CENTROID, FEATURES, POOLED, feature_values, relative_ltas
from .columns import Row

__all__ = ["Track", "build_profiles", "profile_file", "tracks_of"]

MEAN_PRIOR = 2.0
SPREAD_PRIOR = 4.0
LOSSY_HZ = 14000.0  # the sources were lossy: bands above are continued from the octave below...
LOSSY_SPREAD_DB = 8.0  # ...and hardly bind
LEAST_TRACKS = 2
FINISHED = ("mix", "after")  # what was released; stems and the state before the work are not

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Track:
    """One piece: where it is from, a hash of its file, and its figures (bands + features,), NaN where unknown."""

    path: str
    genre: str
    artist: str
    sha256: str
    figures: Floats


def tracks_of(rows: Sequence[Row], split: str | None = "train") -> list[Track]:
    """The finished mixes of a split (None for all) whose genre is known, real recordings with sound in them.

    Errors
    ------
    ParameterError
        Fewer than two are left.
    """
    tracks = []
    for row in rows:
        if row["error"] is not None or row["kind"] not in FINISHED or row["synthetic"] or row["genre"] not in GENRES:
            continue
        if (split is not None and row["split"] != split) or row["integrated_lufs"] is None:
            continue
        artist = row["artist"] or row["song"]
        tracks.append(Track(row["path"], row["genre"], artist, row["file_sha256"], _figures(row)))
    if len(tracks) < LEAST_TRACKS:
        if split is not None and all(row["split"] is None for row in rows):
            raise ParameterError("the index has no split yet: run mixwright data split, or take all with --split all")
        where = f" in split {split!r}" if split else ""
        raise ParameterError(f"{len(tracks)} mixes of a known genre{where}: at least {LEAST_TRACKS} are needed")
    return tracks


def build_profiles(tracks: Sequence[Track]) -> dict[str, dict[str, Any]]:
    """Profiles by genre, and of all genres under "all"; a genre without a track is left out."""
    unique = list({(track.genre, track.sha256): track for track in tracks}.values())
    groups: dict[tuple[str, str], list[Floats]] = defaultdict(list)
    for track in unique:
        groups[track.genre, track.artist].append(track.figures)
    means = {key: _mean(rows) for key, rows in groups.items()}
    several = [_variance(rows, 1) for rows in groups.values() if len(rows) > 1]
    typical = _mean(several) if several else np.zeros_like(unique[0].figures)
    within = {key: _variance(rows, 1) if len(rows) > 1 else typical for key, rows in groups.items()}
    pooled = np.array(list(means.values()))
    pooled_mean = _mean(pooled)
    pooled_variance = _variance(pooled, 0) + _mean(list(within.values()))
    profiles = {POOLED: _row(pooled_mean, pooled_variance, len(groups), len(unique))}
    for genre in GENRES:
        keys = [key for key in groups if key[0] == genre]
        if not keys:
            continue
        n = len(keys)
        own = np.array([means[key] for key in keys])
        mean = _shrunk(_mean(own), n, pooled_mean, MEAN_PRIOR)
        around = _mean((own - mean) ** 2 + np.array([within[key] for key in keys]))
        variance = _shrunk(around, n, pooled_variance, SPREAD_PRIOR)
        profiles[genre] = _row(mean, variance, n, sum(len(groups[key]) for key in keys))
    return profiles


def profile_file(tracks: Sequence[Track], command: str) -> dict[str, Any]:
    """The content of a file of profiles, in the format of the one that ships: see `mixwright.parameters.profiles`."""
    lines = sorted(f"{track.path} {track.sha256}" for track in tracks)
    return {
        "about": "Relative LTAS (dB re K-weighted power) and features of released music: mean, standard deviation.",
        "format": 1,
        "command": command,
        "data_sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "mean_prior_artists": MEAN_PRIOR,
        "spread_prior_artists": SPREAD_PRIOR,
        "continued_above_hz": LOSSY_HZ,
        "third_octave_hz": list(NOMINAL_HZ),
        "profiles": build_profiles(tracks),
    }


def _figures(row: Row) -> Floats:
    """The relative LTAS in all bands, then the features."""
    ltas_db = np.array(row["ltas_db"], np.float64)
    names = {name: math.nan if row[name] is None else row[name] for name in FEATURES}
    values = feature_values(SimpleNamespace(**names))
    figures = np.full(len(NOMINAL_HZ) + len(FEATURES), np.nan)
    figures[: ltas_db.size] = relative_ltas(ltas_db, NOMINAL_HZ[: ltas_db.size])
    figures[len(NOMINAL_HZ) :] = [values.get(name, np.nan) for name in FEATURES]
    return figures


def _row(mean: Floats, variance: Floats, n_artists: int, n_tracks: int) -> dict[str, Any]:
    bands = len(NOMINAL_HZ)
    mean, spread = mean.copy(), np.sqrt(variance)
    lossless = int(np.searchsorted(NOMINAL_HZ, LOSSY_HZ))
    slope_db = min(0.0, (mean[lossless - 1] - mean[lossless - 4]) / 3.0)  # over the octave below
    mean[lossless:bands] = mean[lossless - 1] + slope_db * np.arange(1, bands - lossless + 1)
    spread[lossless:bands] = np.fmax(spread[lossless:bands], LOSSY_SPREAD_DB)
    features = {}
    for name, value, deviation in zip(FEATURES, mean[bands:], spread[bands:], strict=True):
        if math.isfinite(value):
            features[name] = [round(float(2.0**value if name == CENTROID else value), 3), round(float(deviation), 3)]
    return {
        "n_artists": n_artists,
        "n_tracks": n_tracks,
        "ltas_db": [round(float(value), 2) for value in mean[:bands]],
        "ltas_spread_db": [round(float(value), 2) for value in spread[:bands]],
        "features": features,
    }


def _shrunk(own: Floats, n: int, of_all: Floats, prior: float) -> Floats:
    """Between a genre's own figure and that of all music; where it has none of its own, that of all music."""
    return np.where(np.isnan(own), of_all, (n * own + prior * of_all) / (n + prior))


def _mean(rows: Sequence[Floats] | Floats) -> Floats:
    """Mean over rows (rows, figures) of what is known; NaN where nothing is."""
    table = np.asarray(rows, np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(table, axis=0) / np.count_nonzero(~np.isnan(table), axis=0))


def _variance(rows: Sequence[Floats] | Floats, ddof: int) -> Floats:
    """Variance over rows of what is known; NaN where too little is."""
    table = np.asarray(rows, np.float64)
    count = np.count_nonzero(~np.isnan(table), axis=0)
    square = np.nansum((table - _mean(table)) ** 2, axis=0)
    return np.where(count > ddof, square / np.maximum(count - ddof, 1), np.nan)
