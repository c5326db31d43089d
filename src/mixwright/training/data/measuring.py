"""One file, heard to its end once: hash, levels, tone, faults and fingerprint, as a row of figures."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis import Analysis
from ...analysis.analyzer import Analyzer
from ...audio import open_reader
from .fingerprint import FingerprintMeter

__all__ = ["FIGURES", "CutoffMeter", "file_sha256", "measure_file"]

# Taken from the analysis as they are, under its names.
FIGURES = (
    *("integrated_lufs", "short_term_max_lufs", "loudness_range_lu", "true_peak_dbtp", "sample_peak_dbfs", "rms_dbfs"),
    *("crest_factor_db", "plr_lu", "dc_offset", "stereo_width", "stereo_correlation", "stereo_imbalance"),
    *("spectral_centroid_hz", "spectral_flatness"),
)
SILENCE_DBFS = -60.0  # RMS of 10 ms
MONO_WIDTH = 1e-3  # side 60 dB below the middle: what a codec leaves of nothing
TAGS = ("title", "artist", "genre", "license")


class CutoffMeter:
    """The highest frequency with sound: lossy codecs leave nothing above 16 kHz or so, whatever the file is now."""

    FRAME = 4096
    BAND_HZ = 250.0
    # Of a band against the whole. Where codecs stop, the level falls by 30 dB and more; 16-bit noise lies lower.
    LOWEST_DB = -85.0

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._window = np.hanning(self.FRAME).astype(np.float32)
        self._power = np.zeros(self.FRAME // 2 + 1)

    def process(self, block: NDArray[np.float32]) -> None:
        """Add a block (channels, samples); what does not fill a frame is left out."""
        count = block.shape[1] // self.FRAME
        if count:
            frames = block[:, : count * self.FRAME].reshape(-1, self.FRAME) * self._window
            self._power += (np.abs(np.fft.rfft(np.nan_to_num(frames))) ** 2).sum(axis=0)

    def finish(self) -> float | None:
        """In Hz, to 250 Hz; None for silence and for files shorter than a frame."""
        total = float(self._power.sum())
        if total <= 0.0:
            return None
        bins = max(1, round(self.BAND_HZ / self._rate * self.FRAME))
        bands = np.add.reduceat(self._power, np.arange(0, self._power.size - 1, bins))
        heard = np.flatnonzero(bands > total * 10.0 ** (self.LOWEST_DB / 10.0))
        return float(min((heard[-1] + 1) * bins * self._rate / self.FRAME, self._rate / 2))


def measure_file(path: Path) -> dict[str, Any]:
    """Everything the index knows from the sound and its tags; what has no meaning is None.

    The content's hash is over rate, channels and decoded float32 samples: tags and lossless packing do not change it.

    Errors
    ------
    AudioReadError
        The file cannot be read to its end.
    """
    content = hashlib.sha256()
    with open_reader(path) as reader:
        rate, channels = reader.sample_rate, reader.channels
        analyzer, fingerprint, cutoff = (
            Analyzer(rate, channels, model_input=False),
            FingerprintMeter(rate),
            CutoffMeter(rate),
        )
        content.update(f"{reader.file_rate} {channels}\n".encode())
        for block in reader.blocks():
            content.update(block.T.tobytes())
            analyzer.process(block)
            fingerprint.process(block)
            cutoff.process(block)
        row: dict[str, Any] = {f"tag_{name}": reader.tags.get(name) for name in TAGS}
        row |= {"sample_rate": reader.file_rate, "channels": channels, "remarks": "; ".join(reader.warnings) or None}
    analysis = analyzer.finish()
    data = analysis.to_dict()
    return row | {
        "content_sha256": content.hexdigest(),
        "duration_s": analysis.duration_s,
        **{name: data[name] for name in FIGURES},
        "ltas_db": data["ltas_db"],
        "clipped_samples": analysis.clipped_samples,
        "nonfinite_samples": analysis.nonfinite_samples,
        "silent_share": _silent_share(analysis),
        "mono_in_stereo": channels == 2 and data["rms_dbfs"] is not None and analysis.stereo_width < MONO_WIDTH,
        "cutoff_hz": cutoff.finish(),
        "fingerprint": fingerprint.finish().astype("<u4").tobytes(),
    }


def file_sha256(path: Path) -> str:
    """The hash of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent_share(analysis: Analysis) -> float:
    """The share of 10 ms passages below -60 dBFS RMS."""
    if analysis.envelope_ms.size == 0:
        return 1.0
    return float(np.mean(analysis.envelope_ms < 10.0 ** (SILENCE_DBFS / 10.0)))
