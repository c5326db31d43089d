"""What a set of answers shows: wins, strengths, differences heard, scores; every figure with its n and its interval."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from .abx import AbxRow, abx_table
from .intervals import Share, share
from .judgements import Judgement, comparisons, system_name
from .preference import Answer, Preference, fit_preference
from .scores import Score, Scores, judge_scores
from .sequential import Sprt, confidence_sequence, e_value, sprt

__all__ = ["Findings", "PairRow", "pair_rows", "what_was_found"]

SCORED = ("multiple", "mushra", "rating", "appropriateness")
# BS.1534-3: where most grades crowd at the top, the test could not show a difference.
CROWDED_FROM, CROWDED_SHARE = 80, 0.5
FEW_LISTENERS = 5


@dataclass(frozen=True)
class PairRow:
    """Two systems: how often the first was preferred, ties apart; the e-value and `always` may be watched while answers
    come in, `sprt` is Wald's test of 70 %."""

    first: str
    second: str
    wins: Share
    ties: int
    e_value: float
    always: tuple[float, float]
    sprt: Sprt


@dataclass(frozen=True, eq=False)
class Findings:
    """By kind of test, what there is: else empty or None."""

    answers: int
    listeners: int
    preference: Preference | None = None
    pairs: tuple[PairRow, ...] = ()
    pairs_by_genre: tuple[tuple[str, PairRow], ...] = ()
    abx: tuple[AbxRow, ...] = ()
    scores: Scores | None = None
    scores_by_genre: tuple[tuple[str, Scores], ...] = ()
    notes: tuple[str, ...] = ()


def what_was_found(kind: str, judgements: Sequence[Judgement], *, confidence: float = 0.95, seed: int = 0) -> Findings:
    """Of the answers to a test of that kind; without any, an empty result."""
    main = [one for one in judgements if one.role == "main"]
    listeners = len({one.listener for one in main})
    notes = []
    if main and listeners < FEW_LISTENERS:
        notes.append(f"{listeners} listener{'s' * (listeners > 1)}: nothing is shown about others.")
    if not main:
        return Findings(0, 0, notes=("No answers yet.",))
    if kind == "preference":
        answers = comparisons(main)
        genres = sorted({one.genre for one in main if one.genre})
        by_genre = [
            (genre, row)
            for genre in genres
            for row in pair_rows(comparisons([one for one in main if one.genre == genre]), confidence)
        ]
        fitted = fit_preference(answers, confidence=confidence, seed=seed) if _joined(answers) else None
        if fitted is None:
            notes.append("No chain of comparisons joins all systems yet: there are no strengths.")
        return Findings(
            len(main), listeners, fitted, tuple(pair_rows(answers, confidence)), tuple(by_genre), notes=tuple(notes)
        )
    if kind == "abx":
        heard = [(one.listener, one.chosen is not None and _is_x(one)) for one in main]
        return Findings(len(main), listeners, abx=tuple(abx_table(heard, confidence)), notes=tuple(notes))
    given = [_scores(one) for one in main]
    every = [score for scores in given for score in scores]
    genres = sorted({one.genre for one in main if one.genre}) if kind == "appropriateness" else []
    scores_by_genre = tuple(
        (
            genre,
            judge_scores(
                [s for one, row in zip(main, given, strict=True) if one.genre == genre for s in row],
                confidence=confidence, seed=seed,
            ),
        )
        for genre in genres
    )  # fmt: skip
    if kind in ("mushra", "multiple") and sum(s.value >= CROWDED_FROM for s in every) > CROWDED_SHARE * len(every):
        notes.append("Most scores lie from 80 to 100: the test could hardly show a difference (BS.1534-3).")
    anchors = {system_name(one) for j in main for one in j.heard if one.role != "item"}
    scores = judge_scores(every, confidence=confidence, seed=seed, anchors=anchors)
    notes += [
        f"{row.system}: the scores may have two humps; listeners may be of two minds."
        for row in scores.rows
        if row.two_minds
    ]
    return Findings(len(main), listeners, scores=scores, scores_by_genre=scores_by_genre, notes=tuple(notes))


def pair_rows(answers: Sequence[Answer], confidence: float = 0.95) -> list[PairRow]:
    """Each pair that was compared, the one with more wins first."""
    systems = sorted({name for answer in answers for name in (answer.first, answer.second)})
    rows = []
    for pair in itertools.combinations(systems, 2):
        between = [answer.preferred for answer in answers if {answer.first, answer.second} == set(pair)]
        if not between:
            continue
        better, worse = sorted(pair, key=lambda name: -between.count(name))
        wins, clear = between.count(better), len(between) - between.count(None)
        rows.append(
            PairRow(
                better, worse, share(wins, clear, confidence), len(between) - clear, e_value(wins, clear),
                confidence_sequence(wins, clear, confidence), sprt(wins, clear),
            )
        )  # fmt: skip
    return rows


def _is_x(one: Judgement) -> bool:
    assert one.chosen is not None
    return one.trial.items[one.chosen] == one.trial.x


def _scores(one: Judgement) -> list[Score]:
    return [Score(one.listener, system, one.trial.song, value) for system, value in one.scores().items()]


def _joined(answers: Sequence[Answer]) -> bool:
    """Whether a chain of comparisons leads from every system to every other."""
    groups: list[set[str]] = []
    for answer in answers:
        mine = {answer.first, answer.second}
        touching = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + [mine.union(*touching)]
    return len(groups) == 1
