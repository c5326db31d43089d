"""One pass over a programme: every meter reads the same chunks, and memory does not grow with its length.

Audio is gathered into chunks of one fixed size, counted from the first sample, so that the result is the same
to the bit however the caller cuts it. Only the 10 ms envelopes and one onset figure a frame are kept, 2 kB a
second.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mixwright import _native
from mixwright.errors import ParameterError

from . import loudness
from .chunks import Chunks
from .levels import LevelMeter, Levels
from .mel import MelMeter
from .result import Analysis
from .rhythm import RhythmMeter
from .spectrum import Spectrum
from .timbre import MEL_BANDS, TimbreMeter

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

SAMPLE_RATES = (8000, 192000)
CHANNELS = (1, 2)


class Analyzer:
    """Measures a programme fed block by block.

    sample_rate in Hz, 8 to 192 kHz; channels 1 or 2. Raises ParameterError outside these. Without `model_input` there
    are no mel windows in the result: what no model will hear need not be made for one.
    """

    def __init__(self, sample_rate: int, channels: int, *, model_input: bool = True) -> None:
        _check_range("sample_rate", sample_rate, SAMPLE_RATES, " Hz")
        _check_range("channels", channels, CHANNELS, "")
        self._sample_rate, self._channels = int(sample_rate), int(channels)
        self._loudness = _native.LoudnessMeter(float(sample_rate), self._channels)
        self._true_peak = _native.TruePeakMeter(float(sample_rate), self._channels)
        self._levels = LevelMeter(self._sample_rate, self._channels)
        self._spectrum = Spectrum(self._sample_rate, self._channels)
        self._timbre = TimbreMeter(self._spectrum.frame, self._sample_rate)
        self._model_input = model_input
        self._mel = MelMeter(self._spectrum.frame, self._sample_rate)
        self._rhythm = RhythmMeter(self._sample_rate / self._spectrum.hop, MEL_BANDS)
        self._chunks = Chunks(self._channels, self._spectrum.chunk)
        self._result: Analysis | None = None

    def process(self, block: Audio) -> None:
        """Add a block (channels, samples), float32, of any length. Raises ParameterError for other shapes."""
        if self._result is not None:
            raise ParameterError("process() must come before finish(): start a new Analyzer for another programme")
        for heard in self._chunks.add(block):
            self._measure(heard)

    def finish(self) -> Analysis:
        """The measurements of everything added; asking again gives the same record."""
        if self._result is None:
            self._measure(self._chunks.rest())
            self._chunks.silence()  # the last frames, and the decimator's history, end in silence
            self._measure_spectrum()
            self._result = self._assemble()
        return self._result

    def _measure(self, heard: Audio) -> None:
        """Run what was gathered through every meter, and the whole chunk through the spectrum."""
        self._loudness.process(heard)
        self._true_peak.process(heard)
        self._levels.process(heard)
        self._measure_spectrum()

    def _measure_spectrum(self) -> None:
        power = self._spectrum.process(self._chunks.whole)
        if self._model_input:
            self._mel.process(power, self._spectrum.middle())
        mel_db, loud = self._timbre.process(power)
        self._rhythm.process(mel_db, loud)

    def _assemble(self) -> Analysis:
        energies = self._loudness.energies()
        integrated_lufs = loudness.integrated_lufs(energies)
        levels = self._levels.finish()
        true_peak_dbtp = _db(self._true_peak.peak, 20.0)
        sample_peak_dbfs = _db(levels.peak, 20.0)
        mean_square = float(levels.mean_square.mean())
        rms_dbfs = _db(mean_square, 10.0)
        third_octave_hz, ltas_db, band_correlation = self._spectrum.finish(self._chunks.samples)
        timbre = self._timbre.finish()
        mel_windows_db, mel_starts_s = self._mel.finish()
        onset_strength, tempo_bpm = self._rhythm.finish(self._chunks.samples, self._spectrum.hop)
        return Analysis(
            duration_s=self._chunks.samples / self._sample_rate,
            sample_rate=self._sample_rate,
            channels=self._channels,
            samples=self._chunks.samples,
            integrated_lufs=integrated_lufs,
            short_term_max_lufs=loudness.loudest_lufs(energies, loudness.SHORT_TERM_HOPS),
            momentary_max_lufs=loudness.loudest_lufs(energies, loudness.MOMENTARY_HOPS),
            loudness_range_lu=loudness.loudness_range_lu(energies),
            true_peak_dbtp=true_peak_dbtp,
            sample_peak_dbfs=sample_peak_dbfs,
            rms_dbfs=rms_dbfs,
            crest_factor_db=_difference(sample_peak_dbfs, rms_dbfs),
            plr_lu=_difference(true_peak_dbtp, integrated_lufs),
            dc_offset=float(np.abs(levels.mean).max()),
            clipped_samples=levels.clipped_samples,
            nonfinite_samples=self._chunks.nonfinite,
            stereo_width=_ratio(np.sqrt(levels.side), np.sqrt(levels.mid)),
            stereo_correlation=_correlation(levels),
            stereo_imbalance=_imbalance_db(levels.mean_square),
            mono_loss_db=max(0.0, _db(_ratio(mean_square, levels.mid), 10.0)) if mean_square > 0.0 else 0.0,
            band_correlation=band_correlation,
            third_octave_hz=third_octave_hz,
            ltas_db=ltas_db,
            spectral_centroid_hz=timbre.centroid_hz,
            spectral_flatness=timbre.flatness,
            spectral_contrast=timbre.contrast,
            mfcc=timbre.mfcc,
            onset_strength=onset_strength,
            tempo_bpm=tempo_bpm,
            energies=energies[0],
            envelope_peak=levels.envelope_peak,
            envelope_ms=levels.envelope_ms,
            mel_windows_db=mel_windows_db,
            mel_starts_s=mel_starts_s,
        )


def analyze_blocks(blocks: Iterable[Audio], sample_rate: int, channels: int, *, model_input: bool = True) -> Analysis:
    """Measure a programme that arrives as blocks (channels, samples), float32, of any lengths; see `Analyzer`."""
    analyzer = Analyzer(sample_rate, channels, model_input=model_input)
    for block in blocks:
        analyzer.process(block)
    return analyzer.finish()


def analyze_audio(audio: Audio, sample_rate: int) -> Analysis:
    """Measure audio (channels, samples), float32."""
    if audio.ndim != 2:
        raise ParameterError(f"audio.shape={audio.shape} must be (channels, samples)")
    return analyze_blocks([audio], sample_rate, audio.shape[0])


def _check_range(name: str, value: float, allowed: tuple[int, int], unit: str) -> None:
    if not (allowed[0] <= value <= allowed[1] and value == int(value)):
        raise ParameterError(f"{name}={value} must be a whole number in [{allowed[0]}, {allowed[1]}]{unit}")


def _db(value: float, factor: float) -> float:
    with np.errstate(divide="ignore"):
        return float(factor * np.log10(value))


def _ratio(value: float, reference: float) -> float:
    """value / reference; 0 for 0 / 0, inf over 0."""
    if reference > 0.0:
        return float(value / reference)
    return float("inf") if value > 0.0 else 0.0


def _difference(high_db: float, low_db: float) -> float:
    """high_db - low_db, NaN where one of them is the level of silence."""
    return high_db - low_db if np.isfinite(high_db) and np.isfinite(low_db) else float("nan")


def _correlation(levels: Levels) -> float:
    """1 for mono; 0 when a channel is silent. L*R = M*M - S*S."""
    if levels.mean_square.size == 1:
        return 1.0
    both = float(np.sqrt(levels.mean_square.prod()))
    return float(np.clip(_ratio(levels.mid - levels.side, both), -1.0, 1.0)) if both > 0.0 else 0.0


def _imbalance_db(mean_square: Floats) -> float:
    """0 for mono and for silence."""
    if not mean_square.any():
        return 0.0
    return _db(mean_square[0], 10.0) - _db(mean_square[-1], 10.0)
