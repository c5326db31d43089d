"""Somebody's own feedback: what they agreed to have kept, in a database of theirs, and the taste learned from it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..audio.atomic import atomic_path
from ..errors import ParameterError, StoreError
from ..home import FEEDBACK, TASTE
from ..model.leaning import Lean, Leaning
from ..parameters import GENRES, Preset
from ..store import EventRow, FeedbackStore, open_feedback
from .events import (
    CONSENT_VERSION,
    EDIT,
    MIX,
    UNEDITED,
    edit_event,
    keeps_mixes,
    mix_event,
    rating_event,
    simple_event,
    song_of,
)
from .gathering import choices_of
from .taste import Taste, deviation, learn_taste

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..analysis import Analysis

__all__ = ["ME", "Diary", "agree", "diary_of", "leaning_from", "open_at", "store_url", "taste_file"]

ME = "me"


class Diary:
    """Feedback of one person, who has agreed."""

    def __init__(self, store: FeedbackStore, home: Path, pseudonym: str = ME) -> None:
        self.store, self.home, self.pseudonym = store, home, pseudonym

    def mixed(
        self,
        preset: Preset,
        decided: Mapping[str, float],
        before: Analysis,
        figures: Mapping[str, float | None],
        *,
        genre: Mapping[str, float] | None,
        how: str,
    ) -> None:
        """Keep that a mix was proposed; arguments as of `mix_event`."""
        event = mix_event(preset, decided, before, figures, genre=genre, how=how, key=_key())
        self.store.add(self.pseudonym, [event])

    def kept(self, preset: Preset, *, how: str, mix_key: str = "") -> EventRow:
        """Keep that somebody ended with this preset; the mix that it was made from: of that song the one whose event
        has that key, else the last that proposed just this, else the last by the preset's model, else the last.

        Errors
        ------
        ParameterError
            No mix of that song was kept.
        """
        mix = self._mix_of(preset, mix_key)
        event = edit_event(
            preset.parameters, mix.data, how=how, key=_key(), song=mix.song, genre=mix.genre, model=mix.model
        )
        before = self.store.events(EDIT, pseudonym=self.pseudonym, song=mix.song)
        if not before or before[-1].data != event.data:  # what was kept last may be told twice
            self.store.add(self.pseudonym, [event])
        return mix

    def rated(
        self, preset: Preset, score: float, *, comment: str = "", professional: bool = False, mix_key: str = ""
    ) -> None:
        """Keep a rating from 1 to 10 of a mix, known by its preset, and by its key as in `kept`."""
        mix = self._mix_of(preset, mix_key)
        event = rating_event(
            score, comment=comment, professional=professional, key=_key(), song=mix.song, genre=mix.genre,
            model=mix.model,
        )  # fmt: skip
        self.store.add(self.pseudonym, [event])

    def did(self, kind: str, data: Mapping[str, Any], preset: Preset) -> None:
        """Keep an export, an undo or a comment about the song of a preset."""
        event = simple_event(kind, data, key=_key(), song=song_of(preset), model=preset.model)
        self.store.add(self.pseudonym, [event])

    def learn(self) -> Leaning:
        """Learn the taste anew from all that is kept of this person, and write it to its `taste_file`."""
        taste = learn_taste(choices_of(self.store.events(pseudonym=self.pseudonym)))
        leaning = leaning_from(taste, listener=self.pseudonym)
        self.home.mkdir(parents=True, exist_ok=True)
        with atomic_path(taste_file(self.home, self.pseudonym)) as temporary:
            temporary.write_text(leaning.to_json(), encoding="utf-8")
        return leaning

    def _mix_of(self, preset: Preset, key: str = "") -> EventRow:
        found = self.store.events(MIX, pseudonym=self.pseudonym, song=song_of(preset))
        if not found:
            raise ParameterError(
                "no mix of this song is among what was kept: mix it first, with feedback on (mixwright feedback on)"
            )
        made = [mix for mix in found if mix.key == key]
        same = [mix for mix in found if _differs_by_rounding(preset.parameters, mix.data["proposed"])]
        by_model = [mix for mix in found if mix.model == preset.model]
        return (made or same or by_model or found)[-1]


@contextmanager
def diary_of(home: Path, *, url: str | None = None, pseudonym: str = ME) -> Iterator[Diary | None]:
    """The diary of somebody who has agreed, else None; nothing is made where nothing is."""
    if url is None and not (home / FEEDBACK).is_file():
        yield None
        return
    store = open_feedback(url or store_url(home))
    try:
        yield Diary(store, home, pseudonym) if keeps_mixes(store.person(pseudonym)) else None
    finally:
        store.close()


def taste_file(home: Path, pseudonym: str = ME) -> Path:
    """Where somebody's taste is: one's own where `mix` looks for it, that of others beside it."""
    return home / (TASTE if pseudonym == ME else f"taste-{pseudonym}.json")


def store_url(home: Path) -> str:
    """Where feedback is kept by default."""
    return f"sqlite:///{home / FEEDBACK}"


def open_at(home: Path, url: str | None = None) -> FeedbackStore:
    """The database at a URL, or the one at home, made where it is not yet.

    Errors
    ------
    StoreError
        It cannot be made or opened.
    """
    if url is None:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{home}: cannot be made ({error.strerror or error})") from None
    return open_feedback(url or store_url(home))


def agree(home: Path, *, url: str | None = None, pseudonym: str = ME) -> None:
    """Keep somebody's feedback from now on; they were told CONSENT."""
    store = open_at(home, url)
    try:
        store.agree(pseudonym, CONSENT_VERSION)
    finally:
        store.close()


def leaning_from(taste: Taste, *, listener: str = "") -> Leaning:
    """What mixes lean to for a taste: of a listener where several are told apart, and by genre where those are."""
    mine = listener if listener in taste.listeners else ""
    shared = taste.lean(mine)
    genres = {g: taste.lean(mine, g).positions for g in GENRES if g in taste.genres}
    counted = taste.choices.get(listener, sum(taste.choices.values()) if not listener else 0)
    return Leaning(Lean(shared.positions, counted), genres, listener, datetime.now(UTC).date().isoformat())


def _differs_by_rounding(values: Mapping[str, float], others: Mapping[str, float]) -> bool:
    away = deviation(values, others)
    return all(abs(by) < UNEDITED for by in away.values())


def _key() -> str:
    return secrets.token_hex(16)
