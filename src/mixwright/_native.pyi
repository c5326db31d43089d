"""Types of the native core. Audio is float32 (channels, samples), C-contiguous, full scale ±1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

class LoudnessMeter:
    """K-weighted energy per 10 ms (ITU-R BS.1770-5); 1 or 2 channels, 8 to 192 kHz."""

    def __init__(self, sample_rate: float, channels: int) -> None: ...
    def process(self, audio: NDArray[np.float32]) -> None:
        """Add audio (channels, samples); samples that are not finite count as silence."""

    def energies(self) -> NDArray[np.float64]:
        """Mean squares (1, hops), summed over channels, of each complete 10 ms hop since reset."""

    def reset(self) -> None: ...

class TruePeakMeter:
    """True peak over all channels, eight times oversampled (ITU-R BS.1770-5, annex 2)."""

    def __init__(self, sample_rate: float, channels: int) -> None: ...
    def process(self, audio: NDArray[np.float32]) -> None:
        """Add audio (channels, samples); samples that are not finite count as silence."""

    @property
    def peak(self) -> float:
        """Largest magnitude since reset, linear, sample peaks included, as if silence followed."""

    def reset(self) -> None: ...

class Delivery:
    """Gain and a look-ahead true-peak limiter, stereo-linked; starts at 0 dB and -1 dBTP."""

    def __init__(self, sample_rate: float, channels: int) -> None: ...
    def set(self, gain_db: float, ceiling_dbtp: float) -> None:
        """gain_db in [-60, 60] dB, ceiling_dbtp in [-24, 0] dBTP; glides, but not from the start or a reset."""

    def process(self, input: NDArray[np.float32], output: NDArray[np.float32]) -> None:
        """Fill output with the input `latency` frames ago, processed; both (channels, samples), may be the same."""

    def reset(self) -> None: ...
    @property
    def latency(self) -> int:
        """Frames; the caller feeds as many zeros at the end and drops as many frames at the start."""

    @property
    def gain_reduction_db(self) -> float:
        """The most reduction during the last call of process, in dB, <= 0."""

class Chain:
    def __init__(self, sample_rate: float, channels: int) -> None: ...
    def set_parameters(self, values: Sequence[float]) -> None: ...
    @property
    def parameters(self) -> list[float]: ...
    def set_voicing(self, voicing: Sequence[float]) -> None: ...
    def set_programme_lufs(self, lufs: float) -> None: ...
    def set_tempo_bpm(self, bpm: float) -> None: ...
    def set_makeup_trim_db(self, db: float) -> None: ...
    def set_trajectory(self, frames: NDArray[np.int64], values: NDArray[np.float64]) -> None: ...
    def process(self, input: NDArray[np.float32], output: NDArray[np.float32]) -> None: ...
    def reset(self) -> None: ...
    @property
    def latency(self) -> int: ...
    @property
    def gain_reduction_db(self) -> float: ...

class Strip:
    """A channel strip for a stem of 1 or 2 channels; values in the order of STRIP_PARAMETERS."""

    def __init__(self, sample_rate: float, channels: int) -> None: ...
    def set_parameters(self, values: Sequence[float]) -> None: ...
    @property
    def parameters(self) -> list[float]: ...
    def set_voicing(self, voicing: Sequence[float]) -> None: ...
    def set_programme_lufs(self, lufs: float) -> None: ...
    def process(
        self,
        input: NDArray[np.float32],
        output: NDArray[np.float32],
        reverb: NDArray[np.float32],
        delay: NDArray[np.float32],
    ) -> None:
        """Fill output and the two sends, (2, samples) each, from input (channels, samples)."""

    def reset(self) -> None: ...
    @property
    def gain_reduction_db(self) -> float:
        """The most reduction during the last call of process, in dB, <= 0."""

class Returns:
    """The reverb and the delay that strips send to, wet only."""

    def __init__(self, sample_rate: float) -> None: ...
    def set(self, voicing: Sequence[float], tempo_bpm: float) -> None: ...
    def process(self, reverb: NDArray[np.float32], delay: NDArray[np.float32], output: NDArray[np.float32]) -> None:
        """Fill output from the two sends; all (2, samples)."""

    def reset(self) -> None: ...

def on_grid(parameter: int, value: float) -> float: ...
def equalizer_gain_db(
    parameters: Sequence[float], voicing: Sequence[float], sample_rate: float, frequencies: Sequence[float]
) -> NDArray[np.float64]: ...
def compressor_curve_db(level_dbfs: float, ratio: float, threshold_dbfs: float, knee_db: float) -> float: ...
def compressor_reduction_db(
    peaks: NDArray[np.float32], rate: float, ratio: float, programme_lufs: float, voicing: Sequence[float]
) -> NDArray[np.float32]: ...
def blend_voicing(weights: Sequence[float]) -> list[float]: ...
def makeup_db(ratio: float, programme_lufs: float, voicing: Sequence[float]) -> float: ...
