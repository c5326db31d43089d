"""How much the levels that stems came with are worth: a bounced mix carries its balance, raw tracks carry none.

Stems out of a finished session stand where somebody put them; recorded tracks stand where the preamplifier was; others
were normalised by their loudness or peak. Which of these it is shows in how far the levels are from where the balance
is expected: near it, the difference is a choice and is kept, far from it, it is an accident. Each case is a hypothesis
with a spread, weighed by Bayes' rule; the answer is the share of the difference that is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ACCIDENTS_LU", "kept_share"]

Floats = NDArray[np.float64]
# How far accidents spread, one hypothesis each, all as likely before the stems are heard: none (a bounced mix), a rough
# mix, and tracks as recorded.
ACCIDENTS_LU = (0.0, 4.0, 8.0)
NORMALISED_LU = 0.4  # the spread of what was made equal; loudness meters differ by as much


def kept_share(found_lu: ArrayLike, expected_lu: ArrayLike, peaks_db: ArrayLike, error_lu: float) -> float:
    """The share, 0 to 1, of the difference between found and expected levels that is taken for a choice.

    Parameters
    ----------
    found_lu, expected_lu
        (stems,) loudness as found, and as a balance from the sound alone expects it; only differences count.
    peaks_db
        (stems,) sample peaks as found.
    error_lu
        The spread of the expectation's own error (measured on songs that it did not learn from).

    With fewer than two stems there is nothing to compare: 0.
    """
    found, expected, peaks = (np.asarray(x, np.float64) for x in (found_lu, expected_lu, peaks_db))
    if len(found) < 2:
        return 0.0
    chances, shares = [], []
    for accident in ACCIDENTS_LU:
        spread = np.hypot(error_lu, accident)
        chances.append(_log_chance(found - expected, float(spread)))
        shares.append((error_lu / spread) ** 2)
    for equal in (found, peaks):
        chances.append(_log_chance(equal, NORMALISED_LU))
        shares.append(0.0)
    weights = np.exp(np.array(chances) - max(chances))
    return float(weights @ np.array(shares) / weights.sum())


def _log_chance(values: Floats, spread: float) -> float:
    """Logarithm of the chance of these differences from their mean, normal with that spread, but for a constant."""
    away = values - values.mean()
    return float(-0.5 * np.sum(away**2) / spread**2 - (len(values) - 1) * np.log(spread))
