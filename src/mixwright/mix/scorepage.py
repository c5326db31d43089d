"""A verdict as a page, in the clothes of the report."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..metrics import Score
from .files import write_text
from .report import render_report
from .report.data import Criterion, Measurement, ReportData

UNITS = {"db": "dB", "hz": "Hz", "lu": "LU", "ms": "ms", "percent": "%"}
WORDS = {
    "diffmst": "Diff-MST",
    "stft": "STFT",
    "si": "SI",
    "sdr": "SDR",
    "ltas": "LTAS",
    "plr": "PLR",
    "rms": "RMS",
    "bark": "Bark",
}

__all__ = ["write_score_page"]


def write_score_page(score: Score, title: str, path: Path) -> None:
    """Write one self-contained HTML file.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    against = {"": "by itself", "reference": "against the reference", "before": "against the unmixed version"}
    bounded = [c for c in score.criteria if c.passed is not None]
    failed = [c.label for c in bounded if not c.passed]
    verdict = f"all {len(bounded)} criteria that apply are met"
    if failed:
        verdict = f"{len(failed)} of {len(bounded)} criteria are not met: {', '.join(failed)}"
    missing = [f"{name}: {f.reason}" for name, f in score.perceptual.items() if f.value is None]
    order = {False: 0, True: 1, None: 2}
    criteria = sorted((c for c in score.criteria if c.value is not None), key=lambda c: order[c.passed])
    page = ReportData(
        title=title,
        summary=[f"Judged {against[score.against]}: {verdict}.", *score.sentences],
        warnings=missing,
        criteria=[Criterion(c.label, c.value, c.unit, c.bound, c.passed, c.sentence) for c in criteria],
        measurements=[_measurement(name, value) for name, value in score.figures.items()],
        verdict=True,
        version=__version__,
    )
    write_text(path, render_report(page))


def _measurement(name: str, value: float) -> Measurement:
    """A figure of a pair as a row: its name in words, the unit apart."""
    words, _, ending = name.rpartition("_")
    unit = UNITS.get(ending, "")
    text = " ".join(WORDS.get(word, word) for word in (words if unit else name).split("_"))
    text = text.replace("left right", "left and right").replace("sum difference", "sum and difference")
    if name.startswith("multi_resolution") and not unit:
        text += ", convergence and log"
    return Measurement(text[0].upper() + text[1:], unit, None, value)
