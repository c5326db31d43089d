"""`mixwright benchmark`: which mixer brings damaged music back, and which leaves good music alone?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["benchmark_command"]

WORSE = 3


def benchmark_command(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Music: a mixes.csv, or a folder a genre with sound files.")
    ],
    mixer: Annotated[
        Optional[list[str]],  # noqa: UP045 (typer reads it)
        typer.Option(
            help="A baseline's name, model:VERSION, MODULE:FUNCTION, or a command with {input} and {output}; may be "
            "given several times. Default: all baselines."
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Results, a line a case; a stopped run goes on from here.")
    ] = Path("benchmark.jsonl"),
    html: Annotated[Optional[Path], typer.Option(help="Write a page with plots.")] = None,  # noqa: UP045
    fast: Annotated[
        bool, typer.Option(help="Ten seconds a song, our own mixers, figures of the analysis only.")
    ] = False,
    against: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Results of an earlier run; exit with 3 if a criterion got worse."),
    ] = None,
    split: Annotated[str, typer.Option(help="Which split of the table; all for every one.")] = "test",
    draws: Annotated[int, typer.Option(min=1, max=20, help="Faults of each strength a song.")] = 1,
    perceptual: Annotated[str, typer.Option(help="PESQ, STOI and ViSQOL for: none, some, or all cases.")] = "some",
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0 is one a core.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> None:
    """Damage good music on purpose, have it mended by each mixer, and measure what came back; and what each mixer does
    to music that was good."""
    import os

    from ..audio import check_output_path
    from ..benchmark import FAST, FULL, restore
    from ..benchmark.gate import compare_runs
    from ..benchmark.page import render_page
    from ..benchmark.results import read_results
    from ..benchmark.summary import summarise
    from ..benchmark.tables import brief
    from ..errors import ParameterError
    from ..mix.files import write_text
    from .extract import Interrupted
    from .progress import counted

    if perceptual not in ("none", "some", "all"):
        raise ParameterError(f"perceptual={perceptual} must be none, some or all")
    if html is not None:
        check_output_path(html, [output], extensions=[".html"])
    earlier = None if against is None else read_results(against)
    try:
        with counted(quiet, "Measuring") as progress:
            done = restore(
                folder,
                output,
                mixer or (),
                settings=FAST if fast else FULL,
                split=None if split == "all" else split,
                draws=draws,
                perceptual=perceptual,
                workers=workers or os.cpu_count() or 1,
                progress=progress,
                against=earlier and earlier[0],
            )
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; what was measured is in {output}: the same call goes on from there") from None
    for name, reason in done.left_out.items():
        print(f"Left out: {name} ({reason}).")
    print(brief(summarise(done.lines)))
    print(f"Every case: {output}")
    if html is not None:
        write_text(html, render_page(done.head, done.lines))
        print(f"Wrote {html}")
    if earlier is not None:
        worse = compare_runs(earlier[1], done.lines)
        for finding in worse:
            print(f"WORSE  {finding}")
        if worse:
            raise typer.Exit(WORSE)
        print(f"Nothing got worse than in {against}.")
