"""PESQ, STOI and ViSQOL: figures that others ask for, with their limits.

PESQ (ITU-T P.862.2) and STOI (Taal et al. 2011) are speech measures at 16 kHz, blind to stereo and treble; they say how
near two waveforms are in the telephone's band and nothing about the quality of a mix. ViSQOL's audio mode (Chinen et
al. 2020) was made for codecs; it hears treble, and the channels one by one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio import resample
from .pairs import Pair
from .speech import AUDIO_RATE, RATE

__all__ = ["Figure", "speech_measures"]

SEGMENT_S = 10.0  # PESQ's library crashes above 100 s; 8 to 20 s are asked for
MOST_SEGMENTS = 6
VISQOL_S = 6.0  # it takes a second of CPU for a second and a half of one channel
TIMEOUT_S = 120.0
NAMES = ("pesq_wb", "stoi", "visqol_left", "visqol_right")


@dataclass(frozen=True)
class Figure:
    """A value, or None and the reason."""

    value: float | None
    reason: str = ""


def speech_measures(pair: Pair, *, timeout_s: float = TIMEOUT_S) -> dict[str, Figure]:
    """`pesq_wb` and `stoi` of an aligned, equally loud pair (mono, 16 kHz, the median over segments of 10 s), and
    `visqol_left` and `visqol_right` (48 kHz, the loudest 6 s).

    Runs in a process of its own: whatever happens there, the answer is a figure or a reason.
    """
    reference, estimate = (_segments(x, pair.sample_rate) for x in (pair.reference, pair.estimate))
    audible = np.sqrt(np.mean(reference**2, axis=1)) > 1e-4
    if not audible.any():
        return dict.fromkeys(NAMES, Figure(None, "no segment has sound in mono"))
    kept = np.flatnonzero(audible)
    kept = kept[np.linspace(0, len(kept) - 1, min(len(kept), MOST_SEGMENTS)).astype(int)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pair.npz"
        first, second = _loudest(pair)
        np.savez(path, reference=reference[kept], estimate=estimate[kept], reference_48k=first, estimate_48k=second)
        command = [sys.executable, "-m", "mixwright.metrics.speech", str(path)]
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired:
            return dict.fromkeys(NAMES, Figure(None, f"took longer than {timeout_s:g} s"))
    lines = result.stdout.strip().splitlines()
    if result.returncode != 0 or not lines:
        return dict.fromkeys(NAMES, Figure(None, f"the library crashed (code {result.returncode})"))
    answer = json.loads(lines[-1])
    return {name: Figure(answer[name]["value"], answer[name]["reason"]) for name in NAMES}


def _loudest(pair: Pair) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The loudest passage of both, (2, samples) at 48 kHz."""
    length = min(pair.reference.shape[1], round(VISQOL_S * pair.sample_rate))
    power = np.cumsum(np.concatenate([[0.0], np.mean(pair.reference.astype(np.float64) ** 2, axis=0)]))
    start = int(np.argmax(power[length:] - power[:-length]))
    passages = (np.ascontiguousarray(x[:, start : start + length]) for x in (pair.reference, pair.estimate))
    first, second = (resample(x, pair.sample_rate, AUDIO_RATE) for x in passages)
    return first, second


def _segments(audio: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """(segments, samples) at 16 kHz, mono; a song shorter than a segment is one segment."""
    mono = resample(np.ascontiguousarray(audio.mean(axis=0, keepdims=True)), sample_rate, RATE)[0]
    length = min(len(mono), round(SEGMENT_S * RATE))
    count = max(1, len(mono) // length)
    return np.ascontiguousarray(mono[: count * length].reshape(count, length))
