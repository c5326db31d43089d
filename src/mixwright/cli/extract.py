"""`mixwright extract`: what an engineer did, as a preset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["extract_command"]


def extract_command(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The song as it was.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The song as it was mixed.")],
    genre: Annotated[str, typer.Option(help="Whose corner frequencies and times are assumed.")] = "rock",
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it)
        typer.Option("--output", "-o", help="Where the preset goes; nothing is written without it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find the ten parameters that lead from one version of a song to the other, and say how sure they are."""
    from ..audio import check_output_path, read_audio, resample
    from ..errors import ParameterError
    from ..mix.extract import extract
    from ..mix.files import write_preset
    from ..parameters import PARAMETERS, blend_voicing, parse_genre
    from .wording import figure, signed

    weights = parse_genre(genre)
    if weights is None:
        raise ParameterError("genre=auto: extraction needs a genre, for its corner frequencies")
    if output is not None:
        check_output_path(output, [before, after], extensions=[".json"])
    first, rate = read_audio(before)
    second, second_rate = read_audio(after)
    if second_rate != rate:
        second = resample(second, second_rate, rate)
    found = extract(first, second, rate, voicing=blend_voicing(weights))
    if output is not None:
        write_preset(found.preset, output)
    if as_json:
        print(json.dumps(found.to_dict(), indent=2))
        return
    left, changed = figure(found.residual_db, "dB"), figure(found.untouched_db, "dB")
    verdict = "Explained by this chain" if found.explained else "Not explained by this chain"
    print(f"{verdict}: {left} of the song is left over, {changed} had changed.")
    for p in PARAMETERS:
        value = figure(found.preset.parameters[p.name], p.unit, 3)
        print(f"  {p.label:<18}{value:>12}   confidence {found.confidence[p.name]:.0%}")
    beyond = f"level {signed(found.gain_db, 'dB')}, lag {found.lag_samples} samples, polarity {found.polarity:+d}"
    print(f"Beyond that: {beyond}")
    if output is not None:
        print(f"Wrote {output}")
