"""Simulated listeners, who answer the trials that a real one would be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from mixwright.listening.assignment import Trial, assign
from mixwright.listening.manifest import Manifest, Stimulus
from mixwright.store import AnswerRow, ListenerRow

START = datetime(2026, 1, 1, tzinfo=UTC)
# From trial, its sounds and a random source to an answer.
Mind = Callable[[Trial, list[Stimulus], np.random.Generator], Mapping[str, Any]]


def rows_of(manifest: Manifest, minds: list[Mind], seed: int = 0, **facts: Any) -> list[AnswerRow]:
    """All answers, a listener for each mind."""
    rows = []
    for number, mind in enumerate(minds):
        rng = np.random.default_rng([seed, number])
        trials = assign(manifest, number)
        listener = ListenerRow(
            number, manifest.version, number, f"L{number + 1:04}", None, "s", START, "1", START, 0,
            tuple(trial.to_dict() for trial in trials),
            checks=facts.get("checks", {}),
        )  # fmt: skip
        for trial in trials:
            answer = mind(trial, [manifest.stimulus(item) for item in trial.items], rng)
            saved = START + timedelta(minutes=trial.number, seconds=number)
            heard = {"ABCDEFGHIJKL"[k]: facts.get("heard_s", 2.0) for k in range(len(trial.items))}
            recorded = {"seconds_heard": heard, "response_ms": 3000.0, "underruns": facts.get("underruns", 0)}
            rows.append(AnswerRow(listener, trial.to_dict(), "a", answer, recorded, (), saved))
    return sorted(rows, key=lambda row: row.saved)


def prefers(merits: Mapping[str, float], *, tie: float = -2.0) -> Mind:
    """An honest listener with a taste, by Davidson's model; a broken mix is worth nothing to it."""

    def choose(trial: Trial, heard: list[Stimulus], rng: np.random.Generator) -> Mapping[str, Any]:
        first, second = (-6.0 if one.role == "broken" else merits[one.system] for one in heard)
        chances = np.exp([(first - second) / 2, (second - first) / 2, tie])
        return {"preferred": ("A", "B", "tie")[rng.choice(3, p=chances / chances.sum())]}

    return choose


def clicks(side: str | None = None) -> Mind:
    """Does not listen: throws a coin, or always takes one side."""
    return lambda trial, heard, rng: {"preferred": side or str(rng.choice(["A", "B"]))}


def grades(merits: Mapping[str, float], spread: float = 8.0, *, finds_reference: bool = True) -> Mind:
    """A MUSHRA assessor: anchors at 20 and 50, the hidden reference at 100 where it is found."""

    def choose(trial: Trial, heard: list[Stimulus], rng: np.random.Generator) -> Mapping[str, Any]:
        scores = {}
        for k, one in enumerate(heard):
            if one.id == trial.reference:
                value = 100.0 if finds_reference else rng.uniform(20, 80)
            else:
                middle = {"anchor_3500": 20.0, "anchor_7000": 50.0}.get(one.role, merits.get(one.system, 50.0))
                value = rng.normal(middle, spread)
            scores["ABCDEFGHIJKL"[k]] = round(float(np.clip(value, 0, 100)))
        if not finds_reference:
            scores["ABCDEFGHIJKL"[[one.system != "system 0" for one in heard].index(True)]] = 100
        return {"scores": scores}

    return choose


def rates(merits: Mapping[str, float], own: float = 0.8, noise: float = 1.0) -> Callable[[np.random.Generator], Mind]:
    """Listeners who rate 1 to 10, each with a level of their own."""

    def listener(source: np.random.Generator) -> Mind:
        offset = source.normal(0, own)

        def choose(trial: Trial, heard: list[Stimulus], rng: np.random.Generator) -> Mapping[str, Any]:
            value = merits[heard[0].system] + offset + rng.normal(0, noise)
            return {"score": int(np.clip(round(value), 1, 10))}

        return choose

    return listener
