"""The model card: what a network was trained on, under which licences, how good it is, and what it cannot do.

After Mitchell et al., Model Cards for Model Reporting (2019).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ..parameters import GENRES
from .calibration import ALWAYS_UNSURE, Calibration
from .collection import Collection
from .config import Config
from .examples import Examples
from .faults import STRENGTH_NAMES
from .network import BalancedMixingCNN
from .segments import Segments
from .songs import BEFORE, Song

__all__ = ["model_card"]


def model_card(
    facts: Mapping[str, Any],
    calibration: Calibration,
    config: Config,
    collection: Collection,
    segments: Segments,
    examples: Examples,
) -> str:
    """Markdown."""
    return "\n".join(
        [
            f"# Mixwright network {facts['version']}",
            "",
            "Hears a mix and proposes the ten parameters of the balance stage, one proposal a genre, and the genre.",
            f"BalancedMixingCNN, {_weights(config):,} weights; trained for {facts['steps']} steps, those of step",
            f"{facts['best_step']} kept. Written by `mixwright train`.",
            "",
            "## Figures",
            "",
            *_figures(facts["figures"]),
            "",
            f"{calibration.amount:.0%} of the way from neutral to the network's answer is gone.",
            *_genre(calibration),
            "",
            "## Data",
            "",
            *_data(segments, examples),
            "",
            *_left_out(collection),
            "## Configuration",
            "",
            *_settings(facts["settings"]),
            "",
            "## Limits",
            "",
            *_limits(calibration, examples),
            "",
        ]
    )


def _weights(config: Config) -> int:
    return sum(p.numel() for p in BalancedMixingCNN(config.shape).parameters())


def _figures(figures: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "Faults were put on passages of good songs in closed form. Removed: median share of the third-octave LTAS"
    yield "error that the answer takes away. Worse: share of the cases that are further from the good song than before."
    yield ""
    yield "| songs | fault | cases | removed | worse |"
    yield "|---|---|---:|---:|---:|"
    for split, found in figures.items():
        for name in STRENGTH_NAMES[1:]:
            if f"removed_{name}" in found:
                cells = (f"{found[f'removed_{name}']:.1%}", f"{found[f'worse_{name}']:.1%}")
                yield f"| {split} | {name} | {found[f'n_{name}']:.0f} | {' | '.join(cells)} |".replace("-", "−")
    for split, found in figures.items():
        if "harm_median_db" in found:
            yield ""
            yield (
                f"Undamaged passages ({split}, {found['n_undamaged']:.0f}) are moved by "
                f"{found['harm_median_db']:.2f} dB (median), {found['harm_p95_db']:.2f} dB (95th percentile)."
            )

    for split, found in figures.items():
        if "genre_top1" in found and "given" not in split:
            yield ""
            yield (
                f"Genre ({split}, {found['n_labelled']:.0f} cases whose credits tell it): {found['genre_top1']:.0%} "
                f"right at the first guess, expected calibration error {found['genre_calibration_error']:.2f}."
            )


def _genre(calibration: Calibration) -> Iterator[str]:
    if calibration.unsure_below >= ALWAYS_UNSURE:
        yield 'The genre is always "unsure": it was not learned, or not well enough to be named.'
        return
    named, right, nll = (value or 0.0 for value in (calibration.named, calibration.right, calibration.nll))
    yield (
        f"A genre is named from a probability of {calibration.unsure_below:.2f} on (temperature "
        f"{calibration.temperature:.2f}, negative log-likelihood {nll:.2f}): {named:.0%} of the labelled cases that "
        f"it was settled on get one, and {right:.0%} of those the right one."
    )


def _data(segments: Segments, examples: Examples) -> Iterator[str]:
    songs = [song for song in segments.songs if song.split != BEFORE]
    passages = Counter(segments.song.tolist())
    count = {song.path: passages[i] for i, song in enumerate(segments.songs)}
    yield "| split | genre | songs | passages of 30 s | artists |"
    yield "|---|---|---:|---:|---:|"
    for split in ("train", "validation", "test"):
        groups: dict[str, list[Song]] = defaultdict(list)
        for song in songs:
            if song.split == split:
                groups[_genre_of(song)].append(song)
        for genre, group in sorted(groups.items()):
            artists = len({song.artist for song in group})
            yield f"| {split} | {genre} | {len(group)} | {sum(count[s.path] for s in group)} | {artists} |"
    yield ""
    yield f"{examples.pairs} passages of training are of songs before and after an engineer's work."
    yield ""
    yield "| licence | songs | artists |"
    yield "|---|---:|---|"
    licences: dict[str, Counter[str]] = defaultdict(Counter)
    for song in songs:
        licences[song.licence or "not known"][song.artist or "not known"] += 1
    for licence, artists_of in sorted(licences.items(), key=lambda item: -item[1].total()):
        names = ", ".join(f"{_cell(name)} ({n})" for name, n in artists_of.most_common())
        yield f"| {_cell(licence)} | {artists_of.total()} | {names} |"


def _left_out(collection: Collection) -> Iterator[str]:
    if collection.findings:
        yield "Found on the way:"
        yield ""
        yield from (f"- {finding.level}: {finding.text}" for finding in collection.findings)
        yield ""


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    yield "| setting | value |"
    yield "|---|---|"
    for name, value in settings.items():
        for key, inner in value.items() if isinstance(value, dict) else [(None, value)]:
            if isinstance(inner, dict):
                inner = ", ".join(f"{k} {v}" for k, v in inner.items())
            if isinstance(inner, list):
                inner = ", ".join(map(str, inner))
            yield f"| {name if key is None else f'{name}: {key}'} | {inner} |"


def _limits(calibration: Calibration, examples: Examples) -> Iterator[str]:
    yield "- The figures are of faults like those that were trained on, in closed form; docs/training.md says how far a"
    yield "  render is from that. How a mix sounds is for listeners to say."
    yield "- Genre labels come from credits and tags, or from another program; few artists a genre were heard."
    yield "- Nothing is learned of reverb and delay here: they stay at neutral."
    if examples.judged_by != "validation":
        yield "- No songs were kept for validation: training was stopped by those that it learned from."
    if examples.test is None:
        yield "- There was no test split: nothing here was measured on artists that took no part at all."
    if calibration.unsure_below >= ALWAYS_UNSURE:
        yield "- It does not tell genres apart."


def _genre_of(song: Song) -> str:
    if not any(song.weights):
        return "not known"
    name = GENRES[max(range(len(GENRES)), key=lambda i: song.weights[i])]
    return name if song.labelled else f"{name}, by another program"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
