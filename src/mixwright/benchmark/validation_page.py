"""A validation as one HTML page: the set on top, every track with its bars, and what the scores mean."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from .. import __version__
from ..charts import page_style
from ..metrics.professional import DEFINITIONS, MEASURES
from ..mix.files import write_text
from ..mix.report.wording import name_in_words, number
from .validation_result import SCORES, UNCHANGED, Scores, TrackRow, Validation

__all__ = ["render_validation", "write_validation_page"]

LABELS = {name: "Genre" if name == "genre_appropriateness" else name_in_words(name) for name in SCORES}
# What HTML cannot carry: C0 controls except tab and line ends, and lone surrogates (undecodable file names).
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LEAST_COST = 1.0  # points; what takes off less is not worth a word


@dataclass(frozen=True)
class Cell:
    """One score of one track: texts, places of the bar's ends in per cent, and the change for sorting."""

    before: str
    after: str
    change: float
    change_text: str
    low: float
    high: float
    direction: str


@dataclass(frozen=True)
class Line:
    """A track as the page shows it; without cells where it failed."""

    name: str
    genre: str
    cells: tuple[Cell, ...]
    error: str
    costs: str


def write_validation_page(validation: Validation, path: Path) -> None:
    """Write one self-contained HTML file. Raises AudioWriteError if it cannot be written."""
    write_text(path, render_validation(validation))


def render_validation(validation: Validation) -> str:
    """The page (str): no network, no other file; every text is escaped, and only its own script may run."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printable
    )
    environment.filters.update(number=number)
    script = _text(__package__, "validation.js")
    page = environment.from_string(_text(__package__, "validation.html.j2")).render(
        mixer=validation.mixer,
        scored=len(validation.scored),
        tracks=len(validation.rows),
        failed=len(validation.failed),
        figures=list(validation.figures().values()),
        lines=[_line(row) for row in validation.by_change()],
        labels=LABELS,
        definitions=DEFINITIONS,
        measures=MEASURES,
        unchanged=UNCHANGED,
        version=__version__,
        style=page_style() + _text(__package__, "validation.css"),
        script=script,
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return str(page)


def _line(row: TrackRow) -> Line:
    genre = ", ".join(name_in_words(name) for name in row.genre) if row.genre else "genre not known"
    if row.before is None or row.after is None:
        where = "The track" if row.failed == "track" else "The mixer"
        return Line(row.name, genre, (), f"{where}: {row.error}", "")
    cells = tuple(_cell(getattr(row.before, name), getattr(row.after, name)) for name in SCORES)
    return Line(row.name, genre, cells, "", _costs(row.after))


def _cell(before: float, after: float) -> Cell:
    change = after - before
    direction = "up" if change > UNCHANGED else "down" if change < -UNCHANGED else "same"
    low, high = sorted((round(before, 1), round(after, 1)))
    return Cell(
        number(before, 0), number(after, 0), round(change, 3), number(change, 1, signed=True), low, high, direction
    )


def _costs(scores: Scores) -> str:
    """What takes most off the mix, at most three measurements."""
    labels: Mapping[str, str] = {m.name: m.label for m in MEASURES}
    largest = sorted(((cost, name) for name, cost in scores.costs.items() if cost >= LEAST_COST), reverse=True)[:3]
    return ", ".join(f"{labels[name]} {number(-cost, 0)}" for cost, name in largest)


@cache
def _text(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def _printable(value: Any) -> Any:
    """Text without what HTML cannot carry; escaped markup and numbers pass unchanged."""
    return UNPRINTABLE.sub("\ufffd", value) if type(value) is str else value
