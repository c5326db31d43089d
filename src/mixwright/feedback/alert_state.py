"""What was told already, and when: nobody is told the same every hour."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..audio.atomic import atomic_path
from ..errors import AudioWriteError, PresetError, StoreError
from ..parameters.strict_json import check_keys, parse_json, read_text
from .alerts import Alert

__all__ = ["AGAIN", "STATE", "AlertState", "load_state"]

STATE = "alerts.json"  # in the home folder
AGAIN = timedelta(hours=24)
FORMAT, FORMAT_VERSION = "mixwright-alerts", 1

Told = dict[str, dict[str, tuple[str, datetime]]]


class AlertState:
    """By channel (an address, a webhook) and rule: the state that was told, and when."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def due(self, channel: str, alerts: Sequence[Alert], now: datetime) -> list[Alert]:
        """Those that this channel was not told yet, not in this state, or not within 24 hours."""
        before = self._told.get(channel, {})
        return [
            alert
            for alert in alerts
            if alert.rule not in before
            or before[alert.rule][0] != alert.state
            or not timedelta(0) <= now - before[alert.rule][1] < AGAIN
        ]

    def told(self, channel: str, alerts: Sequence[Alert], now: datetime) -> None:
        """That these were told; those that `over` forgets are told at once when they come again."""
        self._told.setdefault(channel, {}).update({alert.rule: (alert.state, now) for alert in alerts})

    def over(self, standing: Sequence[Alert]) -> None:
        """Forget all that no longer stands."""
        rules = {alert.rule for alert in standing}
        self._told = {channel: {r: t for r, t in told.items() if r in rules} for channel, told in self._told.items()}

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Errors
        ------
        StoreError
            It cannot be written.
        """
        content = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "told": {
                channel: {
                    rule: {"state": state, "at": at.astimezone(UTC).isoformat()} for rule, (state, at) in t.items()
                }
                for channel, t in self._told.items()
                if t
            },
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        except (OSError, AudioWriteError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise StoreError(f"{path}: what was told cannot be kept ({reason})") from None


def load_state(path: Path) -> AlertState:
    """The state in a file; where there is none, or it is damaged, nothing was told: rather twice than never."""
    if not path.is_file():
        return AlertState({})
    try:
        data = parse_json(read_text(path), str(path))
        check_keys(data, {"format": 0, "version": 0, "told": 0}, "")
        if data["format"] != FORMAT or data["version"] != FORMAT_VERSION:
            return AlertState({})
        return AlertState(
            {
                channel: {rule: (one["state"], _moment(one["at"])) for rule, one in told.items()}
                for channel, told in data["told"].items()
            }
        )
    except (PresetError, AttributeError, KeyError, TypeError, ValueError):
        return AlertState({})


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
