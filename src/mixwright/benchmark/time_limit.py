"""A mixer that never comes back must not hold up the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .child import MixerError

__all__ = ["LONGEST_S", "time_limit"]

LONGEST_S = 600.0  # twice what another program is given: that one is to be told by its own clock


@contextmanager
def time_limit(seconds: float = LONGEST_S) -> Iterator[None]:
    """Raise MixerError in what runs inside after so many seconds; in the main thread, where the system has timers.

    Native code is interrupted when it returns to Python."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise MixerError(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
