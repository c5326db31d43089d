"""Stems: found in a folder or given as arrays, each read as blocks of one length at one rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..audio import open_reader
from ..audio.paths import shown
from ..audio.resampling import FrameResampler
from ..errors import AudioReadError, MixwrightError, ParameterError
from .source import ArraySource, FileSource, Source

__all__ = ["ENDINGS", "MOST_STEMS", "Stem", "aligned_blocks", "console_rate", "name_of", "open_stems", "read_stem"]

Audio = NDArray[np.float32]
MOST_STEMS = 64
ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".w64", ".rf64", ".caf", ".m4a", ".aac")
# What Mixwright itself writes beside music.
OWN = (".mix.wav", ".mix.flac", ".strip.wav", ".strip.flac")


@dataclass(frozen=True, eq=False)
class Stem:
    """A track of a multitrack: its name, unique without regard to case, and where its sound comes from."""

    name: str
    source: Source


def open_stems(
    stems: str | Path | Mapping[str, str | Path | ArrayLike],
    sample_rate: int | None = None,
    *,
    skip_broken: bool = False,
) -> tuple[list[Stem], list[str]]:
    """The stems of a folder, or of a mapping from names to files or arrays, in the order of their names; and warnings.

    Parameters
    ----------
    stems
        A folder: every sound file directly in it is a stem, named by its file name without the ending.
    sample_rate
        Of arrays, in Hz.
    skip_broken
        Go on without files that cannot be read, and say so.

    Errors
    ------
    ParameterError
        No stem, more than 64, two of one name, a name that no file can have, or an array without its rate.
    AudioReadError
        No such folder, or a file in it that cannot be read.
    """
    warnings: list[str] = []
    places = _in_folder(Path(stems)) if isinstance(stems, str | Path) else dict(stems)
    where = shown(Path(stems)) if isinstance(stems, str | Path) else "stems"
    if not places:
        raise ParameterError(f"{where}: there is no sound file in it; {', '.join(ENDINGS[:6])} and others are read")
    if len(places) > MOST_STEMS:
        raise ParameterError(f"{where}: {len(places)} stems are more than {MOST_STEMS}; sum some of them first")
    _check_names(where, list(places))
    found: list[Stem] = []
    for name in sorted(places, key=str.casefold):
        place = places[name]
        try:
            found.append(Stem(name, _opened(name, place, sample_rate)))
        except AudioReadError as error:
            if not skip_broken:
                hint = "; --skip-broken goes on without it" if len(places) > 1 else ""
                raise AudioReadError(f"{error}{hint}") from None
            warnings.append(f"Left out: {error}.")
    if not found:
        raise AudioReadError(f"{where}: none of its {len(places)} stems can be read")
    return found, warnings


def name_of(stems: str | Path | Mapping[str, Any]) -> str:
    """What the song of these stems is called."""
    return Path(stems).resolve().name if isinstance(stems, str | Path) else f"{len(stems)} stems"


def console_rate(stems: Sequence[Stem]) -> int:
    """The sample rate that most stems have, the highest of those that are equally common."""
    rates = [stem.source.sample_rate for stem in stems]
    return max(set(rates), key=lambda rate: (rates.count(rate), rate))


def read_stem(stem: Stem, rate: int) -> Iterator[Audio]:
    """The stem's blocks (channels, n), resampled where its rate is another."""
    source = stem.source
    if source.sample_rate == rate:
        yield from source.blocks()
        return
    resampler = FrameResampler(source.sample_rate, rate, source.channels)
    for block in source.blocks():
        out = resampler.process(np.ascontiguousarray(block.T))
        if len(out):
            yield np.ascontiguousarray(out.T)
    out = resampler.finish()
    if len(out):
        yield np.ascontiguousarray(out.T)


def aligned_blocks(stems: Sequence[Stem], rate: int, frames: int) -> Iterator[list[Audio]]:
    """All stems side by side: a list of blocks (channels, n) of one length, `frames` but for the last; what a shorter
    stem lacks is silence."""
    readers = [_Exactly(read_stem(stem, rate), stem.source.channels) for stem in stems]
    while True:
        blocks = [reader.take(frames) for reader in readers]
        longest = max(block.shape[1] for block in blocks)
        if longest == 0:
            return
        yield [_padded(block, longest) for block in blocks]


class _Exactly:
    """Blocks of any length as blocks of the length that is asked for, shorter only at the end."""

    def __init__(self, blocks: Iterator[Audio], channels: int) -> None:
        self._blocks = blocks
        self._rest = np.zeros((channels, 0), np.float32)

    def take(self, frames: int) -> Audio:
        parts = [self._rest]
        count = self._rest.shape[1]
        while count < frames:
            block = next(self._blocks, None)
            if block is None:
                break
            parts.append(block)
            count += block.shape[1]
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        self._rest = whole[:, frames:].copy()
        return np.ascontiguousarray(whole[:, :frames])


def _padded(block: Audio, frames: int) -> Audio:
    missing = frames - block.shape[1]
    return block if missing == 0 else np.pad(block, ((0, 0), (0, missing)))


def _in_folder(folder: Path) -> dict[str, Path]:
    """Sound files directly in it; links are followed, and what they lead to is read or named when it is opened."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise AudioReadError(f"{shown(folder)}: cannot be read as a folder ({error.strerror or error})") from None
    found: dict[str, Path] = {}
    for path in entries:
        name = path.name.lower()
        if path.name.startswith(".") or path.suffix.lower() not in ENDINGS or name.endswith(OWN):
            continue
        if path.is_dir():
            continue
        key = path.stem if path.stem not in found else path.name  # kick.wav and kick.flac are two stems
        found[key] = path
    return found


def _check_names(where: str, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise ParameterError(f"{where}: {other!r} and {name!r} differ in their case alone; rename one of them")
        if not name.strip(". ") or any(sign in name for sign in "/\\\0"):
            raise ParameterError(f"{where}: stem {name!r} must be a name that a file can have")


def _opened(name: str, place: str | Path | ArrayLike, sample_rate: int | None) -> Source:
    if isinstance(place, str | Path):
        try:
            with open_reader(place):
                pass
            return FileSource(Path(place))
        except MixwrightError as error:
            raise AudioReadError(str(error)) from None
    if sample_rate is None:
        raise ParameterError(f"stem {name!r}: sample_rate is needed with arrays, in Hz")
    source = ArraySource(place, sample_rate, name)
    if source.frames_hint == 0:
        raise AudioReadError(f"{name}: has no audio in it: choose another file")
    return source
