"""`mixwright data`: the music that is learned from, indexed, checked, split and summed up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["data_app"]

SPOILED = 3  # exit code of `check` where something would spoil training

data_app = typer.Typer(
    help="The music that is learned from: index, check, split, stats.", no_args_is_help=True, rich_markup_mode=None
)
Index = Annotated[Path, typer.Argument(metavar="INDEX", help="What `mixwright data index` wrote (.parquet).")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


@data_app.command("index")
def index_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder a genre; tables (.csv) are read too.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The index (.parquet).")] = Path("index.parquet"),
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """List every sound file with its figures. What is in the index already and unchanged is not heard again."""
    from ..training.data import index_folder
    from .extract import Interrupted
    from .interrupt import interruptible
    from .progress import counted

    try:
        with interruptible() as check, counted(quiet, "Listening") as draw:

            def told(done: int, total: int, path: str, error: str | None) -> None:
                draw(done, total)
                if not quiet and not sys.stderr.isatty() and done * 10 // total > (done - 1) * 10 // total:
                    print(f"heard {done} of {total}", file=sys.stderr, flush=True)  # a line a tenth in a log
                if error and not quiet:
                    print(f"mixwright: {' '.join(error.split())}", file=sys.stderr, flush=True)

            report = index_folder(folder, output, workers=workers, told=told, check=check)
    except KeyboardInterrupt:
        state = "holds what was done; the same command goes on from there" if output.exists() else "was not begun"
        raise Interrupted(f"interrupted; {output} {state}") from None
    if as_json:
        print(json.dumps(report.__dict__, indent=2))
        return
    parts = [f"{report.measured} measured"]
    parts += [f"{report.kept} kept from before"] if report.kept else []
    parts += [f"{report.failed} cannot be read"] if report.failed else []
    parts += [f"{report.duplicate_groups} recordings more than once"] if report.duplicate_groups else []
    print(f"Wrote {output}: {report.rows} files, {', '.join(parts)}")


@data_app.command("check")
def check_command(
    index: Index,
    everything: Annotated[bool, typer.Option("--all", help="Name every file, not the first five.")] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong with the music. Exit code 3 if something would spoil training."""
    from ..training.data import check_rows, read_index

    rows = read_index(index)
    findings = check_rows(rows)
    spoiled = any(finding.level == "error" for finding in findings)
    if as_json:
        content = {"files": len(rows), "spoiled": spoiled, "findings": [finding.to_dict() for finding in findings]}
        print(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        from .data_words import summary, told

        print("\n".join([*summary(rows), *told(findings, everything)]))
    if spoiled:
        raise typer.Exit(SPOILED)


@data_app.command("split")
def split_command(
    index: Index,
    test: Annotated[float, typer.Option(help="The share of each genre's songs to test with.")] = 0.3,
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Forget the split that is there.")] = False,
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option("--output", "-o", help="Write another index and leave this one as it is."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Part the music by artist, so that no artist and no recording is on both sides. Keeps a split that is there."""
    from ..audio import check_output_path
    from ..training.data import read_index, split_rows, write_rows

    rows = read_index(index)
    if output is not None:
        check_output_path(output, extensions=[".parquet"])
    report = split_rows(rows, test=test, seed=seed, again=again)
    write_rows(rows, output or index)
    if as_json:
        genres = [{**genre._asdict(), "test_share": genre.test_share} for genre in report.genres]
        print(json.dumps({**report.__dict__, "genres": genres, "remarks": list(report.remarks)}, indent=2))
        return
    from .data_words import split_table

    print("\n".join([*split_table(report), f"Wrote {output or index}"]))


@data_app.command("stats")
def stats_command(
    index: Index,
    split: Annotated[str, typer.Option(help="Which side of the split: train, test or all.")] = "train",
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--output", "-o", help="Write the profiles (.json)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the profiles as JSON.")] = False,
) -> None:
    """Mean and spread of tone and features, by genre and of all music: the profiles that mixes are led to."""
    from ..audio import check_output_path
    from ..training.data import profile_file, read_index, tracks_of

    if output is not None:
        check_output_path(output, [index], extensions=[".json"])
    tracks = tracks_of(read_index(index), None if split == "all" else split)
    content = profile_file(tracks, f"mixwright data stats {index.name} --split {split}")
    if output is not None:
        from ..mix.files import write_text

        write_text(output, json.dumps(content, indent=1) + "\n")
    if as_json:
        print(json.dumps(content, indent=1))
        return
    from .data_words import profile_table

    print("\n".join(profile_table(content)))
    if output is not None:
        print(f"Wrote {output}")
