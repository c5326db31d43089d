"""What was monitored as Prometheus metrics, in its text format (version 0.0.4), for a server or a textfile collector.

Gauges all, since the window moves. Whatever has no value is left out, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .alerts import RULES, alerts_of
from .monitoring import Monitored
from .windows import Spread, Window

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(monitored: Monitored) -> str:
    """The text of all metrics, each named mixwright_…"""
    found = _Metrics()
    found.add("window_days", "Days that are summed up.", monitored.days)
    found.add("updated_seconds", "When this was made, Unix time.", monitored.made.timestamp())
    _window(found, monitored.whole)
    for one in monitored.models:
        found.add("model_mixes", "Mixes by the model that proposed them.", one.mixes, model=one.name)
        _spread(found, "model_edit_distance", "Edit distance by model.", one.edits.distance, model=one.name)
    for test in monitored.drift.tests if monitored.drift else ():
        found.add("drift_psi", "Population stability index against the reference.", test.psi, feature=test.name)
        found.add("drift_ks", "Kolmogorov-Smirnov distance to the reference.", test.ks, feature=test.name)
        found.add("drift_songs", "Songs that drift is of.", test.n, feature=test.name)
        found.add("drifted", "1 where drift is told.", float(test.drifted), feature=test.name)
    alerts = {alert.rule for alert in alerts_of(monitored)}
    for rule in RULES:
        found.add("alert", "1 where the rule has an alert.", float(rule.name in alerts), rule=rule.name)
    return found.text()


def _window(found: _Metrics, one: Window) -> None:
    found.add("mixes", "Mixes in the window.", one.mixes)
    found.add("songs", "Different songs in the window.", one.songs)
    for row in one.figures:
        _spread(found, "criterion", "A criterion's figure, in its own unit.", row.spread, criterion=row.name)
        share = None if row.missed is None else row.missed / row.spread.n
        found.add("criterion_missed_ratio", "Share of mixes outside the bound.", share, criterion=row.name)
    found.add("parameters_at_bounds_ratio", "Share of all parameters at a bound.", one.at_bounds_rate)
    _spread(found, "rms_change_ratio", "Distance of the balance stage's RMS ratio from 1.", one.rms_change)
    _spread(found, "loudness_error_lu", "Distance from the loudness target.", one.loudness_error_lu)
    for genre, share in one.genres.items() if one.genre_mixes else ():
        found.add("genre_ratio", "Mean share of each genre.", share, genre=genre)
    found.add("genre_mixes", "Mixes with a genre.", one.genre_mixes)
    _spread(found, "edit_distance", "Way from proposed to kept, in parts of a range.", one.edits.distance)
    if one.edits.n:
        found.add("kept_unchanged_ratio", "Share of songs kept as proposed.", one.edits.unchanged / one.edits.n)
    found.add("ratings", "Ratings in the window.", one.ratings.n if one.ratings else 0)
    if one.ratings:
        found.add("rating_mean", "Mean rating, 1 to 10.", one.ratings.mean)
        found.add("rating_low", "Lower end of its 95 % interval.", one.ratings.low)
        found.add("rating_high", "Upper end of its 95 % interval.", one.ratings.high)


def _spread(found: _Metrics, name: str, about: str, spread: Spread | None, **labels: str) -> None:
    if spread is not None:
        for quantile, value in (("0.25", spread.low), ("0.5", spread.median), ("0.75", spread.high)):
            found.add(name, f"{about} Quartiles.", value, **labels, quantile=quantile)
        found.add(f"{name}_n", f"{about} How many.", spread.n, **labels)


class _Metrics:
    """Samples, those of one metric together, as the format wants them."""

    def __init__(self) -> None:
        self._samples: dict[str, list[str]] = {}

    def add(self, name: str, about: str, value: float | None, **labels: str) -> None:
        if value is None or not math.isfinite(value):
            return
        head = f"# HELP mixwright_{name} {_escaped(about)}\n# TYPE mixwright_{name} gauge"
        self._samples.setdefault(name, [head]).append(f"mixwright_{name}{_labels(labels)} {float(value)!r}")

    def text(self) -> str:
        return "\n".join(line for lines in self._samples.values() for line in lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""


def _escaped(text: str, *, quotes: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quotes else text
