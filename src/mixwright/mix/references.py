"""Records that a mix is led to, each with a weight for each aspect of its sound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..analysis import Analysis, analyze_blocks
from ..audio import open_reader, prefetch
from ..errors import ParameterError
from ..model import Target
from ..parameters.profiles import Profile, reference_profile
from .checks import check_signal

__all__ = [
    "REFERENCE_ASPECTS",
    "Heard",
    "Reference",
    "hear_references",
    "leads",
    "led_aspects",
    "reference_lufs",
    "reference_target",
    "space_note",
]

REFERENCE_ASPECTS = ("tone", "dynamics", "width", "space", "loudness")
# The features of a profile that belong to an aspect; the spectrum itself belongs to the tone.
FEATURES = {
    "tone": ("spectral_centroid_hz",),
    "dynamics": ("crest_factor_db", "plr_lu", "loudness_range_lu"),
    "width": ("stereo_width",),
}


@dataclass(frozen=True)
class Reference:
    """A sound file and how much it counts in each aspect: tone, dynamics, width, space, loudness.

    Without weights it counts 1 in all of them; with some, 0 in those that are not named. Weights are shares: those of
    all references are compared aspect by aspect.

    Errors
    ------
    ParameterError
        An unknown aspect, a weight that is not a number >= 0, or none above 0.
    """

    path: str | Path
    weights: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.weights is None:
            return
        for aspect, weight in self.weights.items():
            if aspect not in REFERENCE_ASPECTS:
                raise ParameterError(
                    f"reference {self.path}: aspect {aspect!r} is unknown; there are {', '.join(REFERENCE_ASPECTS)}"
                )
            if not (math.isfinite(weight) and weight >= 0):
                raise ParameterError(f"reference {self.path}: weight {aspect}={weight:g} must be a number >= 0")
        if not any(self.weights.values()):
            raise ParameterError(f"reference {self.path}: one weight at least must be above 0")

    def weight(self, aspect: str) -> float:
        """How much it counts in an aspect."""
        return 1.0 if self.weights is None else self.weights.get(aspect, 0.0)

    def names(self, aspect: str) -> bool:
        """Whether an aspect was asked for by its name."""
        return self.weights is not None and self.weights.get(aspect, 0.0) > 0

    @classmethod
    def parse(cls, text: str) -> Reference:
        """`a.flac`, or `b.flac:tone=0.7,dynamics=0.3`. A file that exists by the whole text is that file.

        Errors
        ------
        ParameterError
            What follows the last colon has a "=", and is not a list of weights.
        """
        path, colon, tail = text.rpartition(":")
        if not (colon and path and "=" in tail) or "/" in tail or _exists(text):
            return cls(Path(text))
        weights: dict[str, float] = {}
        for part in tail.split(","):
            name, _, number = (piece.strip() for piece in part.partition("="))
            try:
                weight = float(number)
            except ValueError:
                raise ParameterError(f"reference {path}: {part!r} must be ASPECT=NUMBER, as tone=0.7") from None
            if name in weights:
                raise ParameterError(f"reference {path}: {name} has two weights")
            weights[name] = weight
        return cls(Path(path), weights)


@dataclass(frozen=True, eq=False)
class Heard:
    """A reference with what was heard in it."""

    reference: Reference
    analysis: Analysis


def hear_references(references: Sequence[str | Path | Reference]) -> list[Heard]:
    """Analyse every reference; a path counts in all aspects.

    Errors
    ------
    AudioError
        A reference cannot be read or holds no music.
    """
    heard = []
    for given in references:
        reference = given if isinstance(given, Reference) else Reference(given)
        path = Path(reference.path)
        with open_reader(path) as reader:
            analysis = analyze_blocks(prefetch(reader.blocks()), reader.sample_rate, reader.channels, model_input=False)
        check_signal(path.name, analysis)
        heard.append(Heard(reference, analysis))
    return heard


def reference_target(heard: Sequence[Heard], fallback: Target) -> Target:
    """The profile of the references, aspect by aspect; where none has a weight, that of `fallback`."""
    profile = fallback.profile
    names = dict.fromkeys(FEATURES, fallback.name)
    for aspect, features in FEATURES.items():
        if not leads(heard, aspect):
            continue
        counting = [one for one in heard if one.reference.weight(aspect) > 0]
        weights = [one.reference.weight(aspect) for one in counting]
        led = reference_profile([one.analysis for one in counting], weights, base=fallback.profile)
        profile = _with_aspect(profile, led, aspect, features)
        path = Path(counting[0].reference.path)
        names[aspect] = f"the reference {path.name}" if len(counting) == 1 else "the references"
    name = names.pop("tone")
    return Target(profile, name, {aspect: other for aspect, other in names.items() if other != name})


def reference_lufs(heard: Sequence[Heard]) -> float:
    """Integrated loudness of the references by their weights in loudness, the mean in LUFS.

    Errors
    ------
    ParameterError
        No reference has a weight in loudness.
    """
    weights = [one.reference.weight("loudness") for one in heard]
    if not any(weights):
        raise ParameterError("loudness=reference needs a reference with a weight in loudness")
    figures = (weight * one.analysis.integrated_lufs for weight, one in zip(weights, heard, strict=True))
    return math.fsum(figures) / math.fsum(weights)


def leads(heard: Sequence[Heard], aspect: str) -> bool:
    """Whether any reference counts in an aspect."""
    return any(one.reference.weight(aspect) > 0 for one in heard)


def led_aspects(heard: Sequence[Heard]) -> list[str]:
    """The aspects of a decision that any reference counts in."""
    return [aspect for aspect in FEATURES if leads(heard, aspect)]


def space_note(heard: Sequence[Heard]) -> str:
    """That a reference's space was asked for and is not followed; empty where it was not."""
    if not any(one.reference.names("space") for one in heard):
        return ""
    return "The space of a reference is not followed: its reverberation cannot be told from its music safely enough."


def _with_aspect(profile: Profile, led: Profile, aspect: str, features: Sequence[str]) -> Profile:
    changed = {**profile.features, **{name: led.features[name] for name in features}}
    if aspect != "tone":
        return replace(profile, features=changed)
    return Profile(led.third_octave_hz, led.ltas_db, led.ltas_spread_db, changed)


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long for a name, or a NUL inside
        return False
