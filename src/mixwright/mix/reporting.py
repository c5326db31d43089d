"""A finished mix as the report shows it: figures in reading order, spectra at equal level, clips at equal loudness."""

from __future__ import annotations

import math
import sys
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..audio.clip import encode_flac
from ..metrics.pairs import loudness
from ..model.tone import Spectrum
from ..parameters import PARAMETERS, ParameterInfo
from .heard_reporting import genre_passages, genre_sentence, listened_map
from .passes import REDUCTION_HZ
from .report.data import (
    Clip,
    Criterion,
    Delivery,
    GainReduction,
    Loudness,
    Ltas,
    Measurement,
    ParameterRow,
    Provenance,
    ReportData,
)
from .result import Mix
from .stem_reporting import stem_rows, stems_sentence

__all__ = ["TASTE_OFF", "report_data"]

Array = NDArray[np.float64]
RENDERED = "As the preset has it."
TASTE_OFF = "; off with --no-taste"  # what the command line has for who wants it otherwise

# Attribute of the analysis, label, unit, and what the figure says.
MEASUREMENTS = (
    ("integrated_lufs", "Loudness", "LUFS", "How loud the whole song is (BS.1770-5)."),
    ("loudness_range_lu", "Loudness range", "LU", "From its quiet to its loud passages (EBU Tech 3342)."),
    ("true_peak_dbtp", "True peak", "dBTP", "The highest level, between the samples too."),
    ("crest_factor_db", "Crest factor", "dB", "Peaks over average: punch, or what a limiter left of it."),
    ("plr_lu", "Peak to loudness", "LU", "True peak over loudness."),
    ("spectral_centroid_hz", "Spectral centroid", "Hz", "Brightness in one number."),
    ("stereo_width", "Stereo width", "", "Side over mid; 0 is mono, 1 is as much side as mid."),
    ("stereo_correlation", "Correlation", "", "1 is mono; below 0 the mix suffers in mono."),
    ("tempo_bpm", "Tempo", "BPM", "Where a clear beat was heard."),
)


def report_data(mix: Mix) -> ReportData:
    """Everything that the page shows, from a mix made with `excerpts=True` (without, it has no players)."""
    clips, matched = _clips(mix)
    tags = mix.tags
    return ReportData(
        title=tags.get("title") or mix.source,
        subtitle=" · ".join(
            filter(None, (tags.get("artist"), tags.get("album"), mix.source if tags.get("title") else ""))
        ),
        genre=mix.genre,
        genre_sentence=genre_sentence(mix),
        genre_sure=mix.heard is None or mix.heard.sure or mix.genre != mix.heard.probabilities,
        genre_passages=genre_passages(mix),
        summary=_summary(mix),
        warnings=mix.warnings,
        clips=clips,
        clips_lufs=matched,
        stems=stem_rows(mix),
        stems_sentence=stems_sentence(mix),
        parameters=[
            ParameterRow(
                p.name,
                p.label,
                p.unit,
                mix.preset.parameters[p.name],
                p.low,
                p.neutral,
                p.high,
                cast(Provenance, mix.preset.origin(p.name)),
                _reason(mix, p),
                _movement(mix, p.name),
                listened_map(mix, p.name),
            )
            for p in PARAMETERS
        ],
        ltas=_ltas(mix),
        loudness=Loudness(
            mix.before.short_term_series,
            mix.after.short_term_series,
            mix.before.integrated_lufs,
            mix.after.integrated_lufs,
            mix.delivery.target_lufs,
        ),
        gain_reduction=_gain_reduction(mix),
        measurements=[
            Measurement(label, unit, getattr(mix.before, name), getattr(mix.after, name), None, sentence)
            for name, label, unit, sentence in MEASUREMENTS
        ],
        delivery=Delivery(
            mix.delivery.target_lufs,
            mix.delivery.ceiling_dbtp,
            mix.delivery.gain_db,
            mix.delivery.reached_lufs,
            mix.delivery.true_peak_dbtp,
            "Level and ceiling come after the balance, so that louder is never sold as better.",
        ),
        criteria=[Criterion(c.label, c.value, c.unit, c.bound, c.passed, c.sentence) for c in mix.criteria],
        preset_json=mix.preset.to_json(),
        version=__version__,
        software={"Python": sys.version.split()[0], "NumPy": np.__version__},
    )


def _reason(mix: Mix, parameter: ParameterInfo) -> str:
    """The sentence without what the page says beside it."""
    reason = mix.reasons.get(parameter.name, RENDERED)
    rest = reason.removeprefix(f"{parameter.label} left alone: ")
    return rest[:1].upper() + rest[1:]


def _movement(mix: Mix, name: str) -> tuple[tuple[float, float], ...]:
    """(s, value) over the whole song of a parameter that moves; values hold beyond the keyframes."""
    low, high = mix.preset.span(name)
    if low == high:
        return ()
    end = mix.before.duration_s
    points = [(seconds, values[name]) for seconds, values in mix.preset.trajectory]
    times = sorted({0.0, end, *(seconds for seconds, _ in points if seconds < end)})
    values = np.interp(times, [seconds for seconds, _ in points], [value for _, value in points])
    return tuple(zip(times, values.tolist(), strict=True))


def _summary(mix: Mix) -> list[str]:
    moved = [p.label for p in PARAMETERS if p.name in mix.preset.moved()]
    if moved:
        first = f"{len(moved)} of ten parameters moved: {', '.join(moved)}."
        if mix.preset.trajectory:
            first += " They change during the song."
    else:
        first = "The balance of this mix is fine; every parameter was left alone."
    limiter = (
        f"the limiter took at most {-mix.delivery.deepest_db:.1f} dB"
        if mix.delivery.deepest_db < -0.05
        else "nothing had to be limited"
    )
    second = (
        f"The balance stage changed the RMS by {mix.balance.rms_ratio:.2f}×; delivery brought the mix to "
        f"{mix.delivery.reached_lufs:.1f} LUFS, and {limiter}."
    ).replace("-", "−")
    taste = [f"Your taste: {mix.taste_sentence}{TASTE_OFF}."] if mix.taste_sentence else []
    return [first, *taste, second]


def _ltas(mix: Mix) -> Ltas:
    hz = mix.before.third_octave_hz
    before, after = _level_free(mix.before.ltas_db), _level_free(mix.after.ltas_db)
    after = np.interp(np.log(hz), np.log(mix.after.third_octave_hz), after)
    if mix.target is None:
        return Ltas(hz, before, after)
    spectrum = Spectrum.compare(hz, mix.before.ltas_db, mix.target.profile)
    target = np.where(spectrum.weight > 0, before - spectrum.deviation_db, np.nan)
    return Ltas(hz, before, after, target, spectrum.spread_db, mix.target.name.capitalize())


def _level_free(ltas_db: Array) -> Array:
    return np.asarray(ltas_db - 10 * np.log10(np.sum(10 ** (ltas_db / 10)) + 1e-30))


def _gain_reduction(mix: Mix) -> GainReduction:
    compressor, limiter = mix.balance.reduction_db, mix.delivery.reduction_db
    figures = min(len(compressor), len(limiter))
    seconds = np.arange(figures) / REDUCTION_HZ
    return GainReduction(seconds, compressor[:figures], limiter[:figures])


def _clips(mix: Mix) -> tuple[list[Clip], float | None]:
    if mix.excerpt is None:
        return [], None
    versions = [("Before", mix.excerpt.audio("before")), ("After", mix.excerpt.audio("after"))]
    levels = [loudness(audio, mix.sample_rate) for _, audio in versions]
    if not all(math.isfinite(level) for level in levels):
        return [], None
    matched = min(levels)
    clips = [
        Clip(label, "audio/flac", encode_flac(audio, mix.sample_rate), min(0.0, matched - level))
        for (label, audio), level in zip(versions, levels, strict=True)
    ]
    return clips, matched
