"""`mixwright score`: is a mix good enough?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["score_command"]

FAILED = 3


def score_command(
    source: Annotated[Path, typer.Argument(metavar="MIX", help="The mix to judge.")],
    reference: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option(help="Another version of the same song that it should be like."),
    ] = None,
    before: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="The song before it was mixed."),
    ] = None,
    genre: Annotated[
        str, typer.Option(help="auto (not judged), a genre, or a blend such as rock:0.7,pop:0.3.")
    ] = "auto",
    quick: Annotated[bool, typer.Option(help="Leave out PESQ, STOI and ViSQOL, which take some seconds.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit with 3 if a criterion fails.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Write the verdict as an HTML page."),
    ] = None,
) -> None:
    """Judge a mix, criterion by criterion, with what each figure can and cannot say."""
    from ..audio import check_output_path, read_audio
    from ..metrics import score
    from ..parameters import parse_genre
    from ..parameters.profiles import blend_profiles
    from .wording import figure

    weights = parse_genre(genre)
    others = [path for path in (reference, before) if path is not None]
    if html is not None:
        check_output_path(html, [source, *others], extensions=[".html"])
    audio, sample_rate = read_audio(source)
    result = score(
        audio,
        sample_rate,
        reference=None if reference is None else read_audio(reference),
        before=None if before is None else read_audio(before),
        profile=None if weights is None else blend_profiles(weights),
        perceptual=not quick,
    )
    if html is not None:
        from ..mix.scorepage import write_score_page

        write_score_page(result, source.name, html)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        verdicts = {True: "pass", False: "FAIL", None: "–"}
        for c in result.criteria:
            if c.value is None:
                continue
            print(f"{verdicts[c.passed]:<5}{c.label:<40}{figure(c.value, c.unit, 2):>14}   ({c.bound})")
            print(f"     {c.sentence}")
        for name, f in result.perceptual.items():
            if f.value is None:
                print(f"–    {name}: not available ({f.reason})")
        left_out = [c.label for c in result.criteria if c.value is None]
        print(f"Not applicable here: {', '.join(left_out)}.")
    if strict and not result.passed:
        raise typer.Exit(FAILED)
