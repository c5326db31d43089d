"""How far a console's balance is from the artist's: level and place of each stem, room for the lead, and the sum.

Loudness errors are those of a stem's relative loudness: the difference from the artist's in LU, the median over the
song's stems taken off, since how loud the whole is does not belong to the balance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..analysis.bands import NOMINAL_HZ
from ..analysis.stem import analyze_stem
from ..metrics.features import feature_distances, feature_loss
from ..metrics.pairs import loudness, prepare
from .console_mixers import ConsoleAnswer
from .console_songs import Stems

__all__ = ["Reference", "lead_over_rest_db", "measure_console", "pan_position", "relative_errors_lu"]

Audio = NDArray[np.float32]
Floats = NDArray[np.float64]

SPEECH_HZ = (1000.0, 4000.0)
PLAYING_DB = 20.0
LTAS_HZ = (39.0, 16_000.0)
LTAS_DEPTH_DB = 45.0


@dataclass(frozen=True, eq=False)
class Reference:
    """The artist's mix, measured once; `lead` is the place of the stem that leads in it."""

    stems: Stems
    lead: int | None

    @cached_property
    def mix(self) -> Audio:
        return self.stems.mix

    @cached_property
    def lufs(self) -> Floats:
        return _loudnesses(self.stems.audio, self.stems.sample_rate)

    @cached_property
    def places(self) -> Floats:
        return np.array([pan_position(audio) for audio in self.stems.audio])

    @cached_property
    def ltas_db(self) -> Floats:
        return _ltas_db(self.mix, self.stems.sample_rate)

    @cached_property
    def lead_over_rest_db(self) -> float:
        assert self.lead is not None
        return lead_over_rest_db(self.stems.audio, self.lead, self.stems.sample_rate)


def measure_console(reference: Reference, answer: ConsoleAnswer) -> dict[str, float]:
    """Figures by name; those of the lead are missing where none leads."""
    rate = reference.stems.sample_rate
    errors = relative_errors_lu(reference.lufs, _loudnesses(answer.stems, rate))
    places = np.array([pan_position(audio) for audio in answer.stems])
    mirrored = [float(np.mean(np.abs(reference.places - sign * places))) for sign in (1, -1)]
    figures = {
        "loudness_error_lu": float(np.mean(np.abs(errors))),
        "worst_loudness_error_lu": float(np.max(np.abs(errors))),
        "pan_error": min(mirrored),
        "ltas_error_db": _ltas_error_db(reference.ltas_db, _ltas_db(answer.mix, rate)),
    }
    if reference.lead is not None:
        own, now = reference.lead_over_rest_db, lead_over_rest_db(answer.stems, reference.lead, rate)
        figures |= {"lead_error_db": abs(now - own), "lead_covered_db": max(0.0, own - now)}
    distances = feature_distances(prepare(reference.mix, rate, answer.mix, rate))
    figures |= {f"feature_{name}": value for name, value in distances.items()}
    return figures | {"feature_loss": feature_loss(distances)}


def relative_errors_lu(wanted_lufs: Floats, given_lufs: Floats) -> Floats:
    """(stems,) how much louder each stem is than wanted, in LU, median 0."""
    away = given_lufs - wanted_lufs
    return np.asarray(away - np.median(away))


def pan_position(audio: Audio) -> float:
    """Where a stem (2, samples) stands by the power of its sides: -1 left, 0 middle, 1 right, as a pan pot says it."""
    left, right = (math.sqrt(float(np.mean(np.square(side, dtype=np.float64)))) for side in audio)
    return 4 / math.pi * math.atan2(right, left) - 1


def lead_over_rest_db(stems: tuple[Audio, ...], lead: int, sample_rate: int) -> float:
    """Energy of the lead at 1 to 4 kHz over that of the others together: the median of the seconds that it plays."""
    powers = np.array([_speech_power(audio, sample_rate) for audio in stems])
    playing = powers[lead] > powers[lead].max() * 10 ** (-PLAYING_DB / 10)
    rest = np.delete(powers, lead, axis=0).sum(axis=0)
    ratio = powers[lead][playing] / np.maximum(rest[playing], 1e-12 * powers.max())
    return float(np.median(10 * np.log10(ratio)))


def _speech_power(audio: Audio, sample_rate: int) -> Floats:
    """(seconds,) power at 1 to 4 kHz."""
    whole = audio.shape[1] // sample_rate
    seconds = audio[:, : whole * sample_rate].reshape(2, whole, sample_rate)
    spectra = np.abs(np.fft.rfft(seconds, axis=2)[:, :, int(SPEECH_HZ[0]) : int(SPEECH_HZ[1])]) ** 2
    return np.asarray(spectra.sum(axis=(0, 2)), np.float64)


def _loudnesses(stems: tuple[Audio, ...], sample_rate: int) -> Floats:
    return np.array([loudness(audio, sample_rate) for audio in stems])


def _ltas_db(audio: Audio, sample_rate: int) -> Floats:
    return analyze_stem([np.ascontiguousarray(audio)], sample_rate, len(audio)).ltas_db


def _ltas_error_db(first: Floats, second: Floats) -> float:
    """Mean magnitude of the difference of third octaves, free of level, of bands heard in the first."""
    hz = np.array(NOMINAL_HZ)
    heard = (hz >= LTAS_HZ[0]) & (hz <= LTAS_HZ[1]) & (first > first.max() - LTAS_DEPTH_DB)
    change = (second - first)[heard]
    return float(np.mean(np.abs(change - np.median(change))))
