"""The rules by which a challenger becomes champion, fixed before it is measured; each gives a figure and a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..benchmark.cases import UNDAMAGED
from ..benchmark.gate import compare_runs
from ..benchmark.summary import Row, case_figures, grouped_interval, summarise
from ..listening.findings import EVIDENCE
from ..listening.outcome import Outcome
from ..metrics import criterion

__all__ = ["GENRE_FLOOR", "RULES", "Rule", "judge_benchmark", "judge_listeners"]

Line = Mapping[str, Any]
# A genre may lose so much of the share of the error that is removed, and no more: three points of a hundred.
GENRE_FLOOR = 0.03
FEWEST_SONGS = 2  # of a genre, for an interval over songs
SHOWN = 4
# In the order in which they are judged.
RULES = ("no_criterion_worse", "harm_bound", "limits", "better", "genre_floor", "listeners")
HELD = ("parameters_at_bounds_share", "rms_ratio", "crest_factor_lost")


@dataclass(frozen=True)
class Rule:
    """One rule's outcome: `passed` is None where it does not apply; the sentence holds the figures with n."""

    name: str
    passed: bool | None
    sentence: str


def judge_benchmark(champion: Sequence[Line], challenger: Sequence[Line]) -> list[Rule]:
    """Every rule that the benchmark answers, from both networks' lines for the same cases.

    Errors
    ------
    ParameterError
        A case of the champion's is missing from the challenger's.
    """
    old, new = ([{**line, "mixer": "network"} for line in lines] for lines in (champion, challenger))
    rows = summarise(new)
    return [_no_criterion_worse(old, new), _harm_bound(rows), _limits(rows), _better(old, new), _genre_floor(old, new)]


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


def _no_criterion_worse(old: Sequence[Line], new: Sequence[Line]) -> Rule:
    worse = compare_runs(old, new)
    if not worse:
        cases = len({line["case"] for line in old})
        return Rule("no_criterion_worse", True, f"No criterion is worse, on {cases} cases.")
    told = [str(one).removeprefix("network, ") for one in worse[:SHOWN]]
    more = f"; and {len(worse) - SHOWN} more" if len(worse) > SHOWN else ""
    return Rule("no_criterion_worse", False, f"{len(worse)} are worse: {'; '.join(told)}{more}.")


def _harm_bound(rows: Sequence[Row]) -> Rule:
    row = criterion("harm_ltas_db")
    found = next((r.figures["harm_ltas_db"] for r in rows if r.task == "blind" and r.strength == UNDAMAGED), None)
    if found is None:
        return Rule("harm_bound", False, "Harm was not measured: there is no undamaged case.")
    said = f"Undamaged music is moved by {found.value:.2f} dB (median, n={found.n}; {row.bound})."
    return Rule("harm_bound", row.passes(found.value), said)


def _limits(rows: Sequence[Row]) -> Rule:
    """Bounds that no set of cases may leave."""
    broken, counted = [], 0
    for row in rows:
        for name in HELD:
            figure = row.figures.get(name)
            if figure is not None:
                counted += 1
                if criterion(name).passes(figure.value) is False:
                    told = f"{criterion(name).label} {figure.value:.3g} ({criterion(name).bound})"
                    broken.append(f"{row.task}, {row.strength}: {told}")
        if row.failed:
            broken.append(f"{row.task}, {row.strength}: {row.failed} of {row.n} cases failed")
    if broken:
        return Rule("limits", False, f"{len(broken)} limits are left: {'; '.join(broken[:SHOWN])}.")
    return Rule("limits", counted > 0, f"All limits are held ({counted} figures: {', '.join(HELD)}).")


def _better(old: Sequence[Line], new: Sequence[Line]) -> Rule:
    """The share of the LTAS error that is removed, case by case against the champion: the 95 % interval of the mean
    change over songs lies above 0."""
    changes, songs, _ = _changes(old, new)
    if not np.isfinite(changes).any():
        return Rule("better", False, "Nothing was mended that could be compared.")
    found = grouped_interval(changes, songs, np.nanmean)
    said = (
        f"Of the error, {100 * found.median:+.1f} points more is removed (95 % interval over {len(set(songs))} songs "
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


def _changes(old: Sequence[Line], new: Sequence[Line]) -> tuple[np.ndarray, list[str], list[str]]:
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
