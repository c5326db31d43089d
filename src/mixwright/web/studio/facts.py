"""A finished mix as the page shows it: the report's figures as JSON, what the chain in the browser needs, and what
feedback on it would be about."""

from __future__ import annotations

import math
import secrets
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ...analysis import Analysis
from ...analysis.kept import features_of
from ...analysis.plain import plain
from ...mix import Mix
from ...mix.excerpt import loudest
from ...mix.report.data import ReportData
from ...mix.reporting import TASTE_OFF, report_data
from ...parameters import PARAMETERS, Preset

__all__ = ["EVENT", "chain_facts", "event_facts", "mix_facts", "table_facts"]

EVENT = "event.json"  # beside a mix: its `event_facts`

WAVEFORM_POINTS = 1200
HOP_S = 0.01
LOUDNESS_STEP = 20  # of the 10 ms series: five figures a second


def table_facts() -> list[dict[str, Any]]:
    """The ten parameters, as the sliders need them."""
    return [
        {
            "name": p.name, "label": p.label, "low": p.low, "neutral": p.neutral, "high": p.high, "unit": p.unit,
            "aspect": p.aspect, "description": p.description,
        }
        for p in PARAMETERS
    ]  # fmt: skip


def chain_facts(preset: Preset) -> dict[str, Any]:
    """A preset as the chain's AudioWorklet takes it: numbers in the order of the tables."""
    return {
        "parameters": [preset.parameters[p.name] for p in PARAMETERS],
        "voicing": list(preset.voicing.vector()),
        "programme_lufs": preset.programme_lufs,
        "tempo_bpm": preset.tempo_bpm,
        "makeup_trim_db": preset.makeup_trim_db,
    }


def mix_facts(mix: Mix) -> dict[str, Any]:
    """Everything that the page shows of a mix; what is not finite is null."""
    data = report_data(mix)
    start_s, end_s = loudest(mix.before)
    return dict(
        plain(
            {
                "title": data.title,
                "subtitle": data.subtitle,
                "duration_s": mix.before.duration_s,
                "sample_rate": mix.before.sample_rate,
                "channels": mix.before.channels,
                "genre": _genre(data),
                "parameters": [
                    {"name": row.name, "value": row.value, "provenance": row.provenance, "reason": row.reason}
                    for row in data.parameters
                ],
                "moves": bool(mix.preset.trajectory),
                "preset": mix.preset.to_dict(),
                "chain": chain_facts(mix.preset),
                "ltas": _ltas(data),
                "loudness": _loudness(data),
                "waveform": {"before": _peaks(mix.before), "after": _peaks(mix.after)},
                "passage": {"start_s": start_s, "end_s": end_s},
                "measurements": [
                    {"label": m.label, "unit": m.unit, "before": m.before, "after": m.after, "sentence": m.sentence}
                    for m in data.measurements
                ],
                "delivery": {"target_lufs": mix.delivery.target_lufs, "ceiling_dbtp": mix.delivery.ceiling_dbtp},
                "criteria": [
                    {"name": c.name, "value": c.value, "unit": c.unit, "bound": c.bound, "passed": c.passed}
                    for c in data.criteria
                ],
                "stems": [
                    {"name": s.name, "role": s.role, "gain_db": s.gain_db, "muted": s.muted, "reasons": list(s.reasons)}
                    for s in data.stems
                ],
                "stems_sentence": data.stems_sentence,
                "summary": [sentence.replace(TASTE_OFF, "") for sentence in data.summary],
                "taste": mix.taste_sentence,
                "warnings": list(data.warnings),
                "tags": dict(mix.tags),
            }
        )
    )


def event_facts(mix: Mix) -> dict[str, Any]:
    """What is kept of a decision beside its preset, where somebody agreed to have anything kept."""
    return {
        "key": secrets.token_hex(16),
        "made": datetime.now(UTC).isoformat(),
        "decided": dict(mix.decided),
        "features": features_of(mix.before),
        "figures": {c.name: c.value for c in mix.criteria if c.value is not None and math.isfinite(c.value)},
        "genre": None if mix.genre is None else dict(mix.genre),
    }


def _genre(data: ReportData) -> dict[str, Any]:
    passages = data.genre_passages
    return {
        "sentence": data.genre_sentence,
        "sure": data.genre_sure,
        "probabilities": dict(data.genre or {}),
        "passages": None if passages is None else {"seconds": passages.seconds, "shares": dict(passages.shares)},
    }


def _ltas(data: ReportData) -> dict[str, Any] | None:
    ltas = data.ltas
    if ltas is None:
        return None
    return {
        "hz": ltas.third_octave_hz, "before_db": ltas.before_db, "after_db": ltas.after_db,
        "target_db": ltas.target_db, "spread_db": ltas.target_spread_db, "target_label": ltas.target_label,
    }  # fmt: skip


def _loudness(data: ReportData) -> dict[str, Any] | None:
    found = data.loudness
    if found is None:
        return None
    return {
        "before": found.before_series[::LOUDNESS_STEP], "after": found.after_series[::LOUDNESS_STEP],
        "before_lufs": found.before_lufs, "after_lufs": found.after_lufs, "target_lufs": found.target_lufs,
    }  # fmt: skip


def _peaks(analysis: Analysis) -> dict[str, Any]:
    """The highest peak of each of about 1200 parts of the song, linear."""
    peaks = np.asarray(analysis.envelope_peak, np.float64)
    each = max(1, math.ceil(len(peaks) / WAVEFORM_POINTS))
    padded = np.concatenate([peaks, np.zeros(-len(peaks) % each)])
    return {"step_s": each * HOP_S, "peaks": np.round(padded.reshape(-1, each).max(axis=1), 4)}
