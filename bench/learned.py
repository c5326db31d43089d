"""The learned mixer in the benchmark "restore", beside all others, into docs/benchmarks.md.

`python -m bench.learned FOLDER`: only our own mixers are run, on the songs, faults and excerpts of `bench.restore`,
whose file has the other programs' answers. Cases go into bench/learned.jsonl, from where a stopped run goes on.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np

from bench.document import DOCS, write_section
from bench.measure import machine
from bench.restore import RESULTS as OTHERS
from bench.restore import arguments, progress
from mixwright.benchmark import restore
from mixwright.benchmark.results import Line
from mixwright.benchmark.summary import summarise
from mixwright.benchmark.tables import harm_table, markdown, restore_table
from mixwright.damage import STRENGTHS

RESULTS = Path(__file__).parent / "learned.jsonl"
MIXERS = ("mixwright",)


def report(own: list[Line], others: list[Line]) -> str:
    """The tables as Markdown."""
    cases = {line["case"] for line in own}
    kept = [line for line in others if line["case"] in cases and line["mixer"] not in MIXERS]
    rows = summarise([*own, *kept])
    songs = {(line["artist"], line["title"]) for line in own}
    parts = [
        f"{len(songs)} songs of {len({artist for artist, _ in songs})} artists that took no part in training or "
        f"profiles; {len(cases)} cases. Our mixers: `python -m bench.learned FOLDER`, {date.today()}, {machine()}; the "
        "other programs' answers are those of the table above.",
        harm_table(rows).title + ":",
        markdown(harm_table(rows)),
    ]
    for strength in STRENGTHS:
        parts += [f"Damage: {strength}:", markdown(restore_table(rows, strength))]
    parts.append(_promises(own))
    return "\n\n".join(parts)


def _promises(lines: list[Line]) -> str:
    """What holds for every single answer of the learned mixer."""
    answers = [line for line in lines if line["mixer"] == "mixwright" and "figures" in line]
    ratios = np.array([line["figures"]["rms_ratio"] for line in answers])
    bounds = [line["facts"]["at_bounds"] for line in answers if "at_bounds" in line.get("facts", {})]
    crest = np.array([line["figures"]["crest_factor_lost_db"] for line in answers])
    share = f"{100 * sum(bounds) / (10 * len(bounds)):.1f} %" if bounds else "not recorded"
    return (
        f"Of {len(answers)} answers of the learned mixer, the balance stage's RMS ratio lies in {ratios.min():.2f} to "
        f"{ratios.max():.2f}; parameters at a bound: {share}; crest factor lost: {np.median(crest):.2f} dB (median), "
        f"{crest.max():.2f} dB (most)."
    )


def main() -> int:
    options = arguments("bench.learned", __doc__)
    done = restore(options.folder, RESULTS, MIXERS, workers=options.workers, progress=progress)
    others = [json.loads(line) for line in OTHERS.read_text(encoding="utf-8").splitlines()]
    others = [line for line in others if "case" in line]
    write_section(DOCS / "benchmarks.md", "learned", report(done.lines, others))
    return 0


if __name__ == "__main__":
    sys.exit(main())
