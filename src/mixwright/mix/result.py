"""What a mix returns: the music, the decisions, and the measurements before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..metrics import CriterionResult
from ..model import Target
from ..model.decision import Tasted
from ..model.tasting import tasted_words
from ..parameters import Preset
from ..parameters.keyframes import columns
from .excerpt import Excerpt
from .heard import WhatWasHeard

if TYPE_CHECKING:
    from .stems import ConsoleFacts

__all__ = ["BalanceFacts", "DeliveryFacts", "Mix"]

Audio = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BalanceFacts:
    """The balance stage as measured: RMS of its output over its input's, crest factors in dB, and the
    compressor's gain reduction, ten figures a second, <= 0 dB."""

    rms_ratio: float
    crest_before_db: float
    crest_after_db: float
    reduction_db: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DeliveryFacts:
    """The delivery stage: what was asked for, the gain it took, what was reached, and the limiter's work."""

    target_lufs: float
    ceiling_dbtp: float
    gain_db: float
    reached_lufs: float
    true_peak_dbtp: float
    reduction_db: NDArray[np.float64]

    @property
    def deepest_db(self) -> float:
        """The limiter's deepest reduction, <= 0 dB."""
        return float(self.reduction_db.min(initial=0.0))


@dataclass(frozen=True, eq=False)
class Mix:
    """One finished mix.

    `audio` is (channels, samples) float32; of a mix that was written to a file it is read from there. `genre` has the
    weights that the user gave, else the calibrated probabilities that were heard, and is None where nobody listened;
    `way` has the genres at the start and the end of a morph. `reasons` has a sentence for each parameter, empty for a
    plain render. `heard` is what the network made of the song, None for the rules, a preset or a render.
    `decided` has the ten values before anybody's taste, and before the render took anything back: the same for every
    taste. `tasted` is what a taste did to the decision, None where none was asked; what was taken back is not in it.
    `console` is what became of the stems, where the song came as such.
    """

    source: str
    output: Path | None
    preset: Preset
    before: Analysis
    after: Analysis
    balance: BalanceFacts
    delivery: DeliveryFacts
    genre: Mapping[str, float] | None
    reasons: Mapping[str, str]
    warnings: list[str]
    criteria: list[CriterionResult]
    decided: Mapping[str, float]
    target: Target | None = None
    excerpt: Excerpt | None = None
    way: tuple[str, str] | None = None
    heard: WhatWasHeard | None = None
    tasted: Tasted | None = None
    sample_rate: int = 44100
    tags: Mapping[str, str] = field(default_factory=dict)
    console: ConsoleFacts | None = None
    held: Audio | None = field(default=None, repr=False)

    @property
    def taste_sentence(self) -> str:
        """As "+0.8 dB presence, from 46 choices"; empty where no taste moved anything."""
        return "" if self.tasted is None else tasted_words(self.tasted)

    @property
    def audio(self) -> Audio:
        """The mix, (channels, samples) float32."""
        if self.held is not None:
            return self.held
        from ..audio import read_audio

        assert self.output is not None
        return read_audio(self.output)[0]

    def to_dict(self) -> dict[str, Any]:
        """The mix as plain JSON types, with the names that every output of Mixwright uses."""
        return {
            "input": self.source,
            "output": None if self.output is None else str(self.output),
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "balance": {
                "rms_ratio": self.balance.rms_ratio,
                "crest_factor_before_db": self.balance.crest_before_db,
                "crest_factor_after_db": self.balance.crest_after_db,
                "gain_reduction_db": float(self.balance.reduction_db.min(initial=0.0)),
                "makeup_trim_db": self.preset.makeup_trim_db,
                "parameters": dict(self.preset.parameters),
                "provenance": {name: self.preset.origin(name) for name in self.preset.parameters},
                "trajectory": columns(self.preset.trajectory, self.preset.parameters)
                if self.preset.trajectory
                else None,
            },
            "delivery": {
                "target_lufs": self.delivery.target_lufs,
                "ceiling_dbtp": self.delivery.ceiling_dbtp,
                "gain_db": self.delivery.gain_db,
                "integrated_lufs": self.delivery.reached_lufs,
                "true_peak_dbtp": self.delivery.true_peak_dbtp,
                "gain_reduction_db": self.delivery.deepest_db,
            },
            "genre": None if self.genre is None else dict(self.genre),
            "heard": None if self.heard is None else self.heard.to_dict(),
            "taste": None
            if self.tasted is None
            else {"choices": self.tasted.choices, "without": {n: a for n, (a, _) in self.tasted.moved.items()}},
            "reasons": dict(self.reasons),
            **({} if self.console is None else {"console": self.console.to_dict()}),
            "warnings": list(self.warnings),
            "criteria": [
                {"name": c.name, "value": c.value, "unit": c.unit, "bound": c.bound, "passed": c.passed}
                for c in self.criteria
            ],
        }
