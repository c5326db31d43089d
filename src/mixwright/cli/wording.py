"""Figures as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..analysis import Analysis

__all__ = ["figure", "heard", "signed"]


def figure(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A number with a true minus sign and its unit; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:.{digits}f}".replace("-", "−")
    if float(f"{value:.{digits}f}") == 0:
        text = text.replace("−", "")
    return f"{text} {unit}".rstrip()


def signed(value: float, unit: str = "", digits: int = 1) -> str:
    """As `figure`, with a plus sign where it is positive."""
    text = figure(value, unit, digits)
    return f"+{text}" if float(f"{value:.{digits}f}") > 0 else text


def heard(analysis: Analysis) -> str:
    """An analysis in one line."""
    minutes, seconds = divmod(round(analysis.duration_s), 60)
    parts = [
        f"{minutes}:{seconds:02d}",
        f"{analysis.sample_rate / 1000:g} kHz {'stereo' if analysis.channels == 2 else 'mono'}",
        figure(analysis.integrated_lufs, "LUFS"),
        figure(analysis.true_peak_dbtp, "dBTP"),
        f"range {figure(analysis.loudness_range_lu, 'LU')}",
        f"crest {figure(analysis.crest_factor_db, 'dB')}",
        f"width {figure(analysis.stereo_width, digits=2)}",
    ]
    if analysis.tempo_bpm is not None:
        parts.append(f"{analysis.tempo_bpm:.0f} BPM")
    return ", ".join(parts)


def genre_words(genre: Mapping[str, float] | None, target: str = "released music") -> str:
    """Genre weights in words; without any, what the mix was led toward by its name."""
    if not genre and target != "released music":
        return f"unsure; led toward {target}"
    if not genre:
        return "unsure; led toward released music of all genres (--genre rock aims closer)"
    if len(genre) == 1:
        return next(iter(genre))
    return ", ".join(f"{name} {weight:.0%}" for name, weight in genre.items())
