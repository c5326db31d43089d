"""The measurements behind the professional scores: tone in regions, stereo, dynamics and masking, all free of level.

Tone is a deviation from the profile's mean in dB, held at three spreads a band, so that a band that is missing counts
like one that is very weak. Regions are means over third octaves in dB.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..parameters.profiles import Profile, relative_ltas

__all__ = ["measure_professional", "modulation_depth_db"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

TONE_HZ = (50.0, 12_500.0)
BASS_HZ = (63.0, 125.0)
BODY_HZ = (250.0, 1600.0)
MUD_HZ = (200.0, 500.0)
HARSH_HZ = (2000.0, 5000.0)
AIR_HZ = (4000.0, 10_000.0)
MOST_SPREADS = 3.0
# Neighbouring bands of a song stray together: a share of the deviation is of the band alone, the rest is alike over so
# many octaves. Of the values tried on training music these found most of its damaged twins (docs/validation.md).
OWN_SHARE = 0.1
ALIKE_OCTAVES = 8.0
MONO_BASS_HZ = (40.0, 125.0)
MONO_REST_HZ = (160.0, 8000.0)
SIDE_HZ = (400.0, 8000.0)
MOST_LOSS_DB = 12.0
SIDE_RANGE_DB = (-40.0, 20.0)
FLAT_DB = 0.3  # under the highest peak; undone clipping and coding move a flat top by less
MOVE_HOPS = 5  # of 10 ms
FLOOR_DB = -40.0  # under the mean; a pause is not dynamics
DEPTH_HZ = (500.0, 11_000.0)
FRAME_S = 0.046
FRAMES_AT_ONCE = 256
MOST_FRAMES = 8192  # more than three minutes without a gap
QUIET_PERCENT = 5.0
DEEPEST_DB = 60.0
STEADY_DB = -10 * math.log10(-math.log(1 - QUIET_PERCENT / 100))  # 12.9: power of one noise bin is exponential


def measure_professional(audio: Audio, sample_rate: int, analysis: Analysis, profile: Profile) -> dict[str, float]:
    """Every measurement by name, of audio (channels, samples) and its analysis; NaN where nothing can be measured."""
    hz, deviation_db, spread_db = _deviation(analysis, profile)
    return {
        **_tone(hz, deviation_db, spread_db),
        **_stereo(analysis),
        **_dynamics(analysis, profile),
        "modulation_depth_db": modulation_depth_db(audio, sample_rate),
        "spectral_contrast_db": float(np.mean(analysis.spectral_contrast[1:6])),
    }


def modulation_depth_db(audio: Audio, sample_rate: int) -> float:
    """How much deeper the quiet moments lie under the mean level than those of steady noise, in dB, bin by bin.

    The quiet moments are the 5th percentile over frames of 46 ms; the mean is over the bins from 500 Hz to 11 kHz of
    both channels, each counted by its power. Steady noise reads 0, whatever its colour; noise, dense reverb and masking
    fill the moments in which a bin is silent and bring music toward it. That is the idea of the speech transmission
    index (IEC 60268-16) without its test signal: music that never pauses has little depth too."""
    size = 1 << round(math.log2(FRAME_S * sample_rate))
    padded = np.pad(audio, ((0, 0), (0, max(0, size - audio.shape[1]))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)[:, :: size // 2]
    frames = frames[:, :: 1 + frames.shape[1] // MOST_FRAMES]  # hours need no more memory than minutes
    window = np.hanning(size).astype(np.float32)
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    inside = (hz >= DEPTH_HZ[0]) & (hz <= DEPTH_HZ[1])
    parts = []
    for start in range(0, frames.shape[1], FRAMES_AT_ONCE):
        spectra = np.fft.rfft(frames[:, start : start + FRAMES_AT_ONCE] * window)[..., inside]
        parts.append((np.abs(spectra) ** 2).astype(np.float32))
    power = np.concatenate(parts, axis=1)  # (channels, frames, bins)
    mean = np.maximum(power.mean(axis=1, dtype=np.float64), 1e-30)
    quiet = np.percentile(power, QUIET_PERCENT, axis=1) / mean
    depth_db = np.mean(np.minimum(-10 * np.log10(np.maximum(quiet, 1e-9)), DEEPEST_DB), axis=1)
    return float(np.average(depth_db, weights=mean.sum(axis=1))) - STEADY_DB


def _deviation(analysis: Analysis, profile: Profile) -> tuple[Floats, Floats, Floats]:
    """Third octaves in Hz, the deviation from the profile in dB, and the profile's spread in dB, each (bands,)."""
    hz = analysis.third_octave_hz
    at = [int(np.argmin(np.abs(np.log(profile.third_octave_hz / f)))) for f in hz]
    spread_db = profile.ltas_spread_db[at]
    deviation = relative_ltas(analysis.ltas_db, hz) - profile.ltas_db[at]
    return hz, np.clip(deviation, -MOST_SPREADS * spread_db, MOST_SPREADS * spread_db), spread_db


def _tone(hz: Floats, deviation_db: Floats, spread_db: Floats) -> dict[str, float]:
    def region(bounds: tuple[float, float]) -> float:
        inside = (hz >= bounds[0]) & (hz <= bounds[1])
        # A region that the sample rate cuts off is not measured at all: half of it is another region.
        return float(deviation_db[inside].mean()) if hz[-1] >= bounds[1] else math.nan

    inside = (hz >= TONE_HZ[0]) & (hz <= TONE_HZ[1])
    octaves, weight = np.log2(hz[inside] / 1000), 1 / spread_db[inside] ** 2
    centred = octaves - np.average(octaves, weights=weight)
    return {
        "tone_spreads": _distance(deviation_db[inside] / spread_db[inside], octaves),
        "tilt_db_per_octave": float(np.sum(weight * centred * deviation_db[inside]) / np.sum(weight * centred**2)),
        "bass_db": region(BASS_HZ) - region(BODY_HZ),
        "mud_db": region(MUD_HZ) - (region((80.0, 125.0)) + region((800.0, 1600.0))) / 2,
        "harshness_db": region(HARSH_HZ) - (region((630.0, 1250.0)) + region((8000.0, 12_500.0))) / 2,
        "air_db": region(AIR_HZ) - region((400.0, 1600.0)),
    }


def _distance(spreads: Floats, octaves: Floats) -> float:
    """Mahalanobis distance a band of a deviation (bands,), so that a bump between two bands counts for more than a
    slope over all: music has slopes."""
    apart = np.abs(octaves[:, None] - octaves)
    alike = (1 - OWN_SHARE) * np.exp(-apart / ALIKE_OCTAVES) + OWN_SHARE * np.eye(len(octaves))
    return math.sqrt(float(spreads @ np.linalg.solve(alike, spreads)) / len(octaves))


def _stereo(analysis: Analysis) -> dict[str, float]:
    hz, correlation = analysis.third_octave_hz, np.clip(analysis.band_correlation, -1.0, 1.0)
    power = 10 ** (analysis.ltas_db / 10)

    def loss_db(bounds: tuple[float, float]) -> float:
        """Lost in mono, of equal channels with this correlation."""
        inside = (hz >= bounds[0]) & (hz <= bounds[1])
        kept = float(np.sum((power * (1 + correlation) / 2)[inside]) / max(float(np.sum(power[inside])), 1e-30))
        return min(MOST_LOSS_DB, -10 * math.log10(max(kept, 1e-9)))

    inside = (hz >= SIDE_HZ[0]) & (hz <= SIDE_HZ[1])
    ratio = np.maximum(1 - correlation[inside], 1e-9) / np.maximum(1 + correlation[inside], 1e-9)
    return {
        "imbalance_db": min(abs(analysis.stereo_imbalance), 40.0),
        "bass_mono_loss_db": loss_db(MONO_BASS_HZ),
        "mono_loss_db": loss_db(MONO_REST_HZ),
        "side_over_mid_db": float(np.mean(np.clip(10 * np.log10(ratio), *SIDE_RANGE_DB))),
    }


def _dynamics(analysis: Analysis, profile: Profile) -> dict[str, float]:
    against = {
        f"{name}_deviation": (getattr(analysis, name) - profile.features[name][0]) / profile.features[name][1]
        for name in ("crest_factor_db", "plr_lu", "loudness_range_lu")
    }
    squares = analysis.envelope_ms.astype(np.float64)
    whole = squares[: squares.size // MOVE_HOPS * MOVE_HOPS].reshape(-1, MOVE_HOPS).mean(axis=1)
    level_db = 10 * np.log10(np.maximum(whole / max(float(whole.mean()), 1e-30), 10 ** (FLOOR_DB / 10)))
    median, loud = np.percentile(level_db, (50, 95))
    peaks = analysis.envelope_peak
    flat = int(np.count_nonzero(peaks >= peaks.max() * 10 ** (-FLAT_DB / 20))) - 1  # the highest peak is no flat top
    return {
        **against,
        "level_movement_db": float(loud - median),
        "flat_tops_percent": 100 * flat / peaks.size,
    }
