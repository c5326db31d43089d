"""What an engineer did: the ten parameters that turn one version of a song into another, found by rendering them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..chain import balance
from ..errors import SignalError
from ..metrics.pairs import Pair, prepare
from ..parameters import PARAMETERS, DeliveryTarget, Parameters, Preset, Voicing
from ..parameters.table import from_position
from .choosing import programme_lufs, tempo_bpm
from .excerpt import loudest_passage

__all__ = ["Extraction", "extract"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

# The loudest passage of the first minute is compared, but rendered from the start: the reverb's slow movement and every
# memory of the chain hang on what came before.
PASSAGE_S, WITHIN_S = 20.0, 60.0
SHORTEST_S = 4.0
STEPS = 16
NUDGE = 0.02  # of a range, for the derivatives
# Gains before and after the chain are one where the compressor rests; the price of a move decides between them.
PRICE = 1e-9
EXPLAINED_DB = -20.0
# Of input gain and output level together, with some room for what EQ and compression do to the level.
REACH = (0.65, 1.45)
PRE_EMPHASIS = 0.95  # otherwise only the bass would count


@dataclass(frozen=True, eq=False)
class Extraction:
    """What was found.

    `preset` renders it. `gain_db` is the level change that the ten parameters do not hold. `confidence` is 0 to 1 for
    each parameter: how sharply the residual turns up when it is moved, times the share of the change that is explained.
    `residual_db` is what is left over the version itself; `explained` is False where that is above -20 dB.
    `eq_hz` and `eq_db` are the free EQ curve of the change in third octaves, free of level."""

    preset: Preset
    confidence: dict[str, float]
    residual_db: float
    untouched_db: float
    gain_db: float
    lag_samples: int
    polarity: int
    eq_hz: Floats
    eq_db: Floats

    @property
    def explained(self) -> bool:
        """Whether this chain can have done it."""
        return self.residual_db <= EXPLAINED_DB

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "parameters": dict(self.preset.parameters),
            "confidence": self.confidence,
            "explained": self.explained,
            "residual_db": self.residual_db,
            "untouched_db": self.untouched_db,
            "gain_db": self.gain_db,
            "lag_samples": self.lag_samples,
            "polarity": self.polarity,
            "eq_hz": self.eq_hz.tolist(),
            "eq_db": self.eq_db.tolist(),
        }


def extract(before: Audio, after: Audio, sample_rate: int, *, voicing: Voicing) -> Extraction:
    """Find the parameters that lead from one version to the other.

    Gauss-Newton on the rendered difference (pre-emphasised) of the loudest 20 s of the first minute, derivatives by
    rendering too; a render takes some hundredths of a second. What the chain cannot do stays in the residual.

    Parameters
    ----------
    before, after
        (channels, samples) at the same rate.
    voicing
        The corner frequencies and times that are assumed.

    Errors
    ------
    SignalError
        A version is silent, shorter than 4 s, not finite, or not of the same song.
    """
    analysis = analyze_audio(np.ascontiguousarray(before, np.float32), sample_rate)
    pair = prepare(before, sample_rate, after, sample_rate, names=("before", "after"))
    if pair.reference.shape[1] < SHORTEST_S * sample_rate:
        raise SignalError(f"before and after overlap by less than {SHORTEST_S:g} s; longer versions are needed")
    head = np.ascontiguousarray(pair.reference[:, : round(WITHIN_S * sample_rate)])
    first, last = (round(t * sample_rate) for t in loudest_passage(analyze_audio(head, sample_rate), PASSAGE_S))
    # Polarity is put right; the level stays as it was where the two gains can hold it, and is matched where not.
    beyond = 1.0 if REACH[0] <= 10 ** (-pair.gain_db / 20) <= REACH[1] else 10 ** (-pair.gain_db / 20)
    wanted = pair.estimate[:, :last] * np.float32(10 ** (-pair.gain_db / 20) / beyond)
    search = _Search(np.ascontiguousarray(head[:, :last]), wanted, first, sample_rate, voicing, analysis)
    position, level, residual, error = search.run()
    parameters = search.parameters(position)
    untouched = search.residual_share(np.zeros(len(PARAMETERS)))
    hz, curve = _free_curve(pair)
    share = max(0.0, 1.0 - math.sqrt(residual / max(untouched, 1e-12)))
    confidence = {p.name: float(share / (1 + (e / 0.05) ** 2)) for p, e in zip(PARAMETERS, error, strict=True)}
    moved = {p.name: "refined" for p in PARAMETERS if parameters[p.name] != p.neutral}
    preset = Preset(
        parameters=parameters,
        voicing=voicing,
        provenance=moved,
        programme_lufs=programme_lufs(analysis),
        tempo_bpm=tempo_bpm(analysis),
        delivery=DeliveryTarget(None),
        model="extracted",
    )
    return Extraction(
        preset,
        confidence,
        10 * math.log10(max(residual, 1e-12)),
        10 * math.log10(max(untouched, 1e-12)),
        20 * math.log10(level * beyond),
        pair.lag_samples,
        pair.polarity,
        hz,
        curve,
    )


class _Search:
    """Renders positions of the ten parameters, and compares."""

    def __init__(
        self, source: Audio, wanted: Audio, first: int, sample_rate: int, voicing: Voicing, analysis: Analysis
    ) -> None:
        self._source, self._first, self._rate, self._voicing = source, first, sample_rate, voicing
        self._wanted = wanted = self._compared(wanted)
        self._lufs, self._tempo = programme_lufs(analysis), tempo_bpm(analysis)
        self._energy = float(np.sum(wanted.astype(np.float64) ** 2))
        self._low = np.array([0.0 if p.low == p.neutral else -1.0 for p in PARAMETERS])

    def parameters(self, position: Floats) -> Parameters:
        return Parameters({p.name: from_position(p.name, float(u)) for p, u in zip(PARAMETERS, position, strict=True)})

    def run(self) -> tuple[Floats, float, float, Floats]:
        """Position, level beyond the parameters, share of energy left, and standard error of each position."""
        position = np.zeros(len(PARAMETERS))
        rendered = self._render(position)
        left = self._left(rendered)
        damping = 1e-3
        for _ in range(STEPS):
            slopes = self._slopes(position, rendered)
            normal = _products(slopes, slopes) / self._energy
            rest = self._wanted - rendered
            gradient = _products(slopes, rest.reshape(1, -1))[:, 0] / self._energy - PRICE * position
            step = np.linalg.solve(normal + np.diag(PRICE + damping * np.diag(normal)), gradient)
            tried = np.clip(position + step, self._low, 1.0)
            attempt = self._render(tried)
            now = self._left(attempt)
            if now < left:
                better = left - now
                position, rendered, left, damping = tried, attempt, now, damping / 5
                if better < 1e-3 * left:
                    break
            else:
                damping *= 10
                if damping > 1e3:
                    break
        slopes = self._slopes(position, rendered)
        normal = _products(slopes, slopes) / self._energy
        # Neighbouring samples of a residual are alike: about a thousand independent figures a second are assumed.
        figures = 1000 * self._wanted.shape[1] / self._rate
        covariance = np.linalg.inv(normal + PRICE * np.eye(len(position))) * max(left, 1e-9) / figures
        return position, self._level(rendered), left, np.sqrt(np.maximum(np.diag(covariance), 0.0))

    def residual_share(self, position: Floats) -> float:
        """Energy left at a position."""
        return self._left(self._render(position))

    def _left(self, rendered: Audio) -> float:
        return float(np.sum((self._wanted - rendered).astype(np.float64) ** 2)) / self._energy

    def _level(self, rendered: Audio) -> float:
        product = float(np.sum(self._wanted.astype(np.float64) * rendered))
        return max(1e-3, product / max(float(np.sum(rendered.astype(np.float64) ** 2)), 1e-20))

    def _slopes(self, position: Floats, rendered: Audio) -> NDArray[np.float32]:
        rows = []
        for index in range(len(position)):
            moved = position.copy()
            nudge = NUDGE if moved[index] + NUDGE <= 1.0 else -NUDGE
            moved[index] += nudge
            rows.append(((self._render(moved) - rendered) / np.float32(nudge)).ravel())
        return np.stack(rows)

    def _render(self, position: Floats) -> Audio:
        preset = Preset(
            parameters=self.parameters(position),
            voicing=self._voicing,
            programme_lufs=self._lufs,
            tempo_bpm=self._tempo,
        )
        return self._compared(balance(self._source, self._rate, preset))

    def _compared(self, audio: Audio) -> Audio:
        """The passage, pre-emphasised."""
        passage = audio[:, self._first :]
        return np.ascontiguousarray(passage[:, 1:] - np.float32(PRE_EMPHASIS) * passage[:, :-1])


def _products(first: NDArray[np.float32], second: NDArray[np.float32]) -> Floats:
    """Rows against rows, summed in 64 bits, some samples at a time."""
    total = np.zeros((len(first), len(second)))
    for start in range(0, first.shape[1], 1 << 16):
        part = slice(start, start + (1 << 16))
        total += first[:, part].astype(np.float64) @ second[:, part].astype(np.float64).T
    return total


def _free_curve(pair: Pair) -> tuple[Floats, Floats]:
    """Gain in dB per third octave, free of level, over bands that the song fills."""
    analyses = [analyze_audio(x, pair.sample_rate) for x in (pair.reference, pair.estimate)]
    hz, first, second = analyses[0].third_octave_hz, analyses[0].ltas_db, analyses[1].ltas_db
    filled = first > first.max() - 60
    change = second - first
    return hz[filled], change[filled] - np.median(change[filled])
