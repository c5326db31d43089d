"""Stereo delay: echoes in time with the song that cross from left to right and back, darker each time.

With G one pass (low cut, high cut, the delay) and f the feedback, the two lines give e0 = G m / (1 - f^2 G^2) and
e1 = f G e0 of the mono sum m. The series is cut where no further echo falls into the song, so that nothing wraps round.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .conditions import Conditions, single
from .frequency import delayed, fast_length, z_inverse

__all__ = ["FAR", "NEAR", "delay", "pass_response", "seconds"]

NEAR, FAR = math.cos(math.pi / 8), math.sin(math.pi / 8)  # constant power, half way to the side
TIME_S = (0.01, 2.0)
RINGING_S = 0.2  # of the filters, corner at 20 Hz or above
INAUDIBLE = 1e-9


def seconds(conditions: Conditions) -> list[float]:
    """Time of one pass of each song."""
    beats = conditions.figure("delay_beats")
    return [min(TIME_S[1], max(TIME_S[0], float(s))) for s in beats * 60.0 / conditions.tempo_bpm]


def pass_response(z: Tensor, low_cut_hz: float, high_cut_hz: float, sample_rate: float) -> Tensor:
    """The two filters of one pass at exp(-j w) (bins,): bilinear one-poles, 3 dB down at their corners."""
    limit = 0.45 * sample_rate
    low, high = (
        math.tan(math.pi * min(max(hz, least), limit) / sample_rate)
        for hz, least in ((low_cut_hz, 1.0), (high_cut_hz, 20.0))
    )
    low_pole, high_pole = single((1 - low) / (1 + low)), single((1 - high) / (1 + high))
    low_cut = 0.5 * (1 + low_pole) * (1 - z) / (1 - low_pole * z)
    return low_cut * 0.5 * (1 - high_pole) * (1 + z) / (1 - high_pole * z)


def delay(audio: Tensor, sample_rate: float, wet: Tensor, conditions: Conditions) -> Tensor:
    """Audio (batch, 2, samples) with echoes of level `wet` (batch,)."""
    if not wet.requires_grad and not wet.any():
        return audio
    frames = audio.shape[-1]
    passes = [int(s * sample_rate + 0.5) for s in seconds(conditions)]
    feedback = [single(f) for f in conditions.figure("delay_feedback")]
    rounds = [_rounds(frames, d, f) for d, f in zip(passes, feedback, strict=True)]
    tail = max(2 * r * d for r, d in zip(rounds, passes, strict=True)) + round(RINGING_S * sample_rate)
    length = fast_length(frames + tail)
    with torch.no_grad():
        z = z_inverse(length)
        cuts = zip(conditions.figure("reverb_low_cut_hz"), conditions.figure("reverb_damping_hz"), strict=True)
        lines = [
            _lines(pass_response(z, low, high, sample_rate) * delayed(length, d), f, r)
            for (low, high), d, f, r in zip(cuts, passes, feedback, rounds, strict=True)
        ]
        # (batch, 2, bins): what each channel hears of the two lines
        response = torch.stack([torch.stack([NEAR * e0 + FAR * e1, NEAR * e1 + FAR * e0]) for e0, e1 in lines])
    spectrum = torch.fft.rfft(audio.mean(dim=1, keepdim=True), length)
    echoes: Tensor = torch.fft.irfft(spectrum * response.to(spectrum.dtype), length)
    return audio + wet[:, None, None] * echoes[..., :frames]


def _rounds(frames: int, one_pass: int, feedback: float) -> int:
    """How often the sound goes through both lines before it leaves the song or falls below -180 dB."""
    most = max(1, math.ceil((frames / one_pass - 1) / 2))
    audible = 1 if feedback == 0 else math.ceil(math.log(INAUDIBLE) / (2 * math.log(feedback))) + 1
    return min(most, audible)


def _lines(one_pass: Tensor, feedback: float, rounds: int) -> tuple[Tensor, Tensor]:
    """Responses of the first and the second line, each (bins,), of so many rounds."""
    square = (feedback * one_pass) ** 2
    last, base, count = torch.ones_like(square), square, rounds
    while count:  # square ** rounds, by squaring
        last = last * base if count & 1 else last
        base, count = base * base, count >> 1
    first = one_pass * (1 - last) / (1 - square)
    return first, feedback * one_pass * first
