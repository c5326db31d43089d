"""Stored answers in the words of the test again: which system was heard in which slot, and what was said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..store import AnswerRow
from .answers import TIE, slots
from .assignment import Trial
from .manifest import Manifest, Stimulus
from .preference import Answer

__all__ = ["Judgement", "collect", "comparisons", "system_name"]


@dataclass(frozen=True)
class Judgement:
    """One answer: `heard` are the sounds in the order of the slots A, B, C…; `genre` is the song's, if it has one;
    `finished` says that this listener has answered all that they were given."""

    listener: str
    trial: Trial
    heard: tuple[Stimulus, ...]
    genre: str | None
    answer: Mapping[str, Any]
    facts: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    checks: Mapping[str, Mapping[str, Any]]
    saved: datetime
    finished: bool = True

    @property
    def role(self) -> str:
        """main, repeat, catch_same, catch_broken or training."""
        return self.trial.role

    @property
    def chosen(self) -> int | None:
        """Of a preference or ABX: which slot, from 0; None for a tie."""
        slot = self.answer.get("preferred", self.answer.get("x_is"))
        return None if slot == TIE else slots(self.trial).index(str(slot))

    def scores(self) -> dict[str, float]:
        """Of a rating: the score of each system (and anchor) that was heard."""
        if "score" in self.answer:
            return {self.name(self.heard[0]): float(self.answer["score"])}
        given = self.answer["scores"]
        return {self.name(one): float(given[slot]) for slot, one in zip(slots(self.trial), self.heard, strict=True)}

    def name(self, stimulus: Stimulus) -> str:
        """What a sound of this trial is called in a result."""
        hidden = stimulus.id == self.trial.reference
        return f"{stimulus.system} (reference)" if hidden else system_name(stimulus)


def system_name(stimulus: Stimulus) -> str:
    """The system, or what was made from it."""
    made = {"anchor_3500": "anchor 3.5 kHz", "anchor_7000": "anchor 7 kHz", "broken": "broken"}
    return made.get(stimulus.role, stimulus.system)


def collect(manifest: Manifest, rows: Sequence[AnswerRow]) -> list[Judgement]:
    """All answers but those of the training, in the order in which they came."""
    genres = {row.name: row.genre for row in manifest.test.song}
    stimuli = {one.id: one for one in manifest.stimuli}
    answered = Counter(row.listener.id for row in rows)
    found = []
    for row in rows:
        trial, listener = Trial.from_dict(dict(row.trial)), row.listener
        if trial.role == "training":
            continue
        found.append(
            Judgement(
                listener.pseudonym, trial, tuple(stimuli[identity] for identity in trial.items), genres.get(trial.song),
                row.answer, row.facts, row.events, listener.checks, row.saved,
                answered[listener.id] >= len(listener.trials),
            )
        )  # fmt: skip
    return found


def comparisons(judgements: Sequence[Judgement]) -> list[Answer]:
    """The choices between systems that are wanted: without catch trials and repeats, which would count one twice."""
    found = []
    for one in judgements:
        if one.role == "main":
            first, second = (stimulus.system for stimulus in one.heard)
            found.append(
                Answer(one.listener, first, second, None if one.chosen is None else (first, second)[one.chosen])
            )
    return found
