"""What a scheduled loop is to do, as its maintainer writes it: one TOML file, read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from ..errors import ParameterError
from ..parameters.strict_model import Strict, read_toml

__all__ = ["LoopPlan", "read_plan"]


class Retraining(Strict):
    """When a challenger is trained, and how. Relative folders begin where the file lies."""

    data: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    runs: str = "runs"
    after_choices: Annotated[int, Field(ge=1)] = 100
    on_drift: bool = True
    preference_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    steps: Annotated[int, Field(ge=1)] | None = None
    minutes: Annotated[float, Field(ge=0)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    ignore_split: bool = False
    mlflow: bool = True


class Gate(Strict):
    """What the gate measures on. Without `promote`, what passes stays challenger until somebody promotes it."""

    music: str
    split: str = "test"
    fast: bool = False
    draws: Annotated[int, Field(ge=1, le=20)] = 1
    promote: bool = False


class Watching(Strict):
    """What is watched, and who is told."""

    days: Annotated[int, Field(ge=1)] = 28
    page: str | None = None
    prometheus: str | None = None
    mail_to: Annotated[tuple[str, ...], Field(strict=False)] = ()
    webhook: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LoopPlan(Strict):
    """The whole plan; without `retraining`, there is only watching."""

    store: str | None = None
    watching: Watching = Watching()
    retraining: Retraining | None = None
    gate: Gate | None = None


def read_plan(path: Path) -> LoopPlan:
    """The plan in a TOML file.

    Errors
    ------
    ParameterError
        Cannot be read, is no TOML, or breaks a rule; the text names the first key that does.
    """
    plan = read_toml(LoopPlan, path)
    if plan.retraining is not None and plan.gate is None:
        raise ParameterError(f"{path}: retraining needs a gate: nothing is promoted that was not measured")
    return plan
