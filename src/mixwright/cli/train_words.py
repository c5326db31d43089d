"""What `mixwright train` says while it works and when it is done."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .data_words import told
from .wording import figure

if TYPE_CHECKING:
    from ..training.collection import Collection
    from ..training.data import Finding
    from ..training.run import Result

__all__ = ["Watching", "result_json", "result_lines"]

# What a line of a log says of an evaluation: name, word, digits.
SHOWN = (
    ("loss", "loss", 3),
    ("technical", "technical", 3),
    ("perceptual", "perceptual", 2),
    ("frequency_balance", "frequency balance", 2),
    ("dynamics", "dynamics", 2),
    ("parameter_mse", "parameters", 3),
    ("score", "score", 3),
)
STRENGTHS = ("light", "strong", "severe")


class Watching:
    """A bar with the time left where somebody watches, else lines, on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: Any = None
        self._task: Any = None
        self._what = ""
        self._tenth = -1

    def __enter__(self) -> Watching:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bars

            columns = (
                TextColumn("{task.description:<18}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}"),
            )
            self._bars = Bars(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def stage(self, what: str, done: int, total: int) -> None:
        """Preparation, done of total."""
        self._draw(what, done, total, "")
        tenth = done * 10 // max(1, total)
        if self._bars is None and not self._quiet and (what, tenth) != (self._what, self._tenth):
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)
        self._what, self._tenth = what, tenth

    def findings(self, collection: Collection, found: list[Finding]) -> None:
        """What is learned from, and what was left out."""
        if self._quiet:
            return
        parts = [
            f"{sum(song.split == split for song in collection.songs)} {split}"
            for split in ("train", "validation", "test")
        ]
        print(f"songs: {', '.join(parts)}", file=sys.stderr)
        if found:
            print("\n".join(line for line in told(found, False) if line), file=sys.stderr, flush=True)

    def step(self, step: int, total: int, figures: dict[str, float]) -> None:
        """One evaluation."""
        left = _time(figures["seconds_left"])
        self._draw("Training", step, total, f"{left} left, score {figures['score']:.3f}")
        if self._bars is None and not self._quiet:
            parts = [f"{word} {figures[name]:.{digits}f}" for name, word, digits in SHOWN if name in figures]
            print(f"step {step} of {total}, {left} left: {', '.join(parts)}", file=sys.stderr, flush=True)

    def _draw(self, what: str, done: int, total: int, note: str) -> None:
        if self._bars is None:
            return
        if self._task is None or what != self._what:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._task = self._bars.add_task(what, total=total, note=note)
            self._what = what
        self._bars.update(self._task, completed=done, total=total, note=note)


def result_lines(result: Result) -> Iterator[str]:
    """The figures as a table, and where everything is."""
    yield f"{'Songs':<20}{'cases':>7}{'light':>9}{'strong':>9}{'severe':>9}{'worse':>8}{'harm':>9}{'genre':>8}"
    for split, found in result.figures.items():
        cases = sum(int(found.get(f"n_{name}", 0)) for name in STRENGTHS)
        removed = "".join(f"{_percent(found.get(f'removed_{name}')):>9}" for name in STRENGTHS)
        counts = [(found.get(f"worse_{name}", 0.0), found.get(f"n_{name}", 0)) for name in STRENGTHS]
        worse = sum(share * n for share, n in counts) / max(1, cases)
        harm = figure(found.get("harm_median_db"), "dB", 2)
        yield f"{split:<20}{cases:>7}{removed}{_percent(worse):>8}{harm:>9}{_percent(found.get('genre_right')):>8}"
    yield "Removed: median share of the LTAS error, by the strength of the fault. Genre: right of those named."
    sure = f"from {result.calibration.unsure_below:.2f} on" if result.calibration.named else "never"
    yield f"A genre is named {sure}; {result.calibration.amount:.0%} of the network's answer is taken."
    of = f"network {result.version}, step {result.best_step} of {result.steps}"
    yield f"Wrote {result.network} ({of}) and {result.card}"


def result_json(result: Result) -> str:
    """The same for programs."""
    content = {
        "network": str(result.network),
        "card": str(result.card),
        "version": result.version,
        "finished": result.finished,
        "steps": result.steps,
        "best_step": result.best_step,
        "calibration": result.calibration.to_dict(),
        "figures": result.figures,
    }
    return json.dumps(content, indent=2)


def _percent(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.0%}".replace("-", "−")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
