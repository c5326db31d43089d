"""The benchmark's mean preset: what the oracle answers on damaged training music, averaged a genre and over all.

`python tools/build_mean_preset.py FOLDER` reads the training split of FOLDER/mixes.csv, puts two faults of each
strength on every song, and writes src/mixwright/benchmark/mean_preset.json.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from mixwright.analysis import analyze_audio
from mixwright.benchmark.cases import UNDAMAGED, make_cases
from mixwright.benchmark.music import find_songs, read_excerpts
from mixwright.benchmark.oracle import solve
from mixwright.damage import damage_song
from mixwright.parameters import GENRES, blend_voicing

TARGET = Path(__file__).parents[1] / "src" / "mixwright" / "benchmark" / "mean_preset.json"
DRAWS = 2


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    songs = [s for s in find_songs(Path(sys.argv[1]), "train") if s.id.startswith("mixes/")]
    answers: dict[str, list[dict[str, float]]] = defaultdict(list)
    for song in songs:
        excerpts = read_excerpts(song)
        good = analyze_audio(excerpts.audio, excerpts.sample_rate)
        voicings = {song.genre: blend_voicing({song.genre: 1.0}), "all": blend_voicing(dict.fromkeys(GENRES, 1.0))}
        for case in make_cases([song], DRAWS):
            if case.strength == UNDAMAGED:
                continue
            hurt = damage_song(excerpts.audio, excerpts.sample_rate, case.strength, case.seed, good).audio
            heard = analyze_audio(hurt, excerpts.sample_rate)
            for name, voicing in voicings.items():
                answers[name].append(solve(heard, good, voicing)[0])
    presets = {
        name: {p: round(float(np.mean([row[p] for row in rows])), 4) for p in rows[0]}
        for name, rows in sorted(answers.items())
    }
    counts = {name: len(rows) for name, rows in sorted(answers.items())}
    TARGET.write_text(json.dumps({"songs": len(songs), "answers": counts, "presets": presets}, indent=1) + "\n")
    print(TARGET.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
