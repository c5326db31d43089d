"""The rules by which a challenger becomes champion, fixed before it is measured; each gives a figure and a sentence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..benchmark.cases import UNDAMAGED
from ..benchmark.summary import SHARES, case_figures
from ..errors import ParameterError
from ..listening.findings import EVIDENCE
from ..listening.outcome import Outcome
from ..metrics import criterion

__all__ = ["GENRE_FLOOR", "RULES", "Rule", "judge_benchmark", "judge_listeners"]

Line = Mapping[str, Any]
Floats = NDArray[np.float64]
# A genre may lose so much of the share of the error that is removed, and no more: three points of a hundred.
GENRE_FLOOR = 0.03
FEWEST_SONGS = 2  # of a genre, for an interval over songs
SHOWN = 4
# In the order in which they are judged.
RULES = ("no_criterion_worse", "harm_bound", "limits", "better", "genre_floor", "listeners")
HELD = ("parameters_at_bounds_share", "rms_ratio", "crest_factor_lost")
# Toward a reference a mix may be asked to go as far as it can.
FREE = ("reference", "parameters_at_bounds_share")
# By how much a criterion may get worse in the mean and still not be worse: less than that cannot be heard, or is few
# cases. In the units of the criteria.
MARGINS = {
    "ltas_error_removed": 0.01,
    "made_worse": 0.02,
    "harm_ltas_db": 0.1,
    "spectral_centroid": 0.5,
    "side": 0.1,
    "crest_factor_lost": 0.1,
    "rms_ratio": 0.01,
    "parameters_at_bounds_share": 0.03,
}


@dataclass(frozen=True)
class Rule:
    """One rule's outcome: `passed` is None where it does not apply; the sentence holds the figures with n."""

    name: str
    passed: bool | None
    sentence: str


def judge_benchmark(old: Sequence[Line], new: Sequence[Line]) -> list[Rule]:
    """Every rule that the benchmark answers, from the champion's (old) and the challenger's (new) lines for the same
    cases.

    Errors
    ------
    ParameterError
        A case of the champion's is missing from the challenger's.
    """
    missing = {(line["case"], line["task"]) for line in old} - {(line["case"], line["task"]) for line in new}
    if missing:
        raise ParameterError(f"{len(missing)} of the champion's cases were not measured with the challenger")
    return [_no_criterion_worse(old, new), _harm_bound(new), _limits(new), _better(old, new), _genre_floor(old, new)]


def judge_listeners(outcome: Outcome | None, champion: str, challenger: str) -> Rule:
    """What a blind A/B test says that may be watched at any time: evidence for the challenger, over listeners.

    The outcome is of a preference test between two systems of these names; None where nobody was asked.
    """
    if outcome is None:
        return Rule("listeners", None, "No listeners were asked.")
    pair = next(
        (row for row in outcome.screened.pairs if {row.first, row.second} == {champion, challenger}),
        None,
    )
    if pair is None:
        return Rule("listeners", False, f"The test does not compare {challenger!r} with {champion!r}.")
    heard, first = pair.listeners, pair.first == challenger
    share = heard.value if first else 1 - heard.value
    low, high = heard.always if first else (1 - heard.always[1], 1 - heard.always[0])
    said = (
        f"{100 * share:.0f} % of {heard.trials} clear answers of {heard.listeners} listeners prefer the challenger, "
        f"between {100 * low:.0f} and {100 * high:.0f} % at all times; e-value {heard.e_value:.3g} of "
        f"{heard.finished} who have finished ({EVIDENCE:g} is evidence)."
    )
    return Rule("listeners", bool(heard.e_value >= EVIDENCE and share > 0.5), said)


@dataclass(frozen=True)
class _Mean:
    """Of changes by case: the mean over songs of each song's mean, with its interval, and how many cases there are."""

    mean: float
    low: float
    high: float
    n: int


def over_songs(changes: Floats, songs: Sequence[str]) -> _Mean:
    """Student's 95 % interval over songs, which holds with few of them, where a bootstrap's is too narrow; infinite
    with one song. What is not finite is left out."""
    members: dict[str, list[float]] = defaultdict(list)
    for change, song in zip(changes.tolist(), songs, strict=True):
        if math.isfinite(change):
            members[song].append(change)
    means = np.array([np.mean(own) for own in members.values()])
    n, count = len(means), sum(map(len, members.values()))
    if n < FEWEST_SONGS:
        return _Mean(float(means.mean()) if n else math.nan, -math.inf, math.inf, count)
    half = float(stats.t.ppf(0.975, n - 1) * means.std(ddof=1) / math.sqrt(n))
    return _Mean(float(means.mean()), float(means.mean()) - half, float(means.mean()) + half, count)


def _no_criterion_worse(old: Sequence[Line], new: Sequence[Line]) -> Rule:
    """Case by case against the champion, in each task: worse is a criterion whose mean change over songs is larger than
    its margin. It need not be proved: with few songs next to nothing could be, and doubt is the challenger's loss."""
    after = {(line["case"], line["task"]): line for line in new}
    found: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for line in old:
        was, now = case_figures(line), case_figures(after[line["case"], line["task"]])
        for name in MARGINS:
            change = criterion(name).worse(was.get(name), now.get(name))
            if name in was and math.isfinite(change) and (line["task"], name) != FREE:
                found[line["task"], name].append((change, f"{line['artist']}/{line['title']}"))
    worse = []
    for (task, name), both in found.items():
        changes, songs = np.array([change for change, _ in both]), [song for _, song in both]
        held = over_songs(changes, songs)
        if held.mean > MARGINS[name]:
            told = f"by {held.mean:.3g} ({held.low:.3g} to {held.high:.3g}, n={held.n})".replace("-", "−")
            worse.append(f"{task}: {criterion(name).label} {told}")
    if worse:
        return Rule("no_criterion_worse", False, f"{len(worse)} are worse: {'; '.join(worse[:SHOWN])}.")
    cases = len({line["case"] for line in old})
    return Rule("no_criterion_worse", bool(found), f"None of {len(found)} figures is worse, on {cases} cases.")


def _harm_bound(new: Sequence[Line]) -> Rule:
    row = criterion("harm_ltas_db")
    found = [case_figures(line).get(row.name, math.nan) for line in new if line["task"] == "blind"]
    values = [value for value in found if math.isfinite(value)]
    if not values:
        return Rule("harm_bound", False, "Harm was not measured: there is no undamaged case.")
    harm = float(np.median(values))
    return Rule(
        "harm_bound", row.passes(harm),
        f"Undamaged music is moved by {harm:.2f} dB (median, n={len(values)}; {row.bound}).",
    )  # fmt: skip


def _limits(new: Sequence[Line]) -> Rule:
    """Bounds that hold over all cases together, whatever the champion does; and no case may fail."""
    broken: list[str] = []
    told: list[str] = []
    for name in HELD:
        counted = [line for line in new if (line["task"], name) != FREE]
        values = [case_figures(line)[name] for line in counted if name in case_figures(line)]
        if values:
            row = criterion(name)
            figure = float(np.mean(values) if name in SHARES else np.median(values))
            said = f"{row.label.lower()} {figure:.3g} ({row.bound}, n={len(values)})"
            (told if row.passes(figure) is not False else broken).append(said)
    failed = sum("error" in line for line in new)
    if failed:
        broken.append(f"{failed} of {len(new)} cases failed")
    if broken:
        return Rule("limits", False, f"Left: {'; '.join(broken)}.")
    return Rule("limits", bool(told), f"Held: {'; '.join(told)}.")


def _better(old: Sequence[Line], new: Sequence[Line]) -> Rule:
    """The share of the LTAS error that is removed, case by case against the champion: the 95 % interval of the mean
    change over songs lies above 0."""
    changes, songs, _ = _changes(old, new)
    if not np.isfinite(changes).any():
        return Rule("better", False, "Nothing was mended that could be compared.")
    found = over_songs(changes, songs)
    said = (
        f"Of the error, {100 * found.mean:+.1f} points more is removed (95 % interval over {len(set(songs))} songs "
        f"{100 * found.low:+.1f} to {100 * found.high:+.1f}, n={found.n} cases)."
    ).replace("-", "−")
    return Rule("better", found.low > 0, said)


def _genre_floor(old: Sequence[Line], new: Sequence[Line]) -> Rule:
    changes, songs, genres = _changes(old, new)
    below, told = [], []
    for genre in sorted(set(genres)):
        here = np.array([g == genre for g in genres]) & np.isfinite(changes)
        names = [song for song, of in zip(songs, here, strict=True) if of]
        if not here.any():
            continue
        mean = float(changes[here].mean())
        few = len(set(names)) < FEWEST_SONGS
        told.append(f"{genre} {100 * mean:+.1f} ({len(set(names))} song{'' if few else 's'})".replace("-", "−"))
        if mean < -GENRE_FLOOR:
            below.append(genre)
    if not told:
        return Rule("genre_floor", False, "No genre was measured.")
    said = f"Points of the error removed, by genre: {', '.join(told)}; none may lose more than {100 * GENRE_FLOOR:g}."
    return Rule("genre_floor", not below, said)


def _changes(old: Sequence[Line], new: Sequence[Line]) -> tuple[Floats, list[str], list[str]]:
    """By damaged case that both were given without a hint of its genre or a reference: the change of the share that is
    removed (a failed case removes nothing), the song, the genre."""
    after = {line["case"]: line for line in new if line["task"] == "blind"}
    changes: list[float] = []
    groups: dict[str, list[str]] = defaultdict(list)
    for line in old:
        if line["task"] != "blind" or line["strength"] == UNDAMAGED:
            continue
        was, now = (case_figures(one).get("ltas_error_removed", 0.0) for one in (line, after[line["case"]]))
        changes.append(now - was)
        groups["song"].append(f"{line['artist']}/{line['title']}")
        groups["genre"].append(line["genre"])
    return np.array(changes, np.float64), groups["song"], groups["genre"]
