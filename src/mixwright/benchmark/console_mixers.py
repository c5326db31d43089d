"""Who balances: nobody, equal loudness, the rules, the set model; each gives every stem as it goes into the sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..chain.console import Channel, Console
from ..metrics.pairs import loudness
from ..model.console import RULES, decide_console
from ..model.console_features import loudness_lufs
from ..model.console_network import SetModel
from ..parameters import blend_voicing
from .console_songs import Session

__all__ = ["ConsoleAnswer", "ConsoleMixer", "equal_loudness", "own_mixers", "raw_sum"]

Audio = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ConsoleAnswer:
    """Each stem as it goes into the sum, (2, samples), and the sum with its returns."""

    stems: tuple[Audio, ...]
    mix: Audio


ConsoleMixer = Callable[[Session], ConsoleAnswer]


def raw_sum(session: Session) -> ConsoleAnswer:
    """The stems as they came."""
    return _with_gains(session, np.zeros(len(session.audio)))


def equal_loudness(session: Session) -> ConsoleAnswer:
    """Every stem at the same integrated loudness."""
    both = [np.repeat(a, 2, axis=0) if len(a) == 1 else a for a in session.audio]
    return _with_gains(session, -np.array([loudness(a, session.sample_rate) for a in both]) - 23.0)


def own_mixers(
    models: Mapping[str, SetModel] | None = None, offsets: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, ConsoleMixer]:
    """The baselines and our own, by name.

    Parameters
    ----------
    models, offsets
        By artist: a set model and the rules' offsets that did not learn from that artist; by default those that come
        with the package.
    """

    def decided(model: bool, keep_levels: bool) -> ConsoleMixer:
        def mix(session: Session) -> ConsoleAnswer:
            artist = session.case.song.artist
            own = None if models is None else models[artist]
            table = None if offsets is None else offsets[artist]
            return _render(session, own if model else RULES, keep_levels, table)

        return mix

    return {
        "raw sum": raw_sum,
        "equal loudness": equal_loudness,
        "rules": decided(False, True),
        "set model, by sound alone": decided(True, False),
        "set model": decided(True, True),
    }


def _render(
    session: Session, model: SetModel | str | None, keep_levels: bool, offsets: Mapping[str, float] | None
) -> ConsoleAnswer:
    decision = decide_console(session.heard, model=model, keep_levels=keep_levels, offsets=offsets)
    channels = [
        Channel(
            stem.analysis.channels,
            decision.strips[stem.name].parameters,
            stem.roles,
            programme_lufs=loudness_lufs(stem.analysis),
        )
        for stem in session.heard
    ]
    parts: list[Audio] = []
    with Console(channels, session.sample_rate, blend_voicing({"pop": 1.0})) as console:
        mix = console.process(list(session.audio), parts)
    return ConsoleAnswer(tuple(parts), mix)


def _with_gains(session: Session, gains_db: NDArray[np.float64]) -> ConsoleAnswer:
    parts = []
    for audio, gain in zip(session.audio, gains_db, strict=True):
        both = np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio
        parts.append(np.asarray(both * np.float32(10 ** (gain / 20)), np.float32))
    return ConsoleAnswer(tuple(parts), np.asarray(np.sum(parts, axis=0, dtype=np.float32)))
