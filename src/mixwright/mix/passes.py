"""The three passes over the music: hear it, balance it, deliver it. Each streams; none holds the song."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._native import Delivery, LoudnessMeter, TruePeakMeter
from ..analysis import Analysis, Analyzer
from ..analysis.levels import LevelMeter
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
    peaks: NDArray[np.float32]
    reduction_db: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Delivered:
    """What was written, measured, with the limiter's reduction (REDUCTION_HZ figures a second, <= 0 dB)."""

    after: Analysis
    reduction_db: NDArray[np.float64]


def hearing_pass(source: Source, spool: Spool, progress: Progress, *, model_input: bool = True) -> Analysis:
    """Decode once, into the spool, and analyse on the way; with the model's input where a model is to hear it."""
    analyzer = Analyzer(source.sample_rate, source.channels, model_input=model_input)
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
    levels = LevelMeter(rate, source.channels)
    reduction: list[float] = []

    def change(block: Audio) -> Audio:
        if excerpt is not None:
            excerpt.take("before", block)
        for part in _parts(block, rate // REDUCTION_HZ):
            stage.process(part, part)
            reduction.append(stage.gain_reduction_db)
        loudness.process(block)
        true_peak.process(block)
        levels.process(block)
        progress("balancing", block.shape[1])
        return block

    spool.rewrite(change)
    energies, measured = loudness.energies(), levels.finish()
    rms_dbfs = _db(float(np.sqrt(measured.mean_square.mean())))
    return Balanced(
        rms_dbfs,
        _db(measured.peak) - rms_dbfs,
        integrated_lufs(energies),
        _db(true_peak.peak),
        energies,
        measured.envelope_peak,
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
    analyzer = Analyzer(rate, source.channels, model_input=False)
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
