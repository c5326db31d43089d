"""Parameters over time: what a preset holds for a mix that moves, checked, averaged, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import ParameterError, PresetError
from .table import PARAMETERS, Parameters, clamp

__all__ = ["MOST_KEYFRAMES", "Keyframes", "check_keyframes", "columns", "mean_parameters", "read_columns"]

# (seconds, all ten values), ascending; straight lines between them, the first and last value beyond.
Keyframes = tuple[tuple[float, Parameters], ...]

MOST_KEYFRAMES = 5000  # a song of three hours with one every two seconds
# As long as the chain takes for a change by hand: nothing faster is free of clicks, and at 8 kHz two keyframes never
# fall on one frame.
LEAST_STEP_S = 0.02
LATEST_S = 1e6  # eleven days
TIME = "time_s"


def check_keyframes(keyframes: Iterable[tuple[float, Mapping[str, float]]], base: Parameters) -> Keyframes:
    """Keyframes with all ten values on the grid; what one does not name stays at `base`.

    None where every keyframe equals `base`: a trajectory that goes nowhere is no trajectory.

    Errors
    ------
    ParameterError
        More than 5000 keyframes, a time that is not in [0, 1e6] s or less than 0.02 s after the one before it, an
        unknown name, or a value out of its range.
    """
    checked: list[tuple[float, Parameters]] = []
    for seconds, values in keyframes:
        if not 0 <= seconds <= LATEST_S:
            raise ParameterError(f"trajectory: {TIME}={seconds:g} must be in [0, {LATEST_S:g}] s")
        if checked and not seconds >= checked[-1][0] + LEAST_STEP_S:
            raise ParameterError(
                f"trajectory: {TIME}={seconds:g} must ascend, at least {LEAST_STEP_S:g} s after {checked[-1][0]:g}"
            )
        if len(checked) == MOST_KEYFRAMES:
            raise ParameterError(f"trajectory: there may be at most {MOST_KEYFRAMES} keyframes")
        try:
            checked.append((float(seconds), Parameters({**base, **values})))
        except ParameterError as error:
            raise ParameterError(f"trajectory at {seconds:g} s: {error}") from None
    return tuple(checked) if any(values != base for _, values in checked) else ()


def mean_parameters(keyframes: Iterable[tuple[float, Mapping[str, float]]], duration_s: float) -> Parameters:
    """The time average over a song of keyframes that all have the same names: what the mix is like on the whole.

    An average can round to a value a hair outside; it is held to the range.
    """
    points = list(keyframes)
    times = np.array([seconds for seconds, _ in points])
    corners = np.unique(np.concatenate([[0.0, duration_s], times[(times > 0) & (times < duration_s)]]))
    means = {}
    for name in points[0][1]:
        values = np.interp(corners, times, [row[name] for _, row in points])
        area = float(np.sum((values[1:] + values[:-1]) / 2 * np.diff(corners)))
        means[name] = clamp(name, area / duration_s if duration_s > 0 else float(values[0]))
    return Parameters(means)


def columns(keyframes: Keyframes, base: Parameters) -> dict[str, list[float]]:
    """Keyframes as JSON holds them: the times, and a list of values for each parameter that is not always at `base`."""
    rows: dict[str, list[float]] = {TIME: [seconds for seconds, _ in keyframes]}
    for p in PARAMETERS:
        values = [values[p.name] for _, values in keyframes]
        if any(value != base[p.name] for value in values):
            rows[p.name] = values
    return rows


def read_columns(data: Any, base: Parameters) -> Keyframes:
    """The inverse of `columns`, for text from anywhere.

    Errors
    ------
    PresetError
        Not an object of lists of numbers, all equally long and not empty.
    ParameterError
        As `check_keyframes`.
    """
    if not isinstance(data, dict) or TIME not in data or not all(isinstance(row, list) for row in data.values()):
        raise PresetError(f"trajectory must be an object of lists, with {TIME}")
    count = len(data[TIME])
    if count > MOST_KEYFRAMES:
        raise PresetError(f"trajectory: there may be at most {MOST_KEYFRAMES} keyframes")
    if count == 0:
        raise PresetError(f"trajectory.{TIME} must hold at least one time")
    for name, row in data.items():
        if len(row) != count:
            raise PresetError(f"trajectory.{name} must hold {count} numbers, as many as {TIME}")
        if not all(isinstance(x, int | float) and not isinstance(x, bool) and abs(x) < 1e9 for x in row):
            raise PresetError(f"trajectory.{name} must hold finite numbers")
    names = [name for name in data if name != TIME]
    return check_keyframes(
        ((data[TIME][i], {name: float(data[name][i]) for name in names}) for i in range(count)), base
    )
