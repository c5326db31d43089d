"""What `mixwright data` says about a set of music, as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .wording import figure

if TYPE_CHECKING:
    from ..training.data import Finding, SplitReport

__all__ = ["profile_table", "split_table", "summary", "told"]

SHOWN = 5  # files that are named of each finding


def summary(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How many files of which kind, and how much of each genre."""
    kinds = Counter(row["kind"] for row in rows)
    hours = sum(row["duration_s"] or 0.0 for row in rows) / 3600.0
    yield f"{len(rows)} files ({', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}), {hours:.1f} hours"
    yield f"{'Genre':<12}{'mixes':>7}{'stems':>7}{'pairs':>7}{'artists':>9}{'LUFS':>8}{'crest':>8}{'width':>7}"
    for genre in sorted({row["genre"] or "" for row in rows}):
        own = [row for row in rows if (row["genre"] or "") == genre]
        mixes = [row for row in own if row["kind"] in ("mix", "after") and row["error"] is None]
        count = Counter(row["kind"] for row in own)
        cells = (
            f"{count['mix']:>7}{count['stem']:>7}{count['after']:>7}",
            f"{len({row['artist'] for row in own}):>9}",
            f"{_median(mixes, 'integrated_lufs'):>8}{_median(mixes, 'crest_factor_db'):>8}",
            f"{_median(mixes, 'stereo_width', 2):>7}",
        )
        yield f"{genre or '(none)':<12}{''.join(cells)}"
    yield "LUFS, crest factor (dB) and width: medians of the finished mixes."


def told(findings: Sequence[Finding], everything: bool) -> Iterator[str]:
    """A line a finding, and the files below it."""
    yield ""
    if not findings:
        yield "Nothing found: the music can be learned from."
        return
    for finding in findings:
        yield f"{finding.level:<8} {finding.name}: {finding.text}"
        shown = finding.about if everything else finding.about[:SHOWN]
        yield from (f"         - {' '.join(name.split())}" for name in shown)
        if len(shown) < len(finding.about):
            yield f"         - and {len(finding.about) - len(shown)} more (--all names them)"
    counts = Counter(finding.level for finding in findings)
    yield ""
    yield ", ".join(f"{n} {level}{'s' if n > 1 else ''}" for level, n in counts.items())
    if "error" in counts:
        yield "The errors would spoil training."


def split_table(report: SplitReport) -> Iterator[str]:
    """Songs and artists by genre and side, and what could not be had."""
    yield f"{'Genre':<12}{'train':>16}{'test':>20}{'share':>8}"
    for genre in report.genres:
        train = f"{genre.train_songs} songs, {genre.train_artists} art."
        test = f"{genre.test_songs} songs, {genre.test_artists} art."
        yield f"{genre.genre or '(none)':<12}{train:>18}{test:>18}{genre.test_share:>8.0%}"
    yield from (f"Not balanced: {remark}" for remark in report.remarks)
    kept = f"; {report.kept} kept theirs" if report.kept else ""
    yield f"{report.assigned} files were given a side{kept}"


def profile_table(content: Mapping[str, Any]) -> Iterator[str]:
    """Mean ± spread of each octave's middle band and of the features, a column a genre."""
    profiles = content["profiles"]
    yield f"{'':<22}" + "".join(f"{name:>14}" for name in profiles)
    yield f"{'songs':<22}" + "".join(f"{row['n_tracks']:>14}" for row in profiles.values())
    yield f"{'artists':<22}" + "".join(f"{row['n_artists']:>14}" for row in profiles.values())
    for index, hz in enumerate(content["third_octave_hz"]):
        if index % 3 == 1:
            cells = ((row["ltas_db"][index], row["ltas_spread_db"][index]) for row in profiles.values())
            yield f"{f'{hz:g} Hz':<22}" + "".join(f"{_both(*cell):>14}" for cell in cells)
    for name in profiles["all"]["features"]:
        digits = (0, 2) if name == "spectral_centroid_hz" else (2, 2) if name == "stereo_width" else (1, 1)
        cells = (row["features"].get(name) for row in profiles.values())
        yield f"{name:<22}" + "".join(f"{_both(*cell, *digits) if cell else '–':>14}" for cell in cells)
    yield "Bands in dB relative to the programme's loudness; the centroid's spread in octaves."


def _both(mean: float, spread: float, digits: int = 1, spread_digits: int = 1) -> str:
    return f"{figure(mean, digits=digits)} ± {figure(spread, digits=spread_digits)}"


def _median(rows: Sequence[Mapping[str, Any]], name: str, digits: int = 1) -> str:
    values = sorted(row[name] for row in rows if row[name] is not None)
    if not values:
        return figure(None)
    middle = len(values) // 2
    return figure(values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2, digits=digits)
