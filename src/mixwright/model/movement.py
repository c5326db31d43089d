"""Decisions that move with the song: window by window, or on the way from one style to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis import Analysis
from ..parameters import PARAMETERS, Parameters, Voicing
from ..parameters.keyframes import mean_parameters
from ..parameters.table import clamp, from_position, info, on_grid, to_position
from .decision import Decision, Tasted
from .rules import settle
from .trajectory import Keyframes, follow, time_grid, trace

__all__ = ["follow_windows", "morph", "moving"]


def follow_windows(
    decision: Decision,
    seconds: ArrayLike,
    windows: Sequence[Mapping[str, float]],
    analysis: Analysis,
    *,
    fixed: Mapping[str, float] | None = None,
    amount: float = 1.0,
) -> Decision:
    """A song's decision with the movement that decisions for its windows ask for.

    Parameters
    ----------
    decision
        For the whole song; its voicing, reasons and genre stay.
    seconds
        (windows,) centre of each window in s, ascending.
    windows
        Values by name for each window; what one does not name stays as it is on the whole. The two gains are settled
        here, so that no passage gets louder or softer by what EQ and compression do.
    analysis
        Of the whole song.
    fixed
        Values that the user set: they stay, all the time.
    amount
        How much of the level is settled, as in `settle`.

    Errors
    ------
    ParameterError
        As `follow`.
    """
    fixed = dict(fixed or {})
    whole = {p.name: decision.parameters[p.name] for p in PARAMETERS if p.aspect != "level"}
    rows = [
        settle(analysis, {**whole, **values, **fixed}, decision.voicing, fixed, amount).values for values in windows
    ]
    names = list(rows[0]) if rows else []
    keyframes = follow(seconds, {name: [row[name] for row in rows] for name in names}, analysis.duration_s)
    return moving(decision, keyframes, analysis.duration_s)


def moving(decision: Decision, keyframes: Keyframes, duration_s: float) -> Decision:
    """The decision with keyframes over a song of a duration in s; its parameters become their average in time.

    A single keyframe stands still: the parameters are its values, and there is no trajectory.
    """
    still = {name: value for name, value in decision.parameters.items() if name not in keyframes[0][1]}
    complete = tuple((seconds, {**still, **values}) for seconds, values in keyframes)
    provenance = dict(decision.provenance)
    for p in PARAMETERS:
        leaves = any(values[p.name] != p.neutral for _, values in complete)
        if provenance.get(p.name, "neutral") == "neutral" and leaves:
            provenance[p.name] = "predicted" if "predicted" in provenance.values() else "refined"
    parameters = mean_parameters(complete, duration_s)
    return replace(
        decision,
        parameters=parameters,
        provenance=provenance,
        trajectory=complete if len(complete) > 1 else (),
        tasted=None if decision.tasted is None else _on_the_whole(decision.tasted, parameters),
    )


def morph(first: Decision, second: Decision, voicing: Voicing, duration_s: float, names: tuple[str, str]) -> Decision:
    """From one decision at the start of the song to another at its end, along a raised cosine.

    Parameters
    ----------
    first, second
        Decisions for the same song.
    voicing
        Of the whole song: corner frequencies and times do not move.
    duration_s
        Of the song. Where it is so short that a parameter would beat its slew bound, the ends are not quite reached.
    names
        What each was led to, for the reasons.

    The way goes through positions between the ends of each range (-1 low, 0 neutral, 1 high), so that a parameter whose
    sides differ, as the presence, moves as evenly on one as on the other.
    """
    times = time_grid(duration_s)
    share = (1 - np.cos(np.pi * times / duration_s)) / 2
    curves = {}
    for name, start in first.parameters.items():
        a, b = to_position(name, start), to_position(name, second.parameters[name])
        curves[name] = [from_position(name, float(a + (b - a) * x)) for x in share]
    blend = replace(
        first,
        reasons={name: _reason(name, first, second, names) for name in first.reasons},
        voicing=voicing,
        makeup_trim_db=(first.makeup_trim_db + second.makeup_trim_db) / 2,
        rms_ratio=(first.rms_ratio + second.rms_ratio) / 2,
        genre={
            genre: 0.5 * (first.genre.get(genre, 0.0) + second.genre.get(genre, 0.0))
            for genre in [*first.genre, *(g for g in second.genre if g not in first.genre)]
        },
        proposed={},  # there are two
        attention=_mean(first.attention, second.attention),
        tasted=_between(first, second),
    )
    return moving(blend, trace(times, curves), duration_s)


def _on_the_whole(tasted: Tasted, parameters: Parameters) -> Tasted:
    """What a taste did to a decision, seen from the average that it became: as far, in position."""
    moved = {}
    for name, (a, b) in tasted.moved.items():
        now = parameters[name]
        without = to_position(name, now) - (to_position(name, b) - to_position(name, a))
        moved[name] = (on_grid(name, clamp(name, from_position(name, without))), now)
    return Tasted({name: both for name, both in moved.items() if both[0] != both[1]}, tasted.choices)


def _between(first: Decision, second: Decision) -> Tasted | None:
    """What a taste did to both, half way between them."""
    if first.tasted is None or second.tasted is None:
        return None
    ends = (first, first.tasted), (second, second.tasted)
    moved = {}
    for name in {**first.tasted.moved, **second.tasted.moved}:
        pairs = [tasted.moved.get(name, (decision.parameters[name],) * 2) for decision, tasted in ends]
        before, after = (
            from_position(name, (to_position(name, a) + to_position(name, b)) / 2) for a, b in zip(*pairs, strict=True)
        )
        moved[name] = (before, after)
    return Tasted(moved, first.tasted.choices)


def _reason(name: str, first: Decision, second: Decision, names: tuple[str, str]) -> str:
    a, b = first.parameters[name], second.parameters[name]
    before, after = first.reasons[name], second.reasons[name]
    if before == after:
        return before
    if a == b:
        return f"{before} It is the same at the end, for {names[1]}."
    row = info(name)
    way = f"{row.label} from {_words(name, a)} to {_words(name, b)} over the song"
    return f"{way}. At the start, for {names[0]}: {before} At the end, for {names[1]}: {after}"


def _mean(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    return None if a is None or b is None else np.asarray((a + b) / 2, np.float32)


def _words(name: str, value: float) -> str:
    unit = info(name).unit
    text = f"{value:+.1f}" if unit == "dB" else f"{value:.3f}" if unit == "×" else f"{value:.2f}"
    return f"{text} {unit}".replace(" :1", ":1").replace(" ×", "×").replace("-", "−")
