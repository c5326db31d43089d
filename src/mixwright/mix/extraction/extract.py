"""The sentence: two versions of a song in; the change out, as parameters, EQ curve, compressor and ceiling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis import analyze_audio
from ...errors import SignalError
from ...metrics.pairs import Pair, prepare
from ...parameters import PARAMETERS, DeliveryTarget, Preset, Voicing, blend_voicing
from ...parameters.table import GENRES
from ..choosing import programme_lufs, tempo_bpm
from ..excerpt import loudest
from .ceiling import find_ceiling
from .compression import fit_compression
from .gainride import measure_gain
from .guess import guess_eq, guess_parameters
from .result import Extraction, decibels
from .search import Found, Passage, Search, parameters_at, position_of
from .transfer import FreeCurve

__all__ = ["SHORTEST_S", "extract"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

# The loudest passage of the first minute is compared in the end; of its first third, a short one to find the way.
PASSAGE_S, WITHIN_S = 20.0, 60.0
SHORT_PASSAGE_S, SHORT_WITHIN_S = 6.0, 20.0
SHORTEST_S = 4.0
# Of input gain and output level together, with some room for what EQ and compression do to the level.
REACH = (0.65, 1.45)
# Ratio and wet level to start from; the next only where those before lead nowhere.
STARTS = ((1.6, 0.1), (3.0, 0.05), (1.1, 0.2), (1.1, 0.0))
UNTOUCHED = 1e-9  # -90 dB: rounding to 16 bits of a loud song
SEARCHED = 1e-4  # -40 dB: the right place, so that no other start is tried
FIRST_STEPS, MORE_STEPS, LAST_STEPS = 3, 8, 8


def extract(before: Audio, after: Audio, sample_rate: int, *, voicing: Voicing | None = None) -> Extraction:
    """Find what leads from one version of a song to the other.

    Parameters
    ----------
    before, after
        (1 or 2 channels, samples) at the same rate; they are aligned here, and need not have the same length.
    voicing
        Corner frequencies and times that are assumed; without it, those of each genre are tried, and the one that
        leaves least is taken.

    Errors
    ------
    SignalError
        A version is silent, shorter than 4 s, not finite, or not of the same song.
    """
    pair = prepare(before, sample_rate, after, sample_rate, names=("before", "after"))
    if pair.seconds < SHORTEST_S:
        raise SignalError(f"before and after overlap by less than {SHORTEST_S:g} s; longer versions are needed")
    analysis = analyze_audio(np.ascontiguousarray(before, np.float32), sample_rate)
    mono = len(before) == len(after) == 1
    comparison = _Comparison(pair, mono, programme_lufs(analysis), tempo_bpm(analysis))
    ride, transfer = measure_gain(*comparison.sound(PASSAGE_S, WITHIN_S), sample_rate)
    curve = transfer.curve()
    tried = {genre: blend_voicing({genre: 1.0}) for genre in GENRES} if voicing is None else {"": voicing}
    name, residuals, found = _choose(comparison, curve, tried)
    search = Search(comparison.passage(PASSAGE_S, WITHIN_S), tried[name])
    if np.any(found.position):
        found = search.run(found.position, LAST_STEPS)
    parameters = parameters_at(found.position)
    untouched = search.left(np.zeros(len(PARAMETERS)))
    share = max(0.0, 1 - math.sqrt(found.left / max(untouched, 1e-12)))
    if untouched < 1e-9:
        share = 1.0  # nothing was done, and that is certain where moving a parameter shows
    errors = search.errors(found)
    moved = [p.name for p in PARAMETERS if parameters[p.name] != p.neutral]
    preset = Preset(
        parameters=parameters,
        voicing=tried[name],
        genre={name: 1.0} if name else {},
        provenance=dict.fromkeys(moved, "refined"),
        programme_lufs=comparison.programme_lufs,
        tempo_bpm=comparison.tempo_bpm,
        delivery=DeliveryTarget(None),
        model="extracted",
    )
    return Extraction(
        preset=preset,
        genre=name or None,
        genre_residuals_db={g: decibels(x) for g, x in residuals.items()} if voicing is None else {},
        confidence={p.name: share / (1 + (float(e) / 0.05) ** 2) for p, e in zip(PARAMETERS, errors, strict=True)},
        residual_db=decibels(found.left),
        untouched_db=decibels(untouched),
        without_db={p.name: decibels(search.left(_without(found.position, i))) for i, p in enumerate(PARAMETERS)},
        gain_db=20 * math.log10(found.level * comparison.beyond),
        lag_samples=pair.lag_samples,
        polarity=pair.polarity,
        curve=curve,
        compression=fit_compression(ride),
        ceiling=find_ceiling(pair.reference, pair.estimate * np.float32(10 ** (-pair.gain_db / 20)), sample_rate),
    )


@dataclass(frozen=True, eq=False)
class _Comparison:
    """A pair as it is searched: polarity put right; the level as it was where the two gains can hold it, else
    matched."""

    pair: Pair
    mono: bool
    programme_lufs: float
    tempo_bpm: float

    @property
    def beyond(self) -> float:
        """The level, as a factor, that is taken off the second version."""
        gain = 10 ** (-self.pair.gain_db / 20)
        return 1.0 if REACH[0] <= gain <= REACH[1] else gain

    def passage(self, seconds: float, within_s: float) -> Passage:
        """The loudest passage of the first seconds."""
        rate = self.pair.sample_rate
        first, last = self._bounds(seconds, within_s)
        level = np.float32(10 ** (-self.pair.gain_db / 20) / self.beyond)
        source, wanted = self._cut(self.pair.reference, 0, last), self._cut(self.pair.estimate, 0, last) * level
        return Passage(source, wanted, first, rate, self.programme_lufs, self.tempo_bpm)

    def sound(self, seconds: float, within_s: float) -> tuple[Audio, Audio]:
        """Both versions of that passage, with all the level of the second."""
        bounds = self._bounds(seconds, within_s)
        level = np.float32(10 ** (-self.pair.gain_db / 20))
        return self._cut(self.pair.reference, *bounds), self._cut(self.pair.estimate, *bounds) * level

    def _cut(self, audio: Audio, first: int, last: int) -> Audio:
        return np.ascontiguousarray(audio[: 1 if self.mono else 2, first:last])

    def _bounds(self, seconds: float, within_s: float) -> tuple[int, int]:
        rate = self.pair.sample_rate
        head = self.pair.reference[:, : round(within_s * rate)]
        first, last = loudest(analyze_audio(np.ascontiguousarray(head), rate), seconds)
        return round(first * rate), min(round(last * rate), head.shape[1])


def _choose(
    comparison: _Comparison, curve: FreeCurve, tried: dict[str, Voicing]
) -> tuple[str, dict[str, float], Found]:
    """Name of the voicing that leaves least on a short passage, what each left, and where the best search ended.

    All are searched a little; those that may win, further; the best from other starts too if it leads nowhere."""
    passage = comparison.passage(SHORT_PASSAGE_S, SHORT_WITHIN_S)
    if not np.any(passage.source[:, passage.first :]) or not np.any(passage.wanted[:, passage.first :]):
        passage = comparison.passage(SHORT_PASSAGE_S, WITHIN_S)
    heard = passage.source[:, passage.first :], passage.wanted[:, passage.first :]
    idle = np.zeros(len(PARAMETERS))
    nothing = Search(passage, next(iter(tried.values()))).left(idle)
    if nothing <= UNTOUCHED:
        return next(iter(tried)), dict.fromkeys(tried, nothing), Found(idle, nothing, 1.0)
    searches = {name: Search(passage, voicing) for name, voicing in tried.items()}
    guesses = {name: guess_eq(curve, voicing, passage.sample_rate)[0] for name, voicing in tried.items()}

    def start(name: str, ratio: float, wet: float) -> Floats:
        return position_of(guess_parameters(guesses[name], *heard, ratio, wet))

    found = {name: searches[name].run(start(name, *STARTS[0]), FIRST_STEPS) for name in tried}
    ranked = sorted(tried, key=lambda name: found[name].left)
    # Half-way residuals differ by little; a voicing that leaves ten times the least is out.
    for name in [n for n in ranked[:3] if found[n].left < 10 * found[ranked[0]].left + 1e-9]:
        found[name] = searches[name].run(found[name].position, MORE_STEPS)
    best = min(tried, key=lambda name: found[name].left)
    for ratio, wet in STARTS[1:]:
        if found[best].left <= SEARCHED:
            break
        again = searches[best].run(start(best, ratio, wet), MORE_STEPS)
        if again.left < found[best].left:
            found[best] = again
    return best, {name: f.left for name, f in found.items()}, found[best]


def _without(position: Floats, index: int) -> Floats:
    out = position.copy()
    out[index] = 0.0
    return out
