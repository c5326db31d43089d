"""`python -m bench.professional FOLDER`: what the professional scores answer to, written into docs/validation.md.

FOLDER has a `mixes.csv` with the splits train and test. Scores are taken with the genre given.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.faults import FAULTS

from bench.document import DOCS, write_section
from mixwright.audio import read_audio
from mixwright.benchmark.music import Song, find_songs
from mixwright.benchmark.validation import validate
from mixwright.benchmark.validation_result import SCORES, UNCHANGED, Validation
from mixwright.damage import MEDIAN_ERROR_DB, STRENGTHS, damage_song
from mixwright.metrics import ProfessionalScores, median_interval, professional_scores
from mixwright.metrics.professional import MEASURES
from mixwright.parameters import GENRES
from mixwright.parameters.profiles import load_profile

FOUR = ("balance", "dynamics", "clarity", "overall")
EXCERPT_S = 20.0
CUT_S = 2.0

Audio = NDArray[np.float32]
Table = list[str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.professional", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", help="one of the tables; may be given several times")
    parser.add_argument("--every", type=int, default=1, help="damage each n-th song only (single faults: each 2n-th)")
    parser.add_argument("--quick", action="store_true", help="few songs, nothing written")
    options = parser.parse_args()
    songs = {split: _mixes(options.folder, split) for split in ("train", "test")}
    if options.quick:
        songs = {split: found[::8] for split, found in songs.items()}
    step = 1 if options.quick else options.every
    parts: dict[str, Callable[[], Table]] = {
        "distribution": lambda: distribution(songs["train"] + songs["test"], songs["test"]),
        "norms": lambda: norms(songs["train"]),
        "rules": lambda: rules(options.folder, 4 if options.quick else None),
        "damage": lambda: damage(songs["test"][::step]),
        "responses": lambda: responses(songs["test"][:: 2 * step]),
    }
    for name in options.only or parts:
        table = parts[name]()
        print(f"\n{name}\n" + "\n".join(table), flush=True)
        if not options.quick:
            write_section(DOCS / "validation.md", name, "\n".join(table))
    return 0


def norms(songs: Sequence[Song]) -> Table:
    """Centre and spread in the code beside those of the training music, each artist one vote."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for song in songs:
        measured = _whole(song).measured
        for row in MEASURES:
            value = np.log2(max(measured[row.name], row.least)) if row.octaves else measured[row.name]
            values[row.name][song.artist].append(float(value))
    lines = [
        "| measurement | score | costs when | centre, spread | training music: mean, spread |",
        "|---|---|---|---|---|",
    ]
    for row in MEASURES:
        artists = values[row.name].values()
        mean = float(np.mean([np.mean(v) for v in artists]))
        spread = float(np.sqrt(np.mean([np.mean((np.array(v) - mean) ** 2) for v in artists])))
        shown = 2**mean if row.octaves else mean
        unit = " octaves" if row.octaves else ""
        lines.append(
            f"| {row.label} (`{row.name}`) | {row.score} | {row.side} | {row.centre:g}, {row.spread:g}{unit} | "
            f"{_plain(shown, 2)}, {spread:.2f}{unit} |"
        )
    return lines


def distribution(songs: Sequence[Song], test: Sequence[Song]) -> Table:
    """Undamaged music: medians a genre over the test split, and the range over everything."""
    scores = {song.id: _whole(song) for song in songs}
    cut = []
    for song in test:
        audio, rate = _read(song)
        shorter = _score(np.ascontiguousarray(audio[:, round(CUT_S * rate) :]), rate, song)
        cut.append({name: abs(getattr(shorter, name) - getattr(scores[song.id], name)) for name in FOUR})
    lines = ["| undamaged music | n | " + " | ".join(FOUR) + " |", "|---|---:|" + "---:|" * len(FOUR)]
    for genre in (*GENRES, "all"):
        own = [scores[s.id] for s in test if genre in (s.genre, "all")]
        if own:
            cells = (f"{np.median([getattr(x, name) for x in own]):.0f}" for name in FOUR)
            lines.append(f"| test split, {genre.replace('_', ' ')}, median | {len(own)} | " + " | ".join(cells) + " |")
    everything = list(scores.values())
    for word, percent in (
        ("lowest", 0),
        ("10th percentile", 10),
        ("median", 50),
        ("90th percentile", 90),
        ("highest", 100),
    ):
        cells = (f"{np.percentile([getattr(x, name) for x in everything], percent):.0f}" for name in FOUR)
        lines.append(f"| both splits, {word} | {len(everything)} | " + " | ".join(cells) + " |")
    cells = (f"{np.median([c[name] for c in cut]):.1f}" for name in FOUR)
    lines.append(
        f"| the same song without its first {CUT_S:g} s: median distance | {len(cut)} | " + " | ".join(cells) + " |"
    )
    return lines


def damage(songs: Sequence[Song]) -> Table:
    """Medians with intervals for undamaged and damaged music, and how often the damaged one scores lower."""
    found: dict[str, list[ProfessionalScores]] = defaultdict(list)
    for number, song in enumerate(songs):
        audio, rate = _excerpt(song)
        found["undamaged"].append(_score(audio, rate, song))
        for strength in STRENGTHS:
            found[strength].append(_score(damage_song(audio, rate, strength, number).audio, rate, song))
    lines = ["| music | " + " | ".join(FOUR) + " |", "|---|" + "---:|" * len(FOUR)]
    for strength, scores in found.items():
        cells = []
        for name in FOUR:
            i = median_interval([getattr(s, name) for s in scores])
            cells.append(f"{i.median:.0f} ({i.low:.0f} to {i.high:.0f})")
        error = f", LTAS error {MEDIAN_ERROR_DB[strength]:g} dB" if strength in MEDIAN_ERROR_DB else ""
        lines.append(f"| {strength}{error} | " + " | ".join(cells) + " |")
    for strength in STRENGTHS:
        pairs = list(zip(found["undamaged"], found[strength], strict=True))
        cells = (f"{np.mean([getattr(b, n) < getattr(a, n) for a, b in pairs]):.0%}" for n in FOUR)
        lines.append(f"| {strength}: damaged scores lower, share of {len(pairs)} pairs | " + " | ".join(cells) + " |")
    return lines


def responses(songs: Sequence[Song]) -> Table:
    """The median change of each score under each fault and grade."""
    changes: dict[tuple[str, str], list[list[float]]] = defaultdict(list)
    for song in songs:
        audio, rate = _excerpt(song)
        clean = _score(audio, rate, song)
        for fault in FAULTS:
            for grade, make in zip(fault.grades, fault.make, strict=True):
                hurt = _score(np.ascontiguousarray(make(audio, rate), np.float32), rate, song)
                changes[fault.name, grade].append([getattr(hurt, n) - getattr(clean, n) for n in FOUR])
    lines = ["| fault | grade | " + " | ".join(FOUR) + " | songs that fall |", "|---|---|" + "---:|" * (len(FOUR) + 1)]
    for fault in FAULTS:
        for grade in fault.grades:
            rows = np.array(changes[fault.name, grade])
            cells = [_plain(float(x), 0) for x in np.median(rows, axis=0)]
            at = FOUR.index(fault.score)
            cells[at] = f"**{cells[at]}**"
            falls = np.mean(rows[:, at] < 0)
            lines.append(f"| {fault.name} | {grade} | " + " | ".join(cells) + f" | {falls:.0%} |")
    lines += ["", f"Medians over {len(songs)} songs of the test split; bold is the score the fault belongs to."]
    return lines


def rules(folder: Path, longest: int | None) -> Table:
    """The rules' mixer on the test split."""
    songs = _mixes(folder, "test")
    result = validate([song_track(s) for s in songs], "rules", longest=longest)
    return set_table(result)


def set_table(result: Validation) -> Table:
    """Markdown of a validation's set figures."""
    lines = [
        "| score | before | after | change, median | improved | unchanged | worse |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in SCORES:
        f = result.figure(name)
        change = f"{_signed(f.change.median)} ({_signed(f.change.low)} to {_signed(f.change.high)})"
        lines.append(
            f"| {name.replace('_', ' ')} | {f.before.median:.1f} | {f.after.median:.1f} | {change} | "
            f"{f.improved:.0%} | {f.unchanged:.0%} | {f.worse:.0%} |"
        )
    n, rows = len(result.scored), len(result.rows)
    lines += ["", f"Mixer {result.mixer}, {n} of {rows} tracks scored; unchanged is within {UNCHANGED:g} point."]
    return lines


def song_track(song: Song) -> object:
    """A song as `validate` takes it."""
    from mixwright.benchmark.tracks import Track

    return Track(song.id, song.path, genre={song.genre: 1.0})


def _mixes(folder: Path, split: str) -> list[Song]:
    return [song for song in find_songs(folder, split) if song.id.startswith("mixes/")]


def _read(song: Song) -> tuple[Audio, int]:
    audio, rate = read_audio(song.path)
    return np.ascontiguousarray(audio, np.float32), rate


def _excerpt(song: Song) -> tuple[Audio, int]:
    """The middle of a song."""
    audio, rate = _read(song)
    half, middle = round(EXCERPT_S * rate / 2), audio.shape[1] // 2
    return np.ascontiguousarray(audio[:, max(0, middle - half) : middle + half]), rate


def _score(audio: Audio, rate: int, song: Song) -> ProfessionalScores:
    return professional_scores(audio, rate, load_profile(song.genre), song.id)


@cache
def _whole(song: Song) -> ProfessionalScores:
    """The scores of an undamaged song."""
    return _score(*_read(song), song)


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.removeprefix("−") if float(f"{value:.{digits}f}") == 0 else text


def _signed(value: float) -> str:
    return ("+" if round(value, 1) > 0 else "") + _plain(value, 1)


if __name__ == "__main__":
    sys.exit(main())
