"""From new music and new preferences to a challenger in the registry. What was begun goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..audio.atomic import atomic_path
from ..errors import ParameterError
from ..feedback.gathering import choices_of
from ..feedback.reference import Music, make_reference
from ..feedback.sharing import bounded
from ..feedback.taste import Choice, learn_taste
from ..model.registry import CHAMPION, SHIPPED_NAME, Registry
from ..model.registry_file import Version, as_json, told
from ..store import EventRow

if TYPE_CHECKING:
    from ..training.run import Plan, Result, Watcher

__all__ = ["NO_PREFERENCES", "Preferences", "begun_with", "challenger_of", "preferences_of", "reference_of"]

MEASURED, REFERENCE = "measured.json", "training_set.json"

PREFERENCES = "preferences.json"
DIGITS = 3  # of a way, in parts of a range: finer is not known


@dataclass(frozen=True)
class Preferences:
    """What retraining takes from choices: the shared taste, weighted, in parts of each range; from how many choices of
    how many people; and the SHA-256 of these choices."""

    taste: Mapping[str, float]
    choices: int
    people: int
    sha256: str


NO_PREFERENCES = Preferences({}, 0, 0, "")


def preferences_of(events: Sequence[EventRow], weight: float) -> Preferences:
    """The taste that people share, in so far as it is no chance, times a weight in [0, 1].

    Errors
    ------
    ParameterError
        Another weight.
    """
    if not 0 <= weight <= 1:
        raise ParameterError(f"preference weight={weight:g} must be in [0, 1]")
    choices = choices_of(events)
    if not choices or weight == 0:
        return NO_PREFERENCES
    lean = learn_taste(bounded(choices)).lean()
    taste = {name: round(weight * by, DIGITS) for name, by in lean.positions.items()}
    people = len({choice.listener for choice in choices})
    return Preferences({n: by for n, by in taste.items() if by}, len(choices), people, _hash(choices))


def begun_with(folder: Path, fresh: Preferences, weight: float) -> Preferences:
    """The preferences that the run in a folder began with, also where more choices came meanwhile; for a new run, or
    with another weight, those that are given, which are kept for the next call.

    Errors
    ------
    AudioWriteError
        The folder cannot be written.
    """
    path = folder / PREFERENCES
    if (folder / "config.json").is_file():
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return Preferences(**kept["preferences"]) if kept["weight"] == weight else fresh
        except (OSError, ValueError, TypeError, KeyError):
            return fresh  # the run itself says whether it can go on with these
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            temporary.write_text(as_json({"weight": weight, "preferences": asdict(fresh)}), encoding="utf-8")
    return fresh


def challenger_of(
    plan: Plan, registry: Registry, preferences: Preferences, watcher: Watcher
) -> tuple[Result, Version | None]:
    """Train, or go on, and register what came of it with the champion as its parent; no version where the time was up.

    Errors
    ------
    ParameterError
        As `training.run.run_training`.
    """
    from ..training.run import run_training

    config = replace(plan.config, taste=dict(preferences.taste))
    parent = registry.find(CHAMPION)
    result = run_training(replace(plan, config=config), watcher)
    if not result.finished:
        return result, None
    if registry.has(result.version):  # killed after it was registered, or trained before with the same end
        if all(change.version != result.version for change in registry.audit()):  # killed before that was noted
            return result, registry.register(registry.network(result.version))
        return result, next(row for row in registry.versions() if row.version == result.version)
    settings = json.loads((plan.folder / "config.json").read_text(encoding="utf-8"))
    version = registry.register(
        result.network,
        parent=parent,
        card=result.card.read_text(encoding="utf-8"),
        files={"settings.json": (plan.folder / "config.json").read_bytes(), **_reference(plan.folder, result.version)},
        git_commit=settings["git_commit"],
        data_sha256=settings["data_sha256"],
        preferences_sha256=preferences.sha256,
        figures=result.figures,
        run=_run_name(plan.folder),
    )
    return result, version


def reference_of(registry: Registry) -> Path | None:
    """What the champion learned from, for the watch of drift; None where that is the shipped network, or not known."""
    path = registry.network().with_name(REFERENCE)
    return path if registry.find(CHAMPION) != SHIPPED_NAME and path.is_file() else None


def _reference(folder: Path, version: str) -> dict[str, bytes]:
    """The reference of the songs that were learned from; none of too few."""
    file = folder / MEASURED
    songs = json.loads(file.read_text(encoding="utf-8"))["songs"] if file.is_file() else []
    about = f"{len(songs)} songs that network {version} learned from"
    try:
        reference = make_reference([Music(song, {}) for song in songs], about=about, model=version)
    except ParameterError:  # too few: drift is told from the shipped network's
        return {}
    return {REFERENCE: reference.to_json().encode()}


def _run_name(folder: Path) -> str:
    """The run's folder, and MLflow's number of it where there is one."""
    noted = folder / "mlflow_run_id"
    return f"{folder.name}, MLflow {noted.read_text(encoding='utf-8').strip()}" if noted.is_file() else folder.name


def _hash(choices: Sequence[Choice]) -> str:
    told = sorted(json.dumps(asdict(choice), sort_keys=True) for choice in choices)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
