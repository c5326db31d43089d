"""The gate: both networks at the same benchmark in one run, the rules, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..benchmark.mixers import network_mixer_name
from ..benchmark.request import TASKS
from ..benchmark.restore import FULL, Restored, restore
from ..benchmark.results import OtherRunError
from ..benchmark.work import Settings
from ..listening.outcome import Outcome
from ..model.registry import CHAMPION, Registry
from .rules import judge_benchmark, judge_listeners
from .verdict import Verdict

__all__ = ["Asked", "decide", "measure"]


@dataclass(frozen=True)
class Asked:
    """What the gate measures on: music as the benchmark takes it, its split (None: all), faults a song, processes, and
    what the networks may know. `heard`: the challenger has learned from this music, which the document then says.
    `anew`: results of other music, settings or another Mixwright are begun anew."""

    music: Path
    results: Path
    settings: Settings = FULL
    split: str | None = "test"
    draws: int = 1
    workers: int = 0
    tasks: Sequence[str] = TASKS
    heard: bool = False
    anew: bool = False


def measure(
    registry: Registry,
    challenger: str,
    asked: Asked,
    *,
    champion: str = CHAMPION,
    outcome: Outcome | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Judge a challenger against the champion; nothing is changed. What `asked.results` holds is not measured again.

    Errors
    ------
    ModelError
        A version that is not there, or whose file was changed.
    ParameterError
        As `benchmark.restore`.
    """
    versions = [registry.find(champion), registry.find(challenger)]
    for version in versions:
        registry.checked(version)
    names = [network_mixer_name(version) for version in versions]

    def measured() -> Restored:
        return restore(
            asked.music, asked.results, names, settings=asked.settings, split=asked.split, draws=asked.draws,
            perceptual="none", tasks=asked.tasks, workers=asked.workers, progress=progress,
        )  # fmt: skip

    try:
        done = measured()
    except OtherRunError:
        if not asked.anew:
            raise
        asked.results.unlink()
        done = measured()
    old, new = ([line for line in done.lines if line["mixer"] == name] for name in names)
    rules = [*judge_benchmark(old, new), judge_listeners(outcome, *versions)]
    settings = {
        **asdict(asked.settings), "split": asked.split, "draws": asked.draws, "tasks": list(asked.tasks),
        "heard_in_training": asked.heard,
    }  # fmt: skip
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Verdict(versions[0], versions[1], at, done.head["music"], settings, rules)


def decide(registry: Registry, verdict: Verdict, *, promote: bool = True) -> bool:
    """Keep the verdict with the challenger, and promote it, or note that it was refused; whether it was promoted.

    With `promote` False one that passed waits for somebody, and that is noted; so does one that somebody went back
    from before.

    Errors
    ------
    ModelError
        It passed against who is champion no longer.
    """
    stamp = verdict.at.replace(":", "").replace("+0000", "")
    registry.keep(verdict.challenger, f"gate-{stamp}.md", verdict.to_markdown())
    digest = registry.keep(verdict.challenger, f"gate-{stamp}.json", verdict.to_json())
    if not verdict.passed:
        registry.refuse(verdict.challenger, reason=verdict.reason, document_sha256=digest)
        return False
    gone_back = any(c.what == "rollback" and c.before == verdict.challenger for c in registry.audit())
    if promote and not gone_back:
        registry.promote(
            verdict.challenger, reason=verdict.reason, document_sha256=digest, against=verdict.champion
        )  # fmt: skip
        return True
    registry.note_passed(verdict.challenger, reason=verdict.reason, document_sha256=digest)
    return False
