"""Making a set of preferences out of what was kept, without saying whose they are, and taking in those of others."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from .. import __version__
from ..audio.atomic import atomic_path
from ..errors import AudioWriteError, StoreError
from ..home import SHARED_TASTE
from ..model.leaning import Leaning
from ..parameters import Preset
from ..parameters.strict_model import checked
from ..store import EventRow, FeedbackStore, NewEvent
from ..store.feedback import OWN
from .diary import leaning_from
from .events import CHOICE, EDIT, RATING
from .exchange import FORMAT, SHARING, SHARING_VERSION, ChoiceRow, PreferenceSet, PresetRow, RatingRow, set_id
from .gathering import choices_of, choices_with_events, main_genre
from .taste import Choice, learn_taste

__all__ = ["Imported", "bounded", "import_set", "learn_shared", "make_set", "preset_rows", "write_presets"]

Row = TypeVar("Row")
# So coarse that they tell no song: a part of a range in thousandths, the weight of a genre in tenths.
WAY_DIGITS, GENRE_DIGITS = 3, 1
TOLD_APART = 20  # listeners; of more, those with the fewest choices are taken for one
MOST_LEARNED = 20_000  # choices, the last ones: so that learning stays within seconds and 1 GB
OTHERS = "others"


def make_set(
    events: Sequence[EventRow],
    *,
    licence: str,
    presets: Sequence[PresetRow] = (),
    comments: bool = False,
    notes: str = "",
) -> PreferenceSet:
    """A set of what people gave here, who agreed to SHARING; what came from others is left out.

    Listeners get numbers and rows an order that are drawn at random and not kept. Songs, times and keys are left out,
    comments too unless they are wanted.

    Errors
    ------
    ParameterError
        Nothing is there to share, more than fits, or the licence is none for data.
    """
    own = [event for event in events if event.source == OWN]
    names = _drawn({event.pseudonym for event in own})
    choices = [_choice_row(event, choice, names) for event, choice in choices_with_events(own)]
    ratings = [_rating_row(event, names, comments) for event in own if event.kind == RATING]
    content = {
        "format": FORMAT,
        "version": 1,
        "licence": licence,
        "consent": {"version": SHARING_VERSION, "statement": SHARING, "scope": "shared", "given": True},
        "created": datetime.now(UTC).date().isoformat(),
        "tool": f"mixwright {__version__}",
        "notes": notes,
        "choices": _shuffled(choices),
        "ratings": _shuffled(ratings),
        "presets": [row.model_dump() for row in presets],
    }
    return checked(PreferenceSet, content, "share")


def preset_rows(presets: Iterable[tuple[str, Preset]]) -> list[PresetRow]:
    """Presets for a set, each with its name, or with a number where that is empty; tagged by the genre they are of."""
    rows = []
    for number, (name, preset) in enumerate(presets, 1):
        genre = main_genre(preset.genre)
        content = {"name": name or f"preset {number}", "tags": [genre] if genre else [], "preset": preset.to_dict()}
        rows.append(checked(PresetRow, content, f"preset {number}"))
    return rows


@dataclass(frozen=True)
class Imported:
    """What became of a set: its id, how many listeners it adds (before or now), and what was new."""

    id: str
    listeners: int
    choices: int
    ratings: int


def import_set(store: FeedbackStore, preferences: PreferenceSet) -> Imported:
    """Keep the choices and ratings of others, as theirs: their names are SETID8:L001, their source the set's id.

    It may be done again, and after a stop in its middle: nothing comes twice. What is here already, in another set or
    as somebody's own, is not taken again: a set that holds an older one brings what is new in it.

    Errors
    ------
    StoreError
        The database fails, or somebody of that name is there from elsewhere.
    """
    id_ = set_id(preferences)
    made = datetime.combine(date.fromisoformat(preferences.created), datetime.min.time(), UTC)
    known = _known(event for event in store.events(CHOICE, EDIT, RATING) if event.source != id_)
    fresh: dict[str, list[NewEvent]] = defaultdict(list)
    seen: Counter[str] = Counter()
    rows: tuple[ChoiceRow | RatingRow, ...] = (*preferences.choices, *preferences.ratings)
    for row in rows:
        told = _told(row.model_dump())
        seen[told] += 1
        if seen[told] > known[told]:
            key = hashlib.sha256(f"{id_} {told} {seen[told]}".encode()).hexdigest()[:32]
            fresh[row.listener].append(_event(row, key, made))
    added: Counter[str] = Counter()
    for listener in sorted(fresh):
        name = f"{id_[:8]}:{listener}"
        there = store.person(name)
        if there is not None and there.source != id_:
            raise StoreError(f"{name}: is there already, from another set ({there.source[:16]}…)")
        store.agree(name, preferences.consent.version, source=id_)
        for kind in (CHOICE, RATING):
            events = [event for event in fresh[listener] if event.kind == kind]
            added[kind] += store.add(name, events) if events else 0
    return Imported(id_, len(fresh), added[CHOICE], added[RATING])


def write_presets(preferences: PreferenceSet, folder: Path) -> list[Path]:
    """Write the presets of a set into a folder of its own in `folder`; their files. Those that are there stay."""
    place = folder / set_id(preferences)[:8]
    files = []
    for row in preferences.presets:
        path = place / f"{row.name}.preset.json"
        files.append(path)
        if path.exists():
            continue
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AudioWriteError(f"{place}: cannot be made ({error.strerror or error})") from None
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(row.preset, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return files


def learn_shared(store: FeedbackStore, home: Path) -> Leaning | None:
    """What all listeners in a database share, written to SHARED_TASTE; without choices None, and no such file.

    Nobody's own taste is in it, and no mix leans to it unless it is told to (`mix --taste`).
    """
    choices = bounded(choices_of(store.events(CHOICE, EDIT, agreed=True)))
    if not choices:
        (home / SHARED_TASTE).unlink(missing_ok=True)
        return None
    leaning = leaning_from(learn_taste(choices))
    home.mkdir(parents=True, exist_ok=True)
    with atomic_path(home / SHARED_TASTE) as temporary:
        temporary.write_text(leaning.to_json(), encoding="utf-8")
    return leaning


def bounded(choices: Sequence[Choice]) -> list[Choice]:
    """What all can be learned from, however many came: the last choices, those with few of them taken for one."""
    last = choices[-MOST_LEARNED:]
    counted = Counter(choice.listener for choice in last)
    apart = {name for name, _ in counted.most_common(TOLD_APART)}
    return [c if c.listener in apart else replace(c, listener=OTHERS) for c in last]


def _drawn(people: Iterable[str]) -> dict[str, str]:
    return {person: f"L{number:03d}" for number, person in enumerate(_shuffled(sorted(people)), 1)}


def _shuffled(rows: Sequence[Row]) -> list[Row]:
    return secrets.SystemRandom().sample(rows, len(rows))


def _choice_row(event: EventRow, choice: Choice, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "listener": names[event.pseudonym],
        "first": _rounded(choice.first, WAY_DIGITS),
        "second": _rounded(choice.second, WAY_DIGITS),
        "outcome": choice.outcome,
        "weight": choice.weight,
        "genre": _rounded(event.genre, GENRE_DIGITS),
    }


def _rating_row(event: EventRow, names: Mapping[str, str], comments: bool) -> dict[str, Any]:
    return {
        "listener": names[event.pseudonym],
        "score": event.data["score"],
        "professional": event.data["professional"],
        "genre": _rounded(event.genre, GENRE_DIGITS),
        "model": event.model,
        "comment": event.data["comment"] if comments else "",
    }


def _rounded(values: Mapping[str, float], digits: int) -> dict[str, float]:
    """Sorted by name, without what is 0: the same for the same, however it came."""
    rounded = {name: round(float(values[name]), digits) for name in sorted(values)}
    return {name: value for name, value in rounded.items() if value}


def _event(row: ChoiceRow | RatingRow, key: str, made: datetime) -> NewEvent:
    if isinstance(row, ChoiceRow):
        data: dict[str, Any] = {"first": row.first, "second": row.second, "outcome": row.outcome, "weight": row.weight}
        return NewEvent(key, CHOICE, data, genre=row.genre, made=made)
    data = {"score": row.score, "comment": row.comment, "professional": row.professional}
    return NewEvent(key, RATING, data, genre=row.genre, model=row.model, made=made)


def _known(events: Iterable[EventRow]) -> Counter[str]:
    """How often each choice and rating is there, whoever gave it."""
    rows = list(events)
    nobody: defaultdict[str, str] = defaultdict(str)
    found = Counter(_told(_choice_row(event, choice, nobody)) for event, choice in choices_with_events(rows))
    found.update(_told(_rating_row(event, nobody, comments=False)) for event in rows if event.kind == RATING)
    return found


def _told(row: Mapping[str, Any]) -> str:
    """What is said, whoever says it, and with or without a comment."""
    digits = {"first": WAY_DIGITS, "second": WAY_DIGITS, "genre": GENRE_DIGITS}
    said = {key: _rounded(value, digits[key]) if key in digits else value for key, value in row.items()}
    return json.dumps({key: said[key] for key in sorted(said) if key not in ("listener", "comment")})
