"""The console: a strip a stem, group buses, reverb and delay returns, summed to what the balance stage gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .._native import Returns, Strip
from ..errors import ParameterError
from ..parameters import Voicing
from ..parameters.strip import StripParameters, strip_voicing

__all__ = ["Channel", "Console"]

Audio = NDArray[np.float32]
SIDES = 2


@dataclass(frozen=True)
class Channel:
    """A stem's place on the console.

    Parameters
    ----------
    channels
        Of the stem: 1 or 2.
    parameters
        The strip's values.
    roles
        Weights of its roles, for the strip's voicing.
    programme_lufs
        Loudness of the stem while it plays; its compressor hangs on it.
    gain_db
        Of its group.
    muted
        It is left out of sum and sends.
    """

    channels: int
    parameters: StripParameters
    roles: Mapping[str, float]
    programme_lufs: float = -14.0
    gain_db: float = 0.0
    muted: bool = False


class Console:
    """Stems to one stereo signal, block by block.

    The strips run side by side in threads; their outputs are summed in the order of the channels, so that the result is
    the same to the bit whatever the number of threads, and for any split into blocks.

    Parameters
    ----------
    channels
        In the order of the stems.
    sample_rate
        8,000 to 192,000 Hz.
    voicing, tempo_bpm
        Of the returns.
    reverb_db, delay_db
        Gain of the returns.
    threads
        At most so many strips at once; 1 for none but the caller's.

    Errors
    ------
    ParameterError
        No channel, or a rate or number of channels outside the range.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        sample_rate: int,
        voicing: Voicing,
        *,
        tempo_bpm: float = 120.0,
        reverb_db: float = 0.0,
        delay_db: float = 0.0,
        threads: int = 1,
    ) -> None:
        if not channels:
            raise ParameterError("a console needs a stem at least")
        try:
            self._strips = [Strip(sample_rate, channel.channels) for channel in channels]
            self._returns = Returns(sample_rate)
        except ValueError as error:
            raise ParameterError(str(error)) from None
        for strip, channel in zip(self._strips, channels, strict=True):
            strip.set_parameters(channel.parameters.vector())
            strip.set_voicing(strip_voicing(channel.roles))
            strip.set_programme_lufs(channel.programme_lufs)
        self._returns.set(voicing.vector(), tempo_bpm)
        self._channels = tuple(channels)
        self._gains = [np.float32(10 ** (channel.gain_db / 20)) for channel in channels]
        self._levels = [np.float32(10 ** (db / 20)) for db in (reverb_db, delay_db)]
        self._sends = [
            channel.parameters["reverb_send"] > 0 or channel.parameters["delay_send"] > 0 for channel in channels
        ]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def process(self, blocks: Sequence[Audio], outputs: list[Audio] | None = None) -> Audio:
        """The next block of the sum, (2, n).

        Parameters
        ----------
        blocks
            One a stem, (channels, n) float32, all of one length; what a shorter stem lacks is zeros.
        outputs
            Filled with what each strip gives to its bus, (2, n) each, for stems that are exported; silence where muted.
        """
        frames = blocks[0].shape[1]
        places = range(len(self._strips))
        run = map if self._pool is None else self._pool.map
        made = run(lambda place: self._strip(place, blocks[place], frames), places)
        total = np.zeros((SIDES, frames), np.float32)
        sends = [np.zeros((SIDES, frames), np.float32) for _ in self._levels]
        if outputs is not None:
            outputs.clear()
        for place, (out, *sent) in zip(places, made, strict=True):
            if outputs is not None:
                outputs.append(out)
            if self._channels[place].muted:
                continue
            total += out
            if self._sends[place]:
                for bus, part in zip(sends, sent, strict=True):
                    bus += part
        if any(self._sends):
            wet = np.empty_like(total)
            to_reverb, to_delay = (bus * level for bus, level in zip(sends, self._levels, strict=True))
            self._returns.process(to_reverb, to_delay, wet)
            total += wet
        return total

    def _strip(self, place: int, block: Audio, frames: int) -> tuple[Audio, Audio, Audio]:
        out, reverb, delay = (np.zeros((SIDES, frames), np.float32) for _ in range(3))
        if self._channels[place].muted:
            return out, reverb, delay
        self._strips[place].process(np.ascontiguousarray(block), out, reverb, delay)
        gain = self._gains[place]
        if gain != 1:
            for part in (out, reverb, delay):
                part *= gain
        return out, reverb, delay

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
