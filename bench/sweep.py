"""Mix every sound file below a folder and verify each result by meters that are not ours.

`python bench/sweep.py FOLDER [--genre auto] [--loudness auto]` prints a line for each file that fails and a summary.
Loudness is libebur128's, the true peak is 32 times oversampled with a filter that is flat to 0.98 of Nyquist.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyebur128
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

import mixwright

ENDINGS = {".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"}
UP = 32
HALF = 128  # samples on each side that one interpolated point sees
WINDOW = 512
LOUDEST = 200  # windows a channel in which the peak is looked for


def loudness_lufs(audio: NDArray[np.float32], sample_rate: int) -> float:
    """Integrated loudness by libebur128."""
    state = pyebur128.R128State(len(audio), sample_rate, pyebur128.MeasurementMode.MODE_I)
    state.add_frames(np.ascontiguousarray(audio.T, np.float64).reshape(-1), audio.shape[1])
    return float(pyebur128.get_loudness_global(state))


def true_peak_dbtp(audio: NDArray[np.float32]) -> float:
    """The highest of the 32 times oversampled windows with the highest samples."""
    taps = firwin(2 * HALF * UP + 1, 0.99 / UP, window=("kaiser", 8.0))
    highest = 1e-10
    for channel in audio.astype(np.float64):
        padded = np.concatenate([np.zeros(HALF), channel, np.zeros(HALF + WINDOW)])
        count = len(channel) // WINDOW + 1
        peaks = np.abs(np.resize(np.append(channel, np.zeros(WINDOW)), (count, WINDOW))).max(axis=1)
        for at in np.argsort(peaks)[-LOUDEST:] * WINDOW:
            part = padded[at : at + WINDOW + 2 * HALF]
            inside = resample_poly(part, UP, 1, window=taps)[HALF * UP : (HALF + WINDOW) * UP]
            highest = max(highest, float(np.max(np.abs(inside))))
    return 20 * float(np.log10(highest))


def check(path: Path, genre: str, loudness: str) -> tuple[str, float, float, float, float, float, float, int]:
    """Name of the failure or nothing, loudness error, peak over the ceiling, RMS ratio, crest lost, limiting, plr."""
    try:
        mix = mixwright.mix(path, genre=genre, loudness=loudness)
    except mixwright.MixwrightError as error:
        return str(error), 0.0, -9.0, 1.0, 0.0, 0.0, 0.0, 0
    audio = mix.audio
    error_lu = loudness_lufs(audio, mix.sample_rate) - mix.delivery.target_lufs
    over = true_peak_dbtp(audio) - mix.delivery.ceiling_dbtp
    lost = mix.balance.crest_before_db - mix.balance.crest_after_db
    bounds = len(mix.preset.parameters.at_bounds())
    return "", error_lu, over, mix.balance.rms_ratio, lost, mix.delivery.deepest_db, mix.delivery.target_lufs, bounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--genre", default="auto")
    parser.add_argument("--loudness", default="auto")
    options = parser.parse_args()
    paths = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in ENDINGS)
    rows = []
    with ProcessPoolExecutor(2) as pool:
        results = pool.map(partial(check, genre=options.genre, loudness=options.loudness), paths)
        for path, row in zip(paths, results, strict=True):
            rows.append(row)
            failed = row[0] or abs(row[1]) > 0.5 or row[2] > 0.1 or not 0.8 <= row[3] <= 1.2 or row[4] > 1.5
            if failed:
                print(path, *(f"{v:.2f}" if isinstance(v, float) else v for v in row), flush=True)
    figures = np.array([row[1:] for row in rows if not row[0]])
    print(f"{len(rows)} files, {sum(bool(row[0]) for row in rows)} refused")
    names = ("loudness error", "peak over ceiling", "RMS ratio", "crest lost", "limiter", "target", "at bounds")
    for name, column in zip(names, figures.T, strict=True):
        low, middle, high = np.percentile(column, (0, 50, 100))
        print(f"{name:<18} least {low:8.3f}  median {middle:8.3f}  most {high:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
