"""Whose answers are left out, and which, by rules that were fixed before anybody listened.

MUSHRA: ITU-R BS.1534-3, section 4.1.2. Preference: catch trials. Repeats that are answered the other way round leave
nobody out: an honest listener of two mixes that are nearly alike does that every second time. Results are given with
everybody, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from .answers import slots
from .definition import ListeningTest
from .judgements import Judgement

__all__ = ["ANSWER_RULES", "RULES", "Exclusion", "answer_faults", "by_listener", "mushra_faults", "remarks", "screen"]

# BS.1534-3: grades, the share of an assessor's items, and the share of assessors from which an item counts for nobody.
REFERENCE_LEAST, ANCHOR_MOST = 90, 90
MOST_ITEMS, MOST_ASSESSORS = 0.15, 0.25
SIDE_CHANCE = 0.001  # of choosing one side so often without a preference for it
ROUNDING_S = 0.05  # the page counts seconds by its own clock

RULES = {
    "preference": (
        "the broken mix did not lose in at least half of its trials",
        "one side was chosen so often that chance does it once in a thousand",
    ),
    "mushra": (
        "the hidden reference was graded under 90 in more than 15 % of the items (BS.1534-3)",
        "the 7 kHz anchor was graded over 90 in more than 15 % of the items (BS.1534-3)",
    ),
}
HEADPHONES = "the headphone check was failed"
ANSWER_RULES = ("the sound dropped out", "a sound was heard for less than the least time")


@dataclass(frozen=True)
class Exclusion:
    """A listener who is left out, and why."""

    listener: str
    reason: str


def screen(kind: str, judgements: Sequence[Judgement], *, headphones: bool = False) -> list[Exclusion]:
    """Who is left out of a test of that kind; `headphones` says that the test asked for them."""
    listeners = by_listener(judgements)
    found: list[Exclusion] = []
    if headphones:
        found += _failing(listeners, HEADPHONES, lambda mine: not _has_headphones(mine))
    if kind == "preference":
        for reason, failed in zip(RULES[kind], (_takes_broken, _takes_a_side), strict=True):
            found += _failing(listeners, reason, failed)
    elif kind == "mushra":
        found += _mushra(listeners)
    return found


def answer_faults(one: Judgement, test: ListeningTest) -> tuple[str, ...]:
    """Why this answer is left out although its listener stays; empty where it counts."""
    heard = one.facts.get("seconds_heard") or {}
    least = min(test.least_seconds, one.heard[0].duration_s) - ROUNDING_S
    faults = (bool(one.facts.get("underruns")), any(heard.get(slot, 0.0) < least for slot in slots(one.trial)))
    return tuple(rule for rule, broken in zip(ANSWER_RULES, faults, strict=True) if broken)


def remarks(kind: str, judgements: Sequence[Judgement]) -> list[str]:
    """What the rules could not have found out, in sentences."""
    listeners = by_listener(judgements)
    if kind == "mushra" and 0 < len(listeners) <= 1 / MOST_ASSESSORS - 1:
        return [
            "With fewer than four assessors, whoever fails an item is more than a quarter of them: the rules of "
            "BS.1534-3 leave nobody out."
        ]
    if kind == "preference" and listeners and not any(one.role == "catch_broken" for one in judgements):
        return ["No broken mix was among the trials: who answers by chance is not found out."]
    return []


def by_listener(judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Each listener's, in the order in which they came."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        found[one.listener].append(one)
    return dict(found)


def mushra_faults(one: Judgement) -> tuple[bool, bool]:
    """Whether the hidden reference was graded too low, and the 7 kHz anchor too high."""
    graded = {
        stimulus.id: one.answer["scores"][slot] for slot, stimulus in zip(slots(one.trial), one.heard, strict=True)
    }
    anchors = [graded[stimulus.id] for stimulus in one.heard if stimulus.role == "anchor_7000"]
    reference = graded.get(one.trial.reference or "", 100)
    return reference < REFERENCE_LEAST, any(grade > ANCHOR_MOST for grade in anchors)


def _failing(
    listeners: Mapping[str, list[Judgement]], reason: str, failed: Callable[[list[Judgement]], bool]
) -> Iterable[Exclusion]:
    return [Exclusion(listener, reason) for listener, mine in listeners.items() if failed(mine)]


def _has_headphones(mine: list[Judgement]) -> bool:
    return bool(mine[0].checks.get("headphones", {}).get("passed", False))


def _takes_broken(mine: list[Judgement]) -> bool:
    caught = [one for one in mine if one.role == "catch_broken"]
    not_lost = sum(one.chosen is None or one.heard[one.chosen].role == "broken" for one in caught)
    return bool(caught) and not_lost >= len(caught) / 2


def _takes_a_side(mine: list[Judgement]) -> bool:
    sides = [one.chosen for one in mine if one.chosen is not None and one.role != "catch_broken"]
    return bool(sides) and binomtest(sum(sides), len(sides)).pvalue < SIDE_CHANCE


def _mushra(listeners: Mapping[str, list[Judgement]]) -> list[Exclusion]:
    """Failures by item first: what more than a quarter of all assessors fail is the item's fault, and held against
    nobody. The share is of all items that an assessor heard: an item that others fail makes nobody's own share
    larger."""
    items: dict[tuple[int, str], list[bool]] = defaultdict(list)
    for mine in listeners.values():
        for one in mine:
            for rule, fails in enumerate(mushra_faults(one)):
                items[rule, one.trial.song].append(fails)
    forgiven = {item for item, fails in items.items() if sum(fails) > MOST_ASSESSORS * len(fails)}
    found = []
    for listener, mine in listeners.items():
        for rule, reason in enumerate(RULES["mushra"]):
            failed = sum(mushra_faults(one)[rule] for one in mine if (rule, one.trial.song) not in forgiven)
            if failed > MOST_ITEMS * len(mine):
                found.append(Exclusion(listener, reason))
    return found
