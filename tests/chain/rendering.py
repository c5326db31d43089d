"""What the chain's tests share: one way to render, one way to measure a level."""

from __future__ import annotations

import numpy as np
from tests.songs import Audio

from mixwright._native import Chain
from mixwright.parameters import PARAMETERS, Parameters, Voicing, blend_voicing

RATE = 44_100
ROCK = blend_voicing({"rock": 1.0})
NEUTRAL = Parameters()
MOVED = {
    "input_gain": 1.15,
    "low_eq": 2.5,
    "mid_eq": -1.5,
    "high_eq": 2.0,
    "presence": 0.85,
    "compressor_ratio": 3.0,
    "delay": 0.15,
    "reverb": 0.25,
    "stereo_width": 1.08,
    "output_level": 0.92,
}
assert set(MOVED) == {p.name for p in PARAMETERS}


def chain(
    parameters: Parameters = NEUTRAL,
    *,
    rate: int = RATE,
    channels: int = 2,
    voicing: Voicing = ROCK,
    programme_lufs: float = -14.0,
    tempo_bpm: float = 120.0,
) -> Chain:
    """A chain that is set and has not run."""
    made = Chain(rate, channels)
    made.set_voicing(voicing.vector())
    made.set_programme_lufs(programme_lufs)
    made.set_tempo_bpm(tempo_bpm)
    made.set_parameters(parameters.vector())
    return made


def run(made: Chain, audio: Audio) -> Audio:
    """The whole signal in one call."""
    out = np.empty_like(audio)
    made.process(audio, out)
    return out


def run_in_blocks(made: Chain, audio: Audio, sizes: list[int]) -> Audio:
    """In blocks of these sizes, again from the first when they run out; in place."""
    out, start, index = audio.copy(), 0, 0
    while start < audio.shape[1]:
        block = np.ascontiguousarray(out[:, start : start + sizes[index % len(sizes)]])
        made.process(block, block)
        out[:, start : start + block.shape[1]] = block
        start += block.shape[1]
        index += 1
    return out


def sine(hz: float, dbfs: float, seconds: float = 1.0, rate: int = RATE, channels: int = 2) -> Audio:
    """Peak level in dBFS."""
    time = np.arange(round(seconds * rate)) / rate
    return np.tile(10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time), (channels, 1)).astype(np.float32)


def level_db(audio: Audio) -> float:
    """RMS in dB; the same scale for all."""
    return 10 * float(np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-30))
