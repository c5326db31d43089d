"""Make the genre profiles from a folder of released music: `python tools/build_profiles.py DATA`.

DATA holds mixes.csv and stems.csv (columns path, split, genre, artist; stems.csv also synthetic) and the sound files.
Only the train split is read, and of the stems only the artists' own mixes of real recordings. Writes
src/mixwright/parameters/profiles.json and prints the tables of docs/profiles.md; with `--check FILE` also how far
the profiles lie from published statistics.

How, for each third octave and each feature, of a genre with n artists:
- each artist has one vote: the mean of its tracks, x, with the variance of its tracks, w;
- m0 and s0^2 are mean and variance over all artists of all genres, s0^2 with the mean of their w;
- mean = (n * mean(x) + MEAN_PRIOR * m0) / (n + MEAN_PRIOR);
- spread^2 = (n * mean((x - mean)^2 + w) + SPREAD_PRIOR * s0^2) / (n + SPREAD_PRIOR).
The second is the mean of an inverse-gamma posterior that is worth SPREAD_PRIOR artists. An artist with one track
lends its w from the others.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixwright.analysis import Analysis, analyze_blocks
from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.parameters.profiles import CENTROID, FEATURES, POOLED, feature_values, relative_ltas
from mixwright.parameters.table import GENRES

OUTPUT = Path(__file__).resolve().parent.parent / "src/mixwright/parameters/profiles.json"
MEAN_PRIOR = 2.0
SPREAD_PRIOR = 4.0
LOSSY_HZ = 14000.0  # the sources were lossy: bands above are continued from the octave below...
LOSSY_SPREAD_DB = 8.0  # ...and hardly bind
BLOCK = 65536

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """One piece: where it is from, a hash of its file, and its figures (bands + features,), NaN where unknown."""

    path: str
    genre: str
    artist: str
    sha256: str
    figures: Floats


def read_rows(data: Path) -> list[dict[str, str]]:
    """The tracks to learn from; raises ValueError if an artist stands on both sides of the split."""
    with (data / "mixes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (data / "stems.csv").open(encoding="utf-8") as file:
        stems = [row | {"path": f"{row['path']}/mix.ogg"} for row in csv.DictReader(file)]
    rows += [row for row in stems if row["synthetic"] == "False"]
    train = [row for row in rows if row["split"] == "train"]
    both = {row["artist"] for row in train} & {row["artist"] for row in rows if row["split"] == "test"}
    if both:
        raise ValueError(f"artists in train and test: {sorted(both)}")
    return train


def measure(job: tuple[Path, dict[str, str]]) -> Track:
    """Analyse one file to its end."""
    data, row = job
    path = data / row["path"]
    with soundfile.SoundFile(path) as file:
        analysis = analyze_blocks(_blocks(file), file.samplerate, file.channels)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Track(row["path"], row["genre"], row["artist"], sha256, figures(analysis))


def figures(analysis: Analysis) -> Floats:
    """The relative LTAS in all bands, then the features."""
    relative_db = relative_ltas(analysis.ltas_db, analysis.third_octave_hz)
    values = feature_values(analysis)
    row = np.full(len(NOMINAL_HZ) + len(FEATURES), np.nan)
    row[: relative_db.size] = relative_db
    row[len(NOMINAL_HZ) :] = [values.get(name, np.nan) for name in FEATURES]
    return row


def build(tracks: list[Track]) -> dict[str, dict[str, Any]]:
    """Profiles by genre, and of all genres under "all"."""
    unique = list({(track.genre, track.sha256): track for track in tracks}.values())
    groups: dict[tuple[str, str], list[Floats]] = defaultdict(list)
    for track in unique:
        groups[track.genre, track.artist].append(track.figures)
    means = {key: np.nanmean(rows, axis=0) for key, rows in groups.items()}
    several = [np.nanvar(rows, axis=0, ddof=1) for rows in groups.values() if len(rows) > 1]
    typical = np.nanmean(several, axis=0)
    within = {key: np.nanvar(rows, axis=0, ddof=1) if len(rows) > 1 else typical for key, rows in groups.items()}
    pooled = np.array(list(means.values()))
    pooled_mean = np.nanmean(pooled, axis=0)
    pooled_variance = np.nanvar(pooled, axis=0) + np.nanmean(list(within.values()), axis=0)
    profiles = {POOLED: _row(pooled_mean, pooled_variance, len(groups), len(unique))}
    for genre in GENRES:
        keys = [key for key in groups if key[0] == genre]
        n = len(keys)
        own = np.array([means[key] for key in keys])
        mean = (n * np.nanmean(own, axis=0) + MEAN_PRIOR * pooled_mean) / (n + MEAN_PRIOR)
        around = np.nanmean((own - mean) ** 2 + np.array([within[key] for key in keys]), axis=0)
        variance = (n * around + SPREAD_PRIOR * pooled_variance) / (n + SPREAD_PRIOR)
        profiles[genre] = _row(mean, variance, n, sum(len(groups[key]) for key in keys))
    return profiles


def evidence(tracks: list[Track]) -> Floats:
    """Variance of artists within a genre over the variance between genres (bands + features,): the best MEAN_PRIOR."""
    groups: dict[str, dict[str, list[Floats]]] = defaultdict(lambda: defaultdict(list))
    for track in tracks:
        groups[track.genre][track.artist].append(track.figures)
    artists = {genre: np.array([np.nanmean(rows, axis=0) for rows in of.values()]) for genre, of in groups.items()}
    count = sum(len(rows) for rows in artists.values())
    inside = sum(((rows - rows.mean(axis=0)) ** 2).sum(axis=0) for rows in artists.values()) / (count - len(artists))
    genres = np.array([rows.mean(axis=0) for rows in artists.values()])
    share = np.mean([1.0 / len(rows) for rows in artists.values()])
    return np.asarray(inside / np.maximum(genres.var(axis=0, ddof=1) - inside * share, 1e-9))


def _row(mean: Floats, variance: Floats, n_artists: int, n_tracks: int) -> dict[str, Any]:
    bands = len(NOMINAL_HZ)
    mean, spread = mean.copy(), np.sqrt(variance)
    lossless = int(np.searchsorted(NOMINAL_HZ, LOSSY_HZ))
    slope_db = min(0.0, (mean[lossless - 1] - mean[lossless - 4]) / 3.0)  # over the octave below
    mean[lossless:bands] = mean[lossless - 1] + slope_db * np.arange(1, bands - lossless + 1)
    spread[lossless:bands] = np.maximum(spread[lossless:bands], LOSSY_SPREAD_DB)
    features = {}
    for name, value, deviation in zip(FEATURES, mean[bands:], spread[bands:], strict=True):
        features[name] = [round(float(2.0**value if name == CENTROID else value), 3), round(float(deviation), 3)]
    return {
        "n_artists": n_artists,
        "n_tracks": n_tracks,
        "ltas_db": [round(float(value), 2) for value in mean[:bands]],
        "ltas_spread_db": [round(float(value), 2) for value in spread[:bands]],
        "features": features,
    }


def _blocks(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
        yield np.ascontiguousarray(block.T)


def _data_hash(tracks: list[Track]) -> str:
    lines = sorted(f"{track.path} {track.sha256}" for track in tracks)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _print_tables(profiles: dict[str, dict[str, Any]]) -> None:
    octaves = [index for index, hz in enumerate(NOMINAL_HZ) if index % 3 == 1]
    names = [*GENRES, POOLED]
    print("| Hz |", " | ".join(names), "|")
    print("|---:|" + "---:|" * len(names))
    for index in octaves:
        cells = [(profiles[n]["ltas_db"][index], profiles[n]["ltas_spread_db"][index]) for n in names]
        print(f"| {NOMINAL_HZ[index]:g} |", " | ".join(f"{m:.1f} ± {s:.1f}" for m, s in cells), "|")
    for name in FEATURES:
        digits = 0 if name == CENTROID else 2 if name == "stereo_width" else 1
        spread_digits = 2 if name in (CENTROID, "stereo_width") else 1
        cells = [profiles[n]["features"][name] for n in names]
        print(f"| {name} |", " | ".join(f"{m:.{digits}f} ± {s:.{spread_digits}f}" for m, s in cells), "|")
    print("| artists |", " | ".join(str(profiles[n]["n_artists"]) for n in names), "|")
    print("| tracks |", " | ".join(str(profiles[n]["n_tracks"]) for n in names), "|")


def _print_check(profiles: dict[str, dict[str, Any]], published: Path) -> None:
    """Profile minus published mean, both at mean 0 over the bands from 50 Hz to 8 kHz, per octave."""
    other = json.loads(published.read_text(encoding="utf-8"))
    hz = other["third_octave_hz"]
    ours_at = [NOMINAL_HZ.index(float(value)) for value in hz]
    common = [index for index, value in enumerate(hz) if 50 <= value <= 8000]
    shown = [index for index in common if hz[index] in (63, 125, 250, 500, 1000, 2000, 4000, 8000)]
    print("| genre | rms dB | tilt dB/oct |", " | ".join(f"{hz[index]:g}" for index in shown), "|")
    print("|---|---:|---:|" + "---:|" * len(shown))
    for genre in GENRES:
        if genre not in other["genres"]:
            continue
        ours = np.array(profiles[genre]["ltas_db"])[ours_at]
        theirs = np.array(other["genres"][genre]["ltas_db_mean"])
        difference = (ours - ours[common].mean()) - (theirs - theirs[common].mean())
        octave = np.log2(np.array(hz)[common])
        tilt = np.polyfit(octave, difference[common], 1)[0]
        rms = math.sqrt(np.mean(difference[common] ** 2))
        cells = " | ".join(f"{difference[index]:+.1f}" for index in shown)
        print(f"| {genre} | {rms:.1f} | {tilt:+.2f} | {cells} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", type=Path, help="published statistics, JSON")
    arguments = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        tracks = list(pool.map(measure, [(arguments.data, row) for row in read_rows(arguments.data)]))
    profiles = build(tracks)
    content = {
        "about": "Relative LTAS (dB re K-weighted power) and features of released music: mean, standard deviation.",
        "format": 1,
        "command": "python tools/build_profiles.py DATA",
        "data_sha256": _data_hash(tracks),
        "mean_prior_artists": MEAN_PRIOR,
        "spread_prior_artists": SPREAD_PRIOR,
        "continued_above_hz": LOSSY_HZ,
        "third_octave_hz": list(NOMINAL_HZ),
        "profiles": profiles,
    }
    OUTPUT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    _print_tables(profiles)
    ratios = evidence(tracks)
    bands = ratios[: len(NOMINAL_HZ)]
    print("\nwithin / between genres: LTAS median", round(float(np.median(bands)), 2), "features", end=" ")
    print({name: round(float(value), 2) for name, value in zip(FEATURES, ratios[len(NOMINAL_HZ) :], strict=True)})
    if arguments.check:
        _print_check(profiles, arguments.check)


if __name__ == "__main__":
    main()
