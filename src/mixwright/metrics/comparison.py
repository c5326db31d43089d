"""How two versions of a song were brought together, in words: what was shifted, turned, turned up, and left out."""

from __future__ import annotations

from typing import Any

from .pairs import Pair

__all__ = ["comparison_facts", "comparison_sentences"]

WHOLE = 0.98  # a fade that was cut or a second of silence is not worth a word
REACHES_TREBLE_HZ = 16_000.0


def comparison_sentences(pair: Pair, other: str, rates: tuple[int, int], channels: tuple[int, int]) -> list[str]:
    """What a reader has to know before the figures.

    Parameters
    ----------
    other
        What the mix was compared with: "reference" or "before".
    rates, channels
        Of the other version and of the mix, as they were given.
    """
    name = "the reference" if other == "reference" else f"the {other} version"
    sentences = [f"{_lag(pair, name)}; {_polarity(pair)}; {_gain(pair)}."]
    first, second = pair.starts_s
    if min(pair.shares) < WHOLE:
        of_mix = f"{_part(second, pair.seconds)} of the mix ({pair.shares[1]:.0%} of it)"
        of_other = f"{_part(first, pair.seconds)} of {name} ({pair.shares[0]:.0%} of it)"
        sentences.append(f"Only a part was compared: {of_mix} with {of_other}.")
    if rates[0] != rates[1]:
        sentences.append(f"{_capital(name)} is at {rates[0] / 1000:g} kHz, the mix at {rates[1] / 1000:g} kHz.")
    if pair.sample_rate < 2 * REACHES_TREBLE_HZ:
        sentences.append(f"Nothing above {pair.sample_rate / 2000:g} kHz is in {name}, so nothing above is compared.")
    for count, what in zip(channels, (name, "the mix"), strict=True):
        if count == 1 and channels != (1, 1):
            sentences.append(f"{_capital(what)} is mono and was taken as two equal channels.")
    return sentences


def comparison_facts(pair: Pair) -> dict[str, Any]:
    """The same as data."""
    first, second = pair.starts_s
    return {
        "lag_ms": 1000 * pair.lag_samples / pair.sample_rate,
        "polarity": pair.polarity,
        "gain_db": pair.gain_db,
        "similarity": pair.similarity,
        "seconds": pair.seconds,
        "start_in_mix_s": second,
        "start_in_other_s": first,
        "share_of_mix": pair.shares[1],
        "share_of_other": pair.shares[0],
        "sample_rate": pair.sample_rate,
    }


def _lag(pair: Pair, name: str) -> str:
    lag_s = pair.lag_samples / pair.sample_rate
    if pair.lag_samples == 0:
        return f"The mix and {name} start together"
    text = f"{abs(lag_s):.2f} s" if abs(lag_s) >= 1 else f"{1000 * abs(lag_s):.2f} ms"
    return f"The mix is {text} {'behind' if lag_s > 0 else 'ahead of'} {name} and was moved"


def _polarity(pair: Pair) -> str:
    return "same polarity" if pair.polarity > 0 else "its polarity is inverted and was turned back"


def _gain(pair: Pair) -> str:
    if abs(pair.gain_db) < 0.05:
        return "equally loud"
    way = "up" if pair.gain_db > 0 else "down"
    return f"the mix was turned {way} by {abs(pair.gain_db):.1f} dB to be equally loud"


def _part(start_s: float, seconds: float) -> str:
    return f"{_clock(start_s)} to {_clock(start_s + seconds)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
