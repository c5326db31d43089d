"""`python -m bench [--quick] [--data FOLDER] [--hours 3]`: measure, print, and write docs/benchmarks.md.

`--quick` is the fast benchmark for every change that can be heard: harm on six mixes and the speeds, nothing written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench import chain, harm, hearing, mixing
from bench.measure import Row, machine, versions

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("mixwright", "numpy", "soundfile", "soxr", "pedalboard", "matchering", "libsonare", "pyloudnorm")
INTRODUCTION = """# Benchmarks

Made by `make bench` (`python -m bench --data FOLDER`), never by hand. Machines are shared and noisy: a speed is a ratio
taken in turn in one run, or CPU seconds; wall times are given where a bound asks for them. A figure in brackets is the
range, before it stands the median. Real time of the chain and of the analysis counts one core.
"""
HARM = """Measured on the test split of the development music (no artist of it made the profiles), 30 s a mix.

**The rules do little harm and little good.** Released music strays so far from its mean ([profiles](profiles.md))
that a fault of 4 dB mostly stays inside the spread, where the rules leave a mix alone; what lies outside they lead
back, too much bass above all. A reference, whose spread is 1 dB, moves a mix much more. This is the baseline that
anything learned has to beat.
"""


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| what | figure | bound | how |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | {row.bound} | {row.note} |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data", type=Path, help="folder with mixes.csv, for harm and help")
    parser.add_argument("--hours", type=float, default=3.0, help="length of the long song; 0 leaves it out")
    options = parser.parse_args()
    repetitions = 3 if options.quick else 7
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        song_file = folder / "song.flac"
        mixing.make_song(song_file, 180)
        speed = chain.rows(repetitions) + hearing.rows(song_file, 180, repetitions)
        if not options.quick:
            speed += mixing.rows(folder, song_file, repetitions, options.hours)
    judged = harm.rows(options.data, 6 if options.quick else None) if options.data else []
    print(table(speed + judged))
    if options.quick:
        return 0
    parts = [INTRODUCTION, "## Speed and memory\n", table(speed), "\n## Harm and help\n", HARM]
    parts.append(table(judged) if judged else "Not measured in this run: no music was given.")
    parts.append(f"\n## Machine\n\n{date.today()}, {machine()}. {versions(PACKAGES)}.\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
