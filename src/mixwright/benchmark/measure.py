"""One answer against the undamaged song: every figure that the results keep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..errors import SignalError
from ..metrics import evaluate, prepare, speech_measures, validate
from ..metrics.evaluate import side_change_db
from ..metrics.spectral import ltas_error_db
from .request import Answer, Request
from .same_music import check_same_music

__all__ = ["Truth", "measure"]

Audio = NDArray[np.float32]

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
# Without these there is nothing to judge.
NEEDED = ("ltas_error_db", "ltas_moved_db", "crest_factor_lost_db")


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
        The answer is not finite, silent, of another shape, or not the same music (`check_same_music`).
    """
    audio = _floats(answer.audio)
    validate(audio, request.sample_rate, "the answer")
    if paired:
        pair = prepare(truth.audio, request.sample_rate, audio, request.sample_rate, names=("undamaged", "the answer"))
        check_same_music(request.audio, audio, request.sample_rate, pair.lag_samples)
        analysis = analyze_audio(audio, request.sample_rate)
        whole = pair.lag_samples == 0 and len(truth.audio) == 2 == len(audio)
        figures = evaluate(pair, (truth.good, analysis)) if whole else evaluate(pair)
        found = {name: figures[name] for name in PAIRED}
        if perceptual:
            measured = speech_measures(pair)
            found |= {name: f.value for name, f in measured.items() if f.value is not None}
    else:
        if audio.shape != request.audio.shape:
            raise SignalError(f"the answer: audio.shape={audio.shape} must be {request.audio.shape}, as the input's")
        check_same_music(request.audio, audio, request.sample_rate)
        analysis, found = analyze_audio(audio, request.sample_rate), {}
    found |= _core(truth, analysis)
    lost = [name for name in NEEDED if not math.isfinite(found[name])]
    if lost:
        peak = f"peak {analysis.sample_peak_dbfs:.0f} dBFS"
        raise SignalError(f"the answer: {', '.join(lost)} cannot be measured ({peak})")
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


def _floats(answer: Any) -> Audio:
    audio = np.asarray(answer)
    if audio.dtype.kind != "f":
        raise SignalError(f"the answer: dtype={audio.dtype} must be float, full scale 1")
    return np.ascontiguousarray(audio, np.float32)
