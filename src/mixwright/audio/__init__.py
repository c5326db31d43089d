"""Sound files in and out: every file becomes float32 (channels, samples) blocks, and back, a block at a time.

`open_reader` plays a file to its real end, whatever length its header claims. `open_writer` leaves a complete
file or none. Nothing here holds more than a few blocks in memory, and only this layer knows that files store
their samples interleaved.
"""

from __future__ import annotations

from mixwright.audio.atomic import atomic_path
from mixwright.audio.paths import check_output_path
from mixwright.audio.prefetch import prefetch
from mixwright.audio.reader import AudioReader, open_reader, read_audio
from mixwright.audio.resampling import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, resample
from mixwright.audio.writer import AudioWriter, open_writer

__all__ = [
    "HIGHEST_RATE_HZ",
    "LOWEST_RATE_HZ",
    "AudioReader",
    "AudioWriter",
    "atomic_path",
    "check_output_path",
    "open_reader",
    "open_writer",
    "prefetch",
    "read_audio",
    "resample",
]
