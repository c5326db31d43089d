"""The learned mixer: what the experts of each genre propose, blended, led the last step, and explained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..parameters import GENRES, PARAMETERS, Parameters, Voicing
from ..parameters.table import clamp, from_position, info, to_position
from . import learned_reasons
from .decision import Amounts, Decision, Target
from .hearing import Hearing, Passage, listened
from .movement import follow_windows
from .network import Answer
from .refine import Refined, hold, refine
from .rules import SMALLEST_POSITION, scaled, settle

__all__ = ["Blend", "decide_learned", "follow_passages"]

DECIDED = tuple(p.name for p in PARAMETERS if p.aspect != "level")  # the two gains are settled
# A difference in position that refinement must make to be named.
MOVED = 0.02


@dataclass(frozen=True)
class Blend:
    """Whose experts are asked: weights by genre, and whether the user gave them (else heard; even where unsure)."""

    weights: Mapping[str, float]
    given: bool = False

    @classmethod
    def of(cls, hearing: Hearing, genre: Mapping[str, float] | None) -> Blend:
        """The user's weights; without any, what was heard, or all genres alike where that is unsure."""
        if genre is not None:
            return cls(genre, True)
        return cls(hearing.weights or dict.fromkeys(GENRES, 1 / len(GENRES)))

    def vector(self) -> NDArray[np.float64]:
        return np.array([self.weights.get(g, 0.0) for g in GENRES])


def decide_learned(
    analysis: Analysis,
    target: Target,
    voicing: Voicing,
    hearing: Hearing,
    *,
    amounts: Amounts | None = None,
    fixed: Mapping[str, float] | None = None,
    genre: Mapping[str, float] | None = None,
    references: Collection[str] = (),
    refinement: bool = True,
) -> Decision:
    """Ten values for a mix from what the network heard in it.

    Parameters
    ----------
    analysis, target, voicing, amounts, fixed
        As in `rules.decide`.
    hearing
        The network's ear on this song.
    genre
        Weights that the user gave; None for what was heard.
    references
        Aspects that a reference leads: tone, dynamics, width.
    refinement
        False takes the network's values as they are, but for what never goes.
    """
    amounts, fixed = amounts or Amounts(), dict(fixed or {})
    blend = Blend.of(hearing, genre)
    answer = hearing.ask(genre)
    proposed = _values(hearing, blend, answer)
    if refinement:
        tone = hearing.lead(target.profile) if "tone" in references else None
        led = refine(proposed, analysis, target, voicing, fixed, references, tone)
    else:
        led = hold(proposed, analysis, voicing)
    values = {name: scaled(name, led.values[name], amounts.of(info(name).aspect)) for name in DECIDED} | fixed
    settled = settle(analysis, values, voicing, fixed, amounts.level)
    parameters = Parameters(settled.values)
    story = learned_reasons.Story(
        analysis,
        target,
        voicing,
        blend.weights,
        blend.given,
        hearing,
        proposed,
        led,
        listened(answer.attention, analysis),
    )
    why = story.sentences(settled, fixed, amounts)
    return Decision(
        parameters,
        {p.name: _origin(p.name, parameters, fixed, proposed, led) for p in PARAMETERS},
        {p.name: why[p.name] for p in PARAMETERS},
        voicing,
        settled.makeup_trim_db,
        settled.rms_ratio,
        model=hearing.name,
        genre=dict(genre or hearing.weights or {}),
        proposed=proposed,
        attention=answer.attention,
    )


def follow_passages(
    decision: Decision,
    hearing: Hearing,
    analysis: Analysis,
    *,
    amounts: Amounts | None = None,
    fixed: Mapping[str, float] | None = None,
    genre: Mapping[str, float] | None = None,
) -> Decision:
    """A song's decision, moved from passage to passage by what the network says of each.

    A passage stands as far from the song's value as its answer from the song's answer, so that what refinement and the
    amounts made of the song holds for all of it; the compressor works nowhere harder than on the whole it may.
    """
    amounts, fixed = amounts or Amounts(), dict(fixed or {})
    blend, whole = Blend.of(hearing, genre), decision.proposed
    passages = hearing.passages(genre)
    if not passages:
        return decision
    rows: list[dict[str, float]] = [{} for _ in passages]
    for name in DECIDED:
        amount = amounts.of(info(name).aspect)
        base = to_position(name, decision.parameters[name])
        away = [
            amount * (to_position(name, _values(hearing, blend, p.answer)[name]) - to_position(name, whole[name]))
            for p in passages
        ]
        positions = np.clip(base + np.array(away), -1.0, 1.0)
        still = np.abs(positions).max() <= SMALLEST_POSITION
        mono = name == "stereo_width" and (analysis.channels == 1 or analysis.stereo_width < 0.02)
        for row, position in zip(rows, positions, strict=True):
            row[name] = info(name).neutral if still or mono else clamp(name, from_position(name, float(position)))
    highest = max(row["compressor_ratio"] for row in rows)
    most = hold({**whole, "compressor_ratio": highest}, analysis, decision.voicing).effect.ratio
    for row in rows:
        row["compressor_ratio"] = min(row["compressor_ratio"], most)
    centres = [_centre_s(passage) for passage in passages]
    return follow_windows(decision, centres, rows, analysis, fixed=fixed, amount=amounts.level)


def _values(hearing: Hearing, blend: Blend, answer: Answer) -> dict[str, float]:
    """The blend of the experts' values by name; what has no room below neutral stays there."""
    positions = blend.vector() @ answer.positions * hearing.network.facts.amount
    return {
        p.name: from_position(p.name, float(x)) for p, x in zip(PARAMETERS, positions, strict=True) if p.name in DECIDED
    }


def _origin(
    name: str, parameters: Parameters, fixed: Mapping[str, float], proposed: Mapping[str, float], led: Refined
) -> str:
    if name in fixed:
        return "set"
    if parameters[name] == info(name).neutral:
        return "neutral"
    if name not in proposed or abs(to_position(name, led.values[name]) - to_position(name, proposed[name])) > MOVED:
        return "refined"
    return "predicted"


def _centre_s(passage: Passage) -> float:
    return (passage.start_s + passage.end_s) / 2
