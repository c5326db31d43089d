"""`mixwright listen`: how many listeners a blind test needs, and what their answers show."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..listening import Answer, Preference

__all__ = ["listen_app"]

listen_app = typer.Typer(help="Blind listening tests: their size, and what they show.", no_args_is_help=True)


@listen_app.callback()
def listen() -> None:
    """Blind listening tests: their size, and what they show."""


@listen_app.command("power")
def power_command(
    effect: Annotated[float, typer.Option(help="The share of wins that the test is to find.")] = 0.7,
    power: Annotated[float, typer.Option(help="The chance to find it.")] = 0.8,
    alpha: Annotated[float, typer.Option(help="The chance to find something where nothing is.")] = 0.05,
    each: Annotated[int, typer.Option(metavar="TRIALS", help="How many answers each listener gives.")] = 8,
    correlation: Annotated[float, typer.Option(help="How alike the answers of one listener are, 0 to 1.")] = 0.1,
    one_sided: Annotated[bool, typer.Option("--one-sided", help="Only wins count as a finding.")] = False,
) -> None:
    """How many listeners an A/B test needs."""
    from ..listening import plan

    made = plan(effect, power, alpha, two_sided=not one_sided, trials_per_listener=each, correlation=correlation)
    print(f"{made.listeners} listeners with {each} answers each ({made.trials} in all)")
    print(
        f"An exact {'one' if one_sided else 'two'}-sided test at {alpha:g} finds {100 * effect:g} % wins with a chance "
        f"of {100 * power:g} % from {made.independent_trials} independent answers "
        f"on ({made.wins_needed} wins of these). "
        f"Answers of one listener are alike, which takes {made.design_effect:.2f} times as many."
    )


@listen_app.command("results")
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
