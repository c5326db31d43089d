"""What the studio's jobs did, for Prometheus: the text exposition format, version 0.0.4."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence

__all__ = ["MEDIA_TYPE", "Counters", "exposed"]

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_S = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600)
ENDS = ("done", "failed", "cancelled")


class Counters:
    """Jobs by kind since the server started; belongs to its event loop. All of `kinds` are told, from 0 on."""

    def __init__(self, kinds: Sequence[str] = ("mix", "export")) -> None:
        self._kinds = tuple(kinds)
        self._started: Counter[str] = Counter()
        self._ended: Counter[tuple[str, str]] = Counter()
        self._within: Counter[tuple[str, int]] = Counter()  # by the first bound that holds it
        self._sum_s: dict[str, float] = dict.fromkeys(kinds, 0.0)

    def started(self, kind: str) -> None:
        """A job was taken on."""
        self._started[kind] += 1

    def ended(self, kind: str, state: str, seconds: float | None) -> None:
        """A job ended, after so long at work; None where it never ran."""
        self._ended[kind, state] += 1
        if seconds is not None:
            self._within[kind, bisect_left(BOUNDS_S, seconds)] += 1
            self._sum_s[kind] += seconds

    def exposition(self) -> str:
        """All of them."""
        name = "mixwright_studio_jobs_started_total"
        lines = [f"# HELP {name} Jobs that were taken on.", f"# TYPE {name} counter"]
        lines += [f'{name}{{kind="{kind}"}} {self._started[kind]}' for kind in self._kinds]
        name = "mixwright_studio_jobs_ended_total"
        lines += [f"# HELP {name} Jobs that ended, by how.", f"# TYPE {name} counter"]
        lines += [
            f'{name}{{kind="{kind}",state="{state}"}} {self._ended[kind, state]}'
            for kind in self._kinds
            for state in ENDS
        ]
        name = "mixwright_studio_job_seconds"
        lines += [f"# HELP {name} How long jobs were at work.", f"# TYPE {name} histogram"]
        for kind in self._kinds:
            under = 0
            for k, bound in enumerate((*BOUNDS_S, "+Inf")):
                under += self._within[kind, k]
                lines.append(f'{name}_bucket{{kind="{kind}",le="{bound}"}} {under}')
            lines += [f'{name}_sum{{kind="{kind}"}} {self._sum_s[kind]!r}', f'{name}_count{{kind="{kind}"}} {under}']
        return "\n".join(lines) + "\n"


def exposed(texts: Sequence[Callable[[], str]]) -> str:
    """Several expositions as one; each must have names of its own."""
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in (make() for make in texts) if text)
