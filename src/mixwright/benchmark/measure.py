"""One answer against the undamaged song: every figure that the results keep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..errors import SignalError
from ..metrics import evaluate, prepare, speech_measures, validate
from ..metrics.evaluate import side_change_db
from ..metrics.spectral import ltas_error_db
from .request import Answer, Request

__all__ = ["CORE", "Truth", "measure"]

Audio = NDArray[np.float32]

# What the analyses alone give, in every mode.
CORE = (
    "ltas_error_db",
    "ltas_moved_db",
    "spectral_centroid_change_percent",
    "side_change_db",
    "crest_factor_change_db",
    "loudness_change_lu",
    "rms_ratio",
)
# Of a pair, in the full mode.
PAIRED = (
    "multi_resolution_stft_sum_db",
    "multi_resolution_stft_difference_db",
    "si_sdr_db",
    "bark_error_db",
    "loudness_range_change_lu",
    "plr_change_lu",
    "stereo_correlation_change",
    "mono_loss_change_db",
    "diffmst_loss",
    "lag_ms",
    "polarity",
    "similarity",
)
LEAST_CORRELATION = 0.2


@dataclass(frozen=True, eq=False)
class Truth:
    """The undamaged song (channels, samples), its analysis, and that of the damaged one."""

    audio: Audio
    good: Analysis
    damaged: Analysis


def measure(truth: Truth, request: Request, answer: Answer, *, paired: bool, perceptual: bool) -> dict[str, float]:
    """Figures by name; changes are the answer minus the undamaged song, free of level; `ltas_moved_db`,
    `loudness_change_lu` and `rms_ratio` are against the input. A figure without meaning is left out.

    Errors
    ------
    SignalError
        The answer is not finite, silent, of another shape, or not the same music.
    """
    audio = np.ascontiguousarray(answer.audio, np.float32)
    validate(audio, request.sample_rate, "the answer")
    if paired:
        pair = prepare(truth.audio, request.sample_rate, audio, request.sample_rate, names=("undamaged", "the answer"))
        analysis = analyze_audio(audio, request.sample_rate)
        whole = pair.lag_samples == 0 and len(truth.audio) == 2 == len(audio)
        figures = evaluate(pair, (truth.good, analysis)) if whole else evaluate(pair)
        found = {name: figures[name] for name in PAIRED}
        if perceptual:
            measured = speech_measures(pair)
            found |= {name: f.value for name, f in measured.items() if f.value is not None}
    else:
        _same_music(truth.audio, audio)
        analysis, found = analyze_audio(audio, request.sample_rate), {}
    found |= _core(truth, analysis)
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def _core(truth: Truth, analysis: Analysis) -> Mapping[str, float]:
    good, damaged = truth.good, truth.damaged
    return {
        "ltas_error_db": ltas_error_db(good, analysis),
        "ltas_moved_db": ltas_error_db(damaged, analysis),
        "spectral_centroid_change_percent": 100 * (analysis.spectral_centroid_hz / good.spectral_centroid_hz - 1),
        "side_change_db": side_change_db(good, analysis),
        "crest_factor_change_db": analysis.crest_factor_db - good.crest_factor_db,
        "crest_factor_lost_db": damaged.crest_factor_db - analysis.crest_factor_db,
        "loudness_change_lu": analysis.integrated_lufs - damaged.integrated_lufs,
        "rms_ratio": 10 ** ((analysis.rms_dbfs - damaged.rms_dbfs) / 20),
    }


def _same_music(truth: Audio, audio: Audio) -> None:
    """The cheap form of the alignment's check, for mixers that keep every sample in its place."""
    if truth.shape != audio.shape:
        raise SignalError(f"the answer: audio.shape={audio.shape} must be {truth.shape}, that of the input")
    a, b = truth.mean(axis=0, dtype=np.float64), audio.mean(axis=0, dtype=np.float64)
    energy = math.sqrt(float(np.dot(a, a)) * float(np.dot(b, b)))
    if energy > 0 and abs(float(np.dot(a, b))) < LEAST_CORRELATION * energy:
        raise SignalError("the answer: does not seem to be the same music as the input")
