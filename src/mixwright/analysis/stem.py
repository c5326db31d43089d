"""One stem, heard once: level, place, spectrum over time, and the figures by which an instrument is told.

Every meter reads the same chunks, and memory grows by 120 bytes a second beside the 10 ms envelopes of `levels`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native
from . import loudness
from .bands import NOMINAL_HZ, band_weights, on_all_bands
from .chunks import Chunks
from .levels import LevelMeter
from .spectrum import Spectra, Spectrum
from .strokes import Strokes, strokes_of
from .timbre import MEL_BANDS, TimbreMeter

__all__ = ["StemAnalysis", "StemMeter", "analyze_stem"]

Floats = NDArray[np.float64]
LEAST_POWER = 1e-15  # -150 dBFS
SILENCE_POWER = 1e-10  # -100 dBFS
PLAYING_DB = 45.0  # a frame, below the loudest before it
DEPTH_DB = 50.0  # of a frame's mel bands, below the strongest
WIDEST = 100.0
ACTIVE_DB = 40.0  # a second plays when it is not further below the loudest one
ARRAYS = (
    "ltas_db",
    "band_levels_db",
    "mel_mean_db",
    "mel_deviation_db",
    "mel_skewness",
    "mel_flux_db",
    "mfcc",
    "contrast",
)


@dataclass(frozen=True, eq=False)
class StemAnalysis:
    """Measurements of one stem. Levels of silence are -inf; what silence leaves without meaning is NaN."""

    duration_s: float
    sample_rate: int
    channels: int
    integrated_lufs: float  # BS.1770-5: its gates leave out where the stem rests
    sample_peak_dbfs: float
    crest_factor_db: float  # peak over the RMS of what plays
    dc_offset: float
    clipped_samples: int
    nonfinite_samples: int
    active_share: float  # of the seconds, those within 40 dB of the loudest
    stereo_width: float  # rms(S) / rms(M), at most 100
    stereo_imbalance: float  # dB, rms of L over rms of R
    ltas_db: Floats  # (30,) dB a third octave, 25 Hz to 20 kHz
    band_levels_db: NDArray[np.float32]  # (seconds, 30) mean power of each second
    spectral_centroid_hz: float
    spectral_flatness: float
    contrast: Floats  # (7,)
    mfcc: Floats  # (13,)
    mel_mean_db: Floats  # (64,) over frames with sound, free of level
    mel_deviation_db: Floats  # (64,)
    mel_skewness: Floats  # (64,)
    mel_flux_db: Floats  # (64,) mean rise from frame to frame
    strokes: Strokes

    @property
    def silent(self) -> bool:
        """Whether nothing is heard: no block of 400 ms above -70 LUFS."""
        return not np.isfinite(self.integrated_lufs)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, without what is measured over time."""
        kept = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ARRAYS}
        kept["strokes"] = self.strokes.to_dict()
        return {name: None if isinstance(x, float) and not np.isfinite(x) else x for name, x in kept.items()}


class StemMeter:
    """Measures a stem fed block by block; sample_rate in Hz, channels 1 or 2."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._loudness = _native.LoudnessMeter(float(sample_rate), channels)
        self._levels = LevelMeter(sample_rate, channels)
        self._spectrum = Spectrum(sample_rate, channels)
        self._timbre = TimbreMeter(self._spectrum.frame, sample_rate)
        self._weights = band_weights(slice(0, len(NOMINAL_HZ)), self._spectrum.frame, sample_rate).astype(np.float32)
        self._chunks = Chunks(channels, self._spectrum.chunk)
        self._frames = self._rises = 0
        self._highest = 0.0
        self._moments = np.zeros((3, MEL_BANDS))
        self._rise = np.zeros(MEL_BANDS)
        self._last: Floats | None = None
        self._seconds = array("f")  # (seconds, 30), packed
        self._open = np.zeros(len(NOMINAL_HZ))
        self._open_frames = 0
        self._frames_a_second = max(1, round(sample_rate / self._spectrum.hop))

    def process(self, block: NDArray[np.float32]) -> None:
        """Add a block (channels, samples), float32. Raises ParameterError for other shapes."""
        for heard in self._chunks.add(block):
            self._measure(heard)

    def finish(self) -> StemAnalysis:
        """The measurements; the meter is used up."""
        self._measure(self._chunks.rest())
        self._chunks.silence()
        self._measure_spectrum()
        if self._open_frames:
            self._close_second()
        levels = self._levels.finish()
        seconds = np.frombuffer(self._seconds, np.float32).reshape(-1, len(NOMINAL_HZ))
        power = 10 ** (seconds.astype(np.float64) / 10)
        loud = power.sum(axis=1)
        active = loud > loud.max(initial=0.0) * 10 ** (-ACTIVE_DB / 10)
        played = float(levels.mean_square.mean()) / max(float(active.mean()) if active.size else 1.0, 1e-9)
        hz, ltas_db, _ = self._spectrum.finish(max(self._chunks.samples, 1))
        timbre = self._timbre.finish()
        mean, deviation, skewness = self._shape()
        imbalance = 10 * np.log10(np.maximum(levels.mean_square, LEAST_POWER))
        return StemAnalysis(
            duration_s=self._chunks.samples / self._rate,
            sample_rate=self._rate,
            channels=self._channels,
            integrated_lufs=loudness.integrated_lufs(self._loudness.energies()),
            sample_peak_dbfs=_db(levels.peak**2),
            crest_factor_db=_db(levels.peak**2 / played) if played > 0 else float("nan"),
            dc_offset=float(np.abs(levels.mean).max()),
            clipped_samples=levels.clipped_samples,
            nonfinite_samples=self._chunks.nonfinite,
            active_share=float(active.mean()) if loud.max(initial=0.0) > SILENCE_POWER else 0.0,
            stereo_width=min(WIDEST, float(np.sqrt(levels.side / max(levels.mid, LEAST_POWER)))),
            stereo_imbalance=float(imbalance[0] - imbalance[-1]),
            ltas_db=on_all_bands(hz, ltas_db, _db(LEAST_POWER)),
            band_levels_db=seconds,
            spectral_centroid_hz=timbre.centroid_hz,
            spectral_flatness=timbre.flatness,
            contrast=timbre.contrast,
            mfcc=timbre.mfcc,
            mel_mean_db=mean,
            mel_deviation_db=deviation,
            mel_skewness=skewness,
            mel_flux_db=self._rise / max(self._rises, 1),
            strokes=strokes_of(levels.envelope_ms, levels.envelope_peak),
        )

    def _measure(self, heard: NDArray[np.float32]) -> None:
        self._loudness.process(heard)
        self._levels.process(heard)
        self._measure_spectrum()

    def _measure_spectrum(self) -> None:
        power = self._spectrum.process(self._chunks.whole)
        mel_db, _ = self._timbre.process(power)
        self._add_bands(power)
        loud = self._plays(power)
        if not loud.any():
            self._last = None
            return
        kept = mel_db[loud].astype(np.float64)
        np.maximum(kept, kept.max(axis=1, keepdims=True) - DEPTH_DB, out=kept)  # noise does not tell what plays
        for order in range(3):
            self._moments[order] += (kept ** (order + 1)).sum(axis=0)
        self._frames += len(kept)
        before = kept[:-1] if self._last is None else np.vstack([self._last, kept[:-1]])
        after = kept[1:] if self._last is None else kept
        self._rise += np.maximum(after - before, 0.0).sum(axis=0)
        self._rises += len(after)
        self._last = kept[-1:]

    def _plays(self, power: Spectra) -> NDArray[np.bool_]:
        """Frames not far below the loudest so far: the same ones at any level of the stem."""
        level = power.sum(axis=1).astype(np.float64)
        highest = np.maximum.accumulate(np.append(self._highest, level))
        self._highest = float(highest[-1])
        return np.asarray(level > np.maximum(highest[1:] * 10 ** (-PLAYING_DB / 10), SILENCE_POWER))

    def _add_bands(self, power: Spectra) -> None:
        """Third octaves of the frames, averaged second by second."""
        bands = power @ self._weights
        start = 0
        while start < len(bands):
            count = min(len(bands) - start, self._frames_a_second - self._open_frames)
            self._open += bands[start : start + count].sum(axis=0)
            self._open_frames += count
            start += count
            if self._open_frames == self._frames_a_second:
                self._close_second()

    def _close_second(self) -> None:
        mean = self._open / self._open_frames
        self._seconds.frombytes((10 * np.log10(np.maximum(mean, LEAST_POWER))).astype(np.float32).tobytes())
        self._open[:] = 0.0
        self._open_frames = 0

    def _shape(self) -> tuple[Floats, Floats, Floats]:
        """Mean free of level, deviation and skewness of each mel band, from its moments."""
        if not self._frames:
            return np.zeros(MEL_BANDS), np.zeros(MEL_BANDS), np.zeros(MEL_BANDS)
        first, second, third = self._moments / self._frames
        variance = np.maximum(second - first**2, 1e-4)
        skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
        return first - first.mean(), np.sqrt(variance), np.clip(skewness, -5.0, 5.0)


def analyze_stem(blocks: Iterable[NDArray[np.float32]], sample_rate: int, channels: int) -> StemAnalysis:
    """Measure a stem that arrives as blocks (channels, samples), float32."""
    meter = StemMeter(sample_rate, channels)
    for block in blocks:
        meter.process(block)
    return meter.finish()


def _db(power: float) -> float:
    return float(10 * np.log10(power)) if power > 0 else -np.inf
