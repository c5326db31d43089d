"""Whose answers are left out, by rules that were fixed before anybody listened.

MUSHRA: ITU-R BS.1534-3, section 4.1.2. Preference: catch trials. Repeats that are answered the
other way round leave nobody out: an honest listener of two mixes that are nearly alike does that every second time.
Results are given with everybody, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from .judgements import Judgement

__all__ = ["RULES", "Exclusion", "screen"]

# BS.1534-3: grades, the share of an assessor's items, and the share of assessors from which an item counts for nobody.
REFERENCE_LEAST, ANCHOR_MOST = 90, 90
MOST_ITEMS, MOST_ASSESSORS = 0.15, 0.25
SIDE_CHANCE = 0.001  # of choosing one side so often without a preference for it

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


@dataclass(frozen=True)
class Exclusion:
    """A listener who is left out, and why."""

    listener: str
    reason: str


def screen(kind: str, judgements: Sequence[Judgement], *, headphones: bool = False) -> list[Exclusion]:
    """Who is left out of a test of that kind; `headphones` says that the test asked for them."""
    by_listener: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_listener[one.listener].append(one)
    found: list[Exclusion] = []
    if headphones:
        found += _failing(by_listener, HEADPHONES, lambda mine: not _has_headphones(mine))
    if kind == "preference":
        for reason, failed in zip(RULES[kind], (_takes_broken, _takes_a_side), strict=True):
            found += _failing(by_listener, reason, failed)
    elif kind == "mushra":
        found += _mushra(by_listener)
    return found


def _failing(
    by_listener: dict[str, list[Judgement]], reason: str, failed: Callable[[list[Judgement]], bool]
) -> Iterable[Exclusion]:
    return [Exclusion(listener, reason) for listener, mine in by_listener.items() if failed(mine)]


def _has_headphones(mine: list[Judgement]) -> bool:
    return bool(mine[0].checks.get("headphones", {}).get("passed", False))


def _takes_broken(mine: list[Judgement]) -> bool:
    caught = [one for one in mine if one.role == "catch_broken"]
    not_lost = sum(one.chosen is None or one.heard[one.chosen].role == "broken" for one in caught)
    return bool(caught) and not_lost >= len(caught) / 2


def _takes_a_side(mine: list[Judgement]) -> bool:
    sides = [one.chosen for one in mine if one.chosen is not None and one.role != "catch_broken"]
    return bool(sides) and binomtest(sum(sides), len(sides)).pvalue < SIDE_CHANCE


def _mushra(by_listener: dict[str, list[Judgement]]) -> list[Exclusion]:
    """Failures by item first: what more than a quarter of all assessors fail is the item's fault."""
    items: dict[str, dict[str, list[bool]]] = {reason: defaultdict(list) for reason in RULES["mushra"]}
    for mine in by_listener.values():
        for one in mine:
            for reason, fails in zip(RULES["mushra"], _fails(one), strict=True):
                items[reason][one.trial.song].append(fails)
    found = []
    for listener, mine in by_listener.items():
        for k, reason in enumerate(RULES["mushra"]):
            counted = [
                _fails(one)[k]
                for one in mine
                if sum(items[reason][one.trial.song]) <= MOST_ASSESSORS * len(items[reason][one.trial.song])
            ]
            if counted and sum(counted) > MOST_ITEMS * len(counted):
                found.append(Exclusion(listener, reason))
    return found


def _fails(one: Judgement) -> tuple[bool, bool]:
    """Whether the hidden reference was graded too low, and the 7 kHz anchor too high."""
    graded = {stimulus.id: one.answer["scores"][chr(ord("A") + k)] for k, stimulus in enumerate(one.heard)}
    anchors = [graded[stimulus.id] for stimulus in one.heard if stimulus.role == "anchor_7000"]
    reference = graded.get(one.trial.reference or "", 100)
    return reference < REFERENCE_LEAST, any(grade > ANCHOR_MOST for grade in anchors)
