"""`mixwright validate`: a set of tracks through a mixer, scored before and after."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from ..benchmark.validation_result import Validation

__all__ = ["validate_command"]


def validate_command(
    sources: Annotated[list[Path], typer.Argument(metavar="FOLDER|FILES...", help="Sound files, or folders of them.")],
    mixer: Annotated[
        str,
        typer.Option(help="rules, nothing, another baseline, MODULE:FUNCTION, or a command with {input} and {output}."),
    ] = "rules",
    genre: Annotated[
        str, typer.Option(help="auto (from the folder, else all music), a genre, or a blend such as rock:0.7,pop:0.3.")
    ] = "auto",
    split: Annotated[str, typer.Option(help="Rows of a folder's mixes.csv: test, train or all.")] = "test",
    longest: Annotated[
        Optional[int],  # noqa: UP045 (typer reads it)
        typer.Option("--limit", min=1, help="At most so many tracks, spread evenly over all."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Write the result as an HTML page."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> None:
    """Score tracks before and after a mixer, 0 to 100: balance, dynamics, clarity, overall. Machine figures."""
    from ..audio import check_output_path
    from ..benchmark.validation import validate
    from ..benchmark.validation_page import write_validation_page
    from ..errors import SignalError
    from ..parameters import parse_genre
    from .interrupt import interruptible

    if html is not None:
        check_output_path(html, [s for s in sources if s.is_file()], extensions=[".html"])
    with interruptible() as check:
        result = validate(
            sources,
            mixer,
            genre=parse_genre(genre),
            split=None if split == "all" else split,
            longest=longest,
            workers=workers,
            progress=_progress(quiet, check),
        )
    if html is not None:
        write_validation_page(result, html)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        print_validation(result)
    if not result.scored:
        raise SignalError(f"no track of {len(result.rows)} has a score; the first says: {result.rows[0].error}")


def print_validation(result: Validation) -> None:
    """The table, worst change first, and the set below it."""
    from ..benchmark.validation_result import SCORES
    from .wording import figure, signed

    width = min(44, max(len("Track"), *(len(row.name) for row in result.rows)))
    print(f"{'Track':<{width}}" + "".join(f"{_heading(name):>16}" for name in SCORES))
    for row in result.by_change():
        name = row.name if len(row.name) <= width else f"…{row.name[-width + 1 :]}"
        if row.before is None or row.after is None:
            print(f"{name:<{width}}  {row.failed}: {row.error}")
            continue
        cells = (f"{getattr(row.before, s):.0f} → {getattr(row.after, s):.0f}" for s in SCORES)
        print(f"{name:<{width}}" + "".join(f"{cell:>16}" for cell in cells))
    print()
    print(f"Mixer {result.mixer}: {len(result.scored)} of {len(result.rows)} tracks, at equal loudness")
    for name, f in result.figures().items():
        print(
            f"  {_heading(name):<9}{figure(f.before.median):>6} → {figure(f.after.median):>5}   change "
            f"{signed(f.change.median):>5} (95 %: {signed(f.change.low)} to {signed(f.change.high)})   "
            f"improved {f.improved:.0%}, unchanged {f.unchanged:.0%}, worse {f.worse:.0%}"
        )
    print("Medians; scores are machine figures, and nobody listened (docs/validation.md).")


def _heading(name: str) -> str:
    return "genre" if name == "genre_appropriateness" else name


def _progress(quiet: bool, check: Callable[[], None]) -> Callable[[int, int], None]:
    """Lets Ctrl-C through, and counts on standard error: a line that is written over, or a line a tenth in a log."""
    watched = sys.stderr.isatty()

    def report(done: int, total: int) -> None:
        check()
        if quiet:
            return
        if watched:
            print(f"\rscored {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif done and (done == total or done * 10 // total > (done - 1) * 10 // total):
            print(f"scored {done} of {total}", file=sys.stderr, flush=True)

    return report
