"""The ten parameters in the order in which the signal meets them, as in dsp/chain.hpp."""

from __future__ import annotations

import torch
from torch import Tensor

from ..._native import Chain
from ...errors import ParameterError, SignalError
from ...parameters import PARAMETERS
from .compressor import compress
from .conditions import Conditions
from .delay import delay
from .equalizer import equalize
from .gains import amplify, column, held, on_grid
from .reverb import first_ticks, reverb
from .width import widen

__all__ = ["render"]


def render(audio: Tensor, sample_rate: int, parameters: Tensor, conditions: Conditions, *, grid: bool = True) -> Tensor:
    """The balance stage for a batch of songs, with a gradient for every parameter and every sample.

    Parameters
    ----------
    audio
        (batch, channels, samples), 1 or 2 channels, float32 or float64; full scale 1. A sample that is not finite
        counts as silence.
    sample_rate
        8,000 to 192,000 Hz.
    parameters
        (batch, 10) in the order and the units of the table. Held to their ranges: at a bound the gradient passes,
        beyond it there is none.
    conditions
        Of each song.
    grid
        Round the values to the native grid, the gradient passing by it. Without it the output is smooth in the
        parameters to the last bit, for derivatives by differences.

    Returns
    -------
    The same shape and type as the audio.

    Errors
    ------
    SignalError
        Audio of another shape or type.
    ParameterError
        Parameters of another shape, not one row a song, or a sample rate outside the range.
    """
    _check(audio, sample_rate, parameters, conditions)
    values = held(parameters.to(audio.dtype))
    if grid:
        values = on_grid(values)
    signal = torch.where(torch.isfinite(audio), audio, torch.zeros_like(audio))
    starts = first_ticks(signal)
    signal = amplify(signal, column(values, "input_gain"))
    signal = equalize(signal, sample_rate, values, conditions)
    signal = compress(signal, sample_rate, column(values, "compressor_ratio"), conditions)
    # From here on two channels: echoes and reverberation of a mono song are wide before they are summed again.
    signal = signal.expand(-1, 2, -1)
    signal = delay(signal, sample_rate, column(values, "delay"), conditions)
    signal = reverb(signal, sample_rate, column(values, "reverb"), conditions, starts)
    signal = widen(signal, sample_rate, column(values, "stereo_width"), conditions)
    trim = torch.from_numpy(10 ** (conditions.makeup_trim_db / 20)).to(audio.dtype)
    signal = amplify(signal, column(values, "output_level") * trim)
    return signal if audio.shape[1] == 2 else signal.mean(dim=1, keepdim=True)


def _check(audio: Tensor, sample_rate: int, parameters: Tensor, conditions: Conditions) -> None:
    if audio.ndim != 3 or audio.shape[1] not in (1, 2) or audio.shape[2] == 0:
        raise SignalError(f"audio.shape={tuple(audio.shape)} must be (batch, 1 or 2 channels, samples)")
    if audio.dtype not in (torch.float32, torch.float64):
        raise SignalError(f"audio is of type {audio.dtype}; float32 or float64 with full scale 1 is needed")
    if parameters.shape != (len(audio), len(PARAMETERS)):
        expected = f"({len(audio)}, {len(PARAMETERS)}), one row a song"
        raise ParameterError(f"parameters.shape={tuple(parameters.shape)} must be {expected}")
    if len(conditions) != len(audio):
        raise ParameterError(f"conditions are of {len(conditions)} songs, must be of {len(audio)}")
    try:
        Chain(sample_rate, 2)
    except ValueError as error:
        raise ParameterError(str(error)) from None
