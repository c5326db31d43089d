"""The process in which perceptual measures run: their code may crash, and must not take the mixer with it.

`python -m mixwright.metrics.speech FILE.npz` reads arrays `reference` and `estimate` (segments, samples), mono at
16 kHz, and `reference_48k` and `estimate_48k` (2, samples), and prints one JSON line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

RATE = 16_000
AUDIO_RATE = 48_000


def main(path: str) -> None:
    """Median over the segments of each measure, or the reason why there is none."""
    with np.load(path) as data:
        pairs = list(zip(data["reference"], data["estimate"], strict=True))
        left, right = list(zip(data["reference_48k"], data["estimate_48k"], strict=True))
    answer = {
        "pesq_wb": _measure(_pesq, pairs),
        "stoi": _measure(_stoi, pairs),
        "visqol_left": _measure(_visqol, [left]),
        "visqol_right": _measure(_visqol, [right]),
    }
    print(json.dumps(answer))


def _measure(function: Any, pairs: list[Any]) -> dict[str, Any]:
    values, reason = [], "no segment could be measured"
    for reference, estimate in pairs:
        try:
            values.append(float(function(reference, estimate)))
        except ImportError:
            reason = 'not installed: pip install "mixwright[metrics]"'
        except Exception as error:  # the libraries raise their own kinds, also for music without utterances
            text = error.args[0] if error.args else ""
            text = text.decode() if isinstance(text, bytes) else str(text)
            reason = " ".join(text.split()) or type(error).__name__
    if not values:
        return {"value": None, "reason": reason}
    return {"value": float(np.median(values)), "reason": ""}


def _pesq(reference: Any, estimate: Any) -> float:
    import pesq

    value: float = pesq.pesq(RATE, reference, estimate, "wb")
    return value


def _stoi(reference: Any, estimate: Any) -> float:
    import pystoi

    value: float = pystoi.stoi(reference, estimate, RATE)
    return value


def _visqol(reference: Any, estimate: Any) -> float:
    import visqol

    api = visqol.VisqolApi()
    api.create(mode="audio")
    value: float = api.measure_from_arrays(reference.astype(float), estimate.astype(float), AUDIO_RATE).moslqo
    return value


if __name__ == "__main__":
    main(sys.argv[1])
