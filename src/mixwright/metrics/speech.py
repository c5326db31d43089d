"""The process in which perceptual measures run: their code may crash, and must not take the mixer with it.

`python -m mixwright.metrics.speech FILE.npz` reads arrays `reference` and `estimate` (segments, samples), mono at
16 kHz, `reference_48k` and `estimate_48k` (2, samples), and `names`, the measures asked for; it prints one JSON line a
measure as soon as it is there, so that a later crash takes nothing away.
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
        names = [str(name) for name in data["names"]]
    measures = {
        "pesq_wb": (_pesq, pairs),
        "stoi": (_stoi, pairs),
        "visqol_left": (_visqol, [left]),
        "visqol_right": (_visqol, [right]),
    }
    for name in names:
        print(json.dumps({"name": name, **_measure(*measures[name])}), flush=True)


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
