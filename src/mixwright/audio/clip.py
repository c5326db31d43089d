"""A short passage as the bytes of a sound file, for a page."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode_flac"]


def encode_flac(audio: NDArray[np.float32], sample_rate: int) -> bytes:
    """Audio (channels, samples) as a 16-bit FLAC file; what is above full scale is clipped."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(audio.T, -1.0, 1.0), sample_rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()
