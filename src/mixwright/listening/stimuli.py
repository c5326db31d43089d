"""From a test file to a folder that can be listened to: rendered, cut, level-matched, without names."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._native import TruePeakMeter
from ..audio import open_writer, read_audio
from ..errors import AudioWriteError, ParameterError, SignalError
from ..metrics.pairs import loudness
from .anchors import ANCHORS_HZ, low_passed
from .definition import ListeningTest, MixArguments, SongRow, SystemRow
from .excerpting import RATE, check_together, comparable, cut, matching_gains, passage
from .manifest import MANIFEST, SOUNDS, Manifest, Role, Stimulus

__all__ = ["ANSWERS", "Render", "Rendered", "create_test"]

Audio = NDArray[np.float32]


class Rendered(NamedTuple):
    """A mix, (channels, samples) with its rate in Hz; of one that was led from what was decided, how far it went."""

    audio: Audio
    sample_rate: int
    away: Mapping[str, float] | None = None


# A song's file and how it is to be mixed.
Render = Callable[[Path, MixArguments], Rendered]
Progress = Callable[[int, int], None]
ANSWERS = "answers.sqlite"
BROKEN_HZ = ANCHORS_HZ[0]


@dataclass(frozen=True, eq=False)
class _Sound:
    """What becomes a stimulus, before it is written."""

    song: str
    system: str
    role: Role
    audio: Audio
    gain_db: float
    start_s: float
    away: Mapping[str, float] | None = None


def create_test(
    test: ListeningTest,
    source: Path,
    folder: Path,
    render: Render,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Make the sounds of a test and write them, with the manifest, into a new folder; whole or not at all.

    Parameters
    ----------
    test
        As read from a file.
    source
        The folder in which its relative file names begin.
    folder
        Must not exist, or with `force` hold a test without answers.
    render
        Makes a mix; called for each song and each system that Mixwright makes.
    progress
        Called with the number of versions that are done, and of all.

    Errors
    ------
    ParameterError
        The folder is there already, or holds answers.
    AudioError
        A file cannot be read, or versions of a song cannot be compared; the text names the file.
    """
    _check_free(folder, force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".listening-", dir=folder.parent))
    except OSError as error:
        raise AudioWriteError(f"{folder}: cannot be written ({error.strerror or error})") from None
    try:
        (made / SOUNDS).mkdir()
        sounds = _sounds(test, source, render, progress or (lambda done, total: None))
        stimuli = tuple(_written(k, sound, made) for k, sound in enumerate(sounds))
        manifest = Manifest(test=test, stimuli=stimuli)
        (made / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        made.chmod(0o777 & ~_umask())
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    except OSError as error:
        raise AudioWriteError(f"{folder}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return manifest


def _check_free(folder: Path, force: bool) -> None:
    if not folder.exists():
        return
    if not (folder / MANIFEST).is_file():
        raise ParameterError(f"{folder}: is there already and holds no listening test")
    if (folder / ANSWERS).exists():
        raise ParameterError(f"{folder}: holds answers of listeners; choose another folder, or remove it yourself")
    if not force:
        raise ParameterError(f"{folder}: holds a test already; --force makes it anew")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sounds(test: ListeningTest, source: Path, render: Render, progress: Progress) -> Iterator[_Sound]:
    total = len(test.song) * len(test.system)
    for k, song in enumerate(test.song):
        versions: dict[str, Audio] = {}
        away: dict[str, Mapping[str, float] | None] = {}
        for j, system in enumerate(test.system):
            versions[system.name], away[system.name] = _version(song, system, source, render)
            progress(k * len(test.system) + j + 1, total)
        check_together({_called(song.name, name): audio for name, audio in versions.items()})
        yield from _of_song(test, song, versions, away, broken=k == 0 or test.catch_trials > 0)


def _version(
    song: SongRow, system: SystemRow, source: Path, render: Render
) -> tuple[Audio, Mapping[str, float] | None]:
    name = system.files.replace("{song}", song.name) if system.files is not None else song.file
    assert name is not None  # the definition asks for it
    path = source / name
    made = Rendered(*(render(path, system.mix) if system.mix is not None else read_audio(path)))
    return comparable(made.audio, made.sample_rate, _called(song.name, system.name)), made.away


def _called(song: str, system: str) -> str:
    return f"song {song!r}, system {system!r}"


def _of_song(
    test: ListeningTest, song: SongRow, versions: dict[str, Audio], away: Mapping[str, Mapping[str, float] | None], *,
    broken: bool,
) -> Iterator[_Sound]:  # fmt: skip
    """The systems in their order, then what is made from one of them."""
    leading = next((row.name for row in test.system if row.reference or row.input), test.system[0].name)
    first, last = passage(versions[leading], test.excerpt_s, song.start_s, song.end_s, _called(song.name, leading))
    excerpts = {name: cut(audio, first, last) for name, audio in versions.items()}
    named = {_called(song.name, name): audio for name, audio in excerpts.items()}
    matched = matching_gains(named)
    start_s = first / RATE
    for name, audio in excerpts.items():
        gain_db = matched[_called(song.name, name)] if test.level == "matched" else 0.0
        yield _Sound(song.name, name, "item", audio, gain_db, start_s, away[name])
    # Anchors and the broken mix keep the gain of what they are made from: what they lost is what is to be heard.
    origin = leading if test.kind == "mushra" else test.system[0].name
    gain_db = matched[_called(song.name, origin)] if test.level == "matched" else 0.0
    whole = versions[origin]
    if test.kind == "mushra":
        roles: tuple[Role, ...] = ("anchor_3500", "anchor_7000")
        for role, edge_hz in zip(roles, ANCHORS_HZ, strict=True):
            yield _Sound(song.name, origin, role, cut(low_passed(whole, edge_hz, RATE), first, last), gain_db, start_s)
    elif broken:
        yield _Sound(
            song.name, origin, "broken", cut(low_passed(whole, BROKEN_HZ, RATE), first, last), gain_db, start_s
        )


def _written(number: int, sound: _Sound, folder: Path) -> Stimulus:
    """The file: 24-bit WAV without any text in it; of one song, all have the same number of bytes."""
    audio = np.ascontiguousarray(sound.audio * np.float32(10 ** (sound.gain_db / 20)))
    called = _called(sound.song, sound.system)
    if np.abs(audio).max() > 1.0:
        raise SignalError(f'{called}: is over full scale and would be clipped; level = "matched" may help')
    temporary = folder / SOUNDS / "new.wav"
    with open_writer(temporary, sample_rate=RATE, channels=2, bit_depth=24) as writer:
        writer.write(audio)
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    temporary.rename(folder / SOUNDS / f"{digest}.wav")
    meter = TruePeakMeter(RATE, 2)
    meter.process(audio)
    return Stimulus(
        id=f"s{number:04}", song=sound.song, system=sound.system, role=sound.role, sha256=digest,
        gain_db=round(sound.gain_db, 4), integrated_lufs=round(loudness(audio, RATE), 3),
        true_peak_dbtp=round(20 * float(np.log10(max(meter.peak, 1e-9))), 3), start_s=round(sound.start_s, 3),
        duration_s=audio.shape[1] / RATE, away=None if sound.away is None else dict(sound.away),
    )  # fmt: skip
