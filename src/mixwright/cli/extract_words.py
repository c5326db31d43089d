"""What an extraction found, as lines that an engineer reads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..mix.extraction import Extraction
from ..parameters import PARAMETERS
from .wording import figure, signed

__all__ = ["told"]

CURVE_HZ = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 12_500.0)


def told(found: Extraction) -> Iterator[str]:
    """Line by line: the verdict, the ten parameters, the compressor, the ceiling, the EQ curve, and what is beyond."""
    yield from _verdict(found)
    if not found.unchanged:
        yield ""
        yield from _parameters(found)
    yield ""
    yield from _compression(found)
    yield _ceiling(found)
    yield from _curve(found)
    lag = f"{found.lag_samples} samples later" if found.lag_samples else "no lag"
    turned = ", polarity turned" if found.polarity < 0 else ""
    yield f"Beyond that      level {signed(found.gain_db, 'dB')}, {lag}{turned}"


def _verdict(found: Extraction) -> Iterator[str]:
    if found.unchanged:
        yield "Nothing was done: both versions are the same."
        return
    left, changed = figure(found.residual_db, "dB"), figure(found.untouched_db, "dB")
    verdict = "Explained by this chain" if found.explained else "Not explained by this chain"
    yield f"{verdict}: {left} of the song is left over, {changed} had changed."
    if found.genre is None:
        return
    ranked = sorted(found.genre_residuals_db.items(), key=lambda pair: pair[1])
    margin = f"{ranked[1][0]} leaves {figure(ranked[1][1] - ranked[0][1], 'dB')} more"
    certainty = "fits best" if found.genre_sure else "fits best, but not clearly"
    yield f"The voicing of {found.genre} {certainty} ({margin})."


def _parameters(found: Extraction) -> Iterator[str]:
    yield f"{'Parameter':<18}{'found':>10}   {'confidence':<17}left over without it"
    for p in PARAMETERS:
        value, sure = found.preset.parameters[p.name], found.confidence[p.name]
        without = found.without_db[p.name]
        effect = "the same" if without - found.residual_db < 0.05 else figure(without, "dB")
        yield f"{p.label:<18}{figure(value, p.unit, 3):>10}   {words(sure):<17}{effect}"


def _compression(found: Extraction) -> Iterator[str]:
    c = found.compression
    moved = f"gain moves by {figure(c.movement_db, 'dB', 2)}"
    if not c.found:
        reason = (
            "" if c.movement_db < 0.15 else f" ({moved}, {c.share:.0%} of it with the level: a ride, or something else)"
        )
        yield f"Compression      none found{reason}"
        return
    ratio = "limiting" if c.ratio > 20 else f"{figure(c.ratio, digits=1)} :1"
    kinds = {"gain": "smooths the gain", "peak": "follows peaks", "rms": "follows RMS"}
    both = "both channels together" if c.linked else "each channel by itself"
    explained = f"{c.share:.0%} of it explained ({figure(c.residual_db, 'dB', 2)} left)"
    yield f"Compression      {moved}, {explained}; {kinds[c.kind]}, {both}"
    rows = (
        ("threshold", figure(c.threshold_dbfs, "dBFS"), "threshold_dbfs"),
        ("ratio", ratio, "ratio"),
        ("attack", figure(c.attack_ms, "ms"), "attack_ms"),
        ("release", figure(c.release_ms, "ms", 0), "release_ms"),
        ("makeup", signed(c.makeup_db, "dB"), "makeup_db"),
    )
    for label, value, name in rows:
        yield f"  {label:<14}{value:>12}   {words(c.confidence[name])}"


def _ceiling(found: Extraction) -> str:
    c = found.ceiling
    if not c.found:
        return "Limiter ceiling  none found: peaks do not pile up"
    unit = "dBTP" if c.kind == "true peak" else "dBFS"
    return (
        f"Limiter ceiling  {figure(c.level_db, unit, 2)}, {c.share:.0%} of loud moments reach it; {words(c.confidence)}"
    )


def _curve(found: Extraction) -> Iterator[str]:
    curve = found.curve
    if len(curve.hz) == 0:
        yield "EQ curve         not known: the versions have too little in common"
        return
    at = [int(np.argmin(np.abs(np.log(curve.hz / hz)))) for hz in CURVE_HZ]
    kept = [(hz, k) for hz, k in zip(CURVE_HZ, at, strict=True) if abs(np.log2(curve.hz[k] / hz)) < 0.2]
    yield "EQ curve, Hz     " + "".join(f"{hz:>7g}" for hz, _ in kept)
    yield "  dB             " + "".join(f"{signed(float(curve.gain_db[k])):>7}" for _, k in kept)
    yield "  coherence      " + "".join(f"{curve.coherence[k]:>7.0%}" for _, k in kept)


def words(confidence: float) -> str:
    """0 to 1 in words and per cent."""
    steps = ((0.9, "sure"), (0.6, "likely"), (0.3, "doubtful"), (0.0, "not known"))
    word = next(word for least, word in steps if confidence >= least)
    return f"{word} ({confidence:.0%})"
