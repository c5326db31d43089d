"""`mixwright listen create` and `schema`: from a test file to a folder that can be listened to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from ..listening.definition import MixArguments
    from ..listening.stimuli import Rendered

__all__ = ["create_command", "schema_command"]


def create_command(
    test: Annotated[Path, typer.Argument(metavar="TEST.toml", help="The test; docs/listening.md has all keys.")],
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option("--output", "-o", help="The folder to make; default TEST.listen beside the file."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make a folder anew that has no answers yet.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Make a blind listening test: render, cut, match levels, take names away."""
    from ..listening.assignment import assign
    from ..listening.definition import read_test
    from ..listening.stimuli import create_test
    from .interrupt import interruptible
    from .progress import counted

    read = read_test(test)
    folder = output or test.with_suffix(".listen")
    with interruptible() as check, counted(quiet, "Rendering") as report:

        def progress(done: int, total: int) -> None:
            check()
            report(done, total)

        manifest = create_test(read, test.parent, folder, _render, force=force, progress=progress)
    if quiet:
        return
    trials = assign(manifest, 0)
    seconds = sum(manifest.stimulus(item).duration_s for trial in trials for item in trial.items)
    print(f"{folder}: {len(manifest.stimuli)} sounds of {len(read.song)} songs by {len(read.system)} systems")
    print(f"A listener has {len(trials)} trials, {seconds / 60:.0f} minutes of music when each is heard once.")
    gains = [one.gain_db for one in manifest.stimuli if one.role == "item"]
    if read.level == "matched":
        print(f"Levels were matched by turning down, at most {max(0.0, -min(gains)):.1f} dB.")
    print(f"Next: mixwright listen serve {folder}")


def schema_command() -> None:
    """Print the JSON schema of test files, for editors."""
    from ..listening.definition import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _render(path: Path, arguments: MixArguments) -> Rendered:
    from ..feedback.taste import deviation
    from ..listening.stimuli import Rendered
    from ..mix import mix
    from ..model import Amounts, Lean, Leaning

    made = mix(
        path,
        model=arguments.model,
        genre=arguments.genre,
        amounts=Amounts.parse(arguments.amount),
        loudness=arguments.loudness,
        dynamic=arguments.dynamic,
        settings=arguments.settings,
        taste=Leaning(Lean(arguments.away, 0)),
    )
    still = not made.preset.trajectory and not arguments.settings
    return Rendered(made.audio, made.sample_rate, deviation(made.preset.parameters, made.decided) if still else None)
