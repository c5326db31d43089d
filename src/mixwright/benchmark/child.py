"""Other programs at work: one command a job, or a script that stays up and takes one job after the other."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ..errors import MixwrightError

__all__ = ["MixerError", "ScriptChild", "run_command"]

TIMEOUT_S = 300.0
LOOP = """
import sys
answers = sys.stdout
sys.stdout = sys.stderr
for line in sys.stdin:
    try:
        work(*line.rstrip("\\n").split("\\t"))
        print("ok", file=answers, flush=True)
    except BaseException as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        print(text, file=answers, flush=True)
"""


class MixerError(MixwrightError):
    """A mixer failed on a song: it raised, crashed, took too long, or gave back something that is no mix."""


def run_command(command: Sequence[str | Path], timeout_s: float = TIMEOUT_S) -> None:
    """Run a program to its end.

    Errors
    ------
    MixerError
        It cannot be started, fails, or takes longer than the time given; its last words are in the message.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, errors="replace", timeout=timeout_s,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise MixerError(f"{name} took longer than {timeout_s:g} s") from None
    except OSError as error:
        raise MixerError(f"{name} cannot be started ({error.strerror})") from None
    if done.returncode != 0:
        words = " ".join((done.stderr or done.stdout).split())[-300:]
        raise MixerError(f"{name} failed with code {done.returncode}: {words}")


class ScriptChild:
    """A Python script in a process of its own that defines `work(*words)`; started at the first job, again after a
    crash."""

    def __init__(self, script: str, timeout_s: float = TIMEOUT_S) -> None:
        self._script, self._timeout_s = script + LOOP, timeout_s
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def ask(self, *words: str | Path) -> None:
        """One job.

        Errors
        ------
        MixerError
            The script raised, the process died, or it took too long.
        """
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(self._timeout_s, process.kill)
        timer.start()
        try:
            process.stdin.write("\t".join(map(str, words)) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        finally:
            timer.cancel()
        if answer != "ok":
            if not answer:
                self._process = None
            raise MixerError(answer or f"the program died (code {process.wait()}) or took over {self._timeout_s:g} s")

    def _running(self) -> subprocess.Popen[str]:
        # A forked worker must not speak through its parent's pipes.
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", self._script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            self._owner = os.getpid()
            atexit.register(self._process.kill)
        return self._process
