"""`mixwright extract`: what an engineer did, as a preset; or a table of what was done to a folder of songs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from ..errors import MixwrightError, ParameterError

if TYPE_CHECKING:
    from ..parameters import Voicing

__all__ = ["Interrupted", "extract_command"]


class Interrupted(MixwrightError):  # noqa: N818 (not an error of anybody)
    """Ctrl-C, with something to say about what stands already."""


def extract_command(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The song as it was, or a folder of songs.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The song as it was mixed, or a folder of them.")],
    genre: Annotated[
        str, typer.Option(help="Whose corner frequencies and times are assumed; auto tries all and takes the best.")
    ] = "auto",
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option("--output", "-o", help="The preset (.json), or for folders the table (.parquet)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find what leads from one version of a song to the other, and say how sure that is.

    With two folders, files of the same name are pairs, and a table with a row a pair is written; a run that was
    interrupted goes on where it stopped."""
    from ..audio import check_output_path
    from ..mix.extraction.folder import extract_pair
    from ..mix.files import write_preset
    from ..parameters import blend_voicing, parse_genre

    weights = parse_genre(genre)
    voicing = None if weights is None else blend_voicing(weights)
    if before.is_dir() or after.is_dir():
        _folder(before, after, output, voicing, as_json)
        return
    if output is not None:
        check_output_path(output, [before, after], extensions=[".json"])
    found = extract_pair(before, after, voicing=voicing)
    if output is not None:
        write_preset(found.preset, output)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2))
        return
    from .extract_words import told

    print("\n".join(told(found)))
    if output is not None:
        print(f"Wrote {output}")


def _folder(before: Path, after: Path, output: Path | None, voicing: Voicing | None, as_json: bool) -> None:
    from ..mix.extraction import extract_folder
    from .interrupt import interruptible

    if output is None:
        raise ParameterError("output: folders need --output TABLE.parquet")
    try:
        with interruptible() as check:

            def told(done: int, total: int, name: str, error: str | None) -> None:
                print(f"{done}/{total} {name}{': ' + error if error else ''}", file=sys.stderr, flush=True)
                check()

            report = extract_folder(before, after, output, voicing=voicing, told=told)
    except KeyboardInterrupt:
        state = "holds the pairs done; the same command goes on from there" if output.exists() else "was not begun"
        raise Interrupted(f"interrupted; {output} {state}") from None
    for place, names in ((before, report.only_before), (after, report.only_after)):
        if names:
            print(f"Only in {place}: {', '.join(names)}", file=sys.stderr)
    if as_json:
        print(json.dumps(report.__dict__, indent=2))
        return
    parts = [f"{report.rows} pairs"]
    parts += [f"{report.kept} kept from before"] if report.kept else []
    parts += [f"{report.failed} failed (see the column error)"] if report.failed else []
    print(f"Wrote {output}: {', '.join(parts)}")
