"""Six bundled songs of 20 s, measured once for all tests of training: one a genre, none by the same artist."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from mixwright.audio import read_audio
from mixwright.training.config import Config, Music
from mixwright.training.faults import Faults, draw_faults
from mixwright.training.network import Shape
from mixwright.training.segments import Segments, measure_songs
from mixwright.training.songs import TRAIN, VALIDATION, Song, genre_weights
from mixwright.training.targets import fit_targets

torch.set_num_threads(1)  # sums in one order; and small batches wait for each other on more

MUSIC = Path(__file__).parents[2] / "bench" / "music"
FILES = (
    "rock/Stephen-M.-Cameron__lucky13.ogg",
    "pop/MDN__multi-track-funk.ogg",
    "electronic/Will-Savino__savino-palace.ogg",
    "jazz/Martin-Gerhardy__cavepacker-music-2.ogg",
    "classical/remaxim__town_theme.ogg",
    "hip_hop/HoliznaCC0__autumn.ogg",
)
STRENGTHS = ("undamaged", "light", "strong", "severe")
SHAPE = Shape(channels=4, token=16, tone=32, dropout=0.0)


def songs() -> list[Song]:
    """The last one is for validation."""
    rows = [(name, name.split("__")[0], name.split("/")[0]) for name in FILES]
    splits = [TRAIN] * (len(rows) - 1) + [VALIDATION]
    return [
        Song(str(MUSIC / name), artist, split, genre_weights(genre, {}))
        for (name, artist, genre), split in zip(rows, splits, strict=True)
    ]


@lru_cache(maxsize=1)
def segments() -> Segments:
    with tempfile.TemporaryDirectory() as folder:
        return measure_songs(songs(), Path(folder))


@lru_cache(maxsize=1)
def faults() -> Faults:
    return draw_faults(segments(), segments().of(TRAIN), STRENGTHS, seed=1)


@lru_cache(maxsize=1)
def targets() -> torch.Tensor:
    return fit_targets(segments(), faults())


@lru_cache(maxsize=1)
def music() -> Music:
    """Judged by the songs that it learns from: whether it learns at all, not whether it hears."""
    return Music(segments(), faults(), targets(), faults())


def config(**changes: object) -> Config:
    small: dict[str, object] = {
        "batch": 16,
        "pretrain_steps": 4,
        "tone_steps": 4,
        "tone_batch": 32,
        "steps": 8,
        "evaluate_every": 4,
        "shape": SHAPE,
    }
    return Config(**(small | changes))  # type: ignore[arg-type]


@lru_cache(maxsize=6)
def audio(number: int) -> np.ndarray:
    return read_audio(MUSIC / FILES[number])[0]
