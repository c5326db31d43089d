"""Read music: any supported file as float32 blocks, (channels, samples), to its real end."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from mixwright.audio import ffmpeg
from mixwright.audio.paths import AnyPath, shown
from mixwright.audio.resampling import HIGHEST_BELIEVED_HZ, LOWEST_BELIEVED_HZ, FrameResampler, working_rate
from mixwright.audio.sndfile import DecodeError, SndfileSource
from mixwright.errors import AudioReadError, ParameterError

_MOST_CHANNELS = 2
_CONVERT = "convert it to WAV or FLAC"


class AudioReader:
    """An open sound file.

    Attributes
    ----------
    sample_rate : Hz, what the blocks come at: the file's own, or the nearest of 8 and 192 kHz if it is
        outside
    file_rate : Hz, what the file is stored at
    channels : 1 or 2
    format, subtype : libsndfile's names, as `FLAC` and `PCM_24`
    tags : title, artist, album, date, genre, comment, tracknumber, license, copyright, as far as the file has
        them
    frames_hint : samples to expect at `sample_rate`, for a progress display; not to be trusted, None if
        unknown
    warnings : sentences about oddities of the file; complete after the last block
    """

    def __init__(self, path: AnyPath, source: SndfileSource | ffmpeg.FfmpegSource, descriptor: int) -> None:
        self.path = Path(path)
        self.file_rate = source.sample_rate
        self.sample_rate = working_rate(source.sample_rate)
        self.channels = source.channels
        self.format, self.subtype = source.format, source.subtype
        self.tags = source.tags
        hint = source.frames_hint
        self.frames_hint = hint and max(1, round(hint * self.sample_rate / self.file_rate))
        self._source: SndfileSource | ffmpeg.FfmpegSource | None = source
        self._descriptor = descriptor
        self._started = False
        self._warnings = [source.warning] if source.warning else []
        if self.sample_rate != self.file_rate:
            self._warnings.append(f"resampled from {self.file_rate} to {self.sample_rate} Hz")

    @property
    def warnings(self) -> list[str]:
        name = shown(self.path)
        return [f"{name}: {text}" for text in self._warnings]

    def blocks(self, frames: int = 65536) -> Iterator[NDArray[np.float32]]:
        """Yield the whole file once as new arrays (channels, n) float32, C-contiguous, n about `frames`.

        Open the file again to read it again.

        Raises
        ------
        AudioReadError : the file is damaged, truncated or empty; after the blocks before the damage
        """
        if frames < 1:
            raise ParameterError(f"frames={frames} must be at least 1")
        if self._source is None or self._started:
            raise ParameterError(f"{shown(self.path)}: blocks can be read once from an open reader: open it again")
        self._started = True
        return self._resampled(frames) if self.sample_rate != self.file_rate else self._plain(frames)

    def _plain(self, frames: int) -> Iterator[NDArray[np.float32]]:
        for interleaved in self._interleaved(frames):
            yield interleaved.T.copy(order="C")  # (channels, n)

    def _resampled(self, frames: int) -> Iterator[NDArray[np.float32]]:
        resampler = FrameResampler(self.file_rate, self.sample_rate, self.channels)
        taken = max(1, frames * self.file_rate // self.sample_rate)
        for interleaved in self._interleaved(taken):
            out = resampler.process(interleaved)
            if len(out):
                yield out.T.copy(order="C")
        out = resampler.finish()
        if len(out):
            yield out.T.copy(order="C")

    def _interleaved(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Views (n, channels) of one buffer that is filled again and again."""
        name = shown(self.path)
        buffer = np.empty((frames, self.channels), np.float32)
        total = 0
        while True:
            source = self._source
            if source is None:
                raise ParameterError(f"{name}: was closed while it was read")
            try:
                count = source.read_into(buffer)
            except DecodeError as error:
                if source.correction.expected_frames and source.near_the_end():
                    raise _truncated(name, "its last frame is torn") from error
                raise AudioReadError(
                    f"{name}: is damaged at {total / self.file_rate:.1f} s ({error}): get a whole copy of it"
                ) from error
            except OSError as error:
                raise _system_error(name, error) from error
            if count == 0:
                break
            total += count
            yield buffer[:count]
        if source.warning and source.warning not in self._warnings:
            self._warnings.append(source.warning)
        expected = source.correction.expected_frames
        if expected is not None and total < expected:
            raise _truncated(name, f"{total} of {expected} samples are there")
        if total == 0:
            raise AudioReadError(f"{name}: has no audio in it: choose another file")

    def close(self) -> None:
        """Release the file; may be called twice."""
        source, self._source = self._source, None
        if source is not None:
            source.close()
            os.close(self._descriptor)

    def __enter__(self) -> AudioReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_source", None) is not None:
            self.close()


def open_reader(path: AnyPath) -> AudioReader:
    """Open a mono or stereo sound file: WAV, RF64, FLAC, OGG, Opus, MP3, AIFF; others if ffmpeg is installed.

    A length that the header gets wrong does not matter. A WAV, FLAC or AIFF file whose end is missing is
    refused; of an OGG or MP3 file, which are made to be cut, what is there is played.

    Raises
    ------
    AudioReadError : one line that names the file and says what to do
    """
    name = shown(path)
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise AudioReadError(f"{name}: is a directory: name a sound file")
        if not stat.S_ISREG(found.st_mode):
            raise AudioReadError(f"{name}: is a device or pipe: save it to a file first")
        if found.st_size == 0:
            raise AudioReadError(f"{name}: is empty (0 bytes): choose another file")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except AudioReadError:
        raise
    except (OSError, ValueError) as error:
        raise _system_error(name, error) from error
    try:
        return _open(path, name, descriptor, found.st_size)
    except OSError as error:
        os.close(descriptor)
        raise error if isinstance(error, AudioReadError) else _system_error(name, error) from error
    except BaseException:
        os.close(descriptor)
        raise


def read_audio(path: AnyPath) -> tuple[NDArray[np.float32], int]:
    """The whole file as (channels, samples) float32, and its sample rate in Hz.

    Raises
    ------
    AudioReadError : as `open_reader` and `AudioReader.blocks`
    """
    with open_reader(path) as reader:
        blocks = list(reader.blocks())
        return (blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)), reader.sample_rate


def _open(path: AnyPath, name: str, descriptor: int, size: int) -> AudioReader:
    source: SndfileSource | ffmpeg.FfmpegSource
    kind = ffmpeg.recognise(os.pread(descriptor, 64, 0), Path(path).suffix.lower())
    try:
        source = SndfileSource(descriptor, size)
    except DecodeError as error:
        if not kind:
            raise AudioReadError(f"{name}: is not audio that can be read ({error}): {_CONVERT}") from error
        program = ffmpeg.program()
        if program is None:
            raise AudioReadError(
                f"{name}: is {kind}, which needs the ffmpeg program: install ffmpeg, or {_CONVERT}"
            ) from error
        try:
            source = ffmpeg.FfmpegSource(program, os.path.abspath(os.fsdecode(path)), kind)
        except DecodeError as failure:
            raise AudioReadError(f"{name}: cannot be decoded ({shown(str(failure))}): {_CONVERT}") from failure
    try:
        _check(name, source)
    except BaseException:
        source.close()
        raise
    return AudioReader(path, source, descriptor)


def _check(name: str, source: SndfileSource | ffmpeg.FfmpegSource) -> None:
    if source.correction.truncated:
        raise _truncated(name, source.correction.truncated)
    if source.channels > _MOST_CHANNELS:
        raise AudioReadError(
            f"{name}: has {source.channels} channels, 1 or 2 can be mixed: mix it down to stereo, "
            "or save each stem as a file of its own"
        )
    if not LOWEST_BELIEVED_HZ <= source.sample_rate <= HIGHEST_BELIEVED_HZ:
        raise AudioReadError(
            f"{name}: says its sample rate is {source.sample_rate} Hz, which must be wrong "
            f"({LOWEST_BELIEVED_HZ} to {HIGHEST_BELIEVED_HZ} Hz are believed): save the file again"
        )


def _truncated(name: str, what: str) -> AudioReadError:
    return AudioReadError(f"{name}: is truncated ({what}): get a whole copy of it")


def _system_error(name: str, error: OSError | ValueError) -> AudioReadError:
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return AudioReadError(f"{name}: does not exist: check the name")
    if code in (errno.EACCES, errno.EPERM):
        return AudioReadError(f"{name}: may not be read: change its permissions")
    reason = os.strerror(code).lower() if code else str(error)
    return AudioReadError(f"{name}: cannot be read ({reason}): check the name and the disk")
