"""The meters of `mixwright live`: bars that move where a terminal is, else a line a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from .wording import figure

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from .._native import LiveClient, LiveReading

__all__ = ["display"]

LINE_S, BARS_S = 1.0, 0.1
FLOOR_DBFS, FLOOR_REDUCTION_DB = -60.0, -12.0
WIDTH = 40  # characters of a full bar


class Screen(Protocol):
    """Where meters and messages go."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def show(self, client: LiveClient) -> None:
        """The meters, if it is time for them."""


@contextmanager
def display(preset: str, plain: bool) -> Iterator[Screen]:
    """Bars, or lines where `plain` or where standard output is no terminal; `preset` is its name."""
    if plain or not sys.stdout.isatty():
        yield Lines(preset)
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(highlight=False), auto_refresh=False, transient=True) as live:
        yield Bars(preset, live)


class Lines:
    """A line a second."""

    def __init__(self, preset: str) -> None:
        self._preset = preset
        self._next_s = time.monotonic() + LINE_S

    def say(self, text: str) -> None:
        print(text, flush=True)

    def show(self, client: LiveClient) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + LINE_S
            self.say(meter_line(client.meters(), client.xruns, self._preset))


class Bars:
    """Bars that are drawn anew ten times a second."""

    def __init__(self, preset: str, live: Live) -> None:
        self._preset = preset
        self._live = live
        self._next_s = 0.0

    def say(self, text: str) -> None:
        self._live.console.print(text, markup=False)

    def show(self, client: LiveClient) -> None:
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + BARS_S
            self._live.update(meter_table(client.meters(), client.xruns, self._preset), refresh=True)


def meter_line(reading: LiveReading, xruns: int, preset: str) -> str:
    """A reading in a line; an en dash is silence."""
    into, out = (" ".join(map(figure, pair)) for pair in (reading.input_peak_dbfs, reading.output_peak_dbfs))
    return (
        f"in {into} dBFS, out {out} dBFS, {figure(reading.momentary_lufs)} LUFS, "
        f"reduction {figure(-reading.gain_reduction_db)} dB, xruns {xruns}, {preset}"
    )


def meter_table(reading: LiveReading, xruns: int, preset: str) -> Table:
    """A reading as bars."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    for name, pair in (("in", reading.input_peak_dbfs), ("out", reading.output_peak_dbfs)):
        for side, peak_dbfs in zip("LR", pair, strict=True):
            style = "red" if peak_dbfs > 0 else "yellow" if peak_dbfs > -6 else "green"
            bar = Text(filled(peak_dbfs, FLOOR_DBFS, 0.0), style=style)
            table.add_row(f"{name} {side}", bar, f"{figure(peak_dbfs):>6} dBFS")
    reduction_db = reading.gain_reduction_db
    table.add_row("reduction", filled(-reduction_db, 0.0, -FLOOR_REDUCTION_DB), f"{figure(-reduction_db):>6} dB")
    table.add_row(
        "loudness", filled(reading.momentary_lufs, FLOOR_DBFS, 0.0), f"{figure(reading.momentary_lufs):>6} LUFS"
    )
    table.add_row("xruns", str(xruns), "")
    table.add_row("preset", Text(preset), "")
    return table


def filled(value: float, low: float, high: float) -> str:
    """A bar from `low` to `high`, as long for any value."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return ("█" * round(share * WIDTH)).ljust(WIDTH, "·")
