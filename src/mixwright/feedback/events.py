"""What is kept of what people do with their mixes, one record a deed; no music, no file name, no address.

A song is known by the loudness and tempo that its presets state, so that a preset which comes back from a DAW finds
the mix that it was made from.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..analysis.kept import FEATURES, features_of
from ..errors import ParameterError
from ..metrics import criterion
from ..parameters import Parameters, Preset
from ..store import NewEvent, PersonRow
from .taste import Choice

if TYPE_CHECKING:
    from ..analysis import Analysis

__all__ = [
    "ANSWERS_ONLY",
    "CHOICE",
    "COMMENT",
    "CONSENT",
    "CONSENT_VERSION",
    "EDIT",
    "EXPORT",
    "FEATURES",
    "KINDS",
    "MIX",
    "RATING",
    "UNDO",
    "UNEDITED",
    "choice_event",
    "edit_event",
    "features_of",
    "keeps_mixes",
    "mix_event",
    "rating_event",
    "simple_event",
    "song_of",
]

MIX, EDIT, CHOICE, RATING, EXPORT, UNDO, COMMENT = "mix", "edit", "choice", "rating", "export", "undo", "comment"
KINDS = (MIX, EDIT, CHOICE, RATING, EXPORT, UNDO, COMMENT)
CONSENT_VERSION = "1"
ANSWERS_ONLY = "answers "  # what begins so was agreed to in a listening room: answers are kept, mixes are not
CONSENT = (
    "Mixwright may keep, in a database of yours, what it decided for a mix, what you made of it, your choices, ratings "
    "and comments, and measurements such as loudness and brightness. It keeps no music, no file name and no address, "
    "and sends nothing anywhere. You can see all of it, export it, stop it and erase it at any time."
)
UNEDITED = 1e-3  # of a range: less is rounding
LONGEST_COMMENT = 2000


def keeps_mixes(person: PersonRow | None) -> bool:
    """Whether somebody agreed to have their mixes, edits and ratings kept, and not only answers to a test."""
    return person is not None and not (person.consent_version or ANSWERS_ONLY).startswith(ANSWERS_ONLY)


def song_of(preset: Preset) -> str:
    """What a song is known by."""
    told = f"{preset.programme_lufs:.2f} LUFS, {preset.tempo_bpm:.2f} BPM"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def mix_event(
    preset: Preset,
    decided: Mapping[str, float],
    before: Analysis | Mapping[str, float],
    figures: Mapping[str, float | None],
    *,
    genre: Mapping[str, float] | None,
    how: str,
    key: str,
) -> NewEvent:
    """That a mix was made.

    Parameters
    ----------
    preset
        Of the mix as it was proposed.
    decided
        The ten values without anybody's taste.
    before
        The song, or what `features_of` says of it.
    figures
        The criteria's figures by name.
    genre
        As it was heard or given.
    how
        Where: "cli" or "studio".
    """
    known = {name: value for name, value in figures.items() if value is not None and math.isfinite(value)}
    for name in known:
        criterion(name)
    data = {
        "how": how,
        "features": dict(before) if isinstance(before, Mapping) else features_of(before),
        "figures": known,
        "proposed": dict(preset.parameters),
        "decided": {name: decided[name] for name in preset.parameters},
        "at_bounds": preset.at_bounds(),
    }
    return NewEvent(key, MIX, data, song_of(preset), dict(genre or {}), preset.model)


def edit_event(
    kept: Mapping[str, float], mix: Mapping[str, Any], *, how: str, key: str, song: str, genre: Mapping[str, float],
    model: str,
) -> NewEvent:  # fmt: skip
    """That somebody kept other values than were proposed, or the proposed ones.

    Parameters
    ----------
    kept
        The ten values.
    mix
        The data of the mix's event.
    how
        Where: "studio", "plugin" or "preset".
    """
    data = {"how": how, "kept": dict(Parameters(kept)), "proposed": mix["proposed"], "decided": mix["decided"]}
    return NewEvent(key, EDIT, data, song, dict(genre), model)


def choice_event(
    first: Mapping[str, float], second: Mapping[str, float], outcome: str, *, key: str, song: str, genre: str = "",
    made: datetime | None = None,
) -> NewEvent:  # fmt: skip
    """A blind choice between two settings for a song, each as `deviation` says.

    Errors
    ------
    ParameterError
        As `Choice`.
    """
    Choice(first, second, outcome)
    data = {"first": dict(first), "second": dict(second), "outcome": outcome}
    return NewEvent(_digest(key), CHOICE, data, song, {genre: 1.0} if genre else {}, made=made)


def rating_event(
    score: float, *, comment: str = "", professional: bool = False, key: str, song: str,
    genre: Mapping[str, float] | None = None, model: str = "",
) -> NewEvent:  # fmt: skip
    """A rating from 1 to 10, with words where there are any; `professional`: by somebody who mixes for a living."""
    if not 1 <= score <= 10:
        raise ParameterError(f"rating={score:g} must be in [1, 10]")
    data = {"score": float(score), "comment": _words(comment), "professional": professional}
    return NewEvent(key, RATING, data, song, dict(genre or {}), model)


def simple_event(kind: str, data: Mapping[str, Any], *, key: str, song: str, model: str = "") -> NewEvent:
    """An export, an undo or a comment."""
    if kind not in (EXPORT, UNDO, COMMENT):
        raise ParameterError(f"kind={kind!r} must be {EXPORT}, {UNDO} or {COMMENT}")
    return NewEvent(key, kind, {name: _words(v) if isinstance(v, str) else v for name, v in data.items()}, song,
                    model=model)  # fmt: skip


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _words(text: str) -> str:
    if len(text) > LONGEST_COMMENT:
        raise ParameterError(f"a comment has at most {LONGEST_COMMENT} characters, not {len(text)}")
    return text.strip().encode("utf-8", "replace").decode()  # half a character, as a shell may give, cannot be shown
