"""Whether an answer can be, for the trial it belongs to; and what of it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..errors import ParameterError
from .assignment import Trial
from .definition import ListeningTest

__all__ = ["SCALES", "TIE", "check_answer", "slots"]

TIE = "tie"
LONGEST_COMMENT, MOST_TAGS, LONGEST_TAG = 2000, 20, 50
# Lowest, highest, step.
SCALES = {"multiple": (0, 100, 1), "mushra": (0, 100, 1), "rating": (1, 10, 1), "appropriateness": (1, 10, 1)}
CONFIDENCE = (1, 5, 1)
FREE = ("confidence", "comment", "tags")


def slots(trial: Trial) -> tuple[str, ...]:
    """The letters under which a trial's items are heard: A, B, C…"""
    return tuple(chr(ord("A") + k) for k in range(len(trial.items)))


def check_answer(test: ListeningTest, trial: Trial, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with what belongs to it and nothing else, as plain JSON types.

    Preference has `preferred`: a slot or "tie"; ABX `x_is`: a slot; several mixes and MUSHRA `scores` by slot, 0 to 100
    (MUSHRA: one of them 100); ratings `score`, 1 to 10. `confidence` 1 to 5, `comment` and `tags` may be there.

    Errors
    ------
    ParameterError
        Something is missing, unknown, or outside its scale.
    """
    if not isinstance(answer, Mapping):
        raise ParameterError("answer: must be an object")
    named = {"preference": "preferred", "abx": "x_is", "multiple": "scores", "mushra": "scores"}.get(test.kind, "score")
    unknown = sorted(set(answer) - {named, *FREE})
    if unknown:
        raise ParameterError(f"answer: {unknown[0]!r} does not belong to a trial of this kind")
    if named not in answer:
        raise ParameterError(f"answer: {named} is missing")
    given, letters = answer[named], slots(trial)
    kept: dict[str, Any] = {}
    if test.kind in ("preference", "abx"):
        allowed = (*letters, TIE) if test.kind == "preference" else letters
        if given not in allowed:
            raise ParameterError(f"answer: {named} must be one of {', '.join(allowed)}")
        kept[named] = given
    elif named == "scores":
        if not isinstance(given, Mapping) or set(given) != set(letters):
            raise ParameterError(f"answer: scores must have one for each of {', '.join(letters)}")
        kept[named] = {slot: _on_scale(f"score of {slot}", given[slot], SCALES[test.kind]) for slot in letters}
        if test.kind == "mushra" and max(kept[named].values()) < SCALES["mushra"][1]:
            raise ParameterError("answer: one of them is the reference and must be rated 100 (BS.1534-3)")
    else:
        kept[named] = _on_scale(named, given, SCALES[test.kind])
    return kept | _free(answer)


def _free(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a listener may add."""
    kept: dict[str, Any] = {}
    if answer.get("confidence") is not None:
        kept["confidence"] = _on_scale("confidence", answer["confidence"], CONFIDENCE)
    comment = answer.get("comment") or ""
    if not isinstance(comment, str) or len(comment) > LONGEST_COMMENT:
        raise ParameterError(f"answer: comment must be a text of at most {LONGEST_COMMENT} characters")
    if comment.strip():
        kept["comment"] = comment.strip().replace("\0", "")
    tags = answer.get("tags") or []
    if not isinstance(tags, list) or len(tags) > MOST_TAGS or not all(_is_tag(tag) for tag in tags):
        raise ParameterError(f"answer: tags must be at most {MOST_TAGS} texts of 1 to {LONGEST_TAG} characters")
    if tags:
        kept["tags"] = list(dict.fromkeys(tag.strip() for tag in tags))
    return kept


def _is_tag(tag: object) -> bool:
    return isinstance(tag, str) and 0 < len(tag.strip()) <= LONGEST_TAG and "\0" not in tag


def _on_scale(name: str, value: object, scale: tuple[int, int, int]) -> int:
    low, high, step = scale
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"answer: {name} must be a number from {low} to {high}")
    if not low <= value <= high or (value - low) % step:
        raise ParameterError(f"answer: {name}={value:g} must be in steps of {step} from {low} to {high}")
    return int(value)
