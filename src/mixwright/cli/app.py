"""The commands joined, and errors turned into one line and an exit code."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from .. import __version__
from ..errors import MixwrightError
from .analyze import analyze_command
from .benchmark import benchmark_command
from .compare import compare_command
from .data import data_app
from .extract import Interrupted, extract_command
from .feedback import feedback_app
from .listen import listen_app
from .live import live_command
from .loop import loop_command
from .mix import mix_command
from .models import models_app
from .monitor import monitor_command
from .plugin import plugin_app
from .preset import preset_app
from .render import render_command
from .retrain import retrain_command
from .score import score_command
from .studio import studio_command
from .taste import taste_app
from .train import train_command
from .validate import validate_command

__all__ = ["app", "run"]

INTERRUPTED = 130  # 128 + SIGINT, as shells count

app = typer.Typer(
    name="mixwright",
    help="Hears a mix, decides ten musical parameters, renders them, and explains why.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("mix")(mix_command)
app.command("analyze")(analyze_command)
app.command("render")(render_command)
app.command("compare")(compare_command)
app.command("live")(live_command)
app.command("studio")(studio_command)
app.command("score")(score_command)
app.command("extract")(extract_command)
app.command("benchmark")(benchmark_command)
app.command("validate")(validate_command)
app.command("train")(train_command)
app.command("retrain")(retrain_command)
app.command("monitor")(monitor_command)
app.command("loop")(loop_command)
app.add_typer(data_app, name="data")
app.add_typer(preset_app, name="preset")
app.add_typer(plugin_app, name="plugin")
app.add_typer(listen_app, name="listen")
app.add_typer(taste_app, name="taste")
app.add_typer(models_app, name="models")
app.add_typer(feedback_app, name="feedback")


def _show_version(value: bool) -> None:
    if value:
        print(f"mixwright {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line; exit code 0 is success, 1 an error with its reason on standard error, 2 a wrong
    call, 130 an interruption."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that has no minus sign gets a question mark
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        try:
            app()
        except SystemExit as left:  # Typer turns Ctrl-C into an exit without a word
            if left.code == INTERRUPTED:
                raise KeyboardInterrupt from None
            raise
    except MixwrightError as error:
        print(f"mixwright: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(INTERRUPTED if isinstance(error, Interrupted) else 1)
    except KeyboardInterrupt:
        print("mixwright: interrupted; nothing was written", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
