"""What a mixer is given and what it gives back: the one shape that ours, the baselines and anybody's take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysis
from ..audio import read_audio, resample
from ..errors import ParameterError

__all__ = ["TASKS", "Answer", "Mixer", "Request"]

Audio = NDArray[np.float32]

# What the mixer may know: nothing but the music; its genre; another, undamaged excerpt of the same song.
TASKS = ("blind", "genre", "reference")


@dataclass(frozen=True, eq=False)
class Request:
    """One job: the music (channels, samples), and what the task lets the mixer know of it.

    `genre` has weights that sum to 1, or is None; `reference` is (channels, samples) at the same rate, or None.
    `folder` is a place for the files of mixers that are other programs. `undamaged` is for the oracle only."""

    audio: Audio
    sample_rate: int
    folder: Path
    genre: Mapping[str, float] | None = None
    reference: Audio | None = None
    undamaged: Analysis | None = field(default=None, repr=False)

    @cached_property
    def audio_file(self) -> Path:
        """The music as a 32-bit WAV file."""
        return self._written("input.wav", self.audio)

    @cached_property
    def reference_file(self) -> Path:
        """The reference as a 32-bit WAV file.

        Errors
        ------
        ParameterError
            The task gives none.
        """
        if self.reference is None:
            raise ParameterError("reference: this task gives none")
        return self._written("reference.wav", self.reference)

    def read(self, path: Path) -> Audio:
        """A file that another program wrote, (channels, samples) at the request's rate.

        Errors
        ------
        AudioReadError
            There is none, or it cannot be read.
        """
        audio, rate = read_audio(path)
        return audio if rate == self.sample_rate else resample(audio, rate, self.sample_rate)

    def _written(self, name: str, audio: Audio) -> Path:
        import soundfile

        path = self.folder / name
        soundfile.write(path, audio.T, self.sample_rate, subtype="FLOAT")
        return path


@dataclass(frozen=True, eq=False)
class Answer:
    """A mix (channels, samples) at the request's rate, and facts that only its mixer can tell, by name."""

    audio: Audio
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mixer:
    """Anything that mixes: its name, the tasks that make a difference to it, and the function.

    `missing` says why it cannot run here; empty where it can. One that `knows_answer` is given the analysis of the
    undamaged song: it shows what can be reached, and is no competitor."""

    name: str
    tasks: tuple[str, ...]
    mix: Callable[[Request], Answer]
    missing: str = ""
    knows_answer: bool = False
