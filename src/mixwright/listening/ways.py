"""Choices between settings: answers to a preference test whose systems are led from what is decided for a song."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..store import AnswerRow
from .judgements import collect
from .manifest import Manifest
from .screening import answer_faults, screen

__all__ = ["WayChoice", "way_choices"]


@dataclass(frozen=True)
class WayChoice:
    """One choice: how far each of the two lay from what was decided, in parts of each range; which won ("first",
    "second" or "tie"); and a key that is the same whenever it is read again."""

    listener: str
    key: str
    song: str
    genre: str
    first: Mapping[str, float]
    second: Mapping[str, float]
    outcome: str
    saved: datetime


def way_choices(manifest: Manifest, rows: Sequence[AnswerRow]) -> list[WayChoice]:
    """The choices in a test's answers, in the order in which they came.

    Left out are catch trials and repeats, listeners and answers that the rules of the test leave out, and pairs of
    which nobody knows what was set, or that differ in more than that.
    """
    mixes = {row.name: row.mix and row.mix.model_copy(update={"away": {}}) for row in manifest.test.system}
    judgements = collect(manifest, rows)
    out = {one.listener for one in screen(manifest.test.kind, judgements, headphones=manifest.test.headphone_check)}
    found = []
    for one in judgements:
        if one.role != "main" or one.listener in out or answer_faults(one, manifest.test):
            continue
        first, second = one.heard
        if first.away is None or second.away is None or mixes[first.system] != mixes[second.system]:
            continue
        outcome = "tie" if one.chosen is None else ("first", "second")[one.chosen]
        key = f"{manifest.version}:{one.listener}:{one.trial.number}"
        found.append(
            WayChoice(one.listener, key, one.trial.song, one.genre or "", first.away, second.away, outcome, one.saved)
        )
    return found
