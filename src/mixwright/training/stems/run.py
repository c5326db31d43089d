"""Train the console's set model and learn the rules' offsets, in one command; minutes on two cores.

    python -m mixwright.training.stems.run STEMS [--modules MODULES] [--cache FOLDER] [--output FOLDER]

STEMS has a `stems.csv`; its train split is learned from. MODULES is what `tools/debian_modules.py` makes. No song of an
artist of the test split is learned from, wherever it is. `--output` gets `console.npz` and `console_offsets.json`; by
default they replace those of the package.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ...audio.atomic import atomic_path
from ...model import console_network
from ...model.console_features import FEATURES
from ...model.console_network import SetModel
from ...model.console_rules import OFFSETS
from .examples import role_offsets, set_examples
from .fit import Fitting, fit_set_model
from .measuring import VARIANTS, MeasuredSong, measure
from .songs import find_modules, find_multitracks, without_artists

__all__ = ["error_lu", "main", "training_songs"]

FOLDS = 5


def training_songs(
    stems: Path, modules: Path | None, cache: Path, *, workers: int = 1, whole: bool = False
) -> list[MeasuredSong]:
    """The songs to learn from, measured; `whole` also those of the test split, for cross-validation by artist."""
    tested = find_multitracks(stems, "test")
    songs = find_multitracks(stems, None if whole else "train")
    trackers = [] if modules is None else find_modules(modules)
    names = [song.artist for song in tested] + [m.artist for m in trackers if m.split == "test"]
    if not whole:
        songs = without_artists(songs, names)
    return measure([*songs, *without_artists(trackers, names)], cache, workers=workers, told=_told)


def error_lu(songs: Sequence[MeasuredSong], fitting: Fitting) -> float:
    """Spread of the set model's error in LU on songs of artists that it did not learn from; modules only teach."""
    artists = sorted({song.artist for song in songs if not song.module})
    errors = []
    for fold in range(min(FOLDS, len(artists))):
        held = artists[fold::FOLDS]
        model = fit_set_model(set_examples(without_artists(songs, held)), FEATURES, replace(fitting, members=1))
        for song in songs:
            if song.artist in held and not song.module:
                rows = set_examples([song])
                away = np.mean([model.loudness_lu(e.features) - e.loudness_lu for e in rows], axis=0)
                errors.append(away - np.median(away))
    # Most stems lie nearer than a few that are far off: the spread of the middle half, as of a normal distribution.
    return float(1.4826 * np.median(np.abs(np.concatenate(errors)))) if errors else SetModel.error_lu


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mixwright.training.stems.run", description=__doc__)
    parser.add_argument("stems", type=Path)
    parser.add_argument("--modules", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("build/stems"))
    parser.add_argument("--output", type=Path, default=OFFSETS.parent)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the matrices are small, and sums come out the same everywhere
    songs = training_songs(options.stems, options.modules, options.cache, workers=options.workers)
    fitting = Fitting(seed=options.seed)
    offsets = role_offsets(songs)
    model = replace(fit_set_model(set_examples(songs), FEATURES, fitting), error_lu=error_lu(songs, fitting))
    options.output.mkdir(parents=True, exist_ok=True)
    with atomic_path(options.output / console_network.STANDARD.name) as temporary:
        model.save(temporary)
    about = {
        "about": "LU that each role has over its song's mean, learned by mixwright.training.stems.run",
        "songs": len(songs),
        "offsets": offsets,
    }
    with atomic_path(options.output / OFFSETS.name) as temporary:
        temporary.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    stems = sum(len(song.names) for song in songs)
    print(f"{len(songs)} songs, {stems} stems, {len(VARIANTS)} versions each; error {model.error_lu:.2f} LU")
    return 0


def _told(done: int, total: int) -> None:
    print(f"{done} of {total} songs heard", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
