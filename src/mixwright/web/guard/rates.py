"""How often somebody may ask: a bucket of requests that fills again at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Rate", "RateLimiter"]

MOST_KNOWN = 20_000


@dataclass(frozen=True)
class Rate:
    """So many requests a second in the long run, and `burst` at once."""

    per_second: float
    burst: float


class RateLimiter:
    """Buckets by key, in memory only; the one that was asked for longest ago is forgotten first."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """0 where a request is allowed, which takes it from the bucket; else how long to wait."""
        now = self._clock()
        left, since = self._left.pop(key, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - since) * self._rate.per_second)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        while len(self._left) > MOST_KNOWN:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate.per_second
