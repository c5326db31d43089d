"""The three passes over the music: hear it, balance it, deliver it. Each streams; none holds the song."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import Delivery, LoudnessMeter, TruePeakMeter
from ..analysis import Analysis, Analyzer
from ..analysis.loudness import integrated_lufs
from ..chain import BalanceStage
from ..parameters import Preset
from .excerpt import Excerpt
from .source import Source
from .spool import Spool

__all__ = ["Balanced", "Delivered", "Progress", "balance_pass", "delivery_pass", "hearing_pass", "trial_pass"]

Audio = NDArray[np.float32]
Progress = Callable[[str, int], None]
# Gain reduction is read this often for the report.
REDUCTION_HZ = 10


@dataclass(frozen=True, eq=False)
class Balanced:
    """What the balance stage made of the music, measured. `peaks` are linear, per 10 ms."""

    rms_dbfs: float
    crest_factor_db: float
    integrated_lufs: float
    true_peak_dbtp: float
    energies: NDArray[np.float64]
    peaks: NDArray[np.float64]
    reduction_db: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Delivered:
    """What was written, measured, with the limiter's reduction (REDUCTION_HZ figures a second, <= 0 dB)."""

    after: Analysis
    reduction_db: NDArray[np.float64]


def hearing_pass(source: Source, spool: Spool, progress: Progress) -> Analysis:
    """Decode once, into the spool, and analyse on the way."""
    analyzer = Analyzer(source.sample_rate, source.channels)
    spool.clear()
    for block in source.blocks():
        analyzer.process(block)
        spool.append(block)
        progress("listening", block.shape[1])
    return analyzer.finish()


def balance_pass(spool: Spool, preset: Preset, source: Source, excerpt: Excerpt | None, progress: Progress) -> Balanced:
    """Replace the spool's music by the balance stage's output, and measure it."""
    rate = source.sample_rate
    stage = BalanceStage(preset, rate, source.channels)
    loudness, true_peak = LoudnessMeter(rate, source.channels), TruePeakMeter(rate, source.channels)
    peaks = _HopPeaks(rate)
    reduction: list[float] = []
    total = np.zeros(2)  # sum of squares, samples

    def change(block: Audio) -> Audio:
        if excerpt is not None:
            excerpt.take("before", block)
        for part in _parts(block, rate // REDUCTION_HZ):
            stage.process(part, part)
            reduction.append(stage.gain_reduction_db)
        loudness.process(block)
        true_peak.process(block)
        peaks.process(block)
        total[0] += float(np.einsum("cn,cn->", block, block, dtype=np.float64))
        total[1] += block.size
        progress("balancing", block.shape[1])
        return block

    spool.rewrite(change)
    energies = loudness.energies()
    rms = float(np.sqrt(total[0] / max(total[1], 1.0)))
    return Balanced(
        _db(rms),
        _db(peaks.highest) - _db(rms),
        integrated_lufs(energies),
        _db(true_peak.peak),
        energies,
        peaks.finish(),
        np.asarray(reduction),
    )


def delivery_pass(
    spool: Spool,
    source: Source,
    gain_db: float,
    ceiling_dbtp: float,
    write: Callable[[Audio], None],
    excerpt: Excerpt | None,
    progress: Progress,
) -> Delivered:
    """Gain and limiter over the spool's music, written and analysed on the way; the spool stays as it was."""
    rate = source.sample_rate
    delivery = Delivery(rate, source.channels)
    delivery.set(gain_db, ceiling_dbtp)
    analyzer = Analyzer(rate, source.channels)
    reduction: list[float] = []
    skip = delivery.latency
    tail = np.zeros((source.channels, delivery.latency), np.float32)
    for block in _with_tail(spool.blocks(), tail):
        for part in _parts(block, rate // REDUCTION_HZ):
            delivery.process(part, part)
            reduction.append(delivery.gain_reduction_db)
        ready = block[:, skip:]
        skip = max(0, skip - block.shape[1])
        if ready.shape[1] == 0:
            continue
        ready = np.ascontiguousarray(ready)
        analyzer.process(ready)
        write(ready)
        if excerpt is not None:
            excerpt.take("after", ready)
        progress("writing", ready.shape[1])
    return Delivered(analyzer.finish(), np.asarray(reduction))


def trial_pass(spool: Spool, source: Source, gain_db: float, ceiling_dbtp: float, progress: Progress) -> float:
    """Integrated loudness in LUFS that a delivery would have; nothing is written or analysed."""
    delivery = Delivery(source.sample_rate, source.channels)
    delivery.set(gain_db, ceiling_dbtp)
    loudness = LoudnessMeter(source.sample_rate, source.channels)
    for block in spool.blocks():
        delivery.process(block, block)
        loudness.process(block)
        progress("measuring", block.shape[1])
    return integrated_lufs(loudness.energies())


class _HopPeaks:
    """Sample peaks per 10 ms over any split into blocks; hops as the loudness meter counts them."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._frames = 0
        self._peaks: list[NDArray[np.float64]] = []
        self._open = 0.0
        self._hop = 0

    @property
    def highest(self) -> float:
        finished = max((float(p.max()) for p in self._peaks if len(p)), default=0.0)
        return max(finished, self._open)

    def process(self, block: Audio) -> None:
        linked = np.abs(block).max(axis=0)
        end = self._frames + len(linked)
        first, last = self._hop, end * 100 // self._rate + 1
        edges = np.round(np.arange(first + 1, last + 1) * self._rate / 100).astype(np.int64)
        edges = edges[edges < end]
        cuts = np.concatenate([[0], edges - self._frames]).astype(np.intp)
        cuts = cuts[cuts < len(linked)]
        hops = np.maximum.reduceat(linked, cuts).astype(np.float64)
        hops[0] = max(hops[0], self._open)
        self._open = float(hops[-1])
        self._peaks.append(hops[:-1])
        self._hop += len(hops) - 1
        self._frames = end

    def finish(self) -> NDArray[np.float64]:
        return np.concatenate([*self._peaks, [self._open]])


def _parts(block: Audio, frames: int) -> Iterator[Audio]:
    """Slices of about `frames`; contiguous copies go back into the block when they are done with."""
    for start in range(0, block.shape[1], frames):
        part = np.ascontiguousarray(block[:, start : start + frames])
        yield part
        block[:, start : start + frames] = part


def _with_tail(blocks: Iterable[Audio], tail: Audio) -> Iterator[Audio]:
    yield from blocks
    yield tail


def _db(linear: float) -> float:
    return 20 * float(np.log10(max(linear, 1e-10)))
