"""The report: one page that says what was heard, what was decided and why, and lets you hear both."""

from __future__ import annotations

from mixwright.mix.report.data import (
    Clip,
    Criterion,
    Delivery,
    GainReduction,
    GenrePassages,
    ListenedMap,
    Loudness,
    Ltas,
    Measurement,
    ParameterRow,
    Provenance,
    ReportData,
)
from mixwright.mix.report.render import render_report

__all__ = [
    "Clip",
    "Criterion",
    "Delivery",
    "GainReduction",
    "GenrePassages",
    "ListenedMap",
    "Loudness",
    "Ltas",
    "Measurement",
    "ParameterRow",
    "Provenance",
    "ReportData",
    "render_report",
]
