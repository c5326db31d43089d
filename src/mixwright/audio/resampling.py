"""Change of sample rate, whole or in a stream; the rates the mixer works at and the rates it believes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixwright.errors import ParameterError

# The chain, the meters and the model are made for these rates; a file outside them is resampled to the
# nearest.
LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000
# Beyond these a header is not unusual but wrong: nobody records music at 1 Hz, no converter runs above 768
# kHz.
LOWEST_BELIEVED_HZ = 2_000
HIGHEST_BELIEVED_HZ = 768_000


def working_rate(sample_rate: int) -> int:
    """The nearest rate in Hz that the mixer works at."""
    return min(max(sample_rate, LOWEST_RATE_HZ), HIGHEST_RATE_HZ)


def resample(audio: NDArray[np.float32], from_rate: int, to_rate: int) -> NDArray[np.float32]:
    """`audio` (channels, samples) float32 at `from_rate` Hz, as (channels, other samples) at `to_rate` Hz.

    Linear phase, no delay, 20-bit quality (soxr HQ: flat to 0.91 of the lower Nyquist frequency). Equal rates
    return the input itself.

    Raises
    ------
    ParameterError : a rate is not above 0, or `audio` is not two-dimensional
    """
    for name, rate in (("from_rate", from_rate), ("to_rate", to_rate)):
        if not rate > 0:
            raise ParameterError(f"{name}={rate} must be above 0 Hz")
    if audio.ndim != 2:
        raise ParameterError(f"audio.ndim={audio.ndim} must be 2: (channels, samples)")
    if from_rate == to_rate:
        return audio
    if audio.shape[1] == 0:
        return np.zeros((audio.shape[0], 0), np.float32)
    import soxr

    frames = np.ascontiguousarray(audio.T, np.float32)  # (samples, channels), as soxr wants it
    return np.ascontiguousarray(soxr.resample(frames, from_rate, to_rate).T)


class FrameResampler:
    """Resamples interleaved frames (samples, channels) float32 as they come."""

    def __init__(self, from_rate: int, to_rate: int, channels: int) -> None:
        import soxr

        self._stream: Any = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32")
        self._channels = channels

    def process(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """What can be given out after `frames`; may be empty."""
        out: NDArray[np.float32] = self._stream.resample_chunk(frames)
        return out

    def finish(self) -> NDArray[np.float32]:
        """What is left when no more frames come."""
        out: NDArray[np.float32] = self._stream.resample_chunk(np.zeros((0, self._channels), np.float32), last=True)
        return out
