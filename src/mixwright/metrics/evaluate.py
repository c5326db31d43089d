"""Every metric of a pair, in order, as mir_eval does it: one call, one table."""

from __future__ import annotations

import math

from ..analysis import Analysis, analyze_audio
from .features import feature_distances, feature_loss, si_sdr_db
from .pairs import Pair
from .spectral import bark_error_db, ltas_error_db, multi_resolution_stft_db, region_change_db

__all__ = ["evaluate"]

TREBLE_HZ = (6000.0, 16_000.0)


def evaluate(pair: Pair, analyses: tuple[Analysis, Analysis] | None = None) -> dict[str, float]:
    """All figures of a pair by name; changes are estimate minus reference at equal loudness, NaN has no meaning.

    Parameters
    ----------
    pair
        From `prepare`.
    analyses
        Of reference and estimate as they stand in the pair; made here if not given.
    """
    reference, estimate = analyses or tuple(analyze_audio(x, pair.sample_rate) for x in (pair.reference, pair.estimate))
    sum_db, difference_db = multi_resolution_stft_db(pair)
    figures = {
        "lag_ms": 1000 * pair.lag_samples / pair.sample_rate,
        "polarity": float(pair.polarity),
        "similarity": pair.similarity,
        "gain_db": pair.gain_db,
        "multi_resolution_stft_sum_db": sum_db,
        "multi_resolution_stft_difference_db": difference_db,
        "si_sdr_db": si_sdr_db(pair),
        "ltas_error_db": ltas_error_db(reference, estimate),
        "bark_error_db": bark_error_db(pair),
        "treble_change_db": region_change_db(reference, estimate, *TREBLE_HZ),
        "spectral_centroid_change_hz": estimate.spectral_centroid_hz - reference.spectral_centroid_hz,
        "spectral_centroid_change_percent": 100 * (estimate.spectral_centroid_hz / reference.spectral_centroid_hz - 1)
        if reference.spectral_centroid_hz > 0
        else math.nan,
        "crest_factor_change_db": estimate.crest_factor_db - reference.crest_factor_db,
        "plr_change_lu": estimate.plr_lu - reference.plr_lu,
        "loudness_range_change_lu": estimate.loudness_range_lu - reference.loudness_range_lu,
        "stereo_width_change": estimate.stereo_width - reference.stereo_width,
        "side_change_db": side_change_db(reference, estimate),
        "stereo_imbalance_change_db": estimate.stereo_imbalance - reference.stereo_imbalance,
        "stereo_correlation_change": estimate.stereo_correlation - reference.stereo_correlation,
        "mono_loss_change_db": estimate.mono_loss_db - reference.mono_loss_db,
    }
    figures |= {f"diffmst_{name}": value for name, value in feature_distances(pair).items()}
    figures["diffmst_loss"] = feature_loss(pair)
    return figures


def side_change_db(reference: Analysis, estimate: Analysis) -> float:
    """Side over mid against the reference's, in dB, not below -60; NaN where the reference is mono."""
    if not 0.01 < reference.stereo_width < math.inf:
        return math.nan
    ratio = estimate.stereo_width / reference.stereo_width
    return max(-60.0, 20 * math.log10(ratio)) if ratio > 0 else -60.0
