"""`mixwright score`: is a mix good enough?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from ..metrics import Score

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
    loudness: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="What the file's loudness is held to: streaming (-14), broadcast (-23) or LUFS."),
    ] = None,
    ceiling: Annotated[float, typer.Option(help="What its true peak is held to, in dBTP.")] = 0.0,
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
    from ..mix.loudness_target import parse_loudness
    from ..parameters import parse_genre
    from ..parameters.profiles import blend_profiles

    weights = parse_genre(genre)
    target_lufs = None if loudness is None else parse_loudness(loudness).lufs
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
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling,
    )
    if html is not None:
        from ..mix.scorepage import write_score_page

        write_score_page(result, source.name, html)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(result, source.name)))
    if strict and not result.passed:
        raise typer.Exit(FAILED)


def _lines(result: Score, name: str) -> list[str]:
    """The verdict for a terminal: what failed first, what does not apply last and short."""
    from .wording import figure

    shown = [c for c in result.criteria if c.value is not None]
    bounded = [c for c in shown if c.passed is not None]
    failed = sum(c.passed is False for c in bounded)
    against = f" against the {result.against} version" if result.against == "before" else ""
    against = " against the reference" if result.against == "reference" else against
    verdict = f"{failed} of {len(bounded)} criteria failed" if failed else f"all {len(bounded)} criteria passed"
    lines = [f"{name}{against}: {verdict}.", *result.sentences, ""]
    for passed, mark in ((False, "FAIL"), (True, "pass"), (None, "–")):
        for c in shown:
            if c.passed is passed:
                value = figure(c.value, c.unit, 0 if c.unit == "samples" else 2)
                lines.append(f"{mark:<5}{c.label:<40}{value:>14}   ({c.bound})")
                lines.append(f"     {c.sentence}")
    reasons: dict[str, list[str]] = {}
    for measure, f in result.perceptual.items():
        if f.value is None:
            reasons.setdefault(f.reason, []).append(measure)
    lines += [f"n/a  {', '.join(measures)}: {reason}" for reason, measures in reasons.items()]
    left_out = [c.name for c in result.criteria if c.value is None]
    lines += [f"Not applicable here: {', '.join(left_out)}."] if left_out else []
    return lines
