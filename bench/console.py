"""The benchmark "console" into docs/benchmarks.md: `python -m bench.console STEMS --modules MODULES`.

STEMS has stems.csv; MODULES is what `tools/debian_modules.py` makes. First the console as it is shipped, on the songs
of the test split. Then, since those are few, all songs: for each artist a model is trained on everybody else's. Cases
go into bench/console.jsonl and bench/console_folds.jsonl, from where a stopped run goes on. libsonare takes part where
it is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

import mixwright
from bench.document import DOCS, write_section
from bench.measure import machine
from mixwright.benchmark.console import console_benchmark
from mixwright.benchmark.console_mixers import ConsoleAnswer, ConsoleMixer, own_mixers
from mixwright.benchmark.console_songs import CONDITIONS, Session
from mixwright.benchmark.console_tables import console_table, paired_table, worst_against_raw
from mixwright.benchmark.results import Line
from mixwright.benchmark.tables import markdown
from mixwright.model.console_features import FEATURES
from mixwright.model.console_network import SetModel
from mixwright.training.stems.examples import role_offsets, set_examples
from mixwright.training.stems.fit import Fitting, fit_set_model
from mixwright.training.stems.run import error_lu, training_songs
from mixwright.training.stems.songs import find_multitracks, without_artists

HELD_OUT = Path(__file__).parent / "console.jsonl"
FOLDS = Path(__file__).parent / "console_folds.jsonl"


def libsonare(session: Session) -> ConsoleAnswer:
    """Trims, faders and pans of libsonare's mixing assistant, on its own constant-power law."""
    from libsonare import MixTrackInput, suggest_mix_scene

    tracks = [
        MixTrackInput(f"{number:02d}", audio[0], audio[1] if len(audio) == 2 else None, name or None)
        for number, (name, audio) in enumerate(zip(session.names, session.audio, strict=True))
    ]
    found = suggest_mix_scene(
        tracks, sample_rate=session.sample_rate, enable_structure=False, enable_eq=False, enable_dynamics=False
    )
    strips = {strip["id"]: strip for strip in found["scene"]["strips"]}
    parts = []
    for number, audio in enumerate(session.audio):
        strip = strips[f"{number:02d}"]
        gain = 10 ** ((strip["inputTrimDb"] + strip["faderDb"] + strip["vcaOffsetDb"]) / 20)
        angle = (strip["pan"] + 1) * np.pi / 4
        sides = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])
        both = np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio
        parts.append(np.asarray(both * (gain * sides), np.float32))
    return ConsoleAnswer(tuple(parts), np.asarray(np.sum(parts, axis=0, dtype=np.float32)))


def report(held: Sequence[Line], folds: Sequence[Line]) -> str:
    """The tables as Markdown."""
    parts = [f"`python -m bench.console STEMS --modules MODULES`, {date.today()}, {machine()}."]
    for title, lines in (
        ("**Held-out artists, the console as shipped**", held),
        ("**Leave one artist out: for each artist a console that learned from all others**", folds),
    ):
        if not lines:
            continue
        songs = {(line["artist"], line["title"]) for line in lines}
        parts.append(
            f"{title}: {len(songs)} songs of {len({artist for artist, _ in songs})} artists, "
            f"{len({line['case'] for line in lines})} cases."
        )
        for condition in CONDITIONS:
            table = console_table(lines, condition)
            parts += [f"{table.title}:", markdown(table)]
        paired = paired_table(lines, "set model")
        parts += ["How much smaller the set model's loudness error is, case by case, LU:", markdown(paired)]
        for mixer in ("set model", "rules"):
            count, cases, most = worst_against_raw(lines, mixer)
            words = "never worse than the raw sum" if most <= 0 else f"at most {most:.1f} LU worse than the raw sum"
            parts.append(f"{mixer}: {words} in {cases} disordered and equal cases; more than 3 LU worse in {count}.")
    return "\n\n".join(parts)


def fold_models(
    stems: Path, modules: Path | None, cache: Path, workers: int
) -> tuple[dict[str, SetModel], dict[str, dict[str, float]]]:
    """By artist: a set model and the rules' offsets learned without that artist."""
    songs = training_songs(stems, modules, cache, workers=workers, whole=True)
    models, offsets = {}, {}
    for artist in sorted({song.artist for song in find_multitracks(stems)}):
        others = without_artists(songs, [artist])
        model = fit_set_model(set_examples(others), FEATURES, Fitting())
        models[artist] = replace(model, error_lu=error_lu(others, Fitting()))
        offsets[artist] = {role: row["offset_lu"] for role, row in role_offsets(others).items()}
        print(f"learned without {artist}: error {models[artist].error_lu:.2f} LU", flush=True)
    return models, offsets


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("stems", type=Path)
    parser.add_argument("--modules", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("build/stems"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--part", choices=("held", "folds", "report"), help="only this part; by default all")
    options = parser.parse_args()
    torch.set_num_threads(1)
    others: dict[str, ConsoleMixer] = {"libsonare": libsonare} if find_spec("libsonare") else {}
    tested, everybody = find_multitracks(options.stems, "test"), find_multitracks(options.stems)
    held = console_benchmark(
        tested, {**own_mixers(), **others} if options.part != "folds" else {}, HELD_OUT, code=code(), told=told
    )
    mixers: dict[str, ConsoleMixer] = {}
    if options.part in (None, "folds"):
        models, offsets = fold_models(options.stems, options.modules, options.cache, options.workers)
        mixers = {**own_mixers(models, offsets), **others}
    folds = console_benchmark(everybody, mixers, FOLDS, code=code(), told=told)
    if options.part in (None, "report"):
        write_section(DOCS / "benchmarks.md", "console", report(held, folds))
    return 0


def code() -> str:
    """A hash of what decides and measures."""
    total = hashlib.sha256()
    package = Path(mixwright.__file__).parent
    for folder in ("analysis", "chain", "model", "benchmark", "training/stems", "parameters"):
        for path in sorted((package / folder).glob("*")):
            if (
                path.name.startswith(("console", "stem", "strokes", "found", "roles", "fit", "examples"))
            ) and path.is_file():
                total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:16]


def told(done: int, total: int) -> None:
    print(f"{done} of {total} cases", flush=True)


if __name__ == "__main__":
    sys.exit(main())
