"""The professional validation loop: a set of tracks through any mixer, scored before and after at equal loudness.

The scores are machine figures (`metrics/professional.py`, docs/validation.md). No professional gave them.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MixwrightError, SignalError
from ..metrics import genre_appropriateness, professional_scores
from ..metrics import validate as validate_audio
from ..metrics.pairs import loudness
from ..parameters.profiles import Profile, blend_profiles, load_profile
from .mixers import load_mixer
from .request import Mixer, Request
from .tracks import Given, Track, find_tracks
from .validation_result import Scores, TrackRow, Validation
from .validation_run import run_tracks

__all__ = ["AnyMixer", "validate"]

Audio = NDArray[np.float32]
AnyMixer = str | Mixer | Callable[..., NDArray[Any]]
Progress = Callable[[int, int], None]


def validate(
    tracks: Given,
    mixer: AnyMixer,
    *,
    genre: Mapping[str, float] | None = None,
    split: str | None = "test",
    longest: int | None = None,
    name: str = "",
    workers: int = 1,
    progress: Progress | None = None,
) -> Validation:
    """Run a mixer over tracks and score each before and after, at the same loudness.

    Parameters
    ----------
    tracks, genre, split, longest
        As `find_tracks`: a folder, files, `(audio, sample_rate)` with audio (channels, samples), or `Track`s. `genre`
        has weights by name, as `{"rock": 1}`; a track without a genre is held to the profile of all music.
    mixer
        `mixer(audio, sample_rate)`, or with a keyword `genre` (weights, or None), to audio of the same shape at the
        same rate; or the name of a baseline, `module:function`, or a command (`load_mixer`); or a `Mixer`.
    name
        What the result calls the mixer; its own name if not given.
    workers
        Processes. With more than one, a function must be importable by its module and name.
    progress
        Called with tracks done and tracks in all.

    Returns
    -------
    Validation
        One row a track, in the order given. A track that cannot be read, and a mixer that raises or gives back another
        shape, silence or what is not a number, make a row that says so; the run goes on.

    Errors
    ------
    ParameterError
        No track, an unknown mixer, genre or number of workers.
    """
    found = find_tracks(tracks, genre, split, longest)
    label = name or _label(mixer)
    if isinstance(mixer, str):
        load_mixer(mixer)  # an unknown name is an error at once, not one of every row
    rows = run_tracks(found, mixer, _validate_track, workers, progress or (lambda done, total: None))
    return Validation(label, tuple(rows))


def _validate_track(track: Track, mixer: AnyMixer) -> TrackRow:
    try:
        audio, rate = track.read()
        validate_audio(audio, rate, track.name)
        profile = load_profile("all") if track.genre is None else blend_profiles(track.genre)
        before = _scores(audio, rate, profile, track.name)
    except (MixwrightError, OSError, ValueError, MemoryError) as error:
        return TrackRow(track.name, track.genre, None, None, _one_line(error), "track")
    try:
        answer = _mixed(mixer, audio, rate, track.genre)
        after = _scores(answer, rate, profile, "the mix")
    except (Exception, SystemExit) as error:  # anybody's mixer may fail in any way; Ctrl-C goes through
        return TrackRow(track.name, track.genre, before, None, _one_line(error), "mixer")
    change_lu = loudness(answer, rate) - loudness(audio, rate)
    louder = change_lu if math.isfinite(change_lu) else None  # a mix below the gate of BS.1770 has no loudness
    return TrackRow(track.name, track.genre, before, after, loudness_change_lu=louder)


def _scores(audio: Audio, rate: int, profile: Profile, name: str) -> Scores:
    """Measured at one loudness, so that louder is never better."""
    scores = professional_scores(audio, rate, profile, name)
    return Scores.of(scores, genre_appropriateness(scores.analysis, profile))


def _mixed(mixer: AnyMixer, audio: Audio, rate: int, genre: Mapping[str, float] | None) -> Audio:
    """The mixer's answer, if it is one."""
    loaded = load_mixer(mixer) if isinstance(mixer, str) else mixer
    given = audio.copy()  # a mixer that works in place must not change what is scored as before
    if isinstance(loaded, Mixer):
        if loaded.missing:
            raise SignalError(f"mixer {loaded.name} cannot run here: {loaded.missing}")
        with TemporaryDirectory() as folder:
            answer: Any = loaded.mix(Request(given, rate, Path(folder), genre=genre)).audio
    elif "genre" in inspect.signature(loaded).parameters:
        answer = loaded(given, rate, genre=genre)
    else:
        answer = loaded(given, rate)
    return _checked(answer, audio, rate)


def _checked(answer: Any, audio: Audio, rate: int) -> Audio:
    if not (isinstance(answer, np.ndarray) and np.issubdtype(answer.dtype, np.floating)):
        kind = f"an array of {answer.dtype}" if isinstance(answer, np.ndarray) else type(answer).__name__
        raise SignalError(f"the mix is {kind}; it must be an array of floats")
    if answer.shape != audio.shape:
        raise SignalError(f"the mix: audio.shape={answer.shape} must be {audio.shape}, that of the track")
    mixed = np.ascontiguousarray(answer, np.float32)
    validate_audio(mixed, rate, "the mix")
    return mixed


def _label(mixer: AnyMixer) -> str:
    if isinstance(mixer, str):
        return mixer
    own = mixer.name if isinstance(mixer, Mixer) else getattr(mixer, "__name__", type(mixer).__name__)
    return str(own)


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    plain = text if isinstance(error, MixwrightError) else f"{type(error).__name__}: {text}".removesuffix(": ")
    return plain[:300]
