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

class LiveReading:
    """What a LiveClient measured; pairs are left and right, silence is -inf."""

    @property
    def input_peak_dbfs(self) -> tuple[float, float]:
        """Highest samples since the last reading."""

    @property
    def output_peak_dbfs(self) -> tuple[float, float]:
        """Highest samples since the last reading."""

    @property
    def gain_reduction_db(self) -> float:
        """The compressor's deepest reduction since the last reading, in dB, <= 0."""

    @property
    def momentary_lufs(self) -> float:
        """Loudness of the output over the last 400 ms."""

class LiveClient:
    """The balance stage as a JACK client with the ports in_l, in_r, out_l, out_r. Only on Linux.

    What is set or loaded before `start` stands from the first frame; later it glides. `server=""` is JACK's default
    server, `library=""` the usual libjack. ValueError for a name that JACK cannot have; RuntimeError, with a sentence
    for the user, where the library or the server is missing or refuses.
    """

    def __init__(self, name: str = "mixwright", server: str = "", library: str = "") -> None: ...
    def start(self) -> None:
        """Audio runs from here on; RuntimeError where the server does not let it."""

    def connect_physical(self) -> int:
        """Connect with the sound card; gives how many of the four ports then are. RuntimeError before `start`."""

    def set(self, control: str, value: float) -> None:
        """Set a control of the plugin, in its unit; ValueError for another name or a value out of its range."""

    def value(self, control: str) -> float: ...
    def load_state(self, text: str) -> None:
        """Take over a state of the plugin, as JSON; ValueError where it is none, and then nothing changes."""

    def state(self) -> str: ...
    def meters(self) -> LiveReading:
        """Read the meters and let go of the held peaks."""

    def close(self) -> None: ...
    @property
    def name(self) -> str:
        """The client's name on the server, which may have added a number."""

    @property
    def sample_rate(self) -> float:
        """The server's, in Hz."""

    @property
    def buffer_size(self) -> int:
        """Frames a block, as the server last said."""

    @property
    def xruns(self) -> int:
        """How often the server, whoever was late, missed its time since this client opened."""

    @property
    def running(self) -> bool: ...
    @property
    def lost(self) -> str:
        """Why the client does no longer run, as a sentence; empty as long as the server is there."""

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
