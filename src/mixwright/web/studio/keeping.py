"""The feedback of who uses this studio: kept after they agreed, shown, erased; and the taste learned from it.

A mix's process leaves what feedback would be about in a file beside the mix: it decodes what strangers send, and knows
no database; and who agrees with a mix open on the desk has that one kept, too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from ...errors import MixwrightError, ParameterError
from ...feedback.diary import ME, Diary, agree, diary_of, store_url, taste_file
from ...feedback.events import EXPORT, UNDO, keeps_mixes, mix_event
from ...feedback.sharing import learn_shared
from ...home import FEEDBACK, SHARED_TASTE
from ...model.leaning import Leaning, load_leaning
from ...parameters import Parameters, Preset
from ...parameters.preset_file import load_preset
from ...store import EventRow, FeedbackStore, NewEvent, open_feedback
from ..guard import RefusedError
from .facts import EVENT

__all__ = ["HOW", "STUDIO", "Keeping"]

log = logging.getLogger("mixwright.web")
STUDIO = "studio"  # who uses a public studio, all of them together
HOW = "studio"
NOT_DECIDED = "this mix was made from a preset, or by an older Mixwright; feedback is about what was decided"


class Keeping:
    """Feedback in the database at `store`, else in `home`. Every method may wait for a disk or a network.

    A studio for others is another person than who runs it: one pseudonym for all who have its token, and a taste of
    its own. What all in the database share forgets them, too, when they erase.
    """

    def __init__(self, home: Path, store: str | None = None, *, public: bool = False) -> None:
        self.pseudonym = STUDIO if public else ME
        self._home, self._store = home, store
        self._learning = Lock()  # so that nothing is learned from what is being erased

    @property
    def taste_file(self) -> Path:
        """Where the taste is, once one was learned."""
        return taste_file(self._home, self.pseudonym)

    def leaning(self) -> Leaning | None:
        """The taste; None where none was learned. PresetError where its file cannot be read."""
        return load_leaning(self.taste_file) if self.taste_file.is_file() else None

    def consent(self, agreed: bool) -> None:
        """Keep feedback from now on, or no more; what is there stays."""
        if agreed:
            agree(self._home, url=self._store, pseudonym=self.pseudonym)
        else:
            with self._opened() as store:
                if store is not None:
                    store.withdraw(self.pseudonym)

    def kept(self) -> tuple[datetime | None, dict[str, int]]:
        """When somebody agreed, None where they did not or no longer do; and how many events of each kind are kept."""
        with self._opened() as store:
            if store is None:
                return None, {}
            person = store.person(self.pseudonym)
            since = person.consented if person is not None and keeps_mixes(person) else None
            return since, store.counts(self.pseudonym)

    def events(self) -> list[EventRow]:
        """All that is kept."""
        with self._opened() as store:
            return [] if store is None else store.events(pseudonym=self.pseudonym)

    def erase(self) -> int:
        """Delete everything, the agreement and the taste with it; how many events went."""
        with self._learning, self._opened() as store:
            gone = 0 if store is None else store.erase(self.pseudonym)
            self.taste_file.unlink(missing_ok=True)
            if store is not None and (self._home / SHARED_TASTE).is_file():
                learn_shared(store, self._home)
        return gone

    def mixed(self, mix: Path) -> list[str]:
        """Keep that the mix in this folder was proposed; warnings. Nothing that fails here costs anybody a mix."""
        return self._try(lambda: self._mixed(mix))

    def exported(self, mix: Path, preset: Path, kind: str) -> list[str]:
        """Keep what somebody made of that mix, and learn from it; warnings, as in `mixed`."""
        return self._try(lambda: self._exported(mix, preset, kind))

    def rated(self, mix: Path, score: float, comment: str) -> None:
        """Keep a rating from 1 to 10 of that mix."""
        with self._asked() as diary:
            preset, event = _remembered(diary, mix)
            diary.rated(preset, score, comment=comment, mix_key=event.key)

    def undone(self, mix: Path, undos: Sequence[Sequence[str]]) -> None:
        """Keep which parameters each undo changed back."""
        for name in (name for undo in undos for name in undo):
            if name not in Parameters():
                raise ParameterError(f"{name!r} is no parameter")
        with self._asked() as diary:
            preset, _ = _remembered(diary, mix)
            for undo in undos:
                diary.did(UNDO, {"how": HOW, "parameters": list(undo)}, preset)

    def _mixed(self, mix: Path) -> None:
        with self._diary() as diary:
            if diary is not None and (mix / EVENT).is_file():
                _remembered(diary, mix)

    def _exported(self, mix: Path, exported: Path, kind: str) -> None:
        with self._learning, self._diary() as diary:
            if diary is None or not (mix / EVENT).is_file():
                return
            preset, event = _remembered(diary, mix)
            # The song is the mix's: measured again, it might have another last digit.
            diary.kept(replace(preset, parameters=load_preset(exported).parameters), how=HOW, mix_key=event.key)
            diary.did(EXPORT, {"how": HOW, "format": kind}, preset)
            diary.learn()

    @contextmanager
    def _asked(self) -> Iterator[Diary]:
        """The diary where somebody wants something kept."""
        with self._diary() as diary:
            if diary is None:
                raise RefusedError(409, "nobody has agreed to have feedback kept")
            yield diary

    @contextmanager
    def _diary(self) -> Iterator[Diary | None]:
        if not self._there():
            yield None
            return
        with diary_of(self._home, url=self._store or store_url(self._home), pseudonym=self.pseudonym) as diary:
            yield diary

    @contextmanager
    def _opened(self) -> Iterator[FeedbackStore | None]:
        if not self._there():
            yield None
            return
        store = open_feedback(self._store or store_url(self._home))
        try:
            yield store
        finally:
            store.close()

    def _there(self) -> bool:
        """Whether there is a database; asking makes none."""
        return self._store is not None or (self._home / FEEDBACK).is_file()

    def _try(self, keep: Callable[[], None]) -> list[str]:
        try:
            keep()
        except Exception as error:
            if not isinstance(error, MixwrightError | OSError):
                log.exception("feedback was not kept")
            why = " ".join(str(error).split()) or type(error).__name__
            return [f"Your feedback on this could not be kept: {why}."]
        return []


def _remembered(diary: Diary, mix: Path) -> tuple[Preset, NewEvent]:
    """A mix's preset and event, which is in the diary from now on at the latest; it may come twice."""
    if not (mix / EVENT).is_file():
        raise RefusedError(409, NOT_DECIDED)
    preset = load_preset(mix / "preset.json")
    content = json.loads((mix / EVENT).read_text(encoding="utf-8"))
    event = mix_event(
        preset, content["decided"], content["features"], content["figures"], genre=content["genre"], how=HOW,
        key=content["key"],
    )  # fmt: skip
    event = replace(event, made=datetime.fromisoformat(content["made"]))
    diary.store.add(diary.pseudonym, [event])
    return preset, event
