"""MUSHRA's anchors: the reference without its treble (ITU-R BS.1534-3, section 5.1).

The 3.5 kHz low-pass has a ripple of at most 0.1 dB in its pass band, at least 25 dB of attenuation at 4 kHz and 50 dB
at 4.5 kHz; the 7 kHz one the same, an octave higher. Linear phase, with the delay taken out.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["ANCHORS_HZ", "low_pass", "low_passed"]

ANCHORS_HZ = (3500, 7000)
# From the pass band's edge to the stop band's, as a part of the edge: 4 kHz for 3.5.
TRANSITION = 1 / 7
STOP_DB = 60.0


@cache
def low_pass(edge_hz: int, sample_rate: int) -> NDArray[np.float64]:
    """The filter's taps (an odd number, symmetric): flat up to `edge_hz`, gone at 8/7 of it."""
    from scipy.signal import firwin, kaiserord

    width = edge_hz * TRANSITION
    count, beta = kaiserord(STOP_DB, width / (sample_rate / 2))
    taps = firwin(count | 1, edge_hz + width / 2, window=("kaiser", beta), fs=sample_rate)
    return np.asarray(taps, np.float64)


def low_passed(audio: NDArray[np.float32], edge_hz: int, sample_rate: int) -> NDArray[np.float32]:
    """Audio (channels, samples) below `edge_hz`, as long as before and in time with it."""
    from scipy.signal import oaconvolve

    taps = low_pass(edge_hz, sample_rate)
    filtered = oaconvolve(audio.astype(np.float64), taps[None, :], mode="same", axes=1)
    return np.asarray(filtered, np.float32)
