"""`python -m bench.stems [--stems STEMS]`: time and memory of mixing stems; with a folder of real multitracks, how many
twins and mixes among their stems are found and how often they are seen where there are none."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import soundfile
from tests.songs import song

from bench.document import DOCS, write_section
from bench.measure import Row, machine, run_child, spread, versions
from mixwright.analysis.excerpts import EXCERPT_RATE, Excerpts, shared_excerpts
from mixwright.analysis.twins import Twins, find_mixes, find_twins
from mixwright.metrics.sets import proportion

RATE = 44_100
LATE_MS = 7.0


def make_stems(folder: Path, count: int, seconds: int) -> None:
    """Stereo FLAC files, each of other music."""
    folder.mkdir()
    for number in range(count):
        minute = song(60.0, RATE, seed=number).T
        with soundfile.SoundFile(folder / f"track {number}.flac", "w", RATE, 2, subtype="PCM_16") as file:
            for part in range(seconds // 60):
                file.write(minute * (0.5 + 0.3 * np.cos(part + number)))


def speed_rows(folder: Path, repetitions: int) -> list[Row]:
    found = []
    for count, seconds, bound, times in (
        (6, 180, "≤ 8 s, ≤ 400 MB", repetitions),
        (64, 60, "", 1),
        (64, 300, "finishes, memory as at 1 min", 1),
    ):
        stems = folder / f"{count} of {seconds}"
        make_stems(stems, count, seconds)
        command = [sys.executable, "-m", "mixwright", "mix", stems, "-o", folder / "out.flac", "-q"]
        taken = [run_child(command) for _ in range(times)]
        figure = (
            f"{spread([c.wall_s for c in taken])} s wall, {spread([c.cpu_s for c in taken])} s CPU, "
            f"{max(c.peak_mb for c in taken):.0f} MB"
        )
        found.append(
            Row(f"{count} stereo stems × {seconds // 60} min FLAC, whole process", figure, bound, f"n={times}")
        )
        print(found[-1], flush=True)
    return found


def multitracks(place: Path) -> Iterator[list[Excerpts]]:
    """Every folder that holds two sound files or more."""
    for folder in sorted({path.parent for path in place.rglob("*.ogg")} | {p.parent for p in place.rglob("*.flac")}):
        made = []
        for path in sorted([*folder.glob("*.ogg"), *folder.glob("*.flac")]):
            with soundfile.SoundFile(path) as file:
                excerpts = Excerpts(file.samplerate)
                for block in file.blocks(65_536, dtype="float32", always_2d=True):
                    excerpts.process(np.ascontiguousarray(block.T))
            made.append(excerpts)
        if len(made) > 1:
            yield made


def found_rows(place: Path) -> list[Row]:
    """In each multitrack the stem of every place is doubled, flipped, delayed, or the sum added, one at a time."""
    pairs = alarms = mixes_seen = songs = 0
    hits: dict[str, list[bool]] = {}
    for stems in multitracks(place):
        clean = shared_excerpts(stems)
        songs += 1
        pairs += len(stems) * (len(stems) - 1) // 2
        twins = find_twins(clean)
        alarms += len(twins)
        mixes_seen += len(find_mixes(clean, ignoring=twins))
        for index, stem in enumerate(clean):
            if not np.any(np.abs(stem) > 1e-3):
                continue
            for kind, copy in _copies(stem).items():
                known = {(t.first, t.second) for t in twins}
                new = [t for t in find_twins(np.concatenate([clean, copy[None]])) if (t.first, t.second) not in known]
                hits.setdefault(kind, []).append(_told(kind, [t for t in new if t.first == index]))
        if len(clean) > 3:
            whole = np.concatenate([clean, clean.sum(axis=0)[None]])
            hits.setdefault("sum of all", []).append(find_mixes(whole, ignoring=find_twins(whole)) == [len(clean)])
    rows = [
        Row("seen where nothing was added", f"{alarms} twins, {mixes_seen} mixes", "0", f"{songs} songs, {pairs} pairs")
    ]
    for kind, seen in hits.items():
        found = proportion(sum(seen), len(seen))
        share = f"{100 * found.median:.0f} % ({100 * found.low:.0f}–{100 * found.high:.0f})"
        rows.append(Row(f"found: {kind}", share, "", f"n={len(seen)}"))
    return rows


def _copies(stem: np.ndarray) -> dict[str, np.ndarray]:
    """What an added copy holds; a second microphone has 6 dB an octave less above 1 kHz and noise at -30 dB."""
    flat = stem.reshape(-1)
    pole = np.exp(-2 * np.pi * 1000 / EXCERPT_RATE)
    dull = np.empty_like(flat)
    state = 0.0
    for place, sample in enumerate(flat.tolist()):
        state = (1 - pole) * sample + pole * state
        dull[place] = state
    noise = np.random.default_rng(1).standard_normal(flat.size).astype(np.float32)
    dull = (dull + noise * np.sqrt(np.mean(dull**2)) * 10**-1.5).reshape(stem.shape)
    count = round(LATE_MS * EXCERPT_RATE / 1000)
    late = np.pad(dull, ((0, 0), (count, 0)))[:, : stem.shape[1]]
    return {
        "doubled, 6 dB lower": 0.5 * stem,
        "second microphone, opposite polarity": -dull,
        f"second microphone, {LATE_MS:g} ms late": late,
        f"second microphone, opposite and {LATE_MS:g} ms late": -late,
    }


def _told(kind: str, twins: list[Twins]) -> bool:
    """Whether the sentence would be the right one."""
    if len(twins) != 1:
        return False
    pair = twins[0]
    late = abs(1000 * pair.late_s - (LATE_MS if "late" in kind else 0.0)) < 0.2
    return late and pair.opposite == ("opposite" in kind) and pair.doubled == kind.startswith("doubled")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.stems", description=__doc__)
    parser.add_argument("--stems", type=Path, help="a folder of multitracks, one folder a song")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    rows = found_rows(options.stems) if options.stems else []
    for row in rows:
        print(row)
    with tempfile.TemporaryDirectory() as place:
        rows = speed_rows(Path(place), options.repetitions) + rows
    lines = ["| what | figure | bound | how |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | {row.bound} | {row.note} |" for row in rows]
    made = (
        f"`python -m bench.stems --stems STEMS`, {date.today()}, {machine()}. {versions(('mixwright', 'soundfile'))}."
    )
    write_section(DOCS / "benchmarks.md", "stems", "\n".join(lines) + f"\n\n{made}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
