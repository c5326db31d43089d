"""`mixwright listen results`: what the answers of listeners show."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..listening import Answer, Preference

__all__ = ["results_command"]


def results_command(
    answers: Annotated[
        Path, typer.Argument(metavar="ANSWERS.csv", help="Columns: listener, first, second, preferred.")
    ],
    confidence: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
) -> None:
    """What the answers of an A/B test show: strengths, wins, ties, side, evidence."""
    from ..listening import fit_preference, read_answers

    given = read_answers(answers)
    found = fit_preference(given, confidence=confidence, seed=seed)
    print(f"{found.answers} answers of {found.listeners} listeners about {len(found.systems)} mixes")
    print(
        f"Intervals hold {100 * confidence:g} %; listeners are resampled, since answers of one are alike. What follows"
    )
    print('"won" counts answers as if they were independent; an e-value of 20 is evidence, whenever it is looked at.\n')
    for line in _strengths(found):
        print(line)
    print()
    for line in _pairs(found, given):
        print(line)
    print()
    side = f"{100 / (1 + math.exp(-found.order)):.0f} %"
    print(
        f"Between two equally good mixes, {100 * found.ties:.0f} % are ties; "
        f"of the rest, what was heard as A wins {side}."
    )
    if found.strength_intervals is None:
        print("With one listener there is no interval: nothing is shown about others.")


def _strengths(found: Preference) -> list[str]:
    width = max(len(name) for name in found.systems)
    lines = []
    for k in sorted(range(len(found.systems)), key=lambda k: -found.strengths[k]):
        line = f"{found.systems[k]:{width}}  {found.strengths[k]:+.2f}".replace("-", "−")
        if found.strength_intervals is not None and found.rank_chances is not None:
            low, high = found.strength_intervals[k]
            line += f" ({low:+.2f} to {high:+.2f}), first in {100 * found.rank_chances[k, 0]:.0f} %".replace("-", "−")
        lines.append(line)
    return lines


def _pairs(found: Preference, answers: list[Answer]) -> list[str]:
    """Each pair that was compared: the model's wins, and the answers themselves."""
    from ..listening import e_value, share

    lines = []
    for k, one in enumerate(found.systems):
        for other in found.systems[k + 1 :]:
            between = [a for a in answers if {a.first, a.second} == {one, other}]
            if not between:
                continue
            better, worse = (one, other) if found.win(one, other)[0] >= 0.5 else (other, one)
            chance, interval = found.win(better, worse)
            wins, clear = (sum(a.preferred in names for a in between) for names in ((better,), (better, worse)))
            line = f"{better} over {worse}: {100 * chance:.0f} %"
            if interval is not None:
                line += f" ({100 * interval[0]:.0f}–{100 * interval[1]:.0f} %)"
            lines.append(
                f"{line}; won {share(wins, clear, found.confidence)}, {len(between) - clear} ties, "
                f"e-value {e_value(wins, clear):.3g}"
            )
    return lines
