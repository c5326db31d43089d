"""Make the genre profiles that ship, from a folder of released music: `python tools/build_profiles.py DATA`.

DATA is a training folder (docs/data.md), or its index. Only the train split is read, and of stems only the artists'
own mixes of real recordings. Writes src/mixwright/parameters/profiles.json and prints the tables of docs/profiles.md;
with `--check FILE` also how far the profiles lie from published statistics. How the profiles are made:
src/mixwright/training/data/statistics.py. `mixwright data stats` makes the same of any index.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.parameters.profiles import CENTROID, FEATURES, POOLED
from mixwright.parameters.table import GENRES
from mixwright.training.data import check_rows, index_folder, profile_file, read_index, tracks_of
from mixwright.training.data.columns import Row
from mixwright.training.data.statistics import Track

OUTPUT = Path(__file__).resolve().parent.parent / "src/mixwright/parameters/profiles.json"

Floats = NDArray[np.float64]


def read_rows(data: Path) -> list[Row]:
    """The index of a training folder, made now if there is none; raises ValueError for music that would spoil it."""
    if data.is_file():
        rows = read_index(data)
    else:
        with tempfile.TemporaryDirectory() as folder:
            index_folder(data, Path(folder, "index.parquet"), workers=2)
            rows = read_index(Path(folder, "index.parquet"))
    errors = [finding.text for finding in check_rows(rows) if finding.level == "error"]
    if errors:
        raise ValueError("; ".join(errors))
    return rows


def evidence(tracks: Sequence[Track]) -> Floats:
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
    parser.add_argument("data", type=Path, help="a training folder, or its index (.parquet)")
    parser.add_argument("--check", type=Path, help="published statistics, JSON")
    arguments = parser.parse_args()
    tracks = tracks_of(read_rows(arguments.data))
    content = profile_file(tracks, "python tools/build_profiles.py DATA")
    profiles = content["profiles"]
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
