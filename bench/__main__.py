"""`python -m bench [--quick] [--hours 3]`: measure speed and memory, print, and write them into docs/benchmarks.md.

`--quick` measures the speeds with fewer repetitions and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench import chain, hearing, mixing
from bench.document import DOCS, write_section
from bench.measure import Row, machine, versions

PACKAGES = ("mixwright", "numpy", "soundfile", "soxr", "pedalboard", "matchering", "libsonare", "pyloudnorm")


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| what | figure | bound | how |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | {row.bound} | {row.note} |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
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
    print(table(speed))
    if not options.quick:
        made = f"`make bench`, {date.today()}, {machine()}. {versions(PACKAGES)}."
        write_section(DOCS / "benchmarks.md", "speed", f"{table(speed)}\n\n{made}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
