"""The benchmark "restore" as one call: songs and mixers in, results out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from .baselines import OWN
from .cases import make_cases
from .mixers import load_mixers
from .music import find_songs, fingerprint
from .request import Mixer
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
    workers: int = 1,
    progress: Progress | None = None,
) -> Restored:
    """Damage the songs of a folder, have each mixer mend them, and measure what came back.

    Parameters
    ----------
    folder
        As `find_songs` reads it.
    output
        The results file; what it holds already of the same run is not measured again.
    mixers
        Names as `load_mixer` takes them, or mixers (see `function_mixer`; those need `workers=1`). Default: all
        baselines, or in the fast settings those that need no other program.
    settings, draws, perceptual
        What is measured; see `Settings` and `make_cases`.
    split
        Of the folder's table; None for all.

    Errors
    ------
    ParameterError
        No music, an unknown mixer, or an output file of another run.
    AudioWriteError
        The output cannot be written.
    """
    songs = find_songs(folder, split)
    if not mixers and settings == FAST:
        mixers = OWN
    chosen = [m if isinstance(m, Mixer) else load_mixers([m])[0] for m in mixers] or load_mixers()
    cases = make_cases(
        songs, draws, perceptual="all" if perceptual == "all" else perceptual if settings.paired else "none"
    )
    head = {
        "format": FORMAT, "settings": asdict(settings), "draws": draws, "perceptual": perceptual,
        "music": fingerprint(songs), "code": _code(), "versions": _versions(),
    }  # fmt: skip
    results = Results(output, head)
    lines = run_benchmark(cases, chosen, results, settings=settings, workers=workers, progress=progress)
    return Restored(head, lines, {m.name: m.missing for m in chosen if m.missing})


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
        if path.suffix in (".py", ".json", ".so"):
            total.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:16]
