"""Results in words: a figure never without its n and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .abx import ALL, AbxRow
from .assessors import Assessor
from .clustered import ListenerShare
from .findings import EVIDENCE, Findings, PairRow
from .intervals import Share
from .outcome import Outcome
from .preference import Preference
from .scores import Difference, ScoreRow

__all__ = [
    "d_prime_text",
    "evidence",
    "findings_lines",
    "heard_text",
    "interval_text",
    "left_out_lines",
    "outcome_lines",
    "percent",
    "percent_span",
    "rating_text",
    "share_text",
    "side_text",
    "signed",
    "span_text",
    "wald_text",
    "won_text",
]

GOOD_RATING = 7.0  # DESIGN's bound for a professional rating


def percent(value: float) -> str:
    """A share from 0 to 1."""
    return f"{100 * value:.0f} %"


def percent_span(bounds: Sequence[float]) -> str:
    """An interval of a share."""
    return f"{100 * bounds[0]:.0f}–{100 * bounds[1]:.0f} %"


def signed(value: float, digits: int = 2) -> str:
    """With its sign, a minus as typographers have it."""
    return f"{value:+.{digits}f}".replace("-", "−")


def interval_text(bounds: Sequence[float] | None, digits: int = 2) -> str:
    """An interval in brackets; nothing where there is none."""
    return "" if bounds is None else f"({signed(bounds[0], digits)} to {signed(bounds[1], digits)})"


def span_text(bounds: Sequence[float] | None) -> str:
    """The interval of a score, which has no sign."""
    return "" if bounds is None else f"({bounds[0]:.2f} to {bounds[1]:.2f})"


def evidence(value: float, needed: float = EVIDENCE) -> str:
    """An e-value and what it says."""
    figure = f"{value:.3g}" if value < 1000 else f"{value:,.0f}" if value < 1e6 else "over a million"
    return f"{figure} ({'evidence' if value >= needed else 'no evidence yet'}, {needed:g} is needed)"


def won_text(row: PairRow) -> str:
    """The share of wins with its interval: over listeners, or for the one listener that there is."""
    over: ListenerShare = row.listeners
    if over.interval is None:
        return f"{row.wins}{' of this listener' if row.wins.trials else ''}"
    confidence = f"{100 * over.confidence:g} % interval over {over.listeners} listeners {percent_span(over.interval)}"
    return f"{percent(over.value)} of {over.trials} ({confidence})"


def share_text(value: Share | None) -> str:
    """How many of how many."""
    return "" if value is None else f"{value.wins} of {value.trials}"


def wald_text(row: PairRow) -> str:
    """What Wald's test says, and when it did."""
    names = {"first": f"{row.first} wins 70 %", "second": f"{row.second} wins 70 %", "none": "neither wins 70 %"}
    if row.wald.after is None:
        return "undecided"
    return f"{names[row.wald.decision]} (after {row.wald.after} answers)"


def d_prime_text(row: AbxRow) -> str:
    """d′ with its interval."""
    if row.d_prime is None or row.d_prime_interval is None:
        return ""
    low, high = (("∞" if math.isinf(end) else f"{end:.1f}") for end in row.d_prime_interval)
    return f"{'∞' if math.isinf(row.d_prime) else f'{row.d_prime:.1f}'} ({low} to {high})"


def rating_text(row: ScoreRow) -> str:
    """Whether a rating of 7 is passed; nothing without an interval."""
    if row.interval is None:
        return ""
    low, high = row.interval
    return "above 7" if low > GOOD_RATING else "below 7" if high < GOOD_RATING else "above or below 7: not shown"


def side_text(found: Preference) -> str:
    """What the side does, and how often two equals tie."""

    def logistic(value: float) -> float:
        return 1 / (1 + math.exp(-value))

    side, ties = percent(logistic(found.order)), percent(found.ties)
    if found.order_interval is not None and found.ties_interval is not None:
        side += f" ({percent_span([logistic(end) for end in found.order_interval])})"
        ties += f" ({percent_span(found.ties_interval)})"
    return f"Between two equally good mixes, {ties} are ties; of the rest, what was heard as A wins {side}."


def heard_text(one: Assessor) -> str:
    """How a listener answered, for a table."""
    parts = [] if one.finished else ["not finished"]
    if one.broken_heard:
        parts.append(f"broken mix lost {one.broken_lost} of {one.broken_heard}")
    if one.reference_missed is not None:
        parts.append(f"reference under 90 in {one.reference_missed}, 7 kHz anchor over 90 in {one.anchor_high}")
    if one.headphones is not None:
        parts.append(f"headphone check {one.headphones} of 6")
    return "; ".join(parts)


def left_out_lines(outcome: Outcome) -> list[str]:
    """Who and what is left out, and why."""
    lines = [f"{one.listener}: {one.reason}" for one in outcome.exclusions]
    return lines + [f"{count} answers of others: {reason}" for reason, count in outcome.answers_left_out]


def outcome_lines(outcome: Outcome) -> list[str]:
    """The whole result, as lines of text."""
    lines = [
        f"{outcome.title} ({outcome.kind})" + (f": {outcome.question}" if outcome.question else ""),
        "",
        "Everybody",
    ]
    lines += findings_lines(outcome.kind, outcome.everyone)
    if outcome.consistency.trials:
        lines.append(f"Repeated trials answered alike: {outcome.consistency}")
    if not outcome.screening_changed:
        return [*lines, "", "The rules leave nobody out.", *outcome.remarks]
    many = f"{outcome.left_out} listener{'' if outcome.left_out == 1 else 's'}"
    lines += ["", f"Without what the rules leave out: {many} of {outcome.everyone.listeners}", *outcome.remarks]
    lines += [f"  {line}" for line in left_out_lines(outcome)]
    return lines + findings_lines(outcome.kind, outcome.screened)


def findings_lines(kind: str, found: Findings) -> list[str]:
    """What one set of answers shows."""
    many = "" if found.listeners == 1 else "s"
    lines = [f"{found.answers} answers of {found.listeners} listener{many}"] if found.answers else []
    if found.preference is not None:
        lines += _strengths(found.preference)
    lines += [_pair(row, found) for row in found.pairs]
    lines += [f"{genre}: {row.first} over {row.second}: won {won_text(row)}" for genre, row in found.pairs_by_genre]
    if found.preference is not None:
        lines.append(side_text(found.preference))
    lines += [_abx(row) for row in found.abx]
    if len(found.abx) > 1:
        lines.append(f'"{ALL}" shows whether anybody hears a difference, not how many do.')
    if found.scores is not None:
        lines += [_score(kind, row) for row in found.scores.rows]
        for genre, scores in found.scores_by_genre:
            lines += [f"{genre}: {_score(kind, row)}" for row in scores.rows]
        lines += [_difference(row) for row in found.scores.differences]
    return lines + list(found.notes)


def _strengths(found: Preference) -> list[str]:
    lines = []
    for k in sorted(range(len(found.systems)), key=lambda k: -found.strengths[k]):
        line = f"{found.systems[k]}: strength {signed(found.strengths[k])}"
        if found.strength_intervals is not None and found.rank_chances is not None:
            bounds = found.strength_intervals[k]
            line += f" {interval_text(bounds)}, first in {percent(found.rank_chances[k, 0])} of resamples"
        lines.append(line)
    return lines


def _pair(row: PairRow, found: Findings) -> str:
    over = row.listeners
    return (
        f"{row.first} over {row.second}: won {won_text(row)}, {row.ties} ties; e-value of {over.finished} listeners "
        f"{evidence(over.e_value, found.evidence_from)}; at all times together {percent_span(over.always)}. "
        f"If answers of one listener were independent: e-value {row.e_value:.3g}, {row.wins}, Wald's test: "
        f"{wald_text(row)}"
    )


def _abx(row: AbxRow) -> str:
    line = (
        f"{row.listener}: {row.right.wins} of {row.right.trials} right (p = {row.p:.3g} by guessing; {row.needed} are "
        f"needed at 5 %"
    )
    if row.corrected_p is not None:
        line += f"; p = {row.corrected_p:.3g} for all listeners, Holm); d′ {d_prime_text(row)}"
    else:
        line += ")" + (f"; interval over listeners {percent_span(row.interval)}" if row.interval else "")
    return line + (f"; {row.missing} trials are missing: p holds only for all of them" if row.missing else "")


def _score(kind: str, row: ScoreRow) -> str:
    line = (
        f"{row.system}: median {row.median:g} (quartiles {row.quartiles[0]:g} to {row.quartiles[1]:g}), mean "
        f"{row.mean:.2f} {span_text(row.interval)}, {row.answers} answers of {row.listeners}"
    )
    return f"{line}; {rating_text(row)}" if kind == "rating" and row.interval is not None else line


def _difference(row: Difference) -> str:
    return (
        f"{row.first} over {row.second}: {signed(row.mean)} {interval_text(row.interval)} of {row.listeners} "
        f"listeners, p = {row.corrected_p:.3g} (sign flips over listeners, Holm)"
    )
