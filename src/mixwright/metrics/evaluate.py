"""Every metric of a pair, in order, as mir_eval does it: one call, one table."""

from __future__ import annotations

import math

from ..analysis import Analysis, analyze_audio
from .bark import bark_error_db, mean_spectra
from .features import feature_distances, feature_loss, si_sdr_db
from .multi_resolution import multi_resolution_stft
from .pairs import Pair
from .spectral import ltas_error_db, region_change_db

__all__ = ["evaluate", "imbalance_change_db", "side_change_db"]

TREBLE_HZ = (7500.0, 16_000.0)  # third octaves from 8 kHz up, so that what a low-pass at 7 kHz leaves does not count
# Side under middle, and the reverse: what is 40 dB under the other is not heard as width.
NARROWEST, WIDEST = 0.01, 100.0
MOST_DB = 60.0  # of an imbalance or a loss: a silent channel, inverted channels


def evaluate(pair: Pair, analyses: tuple[Analysis | None, Analysis | None] = (None, None)) -> dict[str, float]:
    """All figures of a pair by name; changes are estimate minus reference at equal loudness, NaN has no meaning.

    Parameters
    ----------
    pair
        From `prepare`.
    analyses
        Of reference and estimate over the part that both share, at any level; made here where not given.
    """
    reference = analyses[0] or analyze_audio(pair.reference, pair.sample_rate)
    estimate = analyses[1] or analyze_audio(pair.estimate, pair.sample_rate)
    spectra = mean_spectra(pair.reference, pair.sample_rate), mean_spectra(pair.estimate, pair.sample_rate)
    features = feature_distances(pair, spectra)
    return {
        "lag_ms": 1000 * pair.lag_samples / pair.sample_rate,
        "polarity": float(pair.polarity),
        "similarity": pair.similarity,
        "gain_db": pair.gain_db,
        **multi_resolution_stft(pair),
        "si_sdr_db": si_sdr_db(pair),
        "ltas_error_db": ltas_error_db(reference, estimate),
        "bark_error_db": bark_error_db(pair, spectra),
        "treble_change_db": region_change_db(reference, estimate, *TREBLE_HZ),
        "spectral_centroid_change_hz": estimate.spectral_centroid_hz - reference.spectral_centroid_hz,
        "spectral_centroid_change_percent": 100 * (estimate.spectral_centroid_hz / reference.spectral_centroid_hz - 1)
        if reference.spectral_centroid_hz > 0
        else math.nan,
        "crest_factor_change_db": estimate.crest_factor_db - reference.crest_factor_db,
        "plr_change_lu": estimate.plr_lu - reference.plr_lu,
        "loudness_range_change_lu": estimate.loudness_range_lu - reference.loudness_range_lu,
        "stereo_width_change": min(estimate.stereo_width, WIDEST) - min(reference.stereo_width, WIDEST),
        "side_change_db": side_change_db(reference, estimate),
        "stereo_imbalance_change_db": imbalance_change_db(reference, estimate),
        "stereo_correlation_change": estimate.stereo_correlation - reference.stereo_correlation,
        "mono_loss_change_db": min(estimate.mono_loss_db, MOST_DB) - min(reference.mono_loss_db, MOST_DB),
        **{f"diffmst_{name}": value for name, value in features.items()},
        "diffmst_loss": feature_loss(features),
    }


def side_change_db(reference: Analysis, estimate: Analysis) -> float:
    """Side over middle against the reference's, in dB, both counted from -40 to 40 dB.

    So a collapse reads what the reference had above -40 dB, a widened mono what it now has, and mono against mono 0."""
    first, second = (min(max(a.stereo_width, NARROWEST), WIDEST) for a in (reference, estimate))
    return 20 * math.log10(second / first)


def imbalance_change_db(reference: Analysis, estimate: Analysis) -> float:
    """Change of left over right in dB, both counted within ±60: a silent channel is a number too."""
    first, second = (min(max(a.stereo_imbalance, -MOST_DB), MOST_DB) for a in (reference, estimate))
    return second - first
