"""A decision led on by taste: as far as it leans, and never beyond what a decision may do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from ..analysis import Analysis
from ..parameters import Parameters
from ..parameters.table import info
from . import reasons
from .decision import Amounts, Decision, Tasted
from .leaning import TRAITS, Lean, Leaning
from .learned_reasons import amount_words
from .refine import hold
from .rules import scaled, settle

__all__ = ["kept_of", "label", "lean_on", "lean_words", "leaning_words", "moved_words", "tasted_words"]


def lean_on(
    decision: Decision,
    lean: Lean,
    analysis: Analysis,
    *,
    fixed: Mapping[str, float] | None = None,
    amounts: Amounts | None = None,
) -> Decision:
    """The decision for a song, still, with a taste's lean.

    Taste is learned as the way from what was decided to what was preferred, so that it is added to the decision, after
    refinement. What never goes holds on: no more compression than the crest factor can bear, no width for a mono mix,
    every value in its range, the level settled anew. What the user set by hand stays.
    """
    amounts, fixed = amounts or Amounts(), dict(fixed or {})
    before = {name: decision.parameters[name] for name in TRAITS}
    wanted = lean.apply(before, {name: amounts.of(info(name).aspect) for name in TRAITS})
    held = hold({**wanted, **fixed}, analysis, decision.voicing).values
    leaning = [name for name, by in lean.positions.items() if _along(before[name], held[name], by)]
    values = {**before, **{name: scaled(name, held[name], 1.0) for name in leaning}, **fixed}
    moved = {name: (before[name], values[name]) for name in TRAITS if name not in fixed}
    settled = settle(analysis, values, decision.voicing, fixed, amounts.level)
    parameters = Parameters(settled.values)
    moved = {name: (a, parameters[name]) for name, (a, _) in moved.items() if parameters[name] != a}
    tasted = Tasted(moved, lean.choices)
    if not moved:
        return replace(decision, tasted=tasted)
    why = {**decision.reasons, **{n: r for n, r in reasons.level(settled).items() if n not in fixed}}
    provenance = dict(decision.provenance)
    for name, (a, b) in moved.items():
        why[name] = _reason(name, a, b, lean.choices, why[name])
        provenance[name] = "neutral" if b == info(name).neutral else "refined"
    for name in set(parameters) - set(TRAITS) - set(fixed):
        provenance[name] = "neutral" if parameters[name] == info(name).neutral else "refined"
    return replace(
        decision,
        parameters=parameters,
        provenance=provenance,
        reasons=why,
        makeup_trim_db=settled.makeup_trim_db,
        rms_ratio=settled.rms_ratio,
        tasted=tasted,
    )


def kept_of(tasted: Tasted, values: Mapping[str, float]) -> Tasted:
    """What is left of it where a render took something back: nothing of a parameter that no longer leans its way."""
    moved = {n: (a, values[n]) for n, (a, b) in tasted.moved.items() if _along(a, values[n], b - a)}
    return Tasted(moved, tasted.choices)


def tasted_words(tasted: Tasted) -> str:
    """As "+0.8 dB presence, 1.40:1 instead of 1.00:1 compression, from 46 choices"; empty where nothing moved."""
    if not tasted.moved:
        return ""
    moves = [f"{moved_words(name, *both)} {label(name)}" for name, both in tasted.moved.items()]
    return f"{', '.join(moves)}, from {tasted.choices} choices"


def lean_words(lean: Lean) -> str:
    """The same of a lean without a song, seen from neutral; "less reverb" where nothing is below neutral."""
    neutral = Parameters()
    led = lean.apply(neutral)
    moves = [
        f"less {label(name)}"
        if led[name] == neutral[name]
        else f"{moved_words(name, neutral[name], led[name])} {label(name)}"
        for name, by in lean.positions.items()
        if by
    ]
    return f"{', '.join(moves)}, from {lean.choices} choices" if moves else ""


def leaning_words(leaning: Leaning) -> str:
    """The same of a whole taste, genres apart where they lean otherwise: "…, from 90 choices; jazz: …"."""
    shared = leaning.shared
    apart = {g: lean_words(Lean(by, shared.choices)) for g, by in leaning.genres.items() if by != shared.positions}
    return "; ".join(filter(None, [lean_words(shared), *(f"{genre}: {told}" for genre, told in apart.items() if told)]))


def moved_words(name: str, before: float, after: float) -> str:
    """A move as an engineer says it: "+0.8 dB", "+4.0 % wet", "1.40:1 instead of 1.00:1"."""
    unit = info(name).unit
    if name == "presence":
        return f"{reasons.signed(20 * math.log10(after / before))} dB"
    if unit == "dB":
        return f"{reasons.signed(after - before)} dB"
    if unit == "wet":
        return f"{reasons.signed(100 * (after - before))} % wet"
    return f"{amount_words(name, after)} instead of {amount_words(name, before)}"


def _reason(name: str, before: float, after: float, choices: int, without: str) -> str:
    called = "Compressor" if name == "compressor_ratio" else info(name).label
    moved = "your taste" if before == info(name).neutral else f"{moved_words(name, before, after)} is your taste"
    return f"{called} {amount_words(name, after)}: {moved}, from {choices} choices. Without it: {without}"


def _along(before: float, after: float, by: float) -> bool:
    """Whether a move goes the way of a lean: what is held to a promise may end on the other side."""
    return (after - before) * by > 0


def label(name: str) -> str:
    """What a parameter is called in the middle of a sentence."""
    return "compression" if name == "compressor_ratio" else info(name).label.lower().replace("eq", "EQ")
