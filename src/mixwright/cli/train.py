"""`mixwright train`: a network of one's own, from folders of music."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from ..training.run import Result

__all__ = ["train_command"]


def train_command(
    data: Annotated[
        list[Path],
        typer.Argument(metavar="DATA...", help="Folders of music: a folder a genre, or a table (mixes.csv)."),
    ],
    name: Annotated[str, typer.Option(help="Of the run: its folder is RUNS/NAME. The same name goes on.")] = "first",
    runs: Annotated[Path, typer.Option(help="Where runs, measurements and the tracking store are kept.")] = Path(
        "runs"
    ),
    steps: Annotated[Optional[int], typer.Option(min=1, help="Of training; default: until it gets no better.")] = None,  # noqa: UP045
    batch: Annotated[Optional[int], typer.Option(min=1, help="Songs heard in a step.")] = None,  # noqa: UP045
    minutes: Annotated[
        Optional[float],  # noqa: UP045 (typer reads it)
        typer.Option(min=0, help="Stop training after so long and keep the best; the same call goes on."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another run.")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that prepare the music.")] = 1,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Of PyTorch; another number rounds otherwise.")] = 1,
    ignore_split: Annotated[
        bool, typer.Option("--ignore-split", help="Learn from every song, none kept apart: all figures flatter.")
    ] = False,
    mlflow: Annotated[bool, typer.Option("--mlflow/--no-mlflow", help="Keep the run in RUNS/mlflow.db.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no findings.")] = False,
) -> None:
    """Train a network that hears a mix and proposes its parameters. Stopped or killed, the same call goes on."""
    from ..errors import ParameterError

    check_name(name)
    try:
        import onnx  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise ParameterError(f'training needs {error.name}: pip install "mixwright[train]"') from None
    from ..training.run import Plan, config_of, run_training
    from .extract import Interrupted
    from .train_words import Watching, result_json, result_lines

    folder = runs / name
    plan = Plan(
        tuple(data),
        folder,
        config_of(steps, seed, batch),
        ignore_split=ignore_split,
        workers=workers,
        threads=threads,
        minutes=minutes,
        mlflow=mlflow,
    )
    watching = Watching(quiet)
    try:
        with watching:
            result: Result = run_training(plan, watching)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {folder} holds what was done; the same command goes on from there") from None
    if not result.finished and not quiet:
        print(f"mixwright: the time was up at step {result.steps}; the same command goes on", file=sys.stderr)
    print(result_json(result) if as_json else "\n".join(result_lines(result)))


def check_name(name: str) -> None:
    """Raises ParameterError where a run's name is no name of a folder."""
    from ..errors import ParameterError

    if not name or name.startswith(".") or not all(c.isalnum() or c in "-_." for c in name) or name == "cache":
        raise ParameterError(f"name={name!r} must be of letters, digits, - _ and ., and not begin with a point")
