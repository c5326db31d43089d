"""What the network heard in a song: how likely each genre is, passage by passage too, and where it listened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..analysis.bands import on_all_bands
from ..analysis.mel import MEL_BANDS, MEL_TOP_HZ, mel_centres_hz
from ..parameters import GENRES, PARAMETERS
from ..parameters.profiles import Profile
from ..parameters.table import from_position
from .network import GROUPS, Answer, Network
from .network_input import FLOOR_DB, NetworkInput, hear_all, hear_passage, heard_bands, window_s
from .tone import EQ_PARAMETERS

__all__ = ["GROUP_EDGES_HZ", "Hearing", "Listened", "Passage", "listened"]

LOWEST_HZ = 20.0
# A band or a moment that stands out from the even share by less is no news.
CLEAR = 1.3
_CENTRES = mel_centres_hz()
_STEP = MEL_BANDS // GROUPS
# (9,) in Hz: where one group of mel bands ends and the next begins.
GROUP_EDGES_HZ: tuple[float, ...] = (
    LOWEST_HZ,
    *(float(_CENTRES[g * _STEP - 1] + _CENTRES[g * _STEP]) / 2 for g in range(1, GROUPS)),
    MEL_TOP_HZ,
)


@dataclass(frozen=True, eq=False)
class Passage:
    """A window of ten seconds, heard with its neighbours: when it is, what it sounds like, what the network says."""

    start_s: float
    end_s: float
    probabilities: Mapping[str, float]
    answer: Answer


class Hearing:
    """A network's ear on one song.

    `answer` is for the whole of it, attended to as for the genre it hears; `probabilities` has all six genres,
    calibrated, summing to 1.
    """

    def __init__(self, network: Network, analysis: Analysis) -> None:
        self.network = network
        self.analysis = analysis
        self._input = hear_all(analysis)
        self.answer = network.ask(self._input)
        self.probabilities = self._named(self.answer)

    @property
    def name(self) -> str:
        """As presets and reports call the model."""
        return f"network {self.network.facts.version}"

    @property
    def sure(self) -> bool:
        """Whether the most likely genre is likely enough to be believed."""
        return max(self.probabilities.values()) >= self.network.facts.unsure_below

    @property
    def weights(self) -> dict[str, float] | None:
        """The probabilities as weights; None where it is unsure."""
        return dict(self.probabilities) if self.sure else None

    def ask(self, genre: Mapping[str, float] | None) -> Answer:
        """The answer for the whole song, attended to as for a genre that was given."""
        return self.answer if genre is None else self.network.ask(self._input, genre)

    def lead(self, profile: Profile) -> dict[str, float] | None:
        """Equaliser values by name that lead this song to a reference's profile; None where the network has not learned
        to find them."""
        if not self.network.facts.reference:
            return None
        own, reference = (
            on_all_bands(hz, ltas_db, FLOOR_DB)
            for hz, ltas_db in (
                (self.analysis.third_octave_hz, self.analysis.ltas_db),
                (profile.third_octave_hz, profile.ltas_db),
            )
        )
        heard = heard_bands(reference) & (own > FLOOR_DB)
        positions = self.network.lead(own - reference, heard)
        return {name: from_position(name, float(p)) for name, p in zip(EQ_PARAMETERS, positions, strict=True)}

    def passages(self, genre: Mapping[str, float] | None = None) -> list[Passage]:
        """One for each window, heard together with the ones beside it."""
        if genre is None:
            return self._own_passages
        return self._asked(genre)

    @cached_property
    def _own_passages(self) -> list[Passage]:
        return self._asked(None)

    def _asked(self, genre: Mapping[str, float] | None) -> list[Passage]:
        starts, length = self.analysis.mel_starts_s, window_s(self.analysis.sample_rate)
        found = []
        for i, start in enumerate(starts):
            heard: NetworkInput = hear_passage(self._input, slice(max(0, i - 1), i + 2))
            answer = self.network.ask(heard, genre)
            end = min(self.analysis.duration_s, float(start) + length)
            found.append(Passage(float(start), end, self._named(answer), answer))
        return found

    def _named(self, answer: Answer) -> dict[str, float]:
        return dict(zip(GENRES, self.network.probabilities(answer.logits).tolist(), strict=True))


@dataclass(frozen=True)
class Listened:
    """Where a parameter's attention went: `bands` (8 groups) and `windows`, shares that sum to 1; the group in
    Hz and the window in s of the strongest cell, None where it does not stand out from the others of its kind."""

    bands: tuple[float, ...]
    windows: tuple[float, ...]
    hz: tuple[float, float] | None
    seconds: tuple[float, float] | None


def listened(attention: NDArray[np.float32], analysis: Analysis) -> dict[str, Listened]:
    """By parameter, from attention (10, windows, 8, moments)."""
    found = {}
    starts, length = analysis.mel_starts_s, window_s(analysis.sample_rate)
    for p, shares in zip(PARAMETERS, attention.astype(np.float64), strict=True):
        total = max(float(shares.sum()), 1e-12)
        bands, windows = shares.sum(axis=(0, 2)) / total, shares.sum(axis=(1, 2)) / total
        cells = shares.sum(axis=2) / total  # (windows, 8)
        window, band = (int(i) for i in np.unravel_index(np.argmax(cells), cells.shape))
        hz = seconds = None
        if cells[window, band] > CLEAR * cells[window].mean():
            hz = (GROUP_EDGES_HZ[band], GROUP_EDGES_HZ[band + 1])
        if len(starts) > 1 and cells[window, band] > CLEAR * cells[:, band].mean():
            seconds = (float(starts[window]), min(analysis.duration_s, float(starts[window]) + length))
        found[p.name] = Listened(tuple(bands.tolist()), tuple(windows.tolist()), hz, seconds)
    return found
