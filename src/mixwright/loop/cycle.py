"""One turn of the loop, for cron: begin a run where there is reason to, go on with one that was begun, judge it.

Safe when run twice: who comes second finds the lock taken and leaves. Safe when killed: what a turn has decided is
written before it acts, each step goes on where it was stopped, and a step that was done is seen to be done.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..audio.atomic import atomic_path
from ..errors import ParameterError
from ..home import MODELS
from ..model.registry import CHAMPION, Registry
from ..store import EventRow
from .gate import Asked, decide, measure
from .plan_file import Gate, Retraining
from .retraining import Preferences, challenger_of, preferences_of

if TYPE_CHECKING:
    from ..training.run import Watcher
    from .verdict import Verdict

__all__ = ["BusyError", "State", "Turn", "read_state", "take_turn", "the_only_one"]

STATE, LOCK = "loop.json", ".loop.lock"
DECIDED = ("pass", "promote", "refuse")


class BusyError(Exception):
    """Another turn is under way."""


@dataclass(frozen=True)
class State:
    """What the loop remembers: how many runs were begun, the one that is under way with the preferences that it began
    with, and how many choices there were when the last one began, and the one before; `drifted`: the drift that there
    is has been a reason already."""

    runs: int = 0
    run: str = ""
    preferences: dict[str, Any] | None = None
    choices: int = 0
    earlier: int = 0
    drifted: bool = False


@dataclass(frozen=True)
class Turn:
    """What a turn did, in a word (nothing, training, refused, passed, promoted) and a sentence; the gate's verdict,
    where there is one."""

    outcome: str
    sentence: str
    verdict: Verdict | None = None


@contextlib.contextmanager
def the_only_one(home: Path) -> Iterator[None]:
    """While this is held, no other turn begins.

    Errors
    ------
    BusyError
        Another is under way.
    ParameterError
        The system has no file locks.
    """
    try:
        import fcntl
    except ImportError:
        raise ParameterError("loop: this system has no file locks (Windows); retrain needs none") from None
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    _let_go_in_children(lock)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        yield
    finally:
        os.close(lock)


def _let_go_in_children(lock: int) -> None:
    """A worker that was forked outlives a turn that was killed, and must not hold its lock for ever."""
    held, made = os.fstat(lock), os.getpid()

    def let_go() -> None:
        with contextlib.suppress(OSError):
            if os.getpid() != made and os.path.samestat(os.fstat(lock), held):
                os.close(lock)

    os.register_at_fork(after_in_child=let_go)


def take_turn(
    home: Path, plan: Retraining, gate: Gate, events: Sequence[EventRow], watcher: Watcher, *, drift: bool, base: Path
) -> Turn:
    """Begin or go on. The caller holds `the_only_one`.

    Parameters
    ----------
    home
        Where the registry and the loop's memory are.
    events
        Choices and edits so far.
    drift
        Whether the music that comes in has changed.
    base
        Where relative folders of the plan begin.

    Errors
    ------
    ParameterError
        As training and the benchmark. A run that cannot go on, because the music has changed, is given up first; one
        that is trained and cannot be judged, or whose music is not there, waits for the next turn.
    """
    state, registry = read_state(home), Registry(home / MODELS)
    if not state.run:
        preferences = preferences_of(events, plan.preference_weight)
        new = max(0, preferences.choices - state.choices)
        if state.drifted and not drift:
            state = replace(state, drifted=False)
            _write(home, state)
        if new < plan.after_choices and not (drift and plan.on_drift and not state.drifted):
            needed = f"{new} new choices of {plan.after_choices}"
            since = "no drift" if not drift else "no new drift" if plan.on_drift else "drift is none to this plan"
            return Turn("nothing", f"No reason to train: {needed}, {since}.")
        number = state.runs + 1
        counted = max(state.choices, preferences.choices)
        state = State(number, f"loop-{number:04}", asdict(preferences), counted, state.choices, drift)
        _write(home, state)
    return _go_on(home, state, registry, plan, gate, watcher, base)


def _go_on(
    home: Path, state: State, registry: Registry, plan: Retraining, gate: Gate, watcher: Watcher, base: Path
) -> Turn:
    from ..benchmark.restore import FAST, FULL
    from ..training.run import Plan, config_of

    folder = base / plan.runs / state.run
    asked = Plan(
        tuple(base / one for one in plan.data), folder, config_of(plan.steps, plan.seed + state.runs - 1, None),
        ignore_split=plan.ignore_split, workers=plan.workers, threads=plan.threads, minutes=plan.minutes,
        mlflow=plan.mlflow,
    )  # fmt: skip
    away = next((one for one in asked.data if not one.exists()), None)
    if away is not None:  # a disk that is not there now may be there at the next turn
        raise ParameterError(f"{state.run}: the music in {away} is not there; it goes on when it is")
    try:
        result, version = challenger_of(asked, registry, Preferences(**(state.preferences or {})), watcher)
    except ParameterError:
        # The same run would fail again at every turn; another one begins for the same reason.
        _write(home, replace(state, run="", preferences=None, choices=state.earlier, drifted=False))
        raise
    if version is None:
        return Turn("training", f"{state.run}: the time was up at step {result.steps}; the next turn goes on.")
    done = [c.what for c in registry.audit() if c.version == version.version and c.what in DECIDED]
    if done or registry.find(CHAMPION) == version.version:  # killed between the decision and its note
        _write(home, replace(state, run="", preferences=None))
        return Turn("nothing", f"{state.run}: version {version.version} was decided about already.")
    champion = registry.find(CHAMPION)
    measured = Asked(
        base / gate.music, folder / f"gate-{champion}-{version.version}.jsonl", FAST if gate.fast else FULL,
        None if gate.split == "all" else gate.split, gate.draws, plan.workers, anew=True,
        heard=plan.ignore_split,
    )  # fmt: skip
    verdict = measure(registry, version.version, measured)
    promoted = decide(registry, verdict, promote=gate.promote)
    _write(home, replace(state, run="", preferences=None))
    outcome = "refused" if not verdict.passed else "promoted" if promoted else "passed"
    return Turn(outcome, f"{state.run}: version {version.version} {verdict.reason} and is {outcome}.", verdict)


def read_state(home: Path) -> State:
    """What the loop remembers; nothing before its first run.

    Errors
    ------
    ParameterError
        The file is damaged.
    """
    path = home / STATE
    try:
        return State(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(f"{path}: cannot be read ({error})") from None


def _write(home: Path, state: State) -> None:
    with atomic_path(home / STATE) as temporary:
        temporary.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
