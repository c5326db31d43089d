"""`mixwright render`: a preset on a song, or a console preset on a folder of stems, as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["render_command"]


def render_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The song, or the folder of its stems.")],
    preset: Annotated[Path, typer.Option(help="The preset file; for stems, the console preset.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the mix goes.")],
    bit_depth: Annotated[
        Optional[int],  # noqa: UP045 (typer reads it)
        typer.Option(help="16, 24 or 32 (float); default 24."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    export_stems: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="DIR", help="Write what each strip gives to the mix bus there."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Render a preset: on the same song it gives the same mix, sample for sample."""
    from ..audio import check_output_path
    from ..mix import render, render_stems
    from .mix import print_delivery
    from .progress import progress_line
    from .stems import only_for_stems

    check_output_path(output, [source, preset])
    with progress_line(quiet) as progress:
        if source.is_dir():
            result = render_stems(
                source, preset, output=output, export=export_stems, bit_depth=bit_depth, progress=progress
            )
        else:
            only_for_stems(export_stems=export_stems)
            result = render(source, preset, output=output, bit_depth=bit_depth, progress=progress)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        print_delivery(result)
