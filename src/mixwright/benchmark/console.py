"""The benchmark "console": multitracks in disorder, balanced by everybody, measured against the artist's own mix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import MixwrightError
from ..model.console_features import loudness_lufs
from ..model.console_masking import choose_lead
from ..training.stems.songs import Multitrack
from .console_measure import Reference, measure_console
from .console_mixers import ConsoleMixer
from .console_songs import AS_MIXED, CONDITIONS, ConsoleCase, Session, Stems, disorder, read_stems
from .results import FORMAT, Line, Results

__all__ = ["DRAWS", "console_benchmark", "console_cases"]

DRAWS = 2  # disorders of each song


def console_cases(songs: Sequence[Multitrack], draws: int = DRAWS) -> list[ConsoleCase]:
    """Every song in every condition; of the one that is drawn, several."""
    return [
        ConsoleCase(song, condition, draw)
        for song in songs
        for condition in CONDITIONS
        for draw in range(draws if condition == "disordered" else 1)
    ]


def console_benchmark(
    songs: Sequence[Multitrack],
    mixers: Mapping[str, ConsoleMixer],
    output: Path,
    *,
    draws: int = DRAWS,
    code: str = "",
    told: Callable[[int, int], None] = lambda done, total: None,
) -> list[Line]:
    """Measure every mixer on every case; what `output` holds already of the same run is not measured again.

    A mixer that fails is a line with its error. `code` names what decides, so that results of another state are
    refused.

    Errors
    ------
    ParameterError
        `output` holds another run, or a song cannot be used.
    AudioError
        A stem cannot be read.
    """
    head = {"format": FORMAT, "music": _fingerprint(songs), "draws": draws, "code": code, "versions": None}
    results = Results(output, head)
    cases = console_cases(songs, draws)
    reference: Reference | None = None
    for number, case in enumerate(cases):
        todo = [name for name in mixers if (case.id, name, case.condition) not in results.done]
        if number == 0 or cases[number - 1].song != case.song:
            reference = None
        if todo:
            if reference is None:
                stems = read_stems(case.song)
                reference = Reference(stems, _lead_of(case.song, stems))
            session = disorder(case, reference.stems)
            results.add([_line(name, mixers[name], reference, session) for name in todo])
        told(number + 1, len(cases))
    return results.lines


def _line(name: str, mixer: ConsoleMixer, reference: Reference, session: Session) -> Line:
    case = session.case
    line: Line = {
        "case": case.id,
        "mixer": name,
        "task": case.condition,
        "artist": case.song.artist,
        "title": case.song.title,
        "stems": len(session.names),
    }
    try:
        figures = measure_console(reference, mixer(session))
    except MixwrightError as error:
        return line | {"error": str(error)}
    return line | {"figures": {key: round(value, 5) for key, value in figures.items()}}


def _lead_of(song: Multitrack, stems: Stems) -> int | None:
    """Place of the stem that leads in the artist's mix."""
    heard = disorder(ConsoleCase(song, AS_MIXED), stems).heard
    levels = np.array([loudness_lufs(stem.analysis) for stem in heard])
    name = choose_lead(heard, levels)
    return next((place for place, stem in enumerate(heard) if stem.name == name), None)


def _fingerprint(songs: Sequence[Multitrack]) -> str:
    total = hashlib.sha256()
    for song in songs:
        for stem in song.stems:
            total.update(stem.path.read_bytes())
    return total.hexdigest()[:16]
