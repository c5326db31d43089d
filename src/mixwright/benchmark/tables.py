"""The benchmark as tables, for a terminal, a document and a page alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..metrics.criterion_row import SetFigure
from .cases import UNDAMAGED
from .plots import label, strengths_of
from .summary import Row

__all__ = ["Table", "brief", "harm_table", "markdown", "restore_table"]


@dataclass(frozen=True)
class Table:
    """Headings and rows of text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def restore_table(rows: Sequence[Row], strength: str) -> Table:
    """What each mixer made of the damaged songs of one strength, best first."""
    chosen = [row for row in rows if row.strength == strength]
    chosen.sort(key=lambda row: -_value(row, "ltas_error_removed", -9.0))
    headings = (
        "mixer", "n", "LTAS error removed", "made worse", "LTAS error left, dB", "centroid off, %", "width off, dB",
        "crest off, dB", "MR-STFT, dB", "loudness, LU", "PESQ", "STOI", "ViSQOL",
    )  # fmt: skip
    body = []
    for row in chosen:
        f = row.figures
        body.append((
            label(row.mixer, row.task),
            f"{row.n}" + (f", {row.failed} failed" if row.failed else ""),
            _share(f.get("ltas_error_removed")),
            _share(f.get("made_worse")),
            _number(f.get("ltas_error"), 2),
            _number(f.get("spectral_centroid"), 1),
            _number(f.get("side"), 1),
            _number(f.get("crest_factor_change_db"), 1),
            _number(f.get("multi_resolution_stft_sum_db"), 1),
            _plain(f.get("loudness_change_lu"), 1),
            _with_n(f.get("pesq_wb")),
            _with_n(f.get("stoi")),
            _with_n(f.get("visqol")),
        ))  # fmt: skip
    return _without_empty(Table(f"Damage: {strength}", headings, tuple(body)))


def harm_table(rows: Sequence[Row]) -> Table:
    """What each mixer did to songs that were good, least harm first."""
    chosen = [row for row in rows if row.strength == UNDAMAGED]
    chosen.sort(key=lambda row: _value(row, "harm_ltas_db", 99.0))
    headings = (
        "mixer", "n", "LTAS moved, dB", "95th percentile, dB", "within 0.5 dB", "centroid off, %", "width off, dB",
        "crest lost, dB", "most crest lost, dB", "RMS, ×", "at bounds",
    )  # fmt: skip
    body = []
    for row in chosen:
        f, moved = row.figures, row.values.get("harm_ltas_db")
        lost, ratio = row.values.get("crest_factor_lost"), row.values.get("rms_ratio")
        body.append((
            label(row.mixer, row.task),
            f"{row.n}" + (f", {row.failed} failed" if row.failed else ""),
            _number(f.get("harm_ltas_db"), 2),
            "–" if moved is None else f"{np.nanpercentile(moved, 95):.2f}",
            "–" if moved is None else f"{100 * np.mean(moved[np.isfinite(moved)] <= 0.5):.0f} %",
            _number(f.get("spectral_centroid"), 1),
            _number(f.get("side"), 1),
            _number(f.get("crest_factor_lost"), 2),
            "–" if lost is None else f"{np.nanmax(lost):.2f}".replace("-", "−"),
            "–" if ratio is None else f"{np.nanmin(ratio):.2f}–{np.nanmax(ratio):.2f}",
            _share(f.get("parameters_at_bounds_share")),
        ))  # fmt: skip
    return Table("Undamaged music", headings, tuple(body))


def markdown(table: Table) -> str:
    """As a Markdown table."""
    lines = ["| " + " | ".join(table.headings) + " |", "|" + "---|" * len(table.headings)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in table.rows)])


def _without_empty(table: Table) -> Table:
    """Columns that nobody has a figure for are left out."""
    kept = [c for c in range(len(table.headings)) if any(row[c] != "–" for row in table.rows)]
    rows = tuple(tuple(row[c] for c in kept) for row in table.rows)
    return Table(table.title, tuple(table.headings[c] for c in kept), rows)


def brief(rows: Sequence[Row]) -> str:
    """The essential columns as plain text, for a terminal."""
    tables = [(restore_table(rows, strength), (0, 1, 2, 3)) for strength in strengths_of(rows)] + [
        (harm_table(rows), (0, 1, 2, 4))
    ]
    lines = []
    for table, columns in tables:
        lines += ["", table.title]
        body = [[row[c] for c in columns] for row in (table.headings, *table.rows)]
        widths = [max(len(row[c]) for row in body) for c in range(len(columns))]
        lines += [
            "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in body
        ]
    return "\n".join(lines[1:])


def _value(row: Row, name: str, otherwise: float) -> float:
    figure = row.figures.get(name)
    return otherwise if figure is None else figure.value


def _share(figure: SetFigure | None) -> str:
    return "–" if figure is None else _text(100 * figure.value, _scaled(figure), 0, " %")


def _scaled(figure: SetFigure) -> tuple[float | None, float | None]:
    return tuple(None if x is None else 100 * x for x in (figure.low, figure.high))  # type: ignore[return-value]


def _number(figure: SetFigure | None, digits: int) -> str:
    return "–" if figure is None else _text(figure.value, (figure.low, figure.high), digits)


def _plain(figure: SetFigure | None, digits: int) -> str:
    return "–" if figure is None else f"{figure.value:+.{digits}f}".replace("-", "−")


def _with_n(figure: SetFigure | None) -> str:
    return "–" if figure is None else f"{figure.value:.2f} (n={figure.n})"


def _text(value: float, bounds: tuple[float | None, float | None], digits: int, unit: str = "") -> str:
    low, high = bounds
    known = [0.0 if x is None else x for x in (value, low, high)]
    middle, least, most = (f"{round(x, digits) + 0.0:.{digits}f}".replace("-", "−") for x in known)  # no minus zero
    return f"{middle}{unit} ({least} to {most})"
