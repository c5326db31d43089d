"""What was measured: one frozen record per programme, under the names every report and JSON output uses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import loudness
from .plain import plain

Floats = NDArray[np.float64]

SERIES = ("momentary_series", "short_term_series")
ENVELOPES = (
    "energies",
    "envelope_peak",
    "envelope_ms",
    "mel_windows_db",
    "mel_starts_s",
)  # what decisions are simulated on; too long for JSON


@dataclass(frozen=True, eq=False)
class Analysis:
    """Measurements of one programme.

    Levels of silence are -inf. A figure that silence or shortness leaves without meaning is NaN (tempo:
    None); `to_dict` writes null for both. No field is rounded.
    """

    duration_s: float
    sample_rate: int
    channels: int
    samples: int  # frames, that is, samples per channel

    # level
    integrated_lufs: float  # BS.1770-5, gated
    short_term_max_lufs: float  # 3 s windows
    momentary_max_lufs: float  # 400 ms windows
    loudness_range_lu: float  # EBU Tech 3342
    true_peak_dbtp: float
    sample_peak_dbfs: float
    rms_dbfs: float  # over all samples of all channels; a full-scale sine reads -3.01
    crest_factor_db: float  # sample peak - RMS; a sine reads 3.01
    plr_lu: float  # true peak - integrated loudness
    dc_offset: float  # largest |mean| of a channel, linear
    clipped_samples: int  # samples in runs of 3 or more at |x| >= 0.9999, over all channels
    nonfinite_samples: int  # NaN and infinite samples, measured as 0

    # stereo; M = (L+R)/2, S = (L-R)/2
    stereo_width: float  # rms(S) / rms(M); 0 mono, 1 unrelated channels, inf without a middle
    stereo_correlation: float  # of L and R in [-1, 1]; 1 for mono, 0 when a channel is silent
    stereo_imbalance: float  # dB, rms of L over rms of R; > 0 leans left
    mono_loss_db: float  # dB >= 0 lost in M against the channels' mean power; 0 mono, 3.01 unrelated, inf inverted
    band_correlation: Floats  # (bands,) stereo_correlation within each third octave

    # tone
    third_octave_hz: Floats  # (bands,) nominal centres below the Nyquist frequency
    ltas_db: Floats  # (bands,) dBFS power a third octave, mean over channels; never below -150
    spectral_centroid_hz: float  # magnitude-weighted mean frequency up to 16 kHz, mean over frames
    spectral_flatness: float  # geometric / arithmetic mean of power in [0, 1], mean over frames
    spectral_contrast: Floats  # (7,) peak to valley an octave band, librosa's scale, mean over frames
    mfcc: Floats  # (13,) mean over frames

    # rhythm
    onset_strength: float  # dB a frame, mean positive change of the log-mel spectrum
    tempo_bpm: float | None  # None without a clear beat

    # over time
    energies: Floats  # (hops,) per 10 ms: K-weighted mean square, summed over channels; complete hops
    envelope_peak: NDArray[
        np.float32
    ]  # (hops,) per 10 ms: largest |x| of any channel, linear; the last hop may be shorter
    envelope_ms: NDArray[np.float32]  # (hops,) per 10 ms: mean square, mean over channels, linear

    # what the model hears
    mel_windows_db: NDArray[np.float16]  # (windows, 2, 64, 216): mid and side, dB a mel band, 46 ms a frame
    mel_starts_s: Floats  # (windows,) where each begins

    # Made when asked for: as arrays they are four times as long as the energies.
    @property
    def momentary_series(self) -> Floats:
        """(windows, 2): window end in s and LUFS; a window of 400 ms every 10 ms."""
        return loudness.momentary_series(self.energies)

    @property
    def short_term_series(self) -> Floats:
        """(windows, 2): window end in s and LUFS; a window of 3 s every 10 ms."""
        return loudness.short_term_series(self.energies)

    def to_dict(self, *, series: bool = False) -> dict[str, Any]:
        """For JSON: lists for arrays, null for what is not finite; series adds the loudness over time."""
        names = [f.name for f in fields(self) if f.name not in ENVELOPES] + (list(SERIES) if series else [])
        return {name: plain(getattr(self, name)) for name in names}
