"""The benchmark "restore" in full, into docs/benchmarks.md: `python -m bench.restore FOLDER [--workers N]`.

FOLDER has mixes.csv, and perhaps stems.csv; the test split is measured, which takes most of an hour on two cores. Every
case goes into bench/restore.jsonl, from where a stopped run goes on, and a page with plots into build/restore.html.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from bench.document import DOCS, write_section
from bench.measure import machine
from mixwright.benchmark import restore
from mixwright.benchmark.cases import UNDAMAGED
from mixwright.benchmark.page import render_page
from mixwright.benchmark.results import Line
from mixwright.benchmark.summary import summarise
from mixwright.benchmark.tables import harm_table, markdown, restore_table
from mixwright.damage import STRENGTHS

RESULTS = Path(__file__).parent / "restore.jsonl"
PAGE = Path(__file__).parents[1] / "build" / "restore.html"


def report(lines: list[Line], versions: str) -> str:
    """The tables as Markdown."""
    rows = summarise(lines)
    songs = {(line["artist"], line["title"]) for line in lines}
    failed = sum("error" in line for line in lines)
    parts = [
        f"{len(songs)} songs of {len({artist for artist, _ in songs})} artists, none of them in the profiles; "
        f"{len({line['case'] for line in lines})} cases, {len(lines)} answers, {failed} failed. "
        f"`python -m bench.restore FOLDER`, {date.today()}, {machine()}; {versions}.",
        harm_table(rows).title + ":",
        markdown(harm_table(rows)),
    ]
    for strength in STRENGTHS:
        befores = sorted({line["case"]: line.get("before_ltas_error_db", 0.0) for line in lines
                          if line["strength"] == strength and "figures" in line}.values())  # fmt: skip
        parts += [f"Damage: {strength} (median error before: {befores[len(befores) // 2]:.2f} dB):"]
        parts += [markdown(restore_table(rows, strength))]
    parts.append(_by_genre(lines))
    return "\n\n".join(parts)


def _by_genre(lines: list[Line]) -> str:
    """Where the rules and the oracle stand, genre by genre, at strong damage and on undamaged music."""
    genres = sorted({line["genre"] for line in lines})
    table = ["| genre | n | rules: removed at strong | rules, reference given | oracle | rules: harm, dB |"]
    table.append("|---|---|---|---|---|---|")
    for genre in genres:
        rows = {(r.mixer, r.task, r.strength): r for r in summarise([x for x in lines if x["genre"] == genre])}
        cells = [
            f"{100 * rows[mixer, task, 'strong'].figures['ltas_error_removed'].value:.0f} %".replace("-", "−")
            for mixer, task in (("rules", "blind"), ("rules", "reference"), ("oracle", "genre"))
        ]
        harm = rows["rules", "blind", UNDAMAGED].figures["harm_ltas_db"].value
        table.append(f"| {genre} | {rows['rules', 'blind', 'strong'].n} | {' | '.join(cells)} | {harm:.2f} |")
    return "By genre (medians; few songs each, so no intervals):\n\n" + "\n".join(table)


def arguments(name: str, description: str | None) -> argparse.Namespace:
    """`folder` and `workers` from the command line of `python -m NAME`."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def progress(done: int, total: int) -> None:
    """A line a case."""
    print(f"{done} of {total} cases", flush=True)


def main() -> int:
    options = arguments("bench.restore", __doc__)
    done = restore(options.folder, RESULTS, workers=options.workers, progress=progress)
    for name, reason in done.left_out.items():
        print(f"left out: {name} ({reason})")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render_page(done.head, done.lines), encoding="utf-8")
    write_section(DOCS / "benchmarks.md", "restore", report(done.lines, done.head["versions"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
