"""EQs, compressors and limiters of other programs, as functions of audio (channels, samples) at a rate.

A program that is not installed is left out, and said so: `missing` names it.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Effect = Callable[[Audio, int], Audio]

BAND = 512


def missing() -> list[str]:
    """Programs that are not here."""
    absent = [name for name in ("pedalboard", "libsonare") if importlib.util.find_spec(name) is None]
    return absent + [name for name in ("ffmpeg", "sox") if shutil.which(name) is None]


def equalizers() -> dict[str, Effect]:
    """A name for each, and the filter: each program's own shelves and bells."""
    found: dict[str, Effect] = {}
    absent = missing()
    if "pedalboard" not in absent:
        found["pedalboard: LowShelf 120 Hz +4 dB, Peak 800 Hz −3 dB, HighShelf 6 kHz +3 dB"] = _pedalboard_eq
        found["pedalboard: Highpass 40 Hz, Peak 3 kHz +5 dB Q 2"] = _pedalboard_cut
    if "libsonare" not in absent:
        found["libsonare: LowShelf 100 Hz −3 dB, Peak 2.5 kHz +4 dB, HighShelf 8 kHz +2 dB"] = _sonare_eq
    if "ffmpeg" not in absent:
        found["ffmpeg: equalizer 400 Hz −4 dB Q 1, bass +3 dB, treble −3 dB"] = _ffmpeg(
            "equalizer=f=400:t=q:w=1:g=-4,bass=g=3:f=110,treble=g=-3:f=5000"
        )
        points = "entry(0,0);entry(200,3);entry(1000,-2);entry(4000,2);entry(12000,-3);entry(20000,-3)"
        found["ffmpeg: firequalizer, six points"] = _ffmpeg(f"firequalizer=gain_entry='{points}'")
    if "sox" not in absent:
        found["sox: bass +4 dB, equalizer 1.5 kHz −4 dB Q 1.2, treble +3 dB"] = _sox(
            ["bass", "4", "100", "equalizer", "1500", "1.2q", "-4", "treble", "3", "5000"]
        )
    return found


def pedalboard_compressor(threshold_db: float, ratio: float, attack_ms: float, release_ms: float) -> Effect:
    """JUCE's compressor, each channel by itself; its times are 2 pi time constants."""
    import pedalboard

    made = {"threshold_db": threshold_db, "ratio": ratio, "attack_ms": attack_ms, "release_ms": release_ms}
    return lambda audio, rate: np.asarray(pedalboard.Compressor(**made)(audio, rate), np.float32)


def pedalboard_limiter(gain_db: float, threshold_db: float) -> Effect:
    """JUCE's limiter behind a gain; it clips at 0 dBFS whatever its threshold."""
    import pedalboard

    board = pedalboard.Pedalboard([pedalboard.Gain(gain_db), pedalboard.Limiter(threshold_db, 100)])
    return lambda audio, rate: np.asarray(board(audio, rate), np.float32)


def ffmpeg_limiter(gain_db: float, limit_db: float) -> Effect:
    """alimiter without its automatic level."""
    gain = f"volume={gain_db}dB"
    return _ffmpeg(f"{gain},alimiter=limit={10 ** (limit_db / 20):.6f}:attack=5:release=50:level=false")


def _pedalboard_eq(audio: Audio, rate: int) -> Audio:
    import pedalboard as p

    board = p.Pedalboard([p.LowShelfFilter(120, 4, 0.7), p.PeakFilter(800, -3, 1.0), p.HighShelfFilter(6000, 3, 0.7)])
    return np.asarray(board(audio, rate), np.float32)


def _pedalboard_cut(audio: Audio, rate: int) -> Audio:
    import pedalboard as p

    return np.asarray(p.Pedalboard([p.HighpassFilter(40), p.PeakFilter(3000, 5, 2.0)])(audio, rate), np.float32)


def _sonare_eq(audio: Audio, rate: int) -> Audio:
    import libsonare

    equalizer = libsonare.StreamingEqualizer(rate, BAND)
    bands = (("lowShelf", 100, -3, 0.7), ("peak", 2500, 4, 1.0), ("highShelf", 8000, 2, 0.7))
    for index, (kind, hz, gain_db, q) in enumerate(bands):
        equalizer.set_band(index, {"type": kind, "frequencyHz": hz, "gainDb": gain_db, "q": q, "enabled": True})
    left, right = audio[0], audio[-1]
    parts = [
        np.array(equalizer.process_stereo(left[at : at + BAND].tolist(), right[at : at + BAND].tolist()), np.float32)
        for at in range(0, audio.shape[1], BAND)
    ]
    return np.concatenate(parts, axis=1)


def _ffmpeg(graph: str) -> Effect:
    def run(first: Path, second: Path) -> None:
        command = ["ffmpeg", "-v", "error", "-i", str(first), "-af", graph, "-c:a", "pcm_f32le", str(second)]
        subprocess.run(command, check=True)

    return _by_file(run)


def _sox(effects: list[str]) -> Effect:
    def run(first: Path, second: Path) -> None:
        subprocess.run(["sox", "-V1", str(first), "-b", "32", "-e", "float", str(second), *effects], check=True)

    return _by_file(run)


def _by_file(run: Callable[[Path, Path], None]) -> Effect:
    def effect(audio: Audio, rate: int) -> Audio:
        with tempfile.TemporaryDirectory() as place:
            first, second = Path(place) / "in.wav", Path(place) / "out.wav"
            soundfile.write(first, 0.25 * audio.T, rate, subtype="FLOAT")  # nothing clips inside
            run(first, second)
            return np.ascontiguousarray(4 * soundfile.read(second, dtype="float32")[0].T)

    return effect
