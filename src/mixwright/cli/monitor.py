"""`mixwright monitor`: how the mixes of the last weeks do, and whom to tell when they do not."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .feedback_store import kept_events

if TYPE_CHECKING:
    from datetime import datetime

    from ..feedback.alerts import Alert
    from ..feedback.monitoring import Monitored
    from ..store import EventRow

__all__ = [
    "ALERT",
    "NOT_DELIVERED",
    "champions_reference",
    "metrics",
    "monitor_command",
    "recent_events",
    "tell",
    "write_monitor",
]

ALERT, NOT_DELIVERED = 3, 4
MAIL_FROM = "MIXWRIGHT_MAIL_FROM"


def monitor_command(
    store: Annotated[
        Optional[str],  # noqa: UP045 (typer reads it)
        typer.Option(metavar="URL", help="Where feedback is kept, when not in your own: sqlite:///…, postgresql://…"),
    ] = None,
    days: Annotated[int, typer.Option(help="How many are summed up.")] = 28,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="PAGE", help="Write a page with plots (.html)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    prometheus: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE", help="Write metrics for Prometheus (.prom), whole or not at all."),
    ] = None,
    reference: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE", help="What the music is compared with; else what the champion learned from."),
    ] = None,
    mail_to: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="ADDRESS", help="Mail alerts there, by MIXWRIGHT_SMTP_URL; may be given several times."),
    ] = None,
    webhook: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="URL", help="Post alerts there as JSON; may be given several times."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what went wrong.")] = False,
) -> None:
    """Quality, edits, ratings and drift of the last weeks' mixes. Exit code 3 where there is an alert, 4 where one
    could not be delivered."""
    from datetime import UTC, datetime

    from ..audio import check_output_path
    from ..feedback.alerts import alerts_of
    from ..feedback.delivery import check_address, check_webhook
    from ..feedback.monitoring import monitor
    from ..feedback.reference import load_reference

    for path, endings in ((html, [".html"]), (prometheus, [".prom"])):
        if path is not None:
            check_output_path(path, extensions=endings)
    targets = [("mail", check_address(a)) for a in mail_to or ()] + [
        ("webhook", check_webhook(u)) for u in webhook or ()
    ]
    compared = load_reference(reference or champions_reference())
    now = datetime.now(UTC)
    found = monitor(recent_events(store, now, days), now, days=days, reference=compared)
    alerts = alerts_of(found)
    write_monitor(found, alerts, html, prometheus)
    if not quiet:
        _say(found, alerts, as_json)
    failed = tell(targets, found, alerts)
    for reason in failed:
        print(f"mixwright: {reason}", file=sys.stderr)
    if failed or alerts:
        raise typer.Exit(NOT_DELIVERED if failed else ALERT)


def recent_events(url: str | None, now: datetime, days: int) -> list[EventRow]:
    """What was kept in twice as many days; nothing, and nothing made, where nothing was kept yet."""
    from datetime import timedelta

    from ..feedback.monitoring import check_days

    check_days(days)
    return kept_events(url, since=now - timedelta(days=2 * days))


def champions_reference() -> Path | None:
    """What the champion learned from; None for the shipped network, whose music comes with the package."""
    from ..home import MODELS, home_folder
    from ..loop.retraining import reference_of
    from ..model.registry import Registry

    return reference_of(Registry(home_folder() / MODELS))


def metrics(store: str | None, days: int = 28) -> str:
    """What a server tells Prometheus of the mixes of the last days."""
    from datetime import UTC, datetime

    from ..feedback.monitoring import monitor
    from ..feedback.prometheus import exposition
    from ..feedback.reference import load_reference

    now = datetime.now(UTC)
    return exposition(
        monitor(recent_events(store, now, days), now, days=days, reference=load_reference(champions_reference()))
    )


def write_monitor(found: Monitored, alerts: list[Alert], html: Path | None, prometheus: Path | None) -> None:
    """The page and the metrics, where they are wanted."""
    from ..mix.files import write_text

    if html is not None:
        from ..feedback.monitor_page import render_monitor

        write_text(html, render_monitor(found, alerts))
    if prometheus is not None:
        from ..feedback.prometheus import exposition

        write_text(prometheus, exposition(found))


def _say(found: Monitored, alerts: list[Alert], as_json: bool) -> None:
    from ..analysis.plain import plain
    from ..feedback.monitor_words import text_lines

    if as_json:
        print(json.dumps({**found.to_dict(), "alerts": plain(alerts)}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(text_lines(found, alerts)))


def tell(targets: list[tuple[str, str]], found: Monitored, alerts: list[Alert]) -> list[str]:
    """Tell every address what it was not told; why that failed, a line each. What was told is kept at once."""
    if not targets:
        return []
    from ..errors import MixwrightError
    from ..feedback.alert_state import STATE, load_state
    from ..feedback.delivery import channel_of
    from ..home import home_folder

    path = home_folder() / STATE
    state, failed = load_state(path), []
    state.over(alerts)
    for kind, address in targets:
        channel = channel_of(kind, address)
        due = state.due(channel, alerts, found.made)
        if not due:
            continue
        try:
            _deliver(kind, address, due, found)
        except MixwrightError as error:
            failed.append(" ".join(str(error).split()))
            continue
        state.told(channel, due, found.made)
    try:
        state.save(path)
    except MixwrightError as error:
        failed.append(str(error))
    return failed


def _deliver(kind: str, address: str, alerts: list[Alert], found: Monitored) -> None:
    from ..errors import ParameterError
    from ..feedback.delivery import SMTP_URL, check_address, mail_server, post, send_mail
    from ..feedback.monitor_words import short_lines

    if kind == "webhook":
        post(address, alerts, {"made": found.made.isoformat(timespec="seconds"), "days": found.days})
        return
    url = os.environ.get(SMTP_URL, "")
    if not url:
        raise ParameterError(f"mail: {SMTP_URL} is not set; it must be like smtp://USER:PASSWORD@HOST:587")
    server = mail_server(url)
    sender = os.environ.get(MAIL_FROM, "") or (server.user if "@" in server.user else f"mixwright@{server.host}")
    send_mail(server, address, check_address(sender), alerts, "\n".join(short_lines(found)))
