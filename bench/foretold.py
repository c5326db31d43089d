"""What the closed-form path foretells against what analysis finds in the render, on the bundled songs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from bench.bundled import ENDS, Song, drawn, minus, vector
from mixwright.analysis import analyze_audio
from mixwright.chain import balance
from mixwright.parameters import Parameters
from mixwright.training.parametric import Features, predict
from mixwright.training.twin import Conditions

__all__ = ["foretold"]

DRAWS = 3
FIGURES = {
    "ltas_db": "LTAS, dB",
    "rms_dbfs": "RMS, dB",
    "crest_factor_db": "crest factor, dB",
    "loudness_range_lu": "LRA, LU",
    "stereo_width": "width",
}


def foretold(music: list[Song]) -> Iterator[str]:
    """Table of what the closed-form path says against what analysis finds in the render."""
    titles = " | ".join(f"{title} | highest" for title in FIGURES.values())
    yield f"| what is moved | {titles} |\n{'|---' * (1 + 2 * len(FIGURES))}|"
    rng = np.random.default_rng(3)
    for name, parameters in ENDS:
        yield _row(name, [(s, parameters) for s in music])
    yield _row("all ten at random", [(s, drawn(rng)) for s in music for _ in range(DRAWS)])


def _row(name: str, cases: list[tuple[Song, Parameters]]) -> str:
    """Median error, median change, highest error."""
    errors, changes = [], []
    for song, parameters in cases:
        preset = replace(song.preset, parameters=parameters)
        after = analyze_audio(balance(song.audio, song.rate, preset), song.rate)
        got = predict(Features.of([song.analysis]), vector(preset), Conditions.of([preset]))
        bands = song.analysis.ltas_db > song.analysis.ltas_db.max() - 45
        for rows, guess in ((errors, got), (changes, song.analysis)):
            off = []
            for figure in FIGURES:
                value = getattr(guess, figure)
                value = value[0].numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
                distance = np.abs(value - getattr(after, figure))
                off.append(float(distance[bands].mean() if figure == "ltas_db" else distance))
            rows.append(off)
    cells = []
    for index, figure in enumerate(FIGURES):
        error, change = (np.array(rows)[:, index] for rows in (errors, changes))
        digits = 3 if figure == "stereo_width" else 2
        cells.append(f"{np.median(error):.{digits}f} of {np.median(change):.{digits}f} | {error.max():.{digits}f}")
    return minus(f"| {name} | {' | '.join(cells)} |")
