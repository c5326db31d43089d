"""The result of a test as one HTML file: sentences, tables, and plots that are drawn in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .. import __version__
from ..charts import page_environment, page_resource, page_style
from . import wording
from .abx import ALL
from .findings import Findings
from .outcome import Outcome
from .plots import evidence_chart, plots, share_chart

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_results"]

PACKAGE = "mixwright.listening"

KIND_NAMES = {
    "preference": "Blind preference, two at a time",
    "abx": "ABX",
    "multiple": "Several mixes without a reference (BS.2132)",
    "mushra": "MUSHRA (BS.1534-3)",
    "rating": "Rating from 1 to 10",
    "appropriateness": "Genre appropriateness from 1 to 10",
}


def render_results(outcome: Outcome) -> str:
    """The page as text; it needs no network and no other file."""
    sets = [("Everybody", outcome.everyone)]
    if outcome.screening_changed:
        sets.append(("Screened", outcome.screened))
    drawn = [share_chart(outcome.watched), evidence_chart(outcome.watched)] if outcome.watched else []
    return _environment().get_template("results.html.j2").render(
        outcome=outcome,
        kind=KIND_NAMES[outcome.kind],
        short=[(name, _in_short(outcome.kind, found)) for name, found in sets],
        notes=list(dict.fromkeys([*outcome.everyone.notes, *outcome.screened.notes, *outcome.remarks])),
        left_out=wording.left_out_lines(outcome),
        sets=[(name, found, plots(outcome.kind, found)) for name, found in sets],
        charts=[chart for chart in drawn if chart is not None],
        style=page_style() + page_resource(PACKAGE, "results.css"),
        version=__version__,
        everybody=ALL,
    )  # fmt: skip


def _in_short(kind: str, found: Findings) -> list[str]:
    """The sentences that a reader wants first."""
    if found.pairs:
        return [
            f"{row.first} over {row.second}: won {wording.won_text(row)}; e-value of {row.listeners.finished} "
            f"listeners {wording.evidence(row.listeners.e_value, found.evidence_from)}."
            for row in found.pairs
        ]
    if found.abx:
        row = found.abx[-1]
        who = "Together" if row.listener == ALL else row.listener
        return [
            f"{who}, {row.right.wins} of {row.right.trials} answers were right; guessing does that with a chance of "
            f"{row.p:.2g} ({row.needed} are needed at 5 %)."
        ]
    if found.scores is None:
        return []
    return [
        f"{row.system}: mean {row.mean:.2f} {wording.span_text(row.interval)}, {row.answers} answers of "
        f"{row.listeners} listener{'s' * (row.listeners != 1)}"
        + (f"; {wording.rating_text(row)}." if kind == "rating" and row.interval else ".")
        for row in found.scores.rows
    ]


@cache
def _environment() -> Environment:
    made = page_environment(PACKAGE)
    made.filters.update(
        d_prime=wording.d_prime_text,
        evidence=wording.evidence,
        heard=wording.heard_text,
        interval=wording.interval_text,
        passed=wording.rating_text,
        percent_span=wording.percent_span,
        share=wording.share_text,
        side=wording.side_text,
        signed=wording.signed,
        span=wording.span_text,
        wald=wording.wald_text,
        won=wording.won_text,
    )
    return made
