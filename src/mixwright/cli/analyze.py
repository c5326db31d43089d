"""`mixwright analyze`: what is heard in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["analyze_command"]


def analyze_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A sound file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print every measurement as JSON.")] = False,
    series: Annotated[
        bool, typer.Option(help="With --json: momentary and short-term loudness over time as well.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress line.")] = False,
) -> None:
    """Measure a song: loudness, peaks, dynamics, tone, width, tempo; and hear its genre."""
    from ..mix import analyze
    from ..mix.checks import check_signal, input_warnings
    from ..mix.heard import genre_of
    from .progress import progress_line

    with progress_line(quiet) as progress:
        analysis = analyze(source, progress=progress)
    check_signal(str(source), analysis)
    if as_json:
        data = analysis.to_dict(series=series)
        data["genre"] = genre_of(analysis)
        print(json.dumps(data, indent=2))
        return
    from .wording import figure

    rows = [
        ("Length", figure(analysis.duration_s, "s")),
        ("Format", f"{analysis.sample_rate} Hz, {'stereo' if analysis.channels == 2 else 'mono'}"),
        ("Loudness", figure(analysis.integrated_lufs, "LUFS")),
        ("  short-term, highest", figure(analysis.short_term_max_lufs, "LUFS")),
        ("  momentary, highest", figure(analysis.momentary_max_lufs, "LUFS")),
        ("Loudness range", figure(analysis.loudness_range_lu, "LU")),
        ("True peak", figure(analysis.true_peak_dbtp, "dBTP")),
        ("Sample peak", figure(analysis.sample_peak_dbfs, "dBFS")),
        ("RMS", figure(analysis.rms_dbfs, "dBFS")),
        ("Crest factor", figure(analysis.crest_factor_db, "dB")),
        ("Peak to loudness", figure(analysis.plr_lu, "LU")),
        ("Spectral centroid", figure(analysis.spectral_centroid_hz, "Hz", 0)),
        ("Stereo width", figure(analysis.stereo_width, digits=2)),
        ("Correlation", figure(analysis.stereo_correlation, digits=2)),
        ("Tempo", figure(analysis.tempo_bpm, "BPM", 0)),
        ("DC offset", figure(analysis.dc_offset, digits=4)),
        ("Clipped samples", figure(analysis.clipped_samples, digits=0)),
    ]
    for label, value in rows:
        print(f"{label:<24}{value:>16}")
    strong = sorted(genre_of(analysis).items(), key=lambda item: -item[1])[:3]
    print(f"{'Genre, as it sounds':<24}{', '.join(f'{name} {100 * share:.0f} %' for name, share in strong):>16}")
    print("Third octaves, dBFS")
    bands = list(zip(analysis.third_octave_hz, analysis.ltas_db, strict=True))
    for start in range(0, len(bands), 8):
        row = bands[start : start + 8]
        print("  " + "".join(f"{hz:>9g}" for hz, _ in row))
        print("  " + "".join(f"{figure(db):>9}" for _, db in row))
    for warning in input_warnings(analysis):
        print(f"Note  {warning}")
