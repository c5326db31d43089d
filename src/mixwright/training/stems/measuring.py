"""Every stem heard once, as it is and summed to mono, and kept on the disk: training then takes minutes.

A stem is heard at a loudness drawn at random, not at the one it has in the mix: what a meter's floor cuts off would
otherwise tell the level that is to be learned.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.stem import StemAnalysis, analyze_stem
from ...analysis.strokes import Strokes
from ...audio import read_audio
from ...audio.atomic import atomic_path
from ...errors import AudioReadError
from ...metrics.pairs import loudness
from ..data.workers import spread
from .modules import MODULE_RATE, module_stems
from .songs import ModuleFile, Multitrack

__all__ = ["MODULE_SECONDS", "VARIANTS", "MeasuredSong", "measure"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

VARIANTS = ("stereo", "mono")
HEARD_LUFS = (-32.0, -16.0)
MODULE_SECONDS = 45.0
SHORTEST_S = 8.0  # of a module: jingles are shorter
LOUDEST = 20.0  # samples: a broken instrument of a module
FORMAT = 1


@dataclass(frozen=True, eq=False)
class MeasuredSong:
    """A song's stems: their loudness, place and width in the artist's mix, and what was heard of them (each variant has
    as many analyses as there are names). `module` says that it was rendered from a tracker module."""

    id: str
    artist: str
    module: bool
    names: tuple[str, ...]
    lufs: Floats  # (stems,)
    imbalance_db: Floats  # (stems,)
    width: Floats  # (stems,)
    heard: dict[str, tuple[StemAnalysis, ...]]


def measure(
    songs: Sequence[Multitrack | ModuleFile],
    cache: Path,
    *,
    workers: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> list[MeasuredSong]:
    """The songs as heard, those of an earlier run from the cache; what cannot be opened or hardly sounds is missing.

    In the order of the songs, whatever the workers.
    """
    cache.mkdir(parents=True, exist_ok=True)
    jobs = {song.id: (song, cache / f"{_key(song)}.npz") for song in songs}
    todo = {name: job for name, job in jobs.items() if not job[1].is_file()}
    for number, _ in enumerate(spread(todo, _work, workers, lambda: None), 1):
        told(number, len(todo))
    found = (_load(song, path) for song, path in jobs.values() if path.is_file())
    return [song for song in found if len(song.names) >= 2]


def _work(job: tuple[Multitrack | ModuleFile, Path]) -> None:
    song, path = job
    try:
        content = _measured(song)
    except AudioReadError:
        return
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **content)


def _measured(song: Multitrack | ModuleFile) -> dict[str, Any]:
    names: list[str] = []
    figures: list[tuple[float, float, float]] = []
    heard: dict[str, list[StemAnalysis]] = {variant: [] for variant in VARIANTS}
    for name, audio, rate in _stems(song):
        lufs = loudness(np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio, rate)
        if not math.isfinite(lufs) or float(np.abs(audio).max()) > LOUDEST:
            continue
        rng = np.random.default_rng(zlib.crc32(f"{song.id}/{len(names)}".encode()))
        both = [_hear(part, rate, lufs, rng) for part in (audio, audio.mean(axis=0, keepdims=True))]
        if any(analysis is None for analysis in both):
            continue  # nothing is left of it in mono
        for variant, analysis in zip(VARIANTS, both, strict=True):
            assert analysis is not None
            heard[variant].append(analysis)
        names.append(name)
        figures.append((lufs, both[0].stereo_imbalance, both[0].stereo_width) if both[0] else (lufs, 0.0, 0.0))
    content: dict[str, Any] = {"names": np.array(names, dtype=np.str_), "figures": np.array(figures).reshape(-1, 3)}
    for variant in VARIANTS:
        content |= {f"{variant}.{key}": value for key, value in _packed(heard[variant]).items()}
    return content


def _hear(audio: Audio, rate: int, lufs: float, rng: np.random.Generator) -> StemAnalysis | None:
    gain = np.float32(10 ** ((rng.uniform(*HEARD_LUFS) - lufs) / 20))
    channels = len(audio)
    analysis = analyze_stem([np.ascontiguousarray(audio * gain, np.float32)], rate, channels)
    return None if analysis.silent else analysis


def _stems(song: Multitrack | ModuleFile) -> Iterator[tuple[str, Audio, int]]:
    if isinstance(song, Multitrack):
        for stem in song.stems:
            audio, rate = read_audio(stem.path)
            yield stem.name, np.ascontiguousarray(audio, np.float32), rate
        return
    stems, mix = module_stems(song.path, MODULE_SECONDS)
    if mix.shape[1] >= SHORTEST_S * MODULE_RATE and np.isfinite(mix).all():
        for part in stems:
            yield part.name, part.audio, MODULE_RATE


def _packed(analyses: Sequence[StemAnalysis]) -> dict[str, Any]:
    """Arrays (stems, …) of every field but what is measured second by second."""
    packed: dict[str, Any] = {}
    for field in fields(StemAnalysis):
        if field.name == "strokes":
            packed |= {
                f"strokes.{f.name}": np.array([getattr(a.strokes, f.name) for a in analyses]) for f in fields(Strokes)
            }
        elif field.name != "band_levels_db":
            packed[field.name] = np.array([getattr(a, field.name) for a in analyses])
    return packed


def _unpacked(content: dict[str, Any], count: int) -> tuple[StemAnalysis, ...]:
    found = []
    for row in range(count):
        values: dict[str, Any] = {}
        for field in fields(StemAnalysis):
            if field.name == "strokes":
                values["strokes"] = Strokes(
                    **{f.name: float(content[f"strokes.{f.name}"][row]) for f in fields(Strokes)}
                )
            elif field.name == "band_levels_db":
                values[field.name] = np.zeros((0, 30), np.float32)
            else:
                value = content[field.name][row]
                values[field.name] = value if value.ndim else value.item()
        found.append(StemAnalysis(**values))
    return tuple(found)


def _load(song: Multitrack | ModuleFile, path: Path) -> MeasuredSong:
    with np.load(path, allow_pickle=False) as archive:
        content = {name: archive[name] for name in archive.files}
    names, figures = tuple(content["names"].tolist()), content["figures"]
    heard = {
        variant: _unpacked(
            {key.removeprefix(f"{variant}."): value for key, value in content.items() if key.startswith(f"{variant}.")},
            len(names),
        )
        for variant in VARIANTS
    }
    return MeasuredSong(
        id=song.id,
        artist=song.artist,
        module=isinstance(song, ModuleFile),
        names=names,
        lufs=figures[:, 0],
        imbalance_db=figures[:, 1],
        width=figures[:, 2],
        heard=heard,
    )


def _key(song: Multitrack | ModuleFile) -> str:
    """A hash of the music and of what hears it: another state of either is measured anew."""
    total = hashlib.sha256(f"{FORMAT} {MODULE_SECONDS} {HEARD_LUFS} {song.id}".encode())
    paths = [stem.path for stem in song.stems] if isinstance(song, Multitrack) else [song.path]
    analysis = Path(__file__).parents[2] / "analysis"
    for path in [*paths, *(analysis / name for name in ("stem.py", "strokes.py", "timbre.py", "spectrum.py"))]:
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()[:24]
