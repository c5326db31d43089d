"""The balance stage for whole files and for streams, with the same samples from both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._native import Chain
from ..errors import ParameterError, SignalError
from ..parameters import Parameters, Preset

__all__ = ["BalanceStage", "balance"]

Audio = NDArray[np.float32]

# Keyframes of parameters over time: (seconds, values) in ascending order.
Trajectory = Sequence[tuple[float, Mapping[str, float]]]


class BalanceStage:
    """A preset's ten parameters, or its trajectory where it has one, rendered block by block.

    Parameters
    ----------
    preset
        What to render; its delivery is not part of this stage.
    sample_rate
        8,000 to 192,000 Hz.
    channels
        1 or 2.
    trajectory
        Parameters over time instead of the preset's own, straight lines between the keyframes; () for its parameters
        as they stand on the whole.

    Errors
    ------
    ParameterError
        A rate or a number of channels outside the range, or a trajectory that does not ascend.
    """

    def __init__(
        self, preset: Preset, sample_rate: int, channels: int, *, trajectory: Trajectory | None = None
    ) -> None:
        try:
            self._chain = Chain(sample_rate, channels)
        except ValueError as error:
            raise ParameterError(str(error)) from None
        self.sample_rate = sample_rate
        self.channels = channels
        self._chain.set_voicing(preset.voicing.vector())
        self._chain.set_programme_lufs(preset.programme_lufs)
        self._chain.set_tempo_bpm(preset.tempo_bpm)
        self._chain.set_makeup_trim_db(preset.makeup_trim_db)
        self._chain.set_parameters(preset.parameters.vector())
        moves = preset.trajectory if trajectory is None else trajectory
        if moves:
            frames = np.array([round(seconds * sample_rate) for seconds, _ in moves], np.int64)
            values = np.array([Parameters(values).vector() for _, values in moves])
            try:
                self._chain.set_trajectory(frames, values)
            except ValueError as error:
                raise ParameterError(f"trajectory: {error}") from None

    @property
    def gain_reduction_db(self) -> float:
        """The compressor's deepest reduction in the last block, <= 0 dB."""
        return self._chain.gain_reduction_db

    def process(self, block: Audio, out: Audio | None = None) -> Audio:
        """The next block, (channels, n) float32; `out` may be the block itself."""
        result = np.empty_like(block) if out is None else out
        self._chain.process(block, result)
        return result

    def glide_to(self, parameters: Parameters) -> None:
        """Move to other values from the next block on, over about 20 ms, without a click; a trajectory goes its way."""
        self._chain.set_parameters(parameters.vector())

    def stream(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        """All blocks in turn."""
        return (self.process(block) for block in blocks)


def balance(audio: ArrayLike, sample_rate: int, preset: Preset, *, trajectory: Trajectory | None = None) -> Audio:
    """Render a whole signal through the balance stage.

    Parameters
    ----------
    audio
        (channels, samples) or (samples,); 1 or 2 channels, full scale 1.

    Returns
    -------
    The same shape, float32. With neutral parameters, the input bit for bit.

    Errors
    ------
    SignalError
        The shape is not that of mono or stereo audio.
    """
    signal = as_audio(audio)
    out = BalanceStage(preset, sample_rate, len(signal), trajectory=trajectory).process(signal)
    return out if np.ndim(audio) == 2 else out[0]


def as_audio(audio: ArrayLike) -> Audio:
    """Any array of mono or stereo audio as contiguous float32 (channels, samples).

    Errors
    ------
    SignalError
        Not one or two dimensions, not numbers, or not 1 or 2 channels.
    """
    try:
        signal = np.atleast_2d(np.asarray(audio))
    except ValueError:
        raise SignalError("audio must be an array of numbers, (channels, samples)") from None
    if not np.issubdtype(signal.dtype, np.floating):
        raise SignalError(f"audio is of type {signal.dtype}; floating point with full scale 1 is needed")
    if signal.ndim != 2 or len(signal) not in (1, 2):
        hint = "; transpose it to (channels, samples)" if signal.shape[-1] in (1, 2) else ""
        raise SignalError(f"audio.shape={np.shape(audio)} must be (1 or 2 channels, samples){hint}")
    return np.ascontiguousarray(signal, np.float32)
