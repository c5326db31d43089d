"""Write music: float32 blocks to WAV, FLAC, OGG, Opus, MP3 or AIFF; a complete file appears, or none."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from mixwright.audio.atomic import atomic_path
from mixwright.audio.formats import OUTPUT_FORMATS, storable_tags
from mixwright.audio.paths import AnyPath, check_output_path, shown, write_failed
from mixwright.audio.quantize import Quantizer
from mixwright.audio.resampling import FrameResampler
from mixwright.audio.sinks import EncoderSink, Sink, WavSink
from mixwright.errors import AudioWriteError, ParameterError

# Samples at a time: small enough for the cache, and libvorbis needs stack in proportion.
_CHUNK = 16384


class AudioWriter:
    """A sound file being written; use it as a context manager.

    The file takes its name when the block ends well. If the block raises, nothing is left of it.

    Attributes
    ----------
    sample_rate : Hz, of the blocks that are written
    file_rate : Hz, of the file: another one where the format does not have `sample_rate` (MP3, Opus)
    channels, bit_depth : as stored; bit_depth is None for OGG, Opus and MP3
    """

    def __init__(
        self,
        path: AnyPath,
        *,
        sample_rate: int,
        channels: int,
        bit_depth: int | None,
        tags: Mapping[str, str] | None,
        dither_seed: int,
    ) -> None:
        check_output_path(path)
        self.path = Path(path)
        ending = self.path.suffix.lower()
        self._format = OUTPUT_FORMATS[ending]
        self._subtype, self.bit_depth = self._format.subtype(bit_depth, ending)
        if not 1 <= operator.index(sample_rate) <= 0xFFFF_FFFF // 8:
            raise ParameterError(f"sample_rate={sample_rate} must be above 0 Hz")
        if channels not in (1, 2):
            raise ParameterError(f"channels={channels} must be 1 or 2")
        self.sample_rate = sample_rate
        self.file_rate = self._format.nearest_rate(sample_rate)
        self.channels = channels
        self._tags = storable_tags(tags, self._format.tags)
        self._dither_seed = dither_seed
        self._written = 0
        self._part: Path | None = None
        self._sink: Sink | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> AudioWriter:
        with contextlib.ExitStack() as stack:
            self._part = stack.enter_context(atomic_path(self.path))
            self.restart()
            self._cleanup = stack.pop_all()
        return self

    def restart(self) -> None:
        """Begin again: what was written so far is forgotten.

        Raises
        ------
        AudioWriteError : the disk is full, or the encoder refuses the format
        """
        if self._part is None:
            raise self._not_open()
        if self._sink is not None:
            self._sink.abandon()
        self._quantizer = Quantizer(self.bit_depth, self.channels, self._dither_seed)
        self._resampler: FrameResampler | None = None
        if self.file_rate != self.sample_rate:
            self._resampler = FrameResampler(self.sample_rate, self.file_rate, self.channels)
        self._written = 0
        try:
            self._sink = self._open_sink(self._part)
        except OSError as error:
            raise write_failed(self.path, error) from error
        except RuntimeError as error:
            raise AudioWriteError(
                f"{shown(self.path)}: cannot be encoded at {self.file_rate} Hz ({error}): use WAV"
            ) from error

    def complete(self) -> Path:
        """End the file without giving it its name yet, and say where it can be read until the with block ends.

        Raises
        ------
        AudioWriteError : the disk is full
        """
        if self._part is None:
            raise self._not_open()
        sink, self._sink = self._sink, None
        if sink is not None:
            try:
                if self._resampler is not None:
                    self._put_frames(sink, self._resampler.finish())
                sink.close()
            except BaseException as failure:
                sink.abandon()
                raise (write_failed(self.path, failure) if isinstance(failure, OSError) else failure) from failure
        return self._part

    def write(self, block: NDArray[np.float32]) -> None:
        """Append `block` (channels, n) float32, full scale ±1; integer formats stop hard at full scale.

        Raises
        ------
        ParameterError : the block's shape does not fit
        AudioWriteError : a sample is not finite, or the disk is full
        """
        if self._sink is None:
            raise self._not_open()
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise ParameterError(f"block.shape={block.shape} must be ({self.channels}, samples)")
        if not np.isfinite(block).all():
            channel, sample = np.argwhere(~np.isfinite(block))[0]
            raise AudioWriteError(
                f"{shown(self.path)}: sample {self._written + sample} of channel {channel} is "
                f"{block[channel, sample]}, nothing is written: the audio is broken before it gets here"
            )
        try:
            for start in range(0, block.shape[1], _CHUNK):
                self._write_chunk(self._sink, block[:, start : start + _CHUNK])
        except OSError as error:
            raise write_failed(self.path, error) from error
        self._written += block.shape[1]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is None:
            return
        with self._cleanup:
            try:
                if error is not None:
                    if self._sink is not None:
                        self._sink.abandon()
                    raise error
                self.complete()
            finally:
                self._part = self._sink = None

    def _not_open(self) -> ParameterError:
        return ParameterError(f"{shown(self.path)}: is not open: write inside its with block")

    def _write_chunk(self, sink: Sink, block: NDArray[np.float32]) -> None:
        if self._resampler is not None:
            self._put_frames(sink, self._resampler.process(np.ascontiguousarray(block.T, np.float32)))
        else:
            sink.write(self._quantizer.frames(block))

    def _put_frames(self, sink: Sink, frames: NDArray[np.float32]) -> None:
        if len(frames):
            sink.write(self._quantizer.frames(frames.T))

    def _open_sink(self, part: Path) -> Sink:
        if self._format.name == "WAV":
            assert self.bit_depth is not None
            return WavSink(part, self.file_rate, self.channels, self.bit_depth, self._tags)
        return EncoderSink(part, self._format, self._subtype, self.file_rate, self.channels, self._tags)


def open_writer(
    path: AnyPath,
    *,
    sample_rate: int,
    channels: int,
    bit_depth: int | None = None,
    tags: Mapping[str, str] | None = None,
    dither_seed: int = 0,
) -> AudioWriter:
    """A writer for `path`, in the format of its ending.

    Parameters
    ----------
    path : ends in .wav, .flac, .ogg, .opus, .mp3, .aiff or .aif
    sample_rate : Hz, of the blocks. MP3 and Opus have few rates: others are resampled to the next higher, or
        the
        highest there is
    channels : 1 or 2
    bit_depth : 16 or 24, for WAV and AIFF also 32 (float); None is 24. Not for OGG, Opus and MP3
    tags : title, artist, album, date, genre, comment, tracknumber, license, copyright. A format without a
        field for
        the licence gets it in the copyright line, or in the comment
    dither_seed : of the dither at 16 bit; the same seed gives the same file for any block sizes

    Raises
    ------
    AudioWriteError : the path cannot be written: one line that names it and says what to do
    ParameterError : a bit depth, rate, channel count or tag that the format does not have
    """
    return AudioWriter(
        path,
        sample_rate=sample_rate,
        channels=channels,
        bit_depth=bit_depth,
        tags=tags,
        dither_seed=dither_seed,
    )
