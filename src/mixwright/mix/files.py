"""What a mix leaves beside the music: its preset and its report."""

from __future__ import annotations

from pathlib import Path

from ..audio import atomic_path
from ..errors import AudioWriteError
from ..parameters import Preset
from .result import Mix

__all__ = ["write_preset", "write_report", "write_text"]


def write_preset(preset: Preset, path: Path) -> None:
    """Write a preset file, whole or not at all.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    write_text(path, preset.to_json())


def write_report(mix: Mix, path: Path) -> None:
    """Write the report, one HTML file that opens offline.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    from .report import render_report
    from .reporting import report_data

    write_text(path, render_report(report_data(mix)))


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all; AudioWriteError says why it cannot be."""
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None
