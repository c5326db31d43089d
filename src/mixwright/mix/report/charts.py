"""The three drawings of the report: tone, loudness over time, and what compressor and limiter took off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixwright.charts import Chart, Curve, Series, band, line, thin
from mixwright.mix.report.axis import frequency_axis, level_axis, reduction_axis, time_axis
from mixwright.mix.report.data import GainReduction, Loudness, Ltas
from mixwright.mix.report.wording import known, quantity

LTAS_DEPTH_DB = 60.0  # below the loudest band: what lies deeper is not heard beside it
LOUDNESS_DEPTH_DB = 40.0
LOUDEST_DB = 1000.0  # a figure beyond it, either way, is no level and is left out


def tone_chart(ltas: Ltas) -> Chart:
    """Spectrum before and after over the target band, 25 Hz to 20 kHz."""
    hz = np.asarray(ltas.third_octave_hz, dtype=np.float64)
    before, after = _levels(ltas.before_db, hz.size), _levels(ltas.after_db, hz.size)
    target, spread = _levels(ltas.target_db, hz.size), _levels(ltas.target_spread_db, hz.size)
    spread = np.where(np.isfinite(spread), np.abs(spread), 0.0)
    x, y = (
        frequency_axis(),
        level_axis(before, after, target - spread, target + spread, depth_db=LTAS_DEPTH_DB),
    )
    at = x.place(np.where(hz > 0, hz, np.nan))
    curves = [
        Curve(
            f"{ltas.target_label} range",
            "spread",
            band(at, y.place(target - spread), y.place(target + spread)) if spread.any() else "",
            filled=True,
        ),
        Curve(ltas.target_label, "target", line(at, y.place(target))),
        Curve("Before", "before", line(at, y.place(before))),
        Curve("After", "after", line(at, y.place(after))),
    ]
    sentence = _tone_sentence(hz, before, after, target)
    return Chart("Tone", sentence, x, y, "Hz", "dB", tuple(c for c in curves if c.path))


def loudness_chart(loudness: Loudness) -> Chart:
    """Short-term loudness over the song, before and after, and the loudness asked for."""
    before_s, before = _time_series(loudness.before_series)
    after_s, after = _time_series(loudness.after_series)
    target = _known(np.array([loudness.target_lufs if known(loudness.target_lufs) else np.nan]))
    x, y = time_axis(before_s, after_s), level_axis(before, after, target, depth_db=LOUDNESS_DEPTH_DB)
    target_line = line(np.array([0.0, 1.0]), y.place(np.repeat(target, 2)))
    curves = (
        Curve("Target", "target", target_line),
        Curve("Before", "before", line(x.place(before_s), y.place(before))),
        Curve("After", "after", line(x.place(after_s), y.place(after))),
    )
    heard = [
        f"{quantity(value, 'LUFS')} {when}"
        for value, when in ((loudness.before_lufs, "before"), (loudness.after_lufs, "after"))
        if known(value)
    ]
    sentence = f"Over the whole song: {', '.join(heard)}." if heard else ""
    if known(loudness.target_lufs):
        sentence += f" The target is {quantity(loudness.target_lufs, 'LUFS')}."
    name = "time (min:s)"
    return Chart("Loudness", sentence.strip(), x, y, name, "LUFS", tuple(c for c in curves if c.path))


def reduction_chart(reduction: GainReduction) -> Chart:
    """Gain reduction over the song, hanging from 0 dB."""
    stages = (("Compressor", reduction.compressor_db), ("Limiter", reduction.limiter_db))
    series = [(name, *thin(reduction.seconds, _known(values), lowest_only=True)) for name, values in stages]
    x = time_axis(*(seconds for _, seconds, _ in series))
    y = reduction_axis(*(levels for _, _, levels in series))
    curves, said = [], []
    for name, seconds, levels in series:
        at, placed = x.place(seconds), y.place(levels)
        zero = np.ones_like(placed)
        curves.append(Curve(name, f"{name.lower()} area", band(at, placed, zero), filled=True))
        curves.append(Curve(name, name.lower(), line(at, placed)))
        finite = levels[np.isfinite(levels)]
        if finite.size:
            deepest = -float(finite.min())
            said.append(
                f"the {name.lower()} takes off {quantity(deepest, 'dB')} at most"
                if deepest >= 0.05
                else f"the {name.lower()} does nothing"
            )
    sentence = "; ".join(said)
    sentence = f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
    name = "time (min:s)"
    return Chart("Gain reduction", sentence, x, y, name, "dB", tuple(c for c in curves if c.path))


def movement_path(movement: Sequence[tuple[float, float]], low: float, high: float) -> str:
    """A parameter's (s, value) over the song as path data, as high in the drawing as in its range."""
    if len(movement) < 2 or not high > low:
        return ""
    seconds, values = thin(*np.array(movement, dtype=np.float64).T)
    x = time_axis(seconds)
    return line(seconds / x.high, np.clip((values - low) / (high - low), 0.0, 1.0))


def _levels(values: Series | None, bands: int) -> NDArray[np.float64]:
    """Values (m,) as (bands,) float64: missing bands and whatever is not finite become NaN."""
    levels = np.full(bands, np.nan)
    if values is not None:
        given = _known(values)[:bands]
        levels[: given.size] = given
    return levels


def _known(values: Series) -> NDArray[np.float64]:
    """Values (n,) as float64, with NaN for all that is not a level."""
    levels = np.asarray(values, dtype=np.float64).ravel()
    return np.where(np.abs(levels) <= LOUDEST_DB, levels, np.nan)


def _time_series(series: Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """An array (n, 2) of [s, LUFS] as two thinned arrays; an empty one of any shape gives two empty ones."""
    array = np.asarray(series, dtype=np.float64)
    array = array.reshape(-1, 2) if array.size else np.empty((0, 2))
    return thin(array[:, 0], _known(array[:, 1]))


def _tone_sentence(
    hz: NDArray[np.float64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    target: NDArray[np.float64],
) -> str:
    sentences = []
    change = after - before
    if np.isfinite(change).any():
        most = int(np.nanargmax(np.abs(change)))
        moved, where = quantity(float(change[most]), "dB", signed=True), quantity(float(hz[most]), "Hz")
        sentences.append(
            f"The largest change is {moved}, at {where}."
            if abs(change[most]) >= 0.05
            else "The tone is the same before and after."
        )
    was, now = np.abs(before - target), np.abs(after - target)
    if np.isfinite(was + now).any():
        was_db, now_db = quantity(float(np.nanmean(was)), "dB"), quantity(float(np.nanmean(now)), "dB")
        sentences.append(f"On average a band was {was_db} away from the target; now it is {now_db} away.")
    return " ".join(sentences)
