"""The music to learn from, measured once: half-minutes of songs as the model's input, kept in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS, MEL_FRAMES
from ..errors import AudioError, ParameterError
from .data.workers import spread
from .passages import RATE, SECONDS, passages
from .songs import BEFORE, Song

__all__ = ["FIGURES", "RATE", "Segments", "load_segments", "measure_songs", "segment_row"]

WINDOWS = 3
FIGURES = ("integrated_lufs", "stereo_width")
HOPS = 100 * SECONDS
BANDS = len(NOMINAL_HZ)
# What each segment is kept as: name, shape, type. Behind the end of a segment shorter than half a minute stands NaN.
ARRAYS: dict[str, tuple[tuple[int, ...], str]] = {
    "mel_db": ((WINDOWS, 2, MEL_BANDS, MEL_FRAMES), "float16"),
    "ltas_db": ((BANDS,), "float32"),
    "correlation": ((BANDS,), "float32"),
    "peak": ((HOPS,), "float32"),
    "mean_square": ((HOPS,), "float32"),
    "figures": ((len(FIGURES),), "float32"),
}


@dataclass(frozen=True, eq=False)
class Segments:
    """All segments, each array (segments, ...); `song` says which song each belongs to.

    `good` is the number of the segment that each one is to become: itself, but for those of songs before an engineer's
    work, which belong to no split."""

    songs: list[Song]
    song: NDArray[np.int64]
    arrays: dict[str, NDArray[Any]]
    good: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.song)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def of(self, split: str) -> NDArray[np.int64]:
        """Numbers of the segments of a split."""
        return np.flatnonzero([self.songs[s].split == split for s in self.song])

    def genre_weights(self) -> NDArray[np.float32]:
        """(segments, 6), each row summing to 1, or zero where the genre is not known."""
        return np.array([self.songs[s].weights for s in self.song], np.float32)


def measure_songs(
    songs: Sequence[Song],
    folder: Path,
    *,
    most: int = 4,
    workers: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Segments:
    """Measure up to `most` segments of each song, in a folder of one file a song; what is there is not measured again.

    A file that cannot be read, or is too short or silent, is left out and named in `left_out.json`. `told` is called
    with (songs done, songs in all).

    Errors
    ------
    ParameterError
        None of the songs could be measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {song.path: (song, place, most) for song in songs if (place := _place(song, folder, most)) is not None}
    missing = {path: job for path, job in wanted.items() if not _measured(job[0], job[1])}
    reasons = {song.path: f"{Path(song.path).name}: is not there" for song in songs if song.path not in wanted}
    done = len(wanted) - len(missing)
    for path, reason in spread(missing, _measure, workers, lambda: None):
        done += 1
        told(done, len(wanted))
        if reason != "":
            reasons[path] = reason or f"{Path(path).name}: reading it ended the process"
    for path, (_, place, _) in wanted.items():
        if place.exists() and not _count(place):
            reasons[path] = f"{Path(path).name}: shorter than 10 s, or silent"
    (folder / "left_out.json").write_text(json.dumps(reasons, indent=2), encoding="utf-8")
    return load_segments(songs, folder, most=most)


def load_segments(songs: Sequence[Song], folder: Path, *, most: int = 4) -> Segments:
    """What `measure_songs` has measured.

    Errors
    ------
    ParameterError
        Nothing of these songs is there.
    """
    kept: list[Song] = []
    parts: list[dict[str, NDArray[Any]]] = []
    good: list[NDArray[np.int64]] = []
    total = 0
    for song in songs:
        path = _place(song, folder, most)
        if path is None or not path.exists() or not (count := _count(path)):
            continue
        numbers = total + np.arange(count)
        with np.load(path) as file:
            for prefix in ("", BEFORE) if song.before else ("",):
                kept.append(replace(song, path=song.before, split=BEFORE, before="") if prefix else song)
                parts.append({name: file[prefix + name] for name in ARRAYS})
                good.append(numbers)
                total += count
    if not kept:
        raise ParameterError("songs: none could be measured; left_out.json beside the measurements says why")
    song_of = np.repeat(np.arange(len(kept)), [len(p["ltas_db"]) for p in parts])
    arrays = {name: np.concatenate([p[name] for p in parts]) for name in ARRAYS}
    return Segments(kept, song_of, arrays, np.concatenate(good))


def _place(song: Song, folder: Path, most: int) -> Path | None:
    """Where a song's measurements are kept; None where there is no such file. Another size, another place."""
    text: list[Any] = []
    for path in (song.path, song.before) if song.before else (song.path,):
        try:
            text += [path, Path(path).stat().st_size]
        except OSError:
            return None
    text += [most, sorted((n, str(s)) for n, s in ARRAYS.items()), 3]
    return folder / f"{hashlib.sha256(json.dumps(text).encode()).hexdigest()[:24]}.npz"


def _measured(song: Song, place: Path) -> bool:
    """Whether the measurements are there and later than the sound."""
    files = [song.path, song.before] if song.before else [song.path]
    return place.exists() and place.stat().st_mtime_ns >= max(Path(file).stat().st_mtime_ns for file in files)


def _count(path: Path) -> int:
    with np.load(path) as file:
        return len(file["ltas_db"])


def _measure(job: tuple[Song, Path, int]) -> str:
    """Nothing if it went well, or why not. What is too short or silent leaves empty arrays, and is not tried again."""
    song, path, most = job
    rows: dict[str, list[dict[str, NDArray[Any]]]] = {"": [], BEFORE: []} if song.before else {"": []}
    try:
        for versions in passages(song, most):
            found = [segment_row(audio) for audio in versions]
            if None not in found:
                for row, kept in zip(found, rows.values(), strict=True):
                    kept.append(row or {})
    except (AudioError, OSError) as error:
        return " ".join(str(error).split())
    arrays = {}
    for prefix, kept in rows.items():
        for name, (shape, kind) in ARRAYS.items():
            arrays[prefix + name] = np.stack([row[name] for row in kept]) if kept else np.empty((0, *shape), kind)
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, **arrays)  # type: ignore[arg-type]  # the stubs see a flag among the names
    temporary.replace(path)  # whole or not at all
    return ""


def segment_row(audio: NDArray[np.float32]) -> dict[str, NDArray[Any]] | None:
    """The arrays of one segment (channels, samples) at 44.1 kHz; None where it is silent or nearly so (-50 LUFS)."""
    analysis = analyze_audio(audio, RATE)
    if not (np.isfinite(analysis.integrated_lufs) and analysis.integrated_lufs > -50):
        return None
    return analysis_row(analysis)


def analysis_row(analysis: Analysis) -> dict[str, NDArray[Any]]:
    """The arrays of an analysed half-minute."""
    windows = analysis.mel_windows_db
    row = {
        "mel_db": windows[heard_windows(len(windows))],
        "ltas_db": analysis.ltas_db,
        "correlation": analysis.band_correlation,
        "peak": _fit(analysis.envelope_peak),
        "mean_square": _fit(analysis.envelope_ms),
        "figures": [getattr(analysis, name) for name in FIGURES],
    }
    return {name: np.asarray(row[name], kind) for name, (_, kind) in ARRAYS.items()}


def heard_windows(count: int) -> NDArray[np.int64]:
    """Which of a segment's windows are kept: the first, the last, and one between; fewer are repeated."""
    return np.linspace(0, count - 1, WINDOWS).round().astype(np.int64)


def _fit(series: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(series[:HOPS], (0, max(0, HOPS - len(series))), constant_values=np.nan)
