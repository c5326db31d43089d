"""The ten parameters, found by rendering: from a first guess, each step renders small moves and solves for the best.

Levenberg-Marquardt on the difference of the rendered passage and the wanted one, with the bounds of the table kept
inside each step; a step that is only cut off at the bounds afterwards turns the other nine wrong, and stops there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...chain import balance
from ...parameters import PARAMETERS, Parameters, Preset, Voicing

__all__ = ["HIGHEST", "LOWEST", "Found", "Passage", "Search", "parameters_at", "position_of"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

NUDGE = 0.01  # of a range, for the derivatives
# Gains before and after the chain are one where the compressor rests; the price of a move decides between them.
PRICE = 1e-9
PRE_EMPHASIS = 0.95  # otherwise only the bass would count
# A step that leaves this share keeps its derivatives for the next one.
GOOD_STEP = 0.15
EXACT = 1e-11  # the grid of the parameters and 32 bits end here
# What rounding, dither and the curvature of the chain leave in the energy; it does not average out.
SYSTEMATIC = 1e-10
_RATIO = [p.name for p in PARAMETERS].index("compressor_ratio")
_SPAN = np.array([p.high - p.low for p in PARAMETERS])
_MOST_SLOPE = 1 - 1 / PARAMETERS[_RATIO].high


def position_of(parameters: Parameters) -> Floats:
    """Distance from neutral in ranges, (10,); of the ratio, its slope 1 - 1/ratio, which the gain follows evenly."""
    position = (np.array(parameters.vector()) - [p.neutral for p in PARAMETERS]) / _SPAN
    position[_RATIO] = (1 - 1 / parameters["compressor_ratio"]) / _MOST_SLOPE
    return np.asarray(position)


def parameters_at(position: Floats) -> Parameters:
    """The inverse of `position_of`, held to the ranges."""
    values = {}
    for index, (p, x) in enumerate(zip(PARAMETERS, position, strict=True)):
        value = p.neutral + float(x) * (p.high - p.low)
        if index == _RATIO:
            value = 1 / (1 - min(max(float(x), 0.0), 1.0) * _MOST_SLOPE)
        values[p.name] = min(p.high, max(p.low, value))
    return Parameters(values)


LOWEST = position_of(Parameters({p.name: p.low for p in PARAMETERS}))
HIGHEST = position_of(Parameters({p.name: p.high for p in PARAMETERS}))


@dataclass(frozen=True, eq=False)
class Passage:
    """Two versions (channels, samples) from their start to the end of what is compared, which begins at `first`.

    They are rendered from the start: the reverb's slow movement and every memory of the chain hang on what came
    before."""

    source: Audio
    wanted: Audio
    first: int
    sample_rate: int
    programme_lufs: float
    tempo_bpm: float


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended: position (10,), share of the energy left, level that would fit even better (linear)."""

    position: Floats
    left: float
    level: float


class Search:
    """Renders positions of the ten parameters on a passage, and compares."""

    def __init__(self, passage: Passage, voicing: Voicing) -> None:
        self._passage, self._voicing = passage, voicing
        self._wanted = self._compared(passage.wanted)
        self._energy = max(_energy(self._wanted), 1e-20)
        self.renders = 0

    def run(self, start: Floats, steps: int, enough: float = EXACT) -> Found:
        """Improve a position, at most `steps` times."""
        position = np.clip(start, LOWEST, HIGHEST)
        rendered = self._render(position)
        left = self._left(rendered)
        damping, normal, slopes = 1e-3, None, np.zeros((0, 0), np.float32)
        for _ in range(steps):
            if left <= enough:
                break
            if normal is None:
                slopes = self._slopes(position, rendered)
                normal = _products(slopes, slopes) / self._energy
            rest = self._wanted - rendered
            gradient = _products(slopes, rest.reshape(1, -1))[:, 0] / self._energy - PRICE * position
            damped = normal + np.diag(PRICE + damping * np.diag(normal))
            tried = position + bounded_step(damped, gradient, LOWEST - position, HIGHEST - position)
            attempt = self._render(tried)
            now = self._left(attempt)
            if now < left:
                share = now / left
                position, rendered, left, damping = tried, attempt, now, damping / 5
                if share > GOOD_STEP:
                    normal = None
                if share > 0.9995:
                    break
            else:
                damping *= 10
                if damping > 1e3:
                    break
        return Found(position, left, self._level(rendered))

    def errors(self, found: Found) -> Floats:
        """Standard error of each parameter in ranges, (10,), the other nine free: large where moving it can be made
        up for by others (gain before and after a compressor that rests)."""
        slopes = self._slopes(found.position, self._render(found.position))
        normal = _products(slopes, slopes) / self._energy
        scale = np.sqrt(np.maximum(np.diag(normal), 1e-12))
        values, vectors = np.linalg.eigh(normal / np.outer(scale, scale))
        inverse = np.sum(vectors**2 / np.maximum(values, 1e-12), axis=1) / scale**2
        # Neighbouring samples of a residual are alike: about a thousand independent figures a second are assumed.
        figures = 1000 * self._wanted.shape[1] / self._passage.sample_rate
        error = np.sqrt(inverse * (found.left / figures + SYSTEMATIC))
        ratio = parameters_at(found.position)["compressor_ratio"]
        error[_RATIO] *= ratio**2 * _MOST_SLOPE / _SPAN[_RATIO]  # from slope to ratio
        return np.asarray(error)

    def left(self, position: Floats) -> float:
        """Share of the energy left at a position."""
        return self._left(self._render(position))

    def _left(self, rendered: Audio) -> float:
        return _energy(self._wanted - rendered) / self._energy

    def _level(self, rendered: Audio) -> float:
        product = float(_products(self._wanted.reshape(1, -1), rendered.reshape(1, -1))[0, 0])
        return max(1e-3, product / max(_energy(rendered), 1e-20))

    def _slopes(self, position: Floats, rendered: Audio) -> NDArray[np.float32]:
        rows = []
        for index in range(len(position)):
            moved = position.copy()
            moved[index] += NUDGE if moved[index] + NUDGE <= HIGHEST[index] else -NUDGE
            step = np.float32(position_of(parameters_at(moved))[index] - position_of(parameters_at(position))[index])
            rows.append(((self._render(moved) - rendered) / step).ravel())
        return np.stack(rows)

    def _render(self, position: Floats) -> Audio:
        self.renders += 1
        preset = Preset(
            parameters=parameters_at(position),
            voicing=self._voicing,
            programme_lufs=self._passage.programme_lufs,
            tempo_bpm=self._passage.tempo_bpm,
        )
        return self._compared(balance(self._passage.source, self._passage.sample_rate, preset))

    def _compared(self, audio: Audio) -> Audio:
        """The passage, pre-emphasised."""
        passage = audio[:, self._passage.first :]
        return np.ascontiguousarray(passage[:, 1:] - np.float32(PRE_EMPHASIS) * passage[:, :-1])


def bounded_step(normal: Floats, gradient: Floats, low: Floats, high: Floats) -> Floats:
    """The lowest point of s'Ns/2 - g's with low <= s <= high, by an active set; N positive definite."""
    step = np.zeros(len(gradient))
    held = np.zeros(len(gradient), bool)
    for _ in range(4 * len(gradient)):
        free = ~held
        if free.any():
            right = gradient[free] - normal[np.ix_(free, held)] @ step[held]
            aim = np.linalg.solve(normal[np.ix_(free, free)], right)
            move = aim - step[free]
            with np.errstate(divide="ignore", invalid="ignore"):
                room = np.where(move > 0, (high - step)[free] / move, np.where(move < 0, (low - step)[free] / move, 1))
            reach = max(0.0, float(np.min(room)))
            if reach < 1.0:
                step[free] = np.clip(step[free] + reach * move, low[free], high[free])
                first = np.flatnonzero(free)[int(np.argmin(room))]
                step[first] = high[first] if move[int(np.argmin(room))] > 0 else low[first]  # to the last bit
                held[first] = True
                continue
            step[free] = aim
        pull = gradient - normal @ step  # away from the bound: let go
        wrong = np.where(held, np.where(step >= high, -pull, pull), -np.inf)
        wrong[low >= high] = -np.inf
        if not wrong.max(initial=-np.inf) > 1e-15:
            break
        held[int(np.argmax(wrong))] = False
    return step


def _energy(audio: Audio) -> float:
    flat = audio.reshape(1, -1)
    return float(_products(flat, flat)[0, 0])


def _products(first: NDArray[np.float32], second: NDArray[np.float32]) -> Floats:
    """Rows against rows; sums of some samples in 32 bits, their sum in 64."""
    total = np.zeros((len(first), len(second)))
    for start in range(0, first.shape[1], 1 << 12):
        part = slice(start, start + (1 << 12))
        total += first[:, part] @ second[:, part].T
    return total
