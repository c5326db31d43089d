"""The music to learn from, measured once: half-minutes of songs as the model's input, kept in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..analysis.bands import NOMINAL_HZ
from ..analysis.mel import MEL_BANDS, MEL_FRAMES
from ..audio import read_audio, resample
from ..errors import AudioError, ParameterError
from .songs import Song

__all__ = ["FIGURES", "RATE", "Segments", "load_segments", "measure_songs"]

RATE = 44_100
SECONDS = 30
WINDOWS = 3
HOPS = 100 * SECONDS
BANDS = len(NOMINAL_HZ)
FIGURES = ("crest_factor_db", "loudness_range_lu", "plr_lu", "integrated_lufs", "rms_dbfs", "stereo_width")
# What each segment is kept as: name, shape, type.
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
    """All segments, each array (segments, ...); `song` says which song each belongs to."""

    songs: list[Song]
    song: NDArray[np.int64]
    arrays: dict[str, NDArray[Any]]

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


def measure_songs(songs: Sequence[Song], folder: Path, *, most: int = 4, workers: int = 1) -> Segments:
    """Measure up to `most` segments of each song, in a folder of one file a song; what is there is not measured again.

    A file that cannot be read, or is too short or silent, is left out and named in `left_out.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(song, folder / f"{_key(song, most)}.npz", most) for song in songs]
    missing = [job for job in wanted if not job[1].exists()]
    reasons: dict[str, str] = {}
    with ProcessPoolExecutor(max(1, workers)) as pool:
        for (song, _, _), reason in zip(missing, pool.map(_measure, missing), strict=True):
            if reason:
                reasons[song.path] = reason
    (folder / "left_out.json").write_text(json.dumps(reasons, indent=2), encoding="utf-8")
    return load_segments(songs, folder, most=most)


def load_segments(songs: Sequence[Song], folder: Path, *, most: int = 4) -> Segments:
    """What `measure_songs` has measured.

    Errors
    ------
    ParameterError
        Nothing of these songs is there.
    """
    kept, parts = [], []
    for song in songs:
        path = folder / f"{_key(song, most)}.npz"
        if not path.exists():
            continue
        with np.load(path) as file:
            arrays = {name: file[name] for name in ARRAYS}
        if len(arrays["ltas_db"]):
            kept.append(song)
            parts.append(arrays)
    if not kept:
        raise ParameterError("songs: none could be measured")
    song_of = np.repeat(np.arange(len(kept)), [len(p["ltas_db"]) for p in parts])
    return Segments(kept, song_of, {name: np.concatenate([p[name] for p in parts]) for name in ARRAYS})


def _key(song: Song, most: int) -> str:
    stat = Path(song.path).stat()
    text = json.dumps([song.path, stat.st_size, most, sorted((n, str(s)) for n, s in ARRAYS.items()), 2])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _measure(job: tuple[Song, Path, int]) -> str:
    song, path, most = job
    try:
        rows = [row for row in map(segment_row, _cut(song, most)) if row is not None]
    except AudioError as error:
        return str(error)
    empty = {name: np.empty((0, *shape), kind) for name, (shape, kind) in ARRAYS.items()}
    arrays = {name: np.stack([r[name] for r in rows]) for name in ARRAYS} if rows else empty
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, **arrays)
    temporary.replace(path)  # whole or not at all
    return "" if rows else "too short, or silent"


def _cut(song: Song, most: int) -> Iterator[NDArray[np.float32]]:
    """Half-minutes in a row around the middle of each of `most` equal parts."""
    audio, rate = read_audio(Path(song.path))
    if rate != RATE:
        audio = resample(audio, rate, RATE)
    audio = audio[:2]
    length = SECONDS * RATE
    count = min(most, audio.shape[1] // length)
    for part in range(count):
        middle = round(audio.shape[1] * (part + 0.5) / count)
        start = min(max(0, middle - length // 2), audio.shape[1] - length)
        yield np.ascontiguousarray(audio[:, start : start + length], np.float32)


def segment_row(audio: NDArray[np.float32]) -> dict[str, NDArray[Any]] | None:
    """One segment's arrays; None where it is silent or nearly so."""
    analysis = analyze_audio(audio, RATE)
    if not (np.isfinite(analysis.integrated_lufs) and analysis.integrated_lufs > -50):
        return None
    return analysis_row(analysis)


def analysis_row(analysis: Analysis) -> dict[str, NDArray[Any]]:
    """The arrays of an analysed half-minute."""
    figures = [getattr(analysis, name) for name in FIGURES]
    windows = analysis.mel_windows_db
    row = {
        "mel_db": windows[np.linspace(0, len(windows) - 1, WINDOWS).round().astype(int)],
        "ltas_db": analysis.ltas_db,
        "correlation": analysis.band_correlation,
        "peak": _fit(analysis.envelope_peak),
        "mean_square": _fit(analysis.envelope_ms),
        "figures": np.nan_to_num(np.array(figures), nan=0.0, posinf=10.0, neginf=-70.0),
    }
    return {name: np.asarray(row[name], kind) for name, (_, kind) in ARRAYS.items()}


def _fit(series: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(series[:HOPS], (0, max(0, HOPS - len(series))))
