"""Where a listener is: consent, headphones, training, trials, done; and what the page is told, which names nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from ...listening.answers import SCALES, slots
from ...listening.assignment import Trial
from ...listening.definition import ListeningTest
from ...listening.manifest import Manifest
from ...store import ListenerRow
from .links import sound_address

__all__ = ["current_trial", "headphones_due", "places", "seconds", "slots_told", "state"]

LABELS = {
    "mushra": ["Bad", "Poor", "Fair", "Good", "Excellent"],  # BS.1534-3, each a fifth of the scale
    "multiple": ["Very bad", "Very good"],
    "rating": ["Unusable", "Perfect"],
    "appropriateness": ["Not at all", "Perfectly"],
}
REFERENCE, X = "reference", "X"


def current_trial(listener: ListenerRow, done: AbstractSet[int]) -> Trial | None:
    """The first trial without an answer."""
    return next((Trial.from_dict(dict(t)) for t in listener.trials if t["number"] not in done), None)


def headphones_due(test: ListeningTest, listener: ListenerRow) -> bool:
    """Whether the check of headphones comes before anything else."""
    return test.headphone_check and "headphones" not in listener.checks


def places(trial: Trial) -> Iterator[tuple[str, str]]:
    """Every place of a trial where something is heard, and the id of the sound there."""
    yield from zip(slots(trial), trial.items, strict=True)
    if trial.reference is not None:
        yield REFERENCE, trial.reference
    if trial.x is not None:
        yield X, trial.x


def slots_told(trial: Trial) -> frozenset[str]:
    """What a page may say was heard: it calls the reference by a name."""
    return frozenset("Reference" if place == REFERENCE else place for place, _ in places(trial))


def state(manifest: Manifest, listener: ListenerRow, done: AbstractSet[int], base: str) -> dict[str, Any]:
    """Everything that the page needs, under the contract of docs/listening_room.md; `base` is the listener's link."""
    test = manifest.test
    trial = current_trial(listener, done)
    agreed = listener.consent_version == test.consent.version
    if not agreed:
        step = "consent"
    elif headphones_due(test, listener):
        step = "headphones"
    elif trial is None:
        step = "done"
    else:
        step = "training" if trial.role == "training" else "trial"
    training = sum(t["role"] == "training" for t in listener.trials)
    return {
        "title": test.title,
        "kind": test.kind,
        "question": test.asked,
        "consent": {"version": test.consent.version, "text": test.consent.text, "given": agreed},
        "headphones": {"wanted": test.headphone_check, "done": "headphones" in listener.checks},
        "step": step,
        "done": max(0, len(done) - training),
        "total": len(listener.trials) - training,
        "listener": listener.pseudonym,
        "trial": _told(manifest, listener, trial, base) if trial and step in ("training", "trial") else None,
        "code": listener.code if step == "done" and test.code else None,
    }


def _told(manifest: Manifest, listener: ListenerRow, trial: Trial, base: str) -> dict[str, Any]:
    test = manifest.test
    urls = {
        place: f"{base}/a/{sound_address(listener.secret, f'{trial.number}/{place}')}" for place, _ in places(trial)
    }
    return {
        "number": trial.number,
        "training": trial.role == "training",
        "question": test.asked,
        "genre": _genre(test, trial),
        "items": [{"slot": slot, "url": urls[slot]} for slot in slots(trial)],
        "reference": urls.get(REFERENCE),
        "x": urls.get(X),
        "ties": test.kind == "preference",
        "scale": _scale(test.kind),
        "least_seconds": min(test.least_seconds, seconds(manifest, trial)),
        "seconds": seconds(manifest, trial),
    }


def seconds(manifest: Manifest, trial: Trial) -> float:
    """How long the sounds of a trial are."""
    return manifest.stimulus(trial.items[0]).duration_s


def _genre(test: ListeningTest, trial: Trial) -> str | None:
    """Which genre is asked about; elsewhere none is named."""
    if test.kind != "appropriateness":
        return None
    return next(row.genre for row in test.song if row.name == trial.song)


def _scale(kind: str) -> Mapping[str, Any] | None:
    if kind not in SCALES:
        return None
    low, high, step = SCALES[kind]
    return {"low": low, "high": high, "step": step, "labels": LABELS[kind]}
