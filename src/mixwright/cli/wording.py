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


def genre_words(
    genre: Mapping[str, float] | None, target: str = "released music", *, heard: bool = False, sure: bool = True
) -> str:
    """Genre weights in words, those under 5 % left out; where there are none, or they are not `sure`, what the mix was
    led toward by its name."""
    strong = sorted(((g, w) for g, w in (genre or {}).items() if w >= 0.05), key=lambda item: -item[1])
    words = ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in strong)
    unsure = f"unsure ({words})" if words else "unsure"
    if (not genre or not sure) and target != "released music":
        return f"{unsure}; led toward {target}"
    if not genre or not sure:
        return f"{unsure}; led toward released music of all genres (--genre rock aims closer)"
    if heard:
        return f"{words} (heard)" + ("" if target.startswith("released ") else f"; led toward {target}")
    return next(iter(genre)) if len(genre) == 1 else words
