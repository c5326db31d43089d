"""Diff-MST's five audio features of a mix, and SI-SDR; with the formulas put right.

C. Steinmetz et al., Diff-MST (ISMIR 2024), after B. De Man et al. (2014); both versions at -22 LUFS. The published
tables carry hidden scales; here each distance is unweighted, with its own weight beside it. Put right: magnitudes are
floored at -100 dB (a silent side channel made the Bark feature 33.3), windows are Hann instead of rectangles, and the
Bark scale's correction is undone at both ends, so that the last band does not reach beyond 30 kHz.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .bark import MeanSpectra, bark_triangles, mean_spectra
from .pairs import Pair

__all__ = ["FEATURE_WEIGHTS", "feature_distances", "feature_loss", "si_sdr_db"]

Floats = NDArray[np.float64]
# Of the audio-feature loss, in the order of the paper.
FEATURE_WEIGHTS = {
    "rms": 0.1,
    "crest_factor": 0.001,
    "stereo_width": 1.0,
    "stereo_imbalance": 1.0,
    "bark_spectrum": 0.1,
}
LOUDNESS_LUFS = -22.0
FLOOR = 1e-5  # of a mean magnitude, -100 dB; the treble of music at -22 LUFS lies near -75 dB a bin
WIDEST = 100.0  # side over middle in power, 20 dB: inverted channels have no middle to divide by
SI_SDR_LIMIT_DB = 100.0  # beyond, the rounding of the samples is measured


def feature_distances(pair: Pair, spectra: tuple[MeanSpectra, MeanSpectra] | None = None) -> dict[str, float]:
    """Mean squared distances: RMS (linear), crest factor (dB), width and imbalance (ratios), Bark spectrum (nepers)."""
    both = (pair.reference, pair.estimate)
    means = spectra or tuple(mean_spectra(x, pair.sample_rate) for x in both)
    gain = 10 ** ((LOUDNESS_LUFS - pair.loudness_lufs) / 20) if math.isfinite(pair.loudness_lufs) else 1.0
    features = [_features(x, mean, gain) for x, mean in zip(both, means, strict=True)]
    return {name: float(np.mean((features[0][name] - features[1][name]) ** 2)) for name in FEATURE_WEIGHTS}


def feature_loss(distances: dict[str, float]) -> float:
    """The weighted sum of `feature_distances`."""
    return sum(weight * distances[name] for name, weight in FEATURE_WEIGHTS.items())


def si_sdr_db(pair: Pair) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019), both channels together, within ±100.

    An estimate that shares nothing with the reference has -100, an equal one 100; the mean is not taken off."""
    portions = [slice(i, i + (1 << 20)) for i in range(0, pair.reference.shape[1], 1 << 20)]
    energy = product = rest = 0.0
    for p in portions:
        reference, estimate = (x[:, p].astype(np.float64).ravel() for x in (pair.reference, pair.estimate))
        energy += float(np.dot(reference, reference))
        product += float(np.dot(estimate, reference))
    scale = product / energy if energy > 0 else 0.0
    for p in portions:
        reference, estimate = (x[:, p].astype(np.float64).ravel() for x in (pair.reference, pair.estimate))
        difference = estimate - scale * reference
        rest += float(np.dot(difference, difference))
    target = scale**2 * energy
    if target <= 0:
        return -SI_SDR_LIMIT_DB
    return float(np.clip(10 * math.log10(target / max(rest, 1e-12 * target)), -SI_SDR_LIMIT_DB, SI_SDR_LIMIT_DB))


def _features(audio: NDArray[np.float32], spectra: MeanSpectra, gain: float) -> dict[str, Floats]:
    energy = np.asarray(gain**2 * np.mean(np.square(audio), axis=1, dtype=np.float64))
    both = [gain**2 * float(np.mean(np.square(audio[0] + sign * audio[1]), dtype=np.float64)) for sign in (1, -1)]
    rms = np.sqrt(np.maximum(energy, 1e-8))
    peak = gain * np.abs(audio).max(axis=1).astype(np.float64)
    triangles = bark_triangles(spectra.hz)
    inside = triangles.any(axis=1)
    # (2, bands), of L + R and L - R; a matrix product would wait half a second for BLAS's threads on a busy machine
    magnitude = 2 * gain * np.einsum("ck,bk->cb", spectra.magnitude, triangles[inside])
    return {
        "rms": rms,
        "crest_factor": 20 * np.log10(np.maximum(peak, 1e-8) / rms),
        "stereo_width": np.array([min(both[1] / max(both[0], 1e-8), WIDEST)]),
        "stereo_imbalance": np.array([(energy[1] - energy[0]) / max(float(energy.sum()), 1e-8)]),
        "bark_spectrum": np.log(magnitude + FLOOR),
    }
