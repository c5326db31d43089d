"""`mixwright mix`: the sentence as a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .keeping import keep_mix
from .places import default_output, report_path, sidecar

if TYPE_CHECKING:
    from ..mix import Mix

__all__ = ["mix_command", "print_delivery"]


def mix_command(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="The song (WAV, FLAC, OGG, MP3 or AIFF), or a folder of stems.")
    ],
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option("--output", "-o", help="Where the mix goes; default IN.mix.wav or .flac beside it."),
    ] = None,
    genre: Annotated[str, typer.Option(help="auto, a genre, or a blend such as rock:0.7,pop:0.3.")] = "auto",
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE", help="network (the champion), shipped, rules (no learning), a version, or a file."
        ),
    ] = "network",
    reference: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="FILE[:ASPECT=WEIGHT,...]",
            help="A record that the mix should come closer to; may be given several times, with weights for "
            "tone, dynamics, width, space, loudness: b.flac:tone=0.7,dynamics=0.3.",
        ),
    ] = None,
    dynamic: Annotated[
        bool, typer.Option("--dynamic", help="Let the parameters follow the song, where the mixer can.")
    ] = False,
    morph: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="From one genre at the start of the song to another at its end: rock:electronic."),
    ] = None,
    amount: Annotated[float, typer.Option(help="How much of the decisions is taken, 0 to 1.")] = 1.0,
    amount_of: Annotated[
        str, typer.Option(help="Per aspect: tone=0.5,dynamics=1 (level, tone, dynamics, space, width).")
    ] = "",
    settings: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--set", help="Set a parameter by hand: low_eq=1.5; may be given several times."),
    ] = None,
    loudness: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="auto (genre's convention), streaming (-14), broadcast (-23), keep, reference, or LUFS."),
    ] = None,
    true_peak: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Ceiling in dBTP; default -1."),
    ] = None,
    preset: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Take the parameters from a preset instead of deciding."),
    ] = None,
    taste: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--taste", metavar="FILE", help="A taste to lean to; default yours, where one was learned."),
    ] = None,
    no_taste: Annotated[bool, typer.Option("--no-taste", help="Decide without anybody's taste.")] = False,
    bit_depth: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(help="16, 24 or 32 (float); default 24."),
    ] = None,
    strip: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="NAME:...", help="A stem's strip by hand: vocal:gain_db=-2,pan=0, or click:mute."),
    ] = None,
    export: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--export-stems", metavar="FOLDER", help="Write the processed stems there."),
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Go on without stems that cannot be read.")
    ] = False,
    report: Annotated[str, typer.Option(help="html or none.")] = "html",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Mix a song, or a folder of stems: hear it, decide, render, explain. Writes the mix, its preset and its report."""
    from ..audio import check_output_path
    from ..mix import Reference, mix, mix_stems
    from ..mix.files import write_preset, write_report, write_text
    from ..model import Amounts
    from ..parameters.table import parse_settings
    from .progress import progress_line
    from .stems import only_for_stems, parse_strips, print_console

    destination = output or default_output(source)
    report_file = report_path(report, destination)
    amounts = Amounts.parse(amount, amount_of)
    chosen = parse_settings(settings or [])
    references = [Reference.parse(text) for text in reference or []]
    stems = source.is_dir()
    check_output_path(destination, [*(() if stems else (source,)), *(Path(one.path) for one in references)])
    if not stems:
        only_for_stems(strip=strip, export_stems=export, skip_broken=skip_broken)
    strips = parse_strips(strip or [])
    mixer: Callable[..., Mix] = mix
    if stems:
        mixer = partial(mix_stems, strips=strips, export=export, skip_broken=skip_broken)
    with progress_line(quiet) as progress:
        result = mixer(
            source,
            output=destination,
            genre=genre,
            model=model,
            references=references,
            dynamic=dynamic,
            morph=morph,
            amounts=amounts,
            settings=chosen,
            loudness=loudness,
            true_peak_dbtp=true_peak,
            preset=preset,
            taste=chosen_taste(taste, no_taste, preset),
            bit_depth=bit_depth,
            excerpts=report_file is not None,
            progress=progress,
        )
    preset_file = sidecar(destination, ".preset.json")
    write_preset(result.preset, preset_file)
    files = [preset_file]
    if result.console is not None:
        files.append(sidecar(destination, ".console.json"))
        write_text(files[-1], result.console.preset.to_json())
    if report_file is not None:
        write_report(result, report_file)
    if preset is None:  # what a preset holds was not decided here
        keep_mix(result, how="cli")
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    elif not quiet:
        if result.console is not None:
            print_console(result.console)
        print_mix(result)
        print_delivery(result)
        for path in [*files, *filter(None, [report_file])]:
            print(f"         {path}")


def chosen_taste(taste: Path | None, no_taste: bool, preset: Path | None) -> Path | None:
    """The taste's file: the one that was named, else one's own, if there is one and a decision is to be made."""
    from ..errors import ParameterError
    from ..home import TASTE, home_folder

    if taste is not None and no_taste:
        raise ParameterError("--taste and --no-taste cannot go together")
    if taste is not None and preset is not None:
        raise ParameterError("--taste cannot go with a preset, which holds its decisions already")
    own = home_folder() / TASTE
    return taste or (own if own.is_file() and not no_taste and preset is None else None)


def print_mix(result: Mix) -> None:
    """What was heard and decided."""
    from ..parameters import PARAMETERS
    from .wording import figure, genre_words, heard

    print(f"Heard    {heard(result.before)}")
    aim = "released music" if result.target is None else result.target.name
    if result.way is not None:
        genre = f"from {' to '.join(result.way)} over the song"
    elif result.heard is not None and result.genre == result.heard.probabilities:
        genre = genre_words(result.genre, aim, heard=True, sure=result.heard.sure)
    else:
        genre = genre_words(result.genre, aim)
    print(f"Genre    {genre}")
    moved = [p for p in PARAMETERS if p.name in result.preset.moved()]
    print("Decided  " + (f"{len(moved)} of ten parameters move" if moved else "to leave every parameter alone"))
    if result.taste_sentence:
        print(f"Taste    {result.taste_sentence}; off with --no-taste")
    for p in moved:
        low, high = result.preset.span(p.name)
        value = figure(low, p.unit, 2) if low == high else f"{figure(low, '', 2)} to {figure(high, p.unit, 2)}"
        print(f"  * {result.reasons.get(p.name, f'{p.label} {value}, as the preset has it.')}")
    for p in PARAMETERS:
        if p not in moved and p.name in result.reasons:
            print(f"    {result.reasons[p.name]}")


def print_delivery(result: Mix) -> None:
    """What was written, and what to know about it."""
    from .wording import figure, signed

    after, delivery = result.after, result.delivery
    level = f"balance stage {result.balance.rms_ratio:.2f}× RMS"
    limited = f", limiter up to {figure(-delivery.deepest_db)} dB" if delivery.deepest_db < -0.05 else ", no limiting"
    print(
        f"Wrote    {result.output}  ({figure(after.integrated_lufs, 'LUFS')}, {figure(after.true_peak_dbtp, 'dBTP')}; "
        f"{level}, gain {signed(delivery.gain_db, 'dB')}{limited})"
    )
    for criterion in result.criteria:
        if criterion.passed is False:
            print(f"Missed   {criterion.label}: {figure(criterion.value, criterion.unit, 2)} ({criterion.bound})")
    for warning in result.warnings:
        print(f"Note     {warning}")
