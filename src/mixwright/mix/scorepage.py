"""A verdict as a page, in the clothes of the report."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..metrics import Score
from .files import write_text
from .report import render_report
from .report.data import Criterion, Measurement, ReportData

__all__ = ["write_score_page"]


def write_score_page(score: Score, title: str, path: Path) -> None:
    """Write one self-contained HTML file.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    against = f"against the {score.against} version" if score.against else "by itself"
    verdict = "every criterion that applies is met" if score.passed else "not every criterion is met"
    missing = [f"{name}: {f.reason}" for name, f in score.perceptual.items() if f.value is None]
    page = ReportData(
        title=title,
        summary=[f"Judged {against}: {verdict}."],
        warnings=missing,
        criteria=[Criterion(c.label, c.value, c.unit, c.bound, c.passed, c.sentence) for c in score.criteria],
        measurements=[Measurement(name, "", None, value) for name, value in score.figures.items()],
        version=__version__,
    )
    write_text(path, render_report(page))
