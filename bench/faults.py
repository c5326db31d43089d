"""Which fault is found by which criterion, on real music: `python -m bench.faults FOLDER`.

FOLDER has a mixes.csv. The middle 20 s of every mix of its test split are damaged and judged against themselves. What
changes nothing that one hears (48 kHz, 10 ms later, 3 dB softer, 24 bit) must not be flagged. The table is written into
docs/metrics.md.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from bench.document import DOCS, write_section
from mixwright.audio import read_audio, resample
from mixwright.metrics import score

Audio = NDArray[np.float32]

SECONDS = 20
RATE_HZ = 48_000
HARMLESS = "nothing (48 kHz, 10 ms later, 3 dB softer)"


def harmless(audio: Audio, rate: int) -> Audio:
    late = np.pad(audio * np.float32(10 ** (-3 / 20)), ((0, 0), (rate // 100, 0)))
    return np.asarray(np.round(late * 2**23) / 2**23, np.float32)


def brighter(audio: Audio, rate: int) -> Audio:
    """6 dB more above 5 kHz, the whole 6 dB softer, so that nothing clips."""
    high = sosfilt(butter(2, 5000, "high", fs=rate, output="sos"), audio)
    return np.asarray(0.5 * audio + 0.5 * high, np.float32)


def duller(audio: Audio, rate: int) -> Audio:
    return np.asarray(sosfilt(butter(8, 7000, fs=rate, output="sos"), audio), np.float32)


# What is done, and the criterion that is there for it.
FAULTS: dict[str, tuple[Callable[[Audio, int], Audio], str]] = {
    HARMLESS: (harmless, ""),
    "collapse to mono": (lambda x, rate: np.repeat(x.mean(axis=0, keepdims=True), 2, axis=0), "side"),
    "treble raised by 6 dB": (brighter, "treble"),
    "clipped at +12 dB": (lambda x, rate: np.clip(x * np.float32(4), -1, 1), "clipped"),
    "low-pass at 7 kHz": (duller, "treble"),
    "right channel lost": (lambda x, rate: x * np.array([[1], [0]], np.float32), "imbalance"),
    "right channel inverted": (lambda x, rate: x * np.array([[1], [-1]], np.float32), "mono_loss"),
}


def rows(folder: Path) -> tuple[list[str], int]:
    """Lines of a Markdown table, and the number of mixes."""
    with (folder / "mixes.csv").open(encoding="utf-8") as file:
        mixes = [row["path"] for row in csv.DictReader(file) if row["split"] == "test"]
    found: dict[str, Counter[str]] = {name: Counter() for name in FAULTS}
    for path in mixes:
        audio, rate = read_audio(folder / path)
        start = max(0, audio.shape[1] - SECONDS * rate) // 2
        audio = np.ascontiguousarray(audio[:, start : start + SECONDS * rate])
        for name, (damage, _) in FAULTS.items():
            harmed, harmed_rate = audio, rate
            if name == HARMLESS:
                harmed, harmed_rate = resample(audio, rate, RATE_HZ), RATE_HZ
            harmed = np.ascontiguousarray(damage(harmed, harmed_rate), np.float32)
            result = score(harmed, harmed_rate, reference=(audio, rate), perceptual=False)
            failed = [c.name for c in result.criteria if c.passed is False]
            found[name].update([*failed, *(["any"] if failed else [])])
        print(path, flush=True)
    lines = ["| fault | criterion | found by it | any criterion failed | others that failed |", "|---|---|---|---|---|"]
    for name, (_, criterion) in FAULTS.items():
        counts, n = found[name], len(mixes)
        others = [f"{x} {count}" for x, count in counts.most_common() if x not in (criterion, "any")]
        by = f"{counts[criterion]} of {n}" if criterion else "–"
        lines.append(f"| {name} | {criterion or '–'} | {by} | {counts['any']} of {n} | {', '.join(others) or '–'} |")
    return lines, len(mixes)


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    lines, n = rows(Path(sys.argv[1]))
    caption = f"{n} mixes of the test split, {SECONDS} s each, against the undamaged mix; a figure counts mixes."
    write_section(DOCS / "metrics.md", "faults", f"{caption}\n\n" + "\n".join(lines))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
