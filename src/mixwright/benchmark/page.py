"""The benchmark as one page that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np

from ..charts import page_style
from .plots import label, removed_plot, scatter_plots, strengths_of, ticks
from .summary import summarise
from .tables import harm_table, restore_table

__all__ = ["render_page"]

MOST_FAILURES = 50


def render_page(head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """One self-contained HTML document from the head and the lines of a results file; every text is escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    rows = summarise(lines)
    strengths = strengths_of(rows)
    befores = {
        s: np.median(
            list(
                {x["case"]: x["before_ltas_error_db"] for x in lines if x["strength"] == s and "figures" in x}.values()
                or [0.0]
            )
        )
        for s in strengths
    }
    failed = [line for line in lines if "error" in line]
    scatters = scatter_plots(lines)
    environment = Environment(
        loader=FunctionLoader(lambda name: _template("mixwright.benchmark", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("benchmark.html.j2").render(
        songs=len({(line["artist"], line["title"]) for line in lines}),
        artists=len({line["artist"] for line in lines}),
        cases=len({line["case"] for line in lines}),
        lines=len(lines),
        failed=len(failed),
        versions=head.get("versions", ""),
        panels=[(strength, removed_plot(rows, strength)) for strength in strengths],
        ticks=ticks(),
        before={strength: f"{value:.2f}" for strength, value in befores.items()},
        tables={strength: restore_table(rows, strength) for strength in strengths},
        harm=harm_table(rows),
        scatters=scatters,
        end_db=f"{scatters[0].end_db:g}" if scatters else "0",
        failures=[
            f"{label(line['mixer'], line['task'])}, {line['case']}: {line['error']}" for line in failed[:MOST_FAILURES]
        ],
        base_style=page_style(),
        style=_template("mixwright.benchmark", "benchmark.css"),
    )


def _template(package: str, name: str) -> str:
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")
