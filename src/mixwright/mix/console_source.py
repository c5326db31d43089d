"""A console as a source of music: what its strips, groups and returns make of the stems, for the balance stage."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio import open_writer
from ..chain.console import Channel, Console
from ..parameters import ConsolePreset
from .stem_source import Stem, aligned_blocks

__all__ = ["ConsoleSource", "export_stems"]

Audio = NDArray[np.float32]
MOST_SAMPLES = 4_000_000  # in the blocks of all stems together


class ConsoleSource:
    """The sum of a console; can be read again and again, each time the same to the bit."""

    def __init__(self, stems: Sequence[Stem], preset: ConsolePreset, name: str, rate: int) -> None:
        self.name = name
        self.sample_rate = rate
        self.channels = 2
        self.tags: Mapping[str, str] = {}
        self.warnings: Sequence[str] = ()
        self._stems = list(stems)
        self._preset = preset
        hints = [stem.source.frames_hint for stem in stems]
        known = [round(hint * rate / s.source.sample_rate) for hint, s in zip(hints, stems, strict=True) if hint]
        self.frames_hint: int | None = max(known) if len(known) == len(hints) else None

    def blocks(self) -> Iterator[Audio]:
        for total, _ in self.rendered():
            yield total

    def rendered(self, kept: list[Audio] | None = None) -> Iterator[tuple[Audio, list[Audio]]]:
        """The sum (2, n), and with a list in `kept` what each strip gives, in the order of the stems."""
        tenth = self.sample_rate // 10
        frames = tenth * max(1, min(15, MOST_SAMPLES // (2 * len(self._stems) * tenth)))
        with self._console() as console:
            for blocks in aligned_blocks(self._stems, self.sample_rate, frames):
                yield console.process(blocks, kept), kept or []

    def _console(self) -> Console:
        preset = self._preset
        return Console(
            [_channel(preset, stem) for stem in self._stems],
            self.sample_rate,
            preset.voicing,
            tempo_bpm=preset.tempo_bpm,
            reverb_db=preset.reverb_db,
            delay_db=preset.delay_db,
            threads=min(len(self._stems), os.cpu_count() or 1),
        )


def _channel(preset: ConsolePreset, stem: Stem) -> Channel:
    strip = preset.strips[stem.name]
    return Channel(
        stem.source.channels,
        strip.parameters,
        strip.roles,
        strip.programme_lufs,
        preset.group_db(stem.name),
        strip.muted,
    )


def export_stems(source: ConsoleSource, stems: Sequence[Stem], folder: Path, bit_depth: int) -> list[Path]:
    """Write what each strip gives to the mix bus, FOLDER/NAME.strip.wav, whole or not at all; gives the paths.

    Errors
    ------
    AudioWriteError
        A file cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{stem.name}.strip.wav" for stem in stems]
    kept: list[Audio] = []
    with ExitStack() as stack:
        writers = [
            stack.enter_context(open_writer(path, sample_rate=source.sample_rate, channels=2, bit_depth=bit_depth))
            for path in paths
        ]
        for _, parts in source.rendered(kept):
            for writer, part in zip(writers, parts, strict=True):
                writer.write(part)
    return paths
