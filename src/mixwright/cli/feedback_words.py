"""Feedback in words: what was kept, and what was learned from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model.leaning import Leaning
    from ..store import EventRow, PersonRow

__all__ = ["changed_words", "counted", "event_words", "everything", "learned_words"]

FORMAT = "mixwright-feedback"


def counted(count: int, word: str) -> str:
    """As "1 choice", "2 choices"."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def everything(person: PersonRow | None, events: Sequence[EventRow]) -> dict[str, Any]:
    """All that is kept of somebody, as plain JSON types."""
    return {
        "format": FORMAT,
        "version": 1,
        "person": None
        if person is None
        else {
            "pseudonym": person.pseudonym,
            "source": person.source,
            "created": person.created.isoformat(),
            "consent_version": person.consent_version,
            "consented": None if person.consented is None else person.consented.isoformat(),
        },
        "events": [
            {
                "key": event.key,
                "kind": event.kind,
                "made": event.made.isoformat(),
                "song": event.song,
                "genre": dict(event.genre),
                "model": event.model,
                "data": dict(event.data),
            }
            for event in events
        ],
    }


def event_words(event: EventRow) -> str:
    """One event, as "edit: low EQ +1.0 dB" or "rating: 8 of 10"."""
    from .wording import figure

    data = event.data
    if event.kind == "edit":
        return f"edit: {changed_words(event, data['kept'])}"
    if event.kind == "rating":
        said = f" ({data['comment']})" if data["comment"] else ""
        return f"rating: {data['score']:g} of 10{said}"
    if event.kind == "mix":
        song = figure(data["features"].get("integrated_lufs"), "LUFS")
        return f"mix: a song of {song}, by {event.model} ({data['how']})"
    if event.kind == "choice":
        return f"choice: {data['outcome']}"
    return ": ".join([event.kind, *(str(value) for value in data.values())][:2])


def changed_words(mix: EventRow, kept: Mapping[str, float]) -> str:
    """What somebody changed of what was proposed, as "+1.0 dB low EQ, +10.0 % wet reverb"."""
    from ..feedback.events import UNEDITED
    from ..model.leaning import TRAITS
    from ..model.tasting import label, moved_words
    from ..parameters.table import to_position

    proposed = mix.data["proposed"]
    moved = [
        f"{moved_words(name, proposed[name], kept[name])} {label(name)}"
        for name in TRAITS
        if abs(to_position(name, kept[name]) - to_position(name, proposed[name])) >= UNEDITED
    ]
    return ", ".join(moved) or "as it was proposed"


def learned_words(leaning: Leaning) -> str:
    """What a taste leans to, in one sentence, or why to nothing yet."""
    from ..feedback.taste import LEAST_CHOICES
    from ..model.tasting import label

    count = leaning.shared.choices
    choices = counted(count, "choice")
    if count < LEAST_CHOICES:
        return f"Learned from {choices}; mixes lean from {LEAST_CHOICES} on"
    shared = leaning.shared.positions
    apart = {f"{genre}: ": positions for genre, positions in leaning.genres.items() if positions != shared}
    told = [
        name + ", ".join(f"{label(n)} {100 * by:+.0f} %".replace("-", "−") for n, by in positions.items())
        for name, positions in {"": shared, **apart}.items()
        if positions
    ]
    if not told:
        return f"Learned from {choices}: nothing that could not be chance"
    return f"Learned from {choices}: {'; '.join(told)} of the range"
