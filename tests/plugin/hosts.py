"""Hosts of our own for LV2, CLAP and VST3, and what they say."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tests.plugin.plugins import CONTROLS, FIRST_METER, METERS, RATE


class Run:
    """One run of the host."""

    def __init__(self, command: list[str], place: Path) -> None:
        self._command = command
        self._place = place
        self.said = ""
        self.told: dict[str, float] = {}  # the last value of each control and meter that the plugin told of
        self.read: dict[str, float] = {}  # the others that the host found moved when it was asked to read all
        self.beside = np.zeros(0, np.float32)  # what a second instance gave

    def __call__(self, audio: np.ndarray, block: int, *more: str, rate: float = RATE) -> np.ndarray:
        before, after, beside = (self._place / name for name in ("in.f32", "out.f32", "out.f32.beside"))
        audio.astype(np.float32).tofile(before)
        after.unlink(missing_ok=True)
        if len(audio) == 1:
            more = ("--mono", *more)
        command = [*self._command, str(before), str(after), f"{rate:g}", str(block), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        assert done.returncode == 0, f"{done.returncode}: {self.said}"
        self.told, self.read = dict(self._numbers("told")), dict(self._numbers("read"))
        if "--beside" in more:
            self.beside = np.fromfile(beside, np.float32).reshape(len(audio), -1)
        heard = np.fromfile(after, np.float32) if after.exists() else np.zeros(0, np.float32)
        return heard.reshape(len(audio), -1)

    def _numbers(self, how: str) -> Iterator[tuple[str, float]]:
        for line in self.said.splitlines():
            if line.startswith(f"{how} "):
                _, number, value = line.split()
                name = METERS[int(number) - FIRST_METER] if int(number) >= FIRST_METER else CONTROLS[int(number)]
                yield name, float(value)


def at(frame: int, **values: float) -> list[str]:
    return [f"{frame}:{CONTROLS.index(name)}:{value!r}" for name, value in values.items()]
