"""How often somebody may ask: a bucket of requests that fills again at a steady rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Rate", "RateLimiter", "network"]

MOST_KNOWN = 20_000
HOST_BITS = 64  # of an IPv6 address: whoever has one has all of them


def network(address: str) -> str:
    """What an address is counted under: itself, or the /64 network of IPv6, in which one asker may have any number."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(known) >> HOST_BITS << HOST_BITS)}/{128 - HOST_BITS}"


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
