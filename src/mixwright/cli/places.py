"""Where the files of a mix go when the user names only some of them."""

from __future__ import annotations

from pathlib import Path

from ..errors import ParameterError

__all__ = ["default_output", "report_path", "sidecar"]

LOSSLESS = (".wav", ".flac", ".aiff", ".aif")


def default_output(source: Path, word: str = "mix") -> Path:
    """`song.wav` to `song.mix.wav` beside it; what came as a lossy file becomes FLAC, to lose no more."""
    suffix = source.suffix.lower() if source.suffix.lower() in LOSSLESS else ".flac"
    return source.with_name(f"{source.stem}.{word}{suffix}")


def sidecar(output: Path, ending: str) -> Path:
    """`song.mix.flac` to `song.mix.preset.json`."""
    return output.with_name(output.stem + ending)


def report_path(report: str, output: Path) -> Path | None:
    """Where the report goes: `html` beside the mix, `none` nowhere.

    Errors
    ------
    ParameterError
        Another word.
    """
    if report == "none":
        return None
    if report != "html":
        raise ParameterError(f"report={report} must be html or none")
    return sidecar(output, ".report.html")
