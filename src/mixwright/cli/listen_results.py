"""`mixwright listen results`: what the answers of listeners show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from .listen_serve import StoreUrl, open_answers

__all__ = ["results_command"]


def results_command(
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|ANSWERS.csv", help="A test's folder, or columns listener, first, second, preferred."
        ),
    ],
    store: StoreUrl = None,
    html: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option(metavar="PAGE", help="Write a page with plots."),
    ] = None,
    csv: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--csv", metavar="FILE", help="Write all answers with everything that was recorded."),
    ] = None,
    parquet: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE", help="The same as Parquet."),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """What the answers show: wins, strengths, scores, evidence; with everybody, and without those whom the rules leave
    out."""
    from ..analysis.plain import plain
    from ..errors import ParameterError
    from ..listening import read_answers
    from ..listening.export import answer_table, write_csv, write_parquet
    from ..listening.outcome import outcome_of, outcome_of_comparisons
    from ..listening.results_page import render_results
    from ..listening.wording import outcome_lines
    from ..mix.files import write_text

    if answers.is_dir():
        manifest, opened = open_answers(answers, store, sounds=False)
        rows = opened.answers(manifest.version)
        opened.close()
        outcome = outcome_of(manifest, rows, confidence=confidence, seed=seed)
        if csv or parquet:
            table = answer_table(manifest, rows, outcome)
            if csv:
                write_csv(table, csv)
            if parquet:
                write_parquet(table, parquet)
    elif csv or parquet or store:
        raise ParameterError(f"{answers}: is no test's folder; a table has no store and is exported already")
    else:
        outcome = outcome_of_comparisons(read_answers(answers), answers.stem, confidence=confidence, seed=seed)
    if html:
        write_text(html, render_results(outcome))
    print(json.dumps(plain(outcome), indent=2) if as_json else "\n".join(outcome_lines(outcome)))
