"""The benchmark "restore" as one call: songs and mixers in, results out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import ParameterError
from .baselines import OWN
from .cases import make_cases
from .gate import check_comparable
from .mixers import BASELINES, load_mixer
from .music import find_songs, fingerprint
from .request import TASKS, Mixer
from .results import FORMAT, Line, Results
from .run import Progress, run_benchmark
from .work import Settings

__all__ = ["FAST", "FULL", "Restored", "restore"]

FULL = Settings()
# Ten seconds a song, figures of the analyses only: for every change that can be heard.
FAST = Settings(longest_s=10.0, paired=False)
PEER_PACKAGES = ("matchering", "libsonare", "pesq", "pystoi", "visqol-python")
# What decides and what measures; pages and commands may change without making results another run's.
JUDGING = ("analysis", "audio", "chain", "damage", "metrics", "model", "parameters")


@dataclass(frozen=True)
class Restored:
    """Head and lines of a results file, and the mixers that could not run here, with reasons."""

    head: dict[str, Any]
    lines: list[Line]
    left_out: dict[str, str]


def restore(
    folder: Path,
    output: Path,
    mixers: Sequence[str | Mixer] = (),
    *,
    settings: Settings = FULL,
    split: str | None = "test",
    draws: int = 1,
    perceptual: str = "some",
    tasks: Sequence[str] = TASKS,
    workers: int = 0,
    progress: Progress | None = None,
    against: Mapping[str, Any] | None = None,
) -> Restored:
    """Damage the songs of a folder, have each mixer mend them, and measure what came back.

    Parameters
    ----------
    folder
        As `find_songs` reads it.
    output
        The results file; what it holds already of the same run is not measured again.
    mixers
        Names as `load_mixer` takes them, or mixers (see `function_mixer`). Default: all baselines, or in the fast
        settings those that need no other program.
    settings, draws, perceptual
        What is measured; see `Settings` and `make_cases`.
    split
        Of the folder's table; None for all.
    tasks
        Which of what a mixer may know: blind, genre, reference.
    workers
        Processes, which find the mixers by their names; there a mixer may even crash. 0 does all in this process, as a
        mixer that has no name to be found by needs it.
    against
        Head of results that these are to be compared with: what cannot be compared is refused before it is measured.

    Errors
    ------
    ParameterError
        No music, an unknown mixer, two mixers of one name, a mixer that a process cannot find, an output file of
        another run, or one to compare with of other music or settings.
    AudioWriteError
        The output cannot be written.
    """
    songs = find_songs(folder, split)
    if not mixers and settings == FAST:
        mixers = OWN
    chosen = [m if isinstance(m, Mixer) else load_mixer(m) for m in dict.fromkeys(mixers)] or list(BASELINES)
    _check_names(mixers, chosen, workers)
    cases = make_cases(
        songs, draws, perceptual="all" if perceptual == "all" else perceptual if settings.paired else "none"
    )
    head = {
        "format": FORMAT, "settings": asdict(settings), "draws": draws, "perceptual": perceptual,
        "music": fingerprint(songs), "code": _code(), "versions": _versions(),
    }  # fmt: skip
    if against is not None:
        check_comparable(against, head)
    results = Results(output, head)
    lines = run_benchmark(cases, chosen, results, settings=settings, tasks=tasks, workers=workers, progress=progress)
    return Restored(head, lines, {m.name: m.missing for m in chosen if m.missing})


def _check_names(given: Sequence[str | Mixer], chosen: Sequence[Mixer], workers: int) -> None:
    names = [mixer.name for mixer in chosen]
    for name in names:
        if names.count(name) > 1:
            raise ParameterError(f"mixers: there are {names.count(name)} of the name {name!r}")
    for mixer in given:
        if workers and isinstance(mixer, Mixer) and mixer not in BASELINES:
            raise ParameterError(f"mixers: {mixer.name!r} must be given by its name (module:function), or workers be 0")


def _versions() -> str:
    found = [f"mixwright {__version__}"]
    for name in PEER_PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def _code() -> str:
    """A hash of the code that decides and measures, so that results of an older state are not taken for this one's."""
    total = hashlib.sha256()
    package = Path(__file__).parents[1]
    paths = [path for name in JUDGING for path in (package / name).rglob("*")]
    for path in sorted(
        [*paths, *package.glob("mix/*.py"), *package.glob("_native*"), *package.glob("benchmark/*.json")]
    ):
        if path.suffix in (".py", ".json", ".so", ".onnx"):
            total.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:16]
