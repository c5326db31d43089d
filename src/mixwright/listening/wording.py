"""Results in words: a figure never without its n and its interval."""

from __future__ import annotations

import math

from .findings import Findings, PairRow
from .outcome import Outcome
from .preference import Preference
from .scores import ScoreRow

__all__ = ["evidence", "findings_lines", "interval_text", "outcome_lines", "percent", "span_text"]

GOOD_RATING = 7.0  # DESIGN's bound for a professional rating


def percent(value: float) -> str:
    """A share from 0 to 1."""
    return f"{100 * value:.0f} %"


def interval_text(bounds: tuple[float, float] | None, digits: int = 2) -> str:
    """An interval in brackets; nothing where there is none."""
    return "" if bounds is None else f"({_signed(bounds[0], digits)} to {_signed(bounds[1], digits)})"


def span_text(bounds: tuple[float, float] | None) -> str:
    """The interval of a score, which has no sign."""
    return "" if bounds is None else f"({bounds[0]:.2f} to {bounds[1]:.2f})"


def evidence(value: float) -> str:
    """An e-value and what it says."""
    figure = f"{value:.3g}" if value < 1000 else f"{value:,.0f}" if value < 1e6 else "over a million"
    return f"{figure} ({'evidence' if value >= 20 else 'no evidence yet'})"


def outcome_lines(outcome: Outcome) -> list[str]:
    """The whole result, as lines of text."""
    lines = [f"{outcome.title} ({outcome.kind}): {outcome.question}", "", "Everybody"]
    lines += findings_lines(outcome.kind, outcome.everyone)
    if outcome.consistency.trials:
        lines.append(f"Repeated trials answered alike: {outcome.consistency}")
    if not (outcome.exclusions or outcome.without_answers):
        return [*lines, "", "The rules leave nobody out."]
    lines += ["", f"Without {outcome.left_out} listeners whom the rules leave out"]
    lines += [f"  {one.listener}: {one.reason}" for one in outcome.exclusions]
    if outcome.without_answers:
        lines.append(f"  and without {outcome.without_answers} answers during which the sound had dropped out")
    return lines + findings_lines(outcome.kind, outcome.screened)


def findings_lines(kind: str, found: Findings) -> list[str]:
    """What one set of answers shows."""
    many = "" if found.listeners == 1 else "s"
    lines = [f"{found.answers} answers of {found.listeners} listener{many}"] if found.answers else []
    if found.preference is not None:
        lines += _strengths(found.preference)
    lines += [_pair(row, found.preference) for row in found.pairs]
    lines += [f"{genre}: {row.first} over {row.second}: {row.wins}" for genre, row in found.pairs_by_genre]
    if found.preference is not None:
        lines.append(_side(found.preference))
    for abx in found.abx:
        lines.append(
            f"{abx.listener}: {abx.right.wins} of {abx.right.trials} right (p = {abx.p:.3g} by guessing; "
            f"{abx.needed} are needed at 5 %)"
        )
    if len(found.abx) > 1:
        lines.append('"all" shows whether anybody hears a difference, not how many do.')
    if found.scores is not None:
        lines += [_score(kind, row) for row in found.scores.rows]
        for genre, scores in found.scores_by_genre:
            lines += [f"{genre}: {_score('', row)}" for row in scores.rows]
        for d in found.scores.differences:
            lines.append(
                f"{d.first} over {d.second}: {_signed(d.mean)} {interval_text(d.interval)}, "
                f"p = {d.corrected_p:.3g} (sign flips over listeners, Holm)"
            )
    return lines + list(found.notes)


def _strengths(found: Preference) -> list[str]:
    lines = []
    for k in sorted(range(len(found.systems)), key=lambda k: -found.strengths[k]):
        line = f"{found.systems[k]}: strength {_signed(found.strengths[k])}"
        if found.strength_intervals is not None and found.rank_chances is not None:
            low, high = found.strength_intervals[k]
            line += f" {interval_text((low, high))}, first in {percent(found.rank_chances[k, 0])} of resamples"
        lines.append(line)
    return lines


def _pair(row: PairRow, fitted: Preference | None) -> str:
    low, high = row.always
    wald = {"effect": "70 % or more", "none": "one half", "": "undecided"}[row.sprt.decision]
    model = ""
    if fitted is not None:
        chance, interval = fitted.win(row.first, row.second)
        model = (
            percent(chance)
            + ("" if interval is None else f" ({percent(interval[0])} to {percent(interval[1])})")
            + "; "
        )
    return (
        f"{row.first} over {row.second}: {model}won {row.wins}, {row.ties} ties; e-value {evidence(row.e_value)}; at "
        f"all times together {percent(low)} to {percent(high)}; Wald's test of 70 %: {wald}"
    )


def _side(found: Preference) -> str:
    side = percent(1 / (1 + math.exp(-found.order)))
    return (
        f"Between two equally good mixes, {percent(found.ties)} are ties; of the rest, what was heard as A wins {side}."
    )


def _score(kind: str, row: ScoreRow) -> str:
    line = (
        f"{row.system}: median {row.median:g} (quartiles {row.quartiles[0]:g} to {row.quartiles[1]:g}), mean "
        f"{row.mean:.2f} {span_text(row.interval)}, {row.answers} answers of {row.listeners}"
    )
    if kind == "rating" and row.interval is not None:
        low, high = row.interval
        shown = "above 7" if low > GOOD_RATING else "below 7" if high < GOOD_RATING else "above or below 7: not shown"
        line += f"; {shown}"
    return line


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
