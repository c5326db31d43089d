"""One turn of the loop: begins with a reason, one at a time, goes on after a kill anywhere, does nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.loop.made_lines import made
from tests.model.network_files import write_network
from typer.testing import CliRunner

from mixwright.cli.app import app
from mixwright.errors import ModelError, ParameterError
from mixwright.feedback.sharing import TOLD_APART
from mixwright.feedback.taste import Choice, Taste, learn_taste
from mixwright.home import MODELS
from mixwright.loop import cycle, gate, retraining
from mixwright.loop.cycle import BusyError, read_state, take_turn, the_only_one
from mixwright.loop.plan_file import Gate, LoopPlan, Retraining, read_plan
from mixwright.loop.retraining import Preferences, preferences_of
from mixwright.loop.rules import judge_benchmark, judge_listeners
from mixwright.loop.verdict import Verdict
from mixwright.model.registry import Registry
from mixwright.store import EventRow

PLAN = Retraining(data=("music",), after_choices=10)
GATE = Gate(music="music", promote=True)


class KilledError(BaseException):
    """As if the process had been killed here."""


def choices(count: int) -> list[EventRow]:
    """Blind choices of one person, for what is brighter."""
    now = datetime.now(UTC)
    data = {"first": {"high_eq": 0.4}, "second": {"high_eq": -0.4}, "outcome": "first"}
    return [EventRow("me", "own", f"k{n}", "choice", "s", {}, "", data, now) for n in range(count)]


@dataclass
class World:
    """A home, and training and judging that cost nothing: what they give is set, and where they are killed."""

    home: Path
    better: bool = True
    finished: bool = True
    trained: int = 0
    judged: int = 0
    taste: Any = None

    def turn(self, events: int = 12, *, drift: bool = False, **how: Any) -> str:
        made_turn = take_turn(
            self.home, how.get("plan", PLAN), how.get("gate", GATE), choices(events), SimpleNamespace(),  # type: ignore[arg-type]
            drift=drift, base=self.home,
        )  # fmt: skip
        return made_turn.outcome

    @property
    def registry(self) -> Registry:
        return Registry(self.home / MODELS)

    def told(self) -> list[str]:
        return [change.what for change in self.registry.audit()]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    here = World(tmp_path / "home")
    (here.home / "music").mkdir(parents=True)

    def challenger_of(plan: Any, registry: Registry, preferences: Preferences, watcher: Any) -> Any:
        here.trained += 1
        here.taste = dict(preferences.taste)
        result = SimpleNamespace(steps=5, finished=here.finished)
        if not here.finished:
            return result, None
        name = plan.folder.name.replace("-", "")
        if registry.has(name):
            return result, next(row for row in registry.versions() if row.version == name)
        file = write_network(here.home / f"{name}.onnx", facts={"version": name})
        return result, registry.register(file, run=plan.folder.name)

    def measure(registry: Registry, challenger: str, asked: gate.Asked, **how: Any) -> Verdict:
        here.judged += 1
        rules = judge_benchmark(made(own=1), made(own=2, removed=0.35 if here.better else 0.1))
        at = f"2026-12-01T00:00:{here.judged:02}+00:00"
        return Verdict(registry.find("champion"), challenger, at, "m", {}, [*rules, judge_listeners(None, "a", "b")])

    monkeypatch.setattr(cycle, "challenger_of", challenger_of)
    monkeypatch.setattr(cycle, "measure", measure)
    pytest.importorskip("torch")  # its plan is made by the training's own
    return here


def test_a_turn_needs_a_reason(world: World) -> None:
    assert world.turn(9) == "nothing"
    assert (world.trained, world.told()) == (0, [])
    assert world.turn(9, drift=True) == "promoted"
    assert world.turn(9) == "nothing"  # what was learned from is no reason again
    assert world.turn(18) == "nothing"
    assert world.turn(19) == "promoted"
    assert world.told() == ["register", "promote"] * 2


def test_what_passed_is_judged_once_though_killed_before_that_was_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cycle.decide

    def killed(*words: Any, **how: Any) -> None:
        real(*words, **how)
        raise KilledError

    waits = Gate(music="music")
    with monkeypatch.context() as patch:
        patch.setattr(cycle, "decide", killed)
        with pytest.raises(KilledError):
            world.turn(12, gate=waits)
    assert world.turn(12, gate=waits) == "nothing"
    assert world.judged == 1
    assert world.told() == ["register", "pass"]


def test_a_drift_that_stays_is_a_reason_once(world: World) -> None:
    assert world.turn(0, drift=True) == "promoted"
    assert world.turn(0, drift=True) == "nothing"  # it stays: what was trained for it changes nothing about that
    assert world.turn(0) == "nothing"
    assert world.turn(0, drift=True) == "promoted"
    assert world.trained == 2


def test_drift_is_no_reason_where_the_plan_says_so(world: World) -> None:
    quiet = PLAN.model_copy(update={"on_drift": False})
    assert world.turn(0, drift=True, plan=quiet) == "nothing"


def test_what_is_worse_is_refused_and_what_passes_may_wait_for_somebody(world: World) -> None:
    world.better = False
    assert world.turn(12) == "refused"
    assert world.registry.aliases() == {"champion": "shipped"}
    world.better = True
    assert world.turn(30, gate=Gate(music="music")) == "passed"
    assert world.registry.aliases() == {"champion": "shipped", "challenger": "loop0002"}
    assert world.told() == ["register", "refuse", "register", "pass"]


def test_a_run_goes_on_with_the_preferences_that_it_began_with(world: World) -> None:
    world.finished = False
    assert world.turn(60) == "training"
    began = world.taste
    assert began["high_eq"] > 0
    assert read_state(world.home).run == "loop-0001"
    world.finished = True
    assert world.turn(70) == "promoted"  # more choices came meanwhile
    assert world.taste == began
    assert read_state(world.home) == cycle.State(runs=1, choices=60)


@pytest.mark.parametrize("place", ["challenger_of", "measure", "decide", "_write"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_the_next_turn_ends_it_and_nothing_is_done_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    real: Callable[..., Any] = getattr(cycle, place)

    def killed(*words: Any, **how: Any) -> Any:
        if after:
            real(*words, **how)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(cycle, place, killed)
        with pytest.raises(KilledError):
            world.turn(12)
    while read_state(world.home).run or not world.told():
        world.turn(12)
    assert world.told() == ["register", "promote"]
    assert world.registry.aliases() == {"champion": "loop0001"}
    assert world.turn(12) == "nothing"
    assert world.told() == ["register", "promote"]


def test_a_run_that_cannot_go_on_is_given_up_and_its_reason_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: Any) -> Any:
        raise ParameterError("runs/loop-0001: was begun with data_sha256=a, and not b: choose another --name")

    with monkeypatch.context() as patch:
        patch.setattr(cycle, "challenger_of", refused)
        with pytest.raises(ParameterError):
            world.turn(12)
    assert world.turn(12) == "promoted"
    assert world.registry.aliases() == {"champion": "loop0002"}


def test_a_run_that_is_trained_waits_for_a_gate_that_cannot_measure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: Any, **how: Any) -> Any:
        raise ParameterError("gate-music: there is no such folder")

    with monkeypatch.context() as patch:
        patch.setattr(cycle, "measure", refused)
        with pytest.raises(ParameterError, match="gate-music"):
            world.turn(12)
    assert read_state(world.home).run == "loop-0001"
    assert world.turn(12) == "promoted"
    assert world.registry.aliases() == {"champion": "loop0001"}  # and nothing was trained anew


def test_a_run_whose_music_is_not_there_waits_for_it(world: World) -> None:
    world.finished = False
    assert world.turn(12) == "training"
    (world.home / "music").rename(world.home / "elsewhere")
    with pytest.raises(ParameterError, match=r"loop-0001: the music in .*music is not there"):
        world.turn(12)
    (world.home / "elsewhere").rename(world.home / "music")
    world.finished = True
    assert world.turn(12) == "promoted"
    assert world.registry.aliases() == {"champion": "loop0001"}


def test_who_passed_against_a_champion_that_is_gone_is_judged_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cycle.measure

    def measured(registry: Registry, *words: Any, **how: Any) -> Verdict:
        verdict = real(registry, *words, **how)
        if world.judged == 1:  # it took hours; somebody promoted another
            registry.register(write_network(world.home / "hand.onnx", facts={"version": "hand11"}))
            registry.promote("hand11", reason="by hand")
        return verdict

    monkeypatch.setattr(cycle, "measure", measured)
    with pytest.raises(ModelError, match=r"loop0001: was judged against shipped, and hand11 became champion meanwhile"):
        world.turn(12)
    assert world.registry.aliases()["champion"] == "hand11"
    assert world.turn(12) == "promoted"
    assert (world.trained, world.judged) == (2, 2)
    assert world.registry.audit()[-1].before == "hand11"


def test_one_at_a_time(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from mixwright.loop.cycle import the_only_one\n"
        "with the_only_one(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(BusyError), the_only_one(tmp_path):
            pass
        other.kill()  # who is killed holds nothing
        other.wait()
    with the_only_one(tmp_path):
        pass


def test_a_worker_that_outlives_its_turn_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from mixwright.loop.cycle import the_only_one\n"
        "with the_only_one(Path(sys.argv[1])):\n"
        "    if os.fork() == 0: print(os.getpid(), flush=True)\n"
        "    time.sleep(60); os._exit(0)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        worker = int(other.stdout.readline())
        try:
            with pytest.raises(BusyError), the_only_one(tmp_path):
                pass
            other.kill()
            other.wait()
            with the_only_one(tmp_path):
                os.kill(worker, 0)  # it lives
        finally:
            os.kill(worker, signal.SIGKILL)


def test_a_system_without_locks_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(ParameterError, match="no file locks"), the_only_one(tmp_path):
        pass


def test_a_damaged_memory_is_said_to_be(world: World) -> None:
    (world.home / "loop.json").write_text("{")
    with pytest.raises(ParameterError, match=r"loop\.json: cannot be read"):
        world.turn()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[retraining]\ndata = ['m']", "retraining needs a gate"),
        ("[retraining]\ndata = []\n[gate]\nmusic = 'm'", "retraining.data"),
        ("[watching]\ndays = 0", "watching.days"),
        ("storre = 'x'", "storre"),
        ("= 1", "is no TOML"),
    ],
)
def test_a_plan_that_breaks_a_rule(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=told) as raised:
        read_plan(path)
    assert str(raised.value).startswith(str(path))


def test_the_shipped_plan_and_units_are_what_they_should_be() -> None:
    import configparser

    folder = Path(__file__).parents[2] / "examples" / "loop"
    plan = read_plan(folder / "plan.toml")
    assert isinstance(plan, LoopPlan)
    assert plan.gate is not None
    assert not plan.gate.promote  # who ships this does not promote by itself
    service, timer = (configparser.ConfigParser(interpolation=None) for _ in range(2))
    service.read(folder / "mixwright-loop.service")
    timer.read(folder / "mixwright-loop.timer")
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["ExecStart"].split()[1:2] == ["loop"]
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert "flock" not in (folder / "crontab").read_text()  # the command locks by itself
    assert "mixwright loop" in (folder / "crontab").read_text()


def test_the_command_watches_without_retraining(tmp_path: Path, home: str) -> None:
    (tmp_path / "plan.toml").write_text("[watching]\npage = 'monitor.html'\nprometheus = 'mixwright.prom'")
    done = CliRunner().invoke(app, ["loop", str(tmp_path / "plan.toml")], catch_exceptions=False)
    assert done.exit_code == 0
    assert (tmp_path / "monitor.html").is_file()
    assert (tmp_path / "mixwright.prom").is_file()
    with the_only_one(Path(home)):
        busy = CliRunner().invoke(app, ["loop", str(tmp_path / "plan.toml")], catch_exceptions=False)
    assert (busy.exit_code, busy.stdout) == (0, "Another turn is under way; it goes on.\n")


def test_retraining_tells_no_more_people_apart_than_it_has_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An imported set may hold thousands of listeners; a row and a column of the fit for each would be gigabytes."""
    learned: list[Choice] = []

    def learn(choices: list[Choice]) -> Taste:
        learned.extend(choices)
        return learn_taste(choices)

    monkeypatch.setattr(retraining, "learn_taste", learn)
    data = {"first": {"high_eq": 0.3}, "second": {}, "outcome": "first"}
    events = [
        EventRow(f"set:L{n % 40:03}", "s", f"k{n}", "choice", "", {}, "", data, datetime(2026, 1, 1, tzinfo=UTC))
        for n in range(100)
    ]
    found = preferences_of(events, 0.5)
    assert (found.choices, found.people) == (100, 40)
    assert found.taste["high_eq"] > 0.05
    assert len(learned) == 100
    assert len({choice.listener for choice in learned}) == TOLD_APART + 1
