"""The chain against the same effects in pedalboard, in one process, in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests.songs import song

from bench.measure import Row, interleaved, spread
from mixwright.chain import balance
from mixwright.parameters import Parameters, Preset, blend_voicing

RATE = 44_100
SECONDS = 60.0
VALUES = {
    "input_gain": 1.1,
    "low_eq": 2.0,
    "mid_eq": -1.0,
    "high_eq": 1.5,
    "presence": 0.9,
    "compressor_ratio": 2.0,
    "delay": 0.1,
    "reverb": 0.2,
    "stereo_width": 1.05,
    "output_level": 0.95,
}


def rows(repetitions: int) -> list[Row]:
    """Real-time factors and ratios, with and without delay and reverb."""
    audio = song(SECONDS, RATE)
    result = []
    for label, left_out in (("all ten parameters", ()), ("without delay and reverb", ("delay", "reverb"))):
        values = {name: value for name, value in VALUES.items() if name not in left_out}
        preset = Preset(parameters=Parameters(values), voicing=blend_voicing({"rock": 1.0}))
        works: dict[str, Callable[[], object]] = {"ours": lambda p=preset: balance(audio, RATE, p)}  # type: ignore[misc]
        peer = _pedalboard(values)
        if peer is not None:
            works["pedalboard"] = lambda p=peer: p(audio, RATE)  # type: ignore[misc]
        times = interleaved(works, repetitions)
        speed = SECONDS / np.array(times["ours"])
        result.append(
            Row(
                f"chain through Python, {label}",
                f"{spread(speed, 0)} × real time",
                "≥ 400 ×",
                f"n={repetitions}, CPU s",
            )
        )
        if peer is not None:
            ratio = np.array(times["pedalboard"]) / np.array(times["ours"])
            result.append(
                Row(
                    f"chain against pedalboard, {label}",
                    f"{spread(ratio, 1)} × faster",
                    "≥ 3 ×",
                    f"n={repetitions}, CPU s, in turn; pedalboard has no width, so it does less",
                )
            )
    return result


def _pedalboard(values: dict[str, float]) -> Callable[..., object] | None:
    try:
        import pedalboard as pb
    except ImportError:
        return None
    chain = [
        pb.Gain(20 * np.log10(values["input_gain"])),
        pb.LowShelfFilter(100, values["low_eq"]),
        pb.PeakFilter(1000, values["mid_eq"], 0.8),
        pb.HighShelfFilter(8000, values["high_eq"]),
        pb.PeakFilter(3500, 20 * np.log10(values["presence"]), 0.9),
        pb.Compressor(-9, values["compressor_ratio"], 30, 100),
    ]
    if "delay" in values:
        chain += [pb.Delay(0.25, 0.25, values["delay"]), pb.Reverb(wet_level=values["reverb"])]
    board: Callable[..., object] = pb.Pedalboard([*chain, pb.Gain(20 * np.log10(values["output_level"]))])
    return board
