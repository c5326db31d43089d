"""`mixwright compare`: two versions at the same loudness."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["compare_command"]


def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A", help="A sound file.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another version of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> None:
    """Compare two versions of a song, level-matched: what differs once one is not simply louder."""
    from ..mix import analyze
    from ..mix.checks import check_signal
    from ..mix.compare import FIGURES, compare
    from .progress import progress_line
    from .wording import figure, signed

    analyses = []
    for path in (a, b):
        with progress_line(quiet) as progress:
            analysis = analyze(path, progress=progress)
        check_signal(str(path), analysis)
        analyses.append(analysis)
    result = compare(*analyses)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2))
        return
    print(f"{'':<22}{'A':>12}{'B':>12}{'B − A':>12}")
    for name, label, unit in FIGURES:
        left, right = getattr(result.a, name), getattr(result.b, name)
        digits = 0 if unit == "Hz" else 2 if not unit else 1
        change = signed(right - left, digits=digits)
        print(f"{label:<22}{figure(left, digits=digits):>12}{figure(right, digits=digits):>12}{change:>12} {unit}")
    print(
        f"At equal loudness ({figure(result.matched_lufs, 'LUFS')}: A {signed(result.gain_a_db, 'dB')}, "
        f"B {signed(result.gain_b_db, 'dB')}), B has"
    )
    for name, value in result.tone_db.items():
        print(f"  {signed(value, 'dB'):>9} {name}")
