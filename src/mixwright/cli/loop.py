"""`mixwright loop`: one turn of watching, retraining and judging, for cron or a systemd timer."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .feedback_store import kept_events
from .monitor import ALERT, NOT_DELIVERED, champions_reference, tell, write_monitor

if TYPE_CHECKING:
    from ..feedback.monitoring import Monitored
    from ..loop.plan_file import LoopPlan
    from ..store import EventRow

__all__ = ["loop_command"]


def loop_command(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.toml", help="What to do; docs/loop.md has all keys.")],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what went wrong.")] = False,
) -> None:
    """Watch the mixes; where there is reason to, train a challenger, judge it, promote it. Run it as often as you like:
    one at a time works, and what was stopped or killed goes on. Exit code 3 where there is an alert, 4 where one could
    not be delivered."""
    from ..feedback.alerts import alerts_of
    from ..feedback.delivery import check_address, check_webhook
    from ..feedback.monitoring import monitor
    from ..feedback.reference import load_reference
    from ..home import home_folder
    from ..loop.cycle import BusyError, the_only_one
    from ..loop.plan_file import read_plan

    read, base, home = read_plan(plan), plan.absolute().parent, home_folder()
    try:
        with the_only_one(home):
            events, now = kept_events(read.store, agreed=True), datetime.now(UTC)
            recent = [event for event in events if event.made >= now - timedelta(days=2 * read.watching.days)]
            found = monitor(recent, now, days=read.watching.days, reference=load_reference(champions_reference()))
            alerts = alerts_of(found)
            watching = read.watching
            page = None if watching.page is None else base / watching.page
            metrics = None if watching.prometheus is None else base / watching.prometheus
            write_monitor(found, alerts, page, metrics)
            targets = [("mail", check_address(to)) for to in watching.mail_to]
            targets += [("webhook", check_webhook(to)) for to in watching.webhook]
            failed = tell(targets, found, alerts)
            for reason in failed:
                print(f"mixwright: {reason}", file=sys.stderr)
            for alert in alerts:
                print(f"ALERT    {alert.sentence}")
            if read.retraining is not None:
                _retrain(read, events, found, home, base, quiet)
    except BusyError:
        if not quiet:
            print("Another turn is under way; it goes on.")
        return
    if failed or alerts:
        raise typer.Exit(NOT_DELIVERED if failed else ALERT)


def _retrain(read: LoopPlan, events: list[EventRow], found: Monitored, home: Path, base: Path, quiet: bool) -> None:
    from ..loop.cycle import take_turn
    from .extract import Interrupted
    from .retrain import print_verdict
    from .train_words import Watching

    assert read.retraining is not None
    assert read.gate is not None
    watching = Watching(quiet)
    drifted = found.drift is not None and bool(found.drift.names)
    try:
        with watching:
            turn = take_turn(home, read.retraining, read.gate, events, watching, drift=drifted, base=base)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the next turn goes on from there") from None
    if not quiet or turn.verdict is not None:
        print(turn.sentence)
    if turn.verdict is not None:
        print("\n".join(print_verdict(turn.verdict, promote=turn.outcome == "promoted")))
