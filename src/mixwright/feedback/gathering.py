"""Choices out of what was kept: blind ones from listening tests count whole, sliders that were moved a little."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from ..errors import ParameterError
from ..model.leaning import TRAITS
from ..store import EventRow
from .events import CHOICE, EDIT, UNEDITED
from .taste import Choice, deviation

__all__ = ["EDIT_WEIGHT", "choices_of", "choices_with_events", "main_genre"]

# Who moves a slider has heard both, but not blind, and knows which is whose.
EDIT_WEIGHT = 0.25
CLEAR = 0.5  # the share from which on a song counts as of one genre


def choices_of(events: Iterable[EventRow]) -> list[Choice]:
    """The choices in events, in their order; an edit that changed nothing is none.

    Of each song of a person only the last edit counts: what was kept in the end.
    """
    return [choice for _, choice in choices_with_events(events)]


def choices_with_events(events: Iterable[EventRow]) -> list[tuple[EventRow, Choice]]:
    """As `choices_of`, each with the event that it was made by."""
    found: dict[tuple[str, str, str], tuple[EventRow, Choice]] = {}
    for event in events:
        if event.kind == CHOICE:
            data = event.data
            choice = Choice(
                _way(data["first"]), _way(data["second"]), data["outcome"], event.pseudonym, main_genre(event.genre),
                float(data.get("weight", 1.0)),
            )  # fmt: skip
            found[event.pseudonym, CHOICE, event.key] = event, choice
        elif event.kind == EDIT:
            place = (event.pseudonym, EDIT, event.song)
            edited = _edit(event)
            found.pop(place, None)
            if edited is not None:
                found[place] = event, edited
    return list(found.values())


def main_genre(weights: Mapping[str, float]) -> str:
    """The genre that a song clearly is of, or ""."""
    name, share = max(weights.items(), key=lambda item: item[1], default=("", 0.0))
    return name if share >= CLEAR * sum(weights.values()) > 0 else ""


def _edit(event: EventRow) -> Choice | None:
    """Kept over proposed. Which of them is called the first is drawn, so that it is no habit of the order."""
    kept, proposed = (deviation(event.data[what], event.data["decided"]) for what in ("kept", "proposed"))
    if all(abs(kept.get(name, 0.0) - proposed.get(name, 0.0)) < UNEDITED for name in TRAITS):
        return None
    who, genre = event.pseudonym, main_genre(event.genre)
    if zlib.crc32(event.key.encode()) % 2:
        return Choice(kept, proposed, "first", who, genre, EDIT_WEIGHT)
    return Choice(proposed, kept, "second", who, genre, EDIT_WEIGHT)


def _way(content: Mapping[str, float]) -> dict[str, float]:
    unknown = sorted(set(content) - set(TRAITS))
    if unknown:
        raise ParameterError(f"choice: {unknown[0]!r} is no part of taste")
    return {name: float(by) for name, by in content.items()}
