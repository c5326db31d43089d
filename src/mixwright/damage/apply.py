"""A fault put on a song, as deep as its strength asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis, analyze_audio
from ..metrics.spectral import ltas_error_db
from .draw import Damage, draw_damage
from .dynamics import render_dynamics
from .filters import Equalizer, gain_db

__all__ = ["Damaged", "apply_damage", "damage_song"]

Audio = NDArray[np.float32]

# Beyond four times the drawn depth (24 dB in one band) a fault is no longer one that anybody would bring.
DEEPEST_SCALE = 4.0
CLOSE_ENOUGH = 0.02  # of the error asked for
HIGHEST_PEAK = 0.97  # nothing clips: a fault that no mixer can undo would say nothing about mixers


@dataclass(frozen=True, eq=False)
class Damaged:
    """A spoiled song (channels, samples), what was done to it, how deep, and the LTAS error that it left in dB."""

    audio: Audio
    damage: Damage
    scale: float
    error_db: float


def damage_song(audio: Audio, sample_rate: int, strength: str, seed: int, good: Analysis | None = None) -> Damaged:
    """Draw a fault with a seed and put it on a song; the same seed gives the same samples.

    `good` is the song's analysis, made here if not given."""
    return apply_damage(audio, sample_rate, draw_damage(strength, np.random.default_rng(seed)), good)


def apply_damage(audio: Audio, sample_rate: int, damage: Damage, good: Analysis | None = None) -> Damaged:
    """Put a fault on a song: dynamics, width, then the equaliser at the depth that leaves the error asked for."""
    good = good or analyze_audio(audio, sample_rate)
    spoiled = audio if damage.dynamics is None else render_dynamics(audio, sample_rate, damage.dynamics)
    if len(spoiled) == 2 and damage.side_gain_db:
        mid, side = (spoiled[0] + spoiled[1]) * 0.5, (spoiled[0] - spoiled[1]) * 0.5
        side = side * np.float32(10 ** (damage.side_gain_db / 20))
        spoiled = np.stack([mid + side, mid - side])
    equalizer = Equalizer(spoiled, sample_rate)
    flat = analyze_audio(np.ascontiguousarray(spoiled, np.float32), sample_rate)
    scale = _predicted_scale(good, flat, damage)
    for _ in range(4):
        rendered = equalizer.render(damage.scaled(scale))
        error = ltas_error_db(good, analyze_audio(rendered, sample_rate))
        if abs(error - damage.error_db) <= CLOSE_ENOUGH * damage.error_db or error < 1e-3:
            break
        closer = min(DEEPEST_SCALE, scale * damage.error_db / error)
        if closer == scale:
            break
        scale = closer
    peak = float(np.abs(rendered).max())
    gain = min(10 ** (damage.gain_db / 20), HIGHEST_PEAK / max(peak, 1e-9))
    done = replace(damage, gain_db=float(20 * np.log10(gain)))
    return Damaged(rendered * np.float32(gain), done, scale, error)


def _predicted_scale(good: Analysis, flat: Analysis, damage: Damage) -> float:
    """Depth at which the spectrum, moved by the filters' gain at the band centres, has the error asked for."""
    hz = flat.third_octave_hz
    low, high = 0.0, DEEPEST_SCALE
    for _ in range(20):
        middle = (low + high) / 2
        moved = replace(flat, ltas_db=flat.ltas_db + gain_db(damage.scaled(middle), hz, flat.sample_rate))
        if ltas_error_db(good, moved) < damage.error_db:
            low = middle
        else:
            high = middle
    return high
