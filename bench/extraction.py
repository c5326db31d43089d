"""How exactly extraction finds what our own chain did: all ten parameters at random, on real music.

`python -m bench.extraction FOLDER [--mixes 26]` takes the test split of FOLDER/mixes.csv, 20 s of each.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.chain import balance
from mixwright.mix.choosing import programme_lufs, tempo_bpm
from mixwright.mix.extraction import extract
from mixwright.parameters import PARAMETERS, Parameters, Preset, blend_voicing
from mixwright.parameters.table import from_position


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.extraction", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mixes", type=int, default=26)
    options = parser.parse_args()
    with (options.folder / "mixes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"][: options.mixes]
    rng = np.random.default_rng(0)
    errors, residuals = [], []
    for row in rows:
        audio, rate = read_audio(options.folder / row["path"])
        audio = np.ascontiguousarray(audio[:, : 20 * rate])
        heard, voicing = analyze_audio(audio, rate), blend_voicing({row["genre"]: 1.0})
        positions = {p.name: float(rng.uniform(0.05 if p.low == p.neutral else -1, 1)) for p in PARAMETERS}
        parameters = Parameters({name: from_position(name, u) for name, u in positions.items()})
        preset = Preset(parameters, voicing, programme_lufs=programme_lufs(heard), tempo_bpm=tempo_bpm(heard))
        found = extract(audio, balance(audio, rate, preset), rate, voicing=voicing)
        got = found.preset.parameters
        errors.append([100 * abs(got[p.name] - parameters[p.name]) / (p.high - p.low) for p in PARAMETERS])
        residuals.append(found.residual_db)
    table = np.array(errors)
    print(f"n={len(table)}; residual dB: median {np.median(residuals):.0f}, highest {max(residuals):.0f}\n")
    print("| parameter | median error, % of range | highest | within 5 % |\n|---|---|---|---|")
    for index, p in enumerate(PARAMETERS):
        column = table[:, index]
        print(f"| `{p.name}` | {np.median(column):.3f} | {column.max():.2f} | {np.mean(column <= 5):.0%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
