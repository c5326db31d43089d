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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def speech_measures(pair: Pair, *, names: Sequence[str] = NAMES, timeout_s: float = TIMEOUT_S) -> dict[str, Figure]:
    """`pesq_wb` and `stoi` of an aligned, equally loud pair (mono, 16 kHz, the median over segments of 10 s), and
    `visqol_left` and `visqol_right` (48 kHz, the loudest 6 s), or those of them that are named.

    Runs in a process of its own: whatever happens there, the answer is a figure or a reason.
    """
    reference, estimate = (_segments(x, pair.sample_rate) for x in (pair.reference, pair.estimate))
    audible = np.sqrt(np.mean(reference**2, axis=1)) > 1e-4
    if not audible.any():
        return dict.fromkeys(names, Figure(None, "no segment has sound in mono"))
    kept = np.flatnonzero(audible)
    kept = kept[np.linspace(0, len(kept) - 1, min(len(kept), MOST_SEGMENTS)).astype(int)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pair.npz"
        first, second = _loudest(pair)
        arrays = {"reference": reference[kept], "estimate": estimate[kept]}
        np.savez(path, **arrays, reference_48k=first, estimate_48k=second, names=np.array(list(names)))
        command = [sys.executable, "-m", "mixwright.metrics.speech", str(path)]
        try:
            result = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
            output, reason = result.stdout, f"the library crashed (code {result.returncode})"
        except subprocess.TimeoutExpired as late:
            output, reason = late.stdout or b"", f"took longer than {timeout_s:g} s"
    answers = {row["name"]: Figure(row["value"], row["reason"]) for row in _rows(output)}
    return {name: answers.get(name, Figure(None, reason)) for name in names}


def _rows(output: bytes) -> list[dict[str, Any]]:
    """The complete lines of JSON; the libraries print things of their own."""
    rows = []
    for line in output.decode(errors="replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "name" in row:
            rows.append(row)
    return rows


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
