"""The sentences of the learned mixer: whose expert asked for a move, where it listened, what the last step changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..analysis import Analysis
from ..parameters import Voicing
from ..parameters.table import info, to_position
from . import reasons
from .decision import Amounts, Target
from .hearing import Hearing, Listened
from .refine import Refined
from .rules import SMALLEST_POSITION
from .tone import EQ_PARAMETERS, Spectrum

__all__ = ["Story", "amount_words", "genre_list", "listened_words", "main_genres"]

# A genre with less says nothing about a decision.
NAMED = 0.15
SMALLEST_STEP = 0.02  # in position: what is told of a wish, or of what refinement did


@dataclass(frozen=True, eq=False)
class Story:
    """All that the sentences are made of; `weights` blend the experts, `given` by the user or not."""

    analysis: Analysis
    target: Target
    voicing: Voicing
    weights: Mapping[str, float]
    given: bool
    hearing: Hearing
    proposed: Mapping[str, float]
    led: Refined
    listened: Mapping[str, Listened]

    def sentences(self, settled: reasons.Settled, fixed: Mapping[str, float], amounts: Amounts) -> dict[str, str]:
        """One for each parameter."""
        spectrum = Spectrum.compare(
            np.asarray(self.analysis.third_octave_hz), np.asarray(self.analysis.ltas_db), self.target.profile
        )
        why = {
            name: self._sentence(name, settled.values[name], amounts.of(info(name).aspect), spectrum)
            for name in self.proposed
        }
        why |= reasons.level(settled)
        return why | {name: reasons.by_hand(name, settled.values[name]) for name in fixed}

    def _sentence(self, name: str, value: float, amount: float, spectrum: Spectrum) -> str:
        row = info(name)
        label = "Compressor" if name == "compressor_ratio" else row.label
        fact = self._fact(name, spectrum)
        if value == row.neutral:
            return (
                f"{label} {'off' if name == 'compressor_ratio' else 'left alone'}: {self._still(name, amount, fact)}."
            )
        move = f"{label} {amount_words(name, value)}"
        if name in EQ_PARAMETERS:
            move += f" at {reasons.hertz(self.voicing[f'{name}_hz'])}"
        parts = [f"{self._who()} for {amount_words(name, self.proposed[name])}"]
        if self._step(name) > SMALLEST_STEP:
            parts.append(
                f"led on to {amount_words(name, self.led.values[name])} toward {self.target.called(row.aspect)}"
            )
        if amount < 1:
            parts.append(f"{100 * amount:.0f} % of it taken")
        sentence = f"{move}: {', '.join(parts)}"
        where = listened_words(self.listened[name])
        if where:
            sentence += f"; listened most {where}"
        return f"{sentence}. {fact[:1].upper()}{fact[1:]}." if fact else f"{sentence}."

    def _still(self, name: str, amount: float, fact: str) -> str:
        if name in EQ_PARAMETERS and not fact:
            return reasons.NOTHING_THERE
        if amount == 0:
            return "you take none of it"
        if name == "stereo_width" and self.led.width_note == "mono":
            return "the mix is mono"
        if name == "stereo_width" and self.led.width_note == "phase":
            return f"{fact}, but the channels hardly agree and would suffer in mono"
        asked = self.proposed[name]
        if abs(to_position(name, asked)) < SMALLEST_STEP:
            if name in ("reverb", "delay"):
                return reasons.SPACE.format("").removeprefix(" left alone: ").removesuffix(".")
            said = "the network asks for nothing"
        elif abs(to_position(name, asked)) <= SMALLEST_POSITION:
            said = f"the network asks for {amount_words(name, asked)}, too little to be heard"
        else:
            said = f"the network asks for {amount_words(name, asked)}, and the measurement does not bear it out"
        return f"{said}; {fact}" if fact else said

    def _who(self) -> str:
        """Whose answer it is."""
        if self.given:
            return f"as {genre_list(self.weights)}, which you said it is, the network asks"
        if not self.hearing.sure:
            return "unsure of the genre, the network asks with all six experts together"
        heard = " and ".join(f"{_word(g)} ({100 * p:.0f} %)" for g, p in main_genres(self.weights).items())
        return f"heard as {heard}, the network asks"

    def _step(self, name: str) -> float:
        return abs(to_position(name, self.led.values[name]) - to_position(name, self.proposed[name]))

    def _fact(self, name: str, spectrum: Spectrum) -> str:
        """What was measured there."""
        if name in EQ_PARAMETERS:
            return reasons.stands(name, spectrum, self.voicing, self.target)
        profile, analysis = self.target.profile, self.analysis
        if name == "compressor_ratio" and math.isfinite(analysis.crest_factor_db):
            effect, (crest, spread) = self.led.effect, profile.features["crest_factor_db"]
            held = ""
            if effect.ratio > 1.0:
                held = (
                    f"loud passages are held back by {-effect.typical_db:.1f} dB, at most {-effect.deepest_db:.1f} dB; "
                )
            return (
                f"{held}the crest factor is {analysis.crest_factor_db:.1f} dB ({self.target.called('dynamics')}: "
                f"{crest - spread:.1f} to {crest + spread:.1f})"
            )
        if name == "stereo_width" and self.led.width_note != "mono":
            mean, spread = profile.features["stereo_width"]
            usual = f"{max(0.0, mean - spread):.2f} to {mean + spread:.2f}"
            return f"side over mid is {analysis.stereo_width:.2f} ({self.target.called('width')}: {usual})"
        return ""


def main_genres(weights: Mapping[str, float]) -> dict[str, float]:
    """The genres that count, strongest first."""
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    return {g: p for g, p in ordered if p >= NAMED} or dict(ordered[:1])


def genre_list(weights: Mapping[str, float]) -> str:
    """As "rock", "rock and pop", "rock, pop and jazz": the genres that count in words."""
    names = [_word(g) for g in main_genres(weights)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def amount_words(name: str, value: float) -> str:
    """A parameter's value as an engineer says it: +1.4 dB, 1.50:1, 0.95×, 8 % wet."""
    if name == "presence":
        return f"{reasons.signed(20 * math.log10(value))} dB"
    unit = info(name).unit
    if unit == "dB":
        return f"{reasons.signed(value)} dB"
    if unit == "wet":
        return f"{100 * value:.1f} % wet"
    return f"{value:.2f}{unit}".replace(" ", "")


def listened_words(where: Listened) -> str:
    """Where the attention went, "to 20–480 Hz, around 1:10–1:20"; empty where it went everywhere alike."""
    parts = []
    if where.hz is not None:
        parts.append(f"to {reasons.region_words(_round(where.hz[0]), _round(where.hz[1]))}")
    if where.seconds is not None:
        parts.append(f"around {_clock(where.seconds[0])}–{_clock(where.seconds[1])}")
    return ", ".join(parts)


def _word(genre: str) -> str:
    return genre.replace("_", "-")


def _round(hz: float) -> float:
    return round(hz, -1) if hz < 1000 else round(hz, -2)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
