"""What a run trains on and is judged by: damaged passages of each split, with the answers that mend them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .config import Music
from .faults import ARRAYS, Faults, draw_faults
from .pairs import joined, pair_faults
from .segments import Segments
from .songs import TEST, TRAIN, VALIDATION
from .targets import fit_targets

__all__ = ["Examples", "Recipe", "make_examples"]

JUDGED = 1200  # cases at every evaluation: a larger collection does not make each of them slower
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Recipe:
    """How many passages of each song at most, and the strengths of the faults that each passage gets."""

    passages: int = 4
    train: tuple[str, ...] = ("undamaged", "light", "light", "strong", "strong", "strong", "severe", "severe")
    judge: tuple[str, ...] = ("undamaged", "light", "strong", "strong", "severe")


@dataclass(frozen=True, eq=False)
class Examples:
    """The music of a run; `judged_by` says whose songs stop it: validation, or train where none are kept for it.

    `judging` are all of their faults, of which the loop hears JUDGED at most; `test` those of the test split, None
    without one; `pairs` counts training faults that were measured."""

    music: Music
    judged_by: str
    judging: Faults
    test: Faults | None
    pairs: int


def make_examples(
    segments: Segments, recipe: Recipe, kept: Path, *, seed: int, workers: int = 1, told: Told = lambda w, d, t: None
) -> Examples:
    """Draw the faults and fit their answers, or take both from the file `kept`, which is written whole or not at all.

    The same seed, segments and recipe give the same examples, whatever the number of workers.
    """
    if not kept.exists():
        faults = {}
        for number, split in enumerate((TRAIN, VALIDATION, TEST)):
            chosen = segments.of(split)
            if len(chosen):
                strengths = recipe.train if split == TRAIN else recipe.judge
                step = partial(told, f"Faults, {split}")
                drawn = draw_faults(segments, chosen, strengths, seed=3 * seed + number, workers=workers, told=step)
                faults[split] = joined(drawn, pair_faults(segments, split))
        told("Answers", 0, 1)
        _write(kept, faults, fit_targets(segments, faults[TRAIN]))
        told("Answers", 1, 1)
    faults, targets = _read(kept)
    train = faults[TRAIN]
    pairs = 0 if train.measured is None else int((train.measured >= 0).sum())
    judged_by = VALIDATION if VALIDATION in faults else TRAIN
    judging = faults[judged_by]
    music = Music(segments, train, targets, _some(judging, JUDGED, seed))
    return Examples(music, judged_by, judging, faults.get(TEST), pairs)


def _some(faults: Faults, most: int, seed: int) -> Faults:
    """At most so many of the faults, drawn without regard to anything, in their order."""
    if len(faults) <= most:
        return faults
    rows = np.sort(np.random.default_rng(seed).choice(len(faults), most, replace=False))
    measured = None if faults.measured is None else faults.measured[rows]
    arrays = {name: array[rows] for name, array in faults.arrays.items()}
    return Faults(faults.segment[rows], faults.strength[rows], arrays, measured)


def _write(path: Path, faults: dict[str, Faults], targets: Tensor) -> None:
    arrays = {"targets": targets.numpy()}
    for split, of in faults.items():
        arrays |= {f"{split}.segment": of.segment, f"{split}.strength": of.strength}
        arrays |= {f"{split}.{name}": of[name] for name in ARRAYS}
        arrays[f"{split}.measured"] = np.full(len(of), -1) if of.measured is None else of.measured
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, **arrays)  # type: ignore[arg-type]  # the stubs see a flag among the names
    temporary.replace(path)


def _read(path: Path) -> tuple[dict[str, Faults], Tensor]:
    with np.load(path) as file:
        splits = [split for split in (TRAIN, VALIDATION, TEST) if f"{split}.segment" in file]
        faults = {
            split: Faults(
                file[f"{split}.segment"],
                file[f"{split}.strength"],
                {name: file[f"{split}.{name}"] for name in ARRAYS},
                file[f"{split}.measured"],
            )
            for split in splits
        }
        return faults, torch.from_numpy(file["targets"])
