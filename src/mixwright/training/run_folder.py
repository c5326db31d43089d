"""The folder of one training run: what it was asked for, how far it is, how it went."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..audio import atomic_path
from ..errors import ParameterError
from .config import Config
from .examples import Recipe

__all__ = ["MEASURED", "RunFolder", "git_commit", "settings_of"]

FORMAT = "mixwright-run-1"
MEASURED = "measured.json"  # of the songs that were learned from, without their names
# What may differ when a run goes on: it says where the program came from, not what it does.
ONLY_TOLD = ("data", "git_commit", "mixwright", "torch")


class RunFolder:
    """Paths in it; each file is written whole or not at all, so that a run may be killed at any moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.examples = path / "examples.npz"
        self.checkpoint = path / "checkpoint.pt"
        self.curves = path / "curves.jsonl"
        self.network = path / "network.onnx"
        self.card = path / "model_card.md"
        self.figures = path / "figures.json"
        self.measured = path / MEASURED

    def begin(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Write the settings, or hold them against those that the run was begun with; gives the latter.

        Errors
        ------
        ParameterError
            The folder belongs to a run with other settings, or is none of ours.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ParameterError(f"{self.path}: is a file, and a folder for the run is needed: choose another --name")
        if not self.config.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            write_json(self.config, settings)
            return dict(settings)
        try:
            begun = json.loads(self.config.read_text(encoding="utf-8"))
            old, new = (dict(_flat(s)) for s in (begun, settings))
        except (OSError, ValueError, AttributeError):
            raise ParameterError(f"{self.config}: cannot be read: choose another --name") from None
        for name in sorted(set(old) | set(new)):
            if name.split(".")[0] not in ONLY_TOLD and old.get(name) != new.get(name):
                raise ParameterError(
                    f"{self.path}: was begun with {name}={old.get(name)}, and not {new.get(name)}: "
                    "choose another --name, or remove the folder"
                )
        return dict(begun)

    def add_figures(self, step: int, figures: Mapping[str, float]) -> None:
        """One line of the curves; a step that was there already, before a run was killed, is written anew."""
        rows = {row["step"]: row for row in self.read_curves() if row["step"] < step}
        rows[step] = {"step": step, **figures}
        with atomic_path(self.curves) as temporary:
            temporary.write_text("".join(json.dumps(row) + "\n" for row in rows.values()), encoding="utf-8")

    def read_curves(self) -> list[dict[str, Any]]:
        """The figures of every evaluation so far, in the order of steps."""
        if not self.curves.exists():
            return []
        return [json.loads(line) for line in self.curves.read_text(encoding="utf-8").splitlines()]


def settings_of(
    config: Config,
    recipe: Recipe,
    data: list[str],
    data_sha256: str,
    *,
    ignore_split: bool,
    threads: int,
    processes: int,
) -> dict[str, Any]:
    """All that a run depends on, as JSON, and where it came from."""
    return {
        "format": FORMAT,
        "config": config.to_dict(),
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "ignore_split": ignore_split,
        "threads": threads,
        "processes": processes,
        "data_sha256": data_sha256,
        "data": data,
        "git_commit": git_commit(),
        "mixwright": __version__,
        "torch": torch.__version__,
    }


def git_commit() -> str | None:
    """The commit of the checkout that this runs from, with a + where files differ from it; None without one."""
    here = Path(__file__)

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here.parent), *words], capture_output=True, text=True, check=True, timeout=20
        ).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", here.name)  # an installed package may lie in somebody else's repository
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no", ".") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _flat(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in content.items():
        rows += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return rows
