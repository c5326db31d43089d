"""What a mixer decided: the ten values, where each came from, and the measurement that moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from ..parameters import ASPECTS, Parameters, Voicing
from ..parameters.profiles import Profile

__all__ = ["Amounts", "Decision", "Target", "Tasted"]


@dataclass(frozen=True)
class Amounts:
    """How much of each aspect's decision is taken: 0 leaves it alone, 1 takes all of it."""

    level: float = 1.0
    tone: float = 1.0
    dynamics: float = 1.0
    space: float = 1.0
    width: float = 1.0

    def __post_init__(self) -> None:
        for aspect in fields(self):
            value = getattr(self, aspect.name)
            if not 0 <= value <= 1:
                raise ParameterError(f"amount of {aspect.name}={value:g} must be in [0, 1]")

    @classmethod
    def parse(cls, amount: float = 1.0, of: str = "") -> Amounts:
        """One amount for all, times those named in text such as "tone=0.5,dynamics=1".

        Errors
        ------
        ParameterError
            An unknown aspect, not a number, or outside [0, 1].
        """
        if not 0 <= amount <= 1:
            raise ParameterError(f"amount={amount:g} must be in [0, 1]")
        shares = dict.fromkeys(ASPECTS, 1.0)
        for part in filter(None, (part.strip() for part in of.split(","))):
            name, _, text = part.partition("=")
            if name.strip() not in shares:
                raise ParameterError(f"amount of {name.strip()!r}: there are {', '.join(ASPECTS)}")
            try:
                shares[name.strip()] = float(text)
            except ValueError:
                raise ParameterError(f"amount {part!r} must be ASPECT=NUMBER, as tone=0.5") from None
        cls(**shares)
        return cls(**{name: amount * share for name, share in shares.items()})

    def of(self, aspect: str) -> float:
        """The amount of an aspect by its name."""
        return float(getattr(self, aspect))


@dataclass(frozen=True)
class Target:
    """Where the mix is led: a profile, and its name as the reasons say it ("the rock profile").

    `names` holds another name for an aspect whose part of the profile comes from elsewhere.
    """

    profile: Profile
    name: str
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, aspect: str) -> str:
        """The name of what an aspect is led to."""
        return self.names.get(aspect, self.name)


@dataclass(frozen=True)
class Tasted:
    """What a taste did to a decision: by name the value without it and the one with it, and from how many choices."""

    moved: Mapping[str, tuple[float, float]]
    choices: int


@dataclass(frozen=True)
class Decision:
    """The outcome. `reasons` holds a sentence for every parameter; `makeup_trim_db` is the part of the level that
    the two gains could not settle; `rms_ratio` is the predicted RMS of the result over that of the input.
    `trajectory` has keyframes (seconds, values by name) where the values move during the song; `parameters` then says
    what they are on the whole, and a name that the keyframes lack stays there. Of a network, `proposed` has its values
    before refinement, and `attention` (10, windows, 8, moments) where it listened for them. `tasted` is what a taste
    did, None where none was asked."""

    parameters: Parameters
    provenance: Mapping[str, str]
    reasons: Mapping[str, str]
    voicing: Voicing
    makeup_trim_db: float = 0.0
    rms_ratio: float = 1.0
    model: str = "rules"
    genre: Mapping[str, float] = field(default_factory=dict)
    trajectory: tuple[tuple[float, Mapping[str, float]], ...] = ()
    proposed: Mapping[str, float] = field(default_factory=dict)
    attention: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    tasted: Tasted | None = None
