"""What a set of answers shows: wins, strengths, differences heard, scores; every figure with its n and its interval."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .abx import AbxRow, abx_table
from .answers import SCALES
from .clustered import ListenerShare, listener_share
from .intervals import Share, share
from .judgements import Judgement, comparisons
from .preference import Answer, Preference, fit_preference, not_joined
from .scores import Score, Scores, judge_scores
from .sequential import Wald, e_value, walds_test

__all__ = ["EVIDENCE", "Findings", "PairRow", "found_in_comparisons", "pair_rows", "what_was_found"]

EVIDENCE = 20.0  # as good as p = 0.05, and may be watched
# BS.1534-3: where most grades crowd at the top, the test could not show a difference.
CROWDED_FROM, CROWDED_SHARE = 80, 0.5
FEW_LISTENERS, LEAST_FOR_P = 5, 6  # 2 / 2⁵ is above 0.05
LEAST_FOR_EVIDENCE = 8  # 2⁸ / 9 is above 20


@dataclass(frozen=True)
class PairRow:
    """Two systems: how often the first was preferred, ties apart. `wins` and `e_value` take answers as independent, as
    does `wald`, Wald's test of 70 % for either; `listeners` counts listeners, and is what others can be told."""

    first: str
    second: str
    wins: Share
    ties: int
    listeners: ListenerShare
    e_value: float
    wald: Wald


@dataclass(frozen=True, eq=False)
class Findings:
    """By kind of test, what there is: else empty or None. `evidence_from` is the e-value that counts as evidence: 20,
    times the pairs that are compared (C. E. Bonferroni's correction)."""

    answers: int
    listeners: int
    confidence: float = 0.95
    preference: Preference | None = None
    pairs: tuple[PairRow, ...] = ()
    pairs_by_genre: tuple[tuple[str, PairRow], ...] = ()
    abx: tuple[AbxRow, ...] = ()
    scores: Scores | None = None
    scores_by_genre: tuple[tuple[str, Scores], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def evidence_from(self) -> float:
        return EVIDENCE * max(1, len(self.pairs))


def what_was_found(
    kind: str,
    judgements: Sequence[Judgement],
    *,
    confidence: float = 0.95,
    seed: int = 0,
    abx_trials: int | None = None,
) -> Findings:
    """Of the answers to a test of that kind; without any, an empty result. `abx_trials` were fixed before."""
    main = [one for one in judgements if one.role == "main"]
    listeners = len({one.listener for one in main})
    if not main:
        return Findings(0, 0, confidence, notes=("No answers yet.",))
    notes = [few_listeners(listeners)] if listeners < FEW_LISTENERS else []
    if kind == "preference":
        found = _preference(main, confidence, seed)
    elif kind == "abx":
        heard = [(one.listener, one.chosen is not None and _is_x(one)) for one in main]
        found = {"abx": tuple(abx_table(heard, confidence, trials=abx_trials))}
    else:
        found = _scored(kind, main, confidence, seed)
    made = Findings(len(main), listeners, confidence, **found)
    return replace(made, notes=(*notes, *made.notes))


def few_listeners(count: int) -> str:
    """What a small sample cannot show."""
    if count == 1:
        return "1 listener: nothing is shown about others, and there is no interval over listeners."
    return f"{count} listeners: hardly anything is shown about others; the intervals are as wide as that."


def found_in_comparisons(answers: Sequence[Answer], *, confidence: float = 0.95, seed: int = 0) -> Findings:
    """Of a table of comparisons, all by listeners who will give no more.

    Errors
    ------
    ParameterError
        As in `fit_preference`.
    """
    fitted = fit_preference(answers, confidence=confidence, seed=seed)
    notes = (few_listeners(fitted.listeners),) if fitted.listeners < FEW_LISTENERS else ()
    pairs = tuple(pair_rows(answers, confidence))
    return Findings(fitted.answers, fitted.listeners, confidence, fitted, pairs, notes=notes)


def pair_rows(
    answers: Sequence[Answer], confidence: float = 0.95, *, unfinished: Collection[str] = ()
) -> list[PairRow]:
    """Each pair that was compared, the one with more wins first; answers in the order in which they came. `unfinished`
    are listeners who may give more."""
    systems = sorted({name for answer in answers for name in (answer.first, answer.second)})
    rows = []
    for pair in itertools.combinations(systems, 2):
        between = [answer for answer in answers if {answer.first, answer.second} == set(pair)]
        if not between:
            continue
        clear = [answer for answer in between if answer.preferred is not None]
        won = Counter(answer.preferred for answer in clear)
        better, worse = sorted(pair, key=lambda name: -won[name])
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for answer in clear:
            counts[answer.listener][0] += answer.preferred == better
            counts[answer.listener][1] += 1
        done = [(wins, trials) for who, (wins, trials) in counts.items() if who not in unfinished]
        rows.append(
            PairRow(
                better, worse, share(won[better], len(clear), confidence), len(between) - len(clear),
                listener_share([(wins, trials) for wins, trials in counts.values()], done, confidence),
                e_value(won[better], len(clear)), walds_test([answer.preferred == better for answer in clear]),
            )
        )  # fmt: skip
    return rows


def _preference(main: Sequence[Judgement], confidence: float, seed: int) -> dict[str, Any]:
    answers = comparisons(main)
    unfinished = {one.listener for one in main if not one.finished}
    genres = sorted({one.genre or "" for one in main})
    by_genre = [
        (genre or "no genre", row)
        for genre in (genres if len(genres) > 1 else ())
        for row in pair_rows(
            comparisons([one for one in main if (one.genre or "") == genre]), confidence, unfinished=unfinished
        )
    ]
    notes = []
    joined = not not_joined(answers)
    if not joined:
        notes.append("No chain of comparisons joins all systems yet: there are no strengths.")
    listeners = len({one.listener for one in main})
    if listeners < LEAST_FOR_EVIDENCE:
        notes.append(f"{listeners} listeners who all agree have an e-value of {2**listeners / (listeners + 1):.2g}.")
    if unfinished:
        notes.append(
            f"{len(unfinished)} of the listeners have not finished: their answers count, but not yet for the e-value."
        )
    return {
        "preference": fit_preference(answers, confidence=confidence, seed=seed) if joined else None,
        "pairs": tuple(pair_rows(answers, confidence, unfinished=unfinished)),
        "pairs_by_genre": tuple(by_genre),
        "notes": tuple(notes),
    }


def _scored(kind: str, main: Sequence[Judgement], confidence: float, seed: int) -> dict[str, Any]:
    low, high, _ = SCALES[kind]
    every = [(one, score) for one in main for score in _scores(one)]
    anchors = {j.name(one) for j in main for one in j.heard if one.role != "item"}
    known = anchors | {j.name(one) for j in main for one in j.heard if one.id == j.trial.reference}

    def judged(scores: list[Score]) -> Scores:
        return judge_scores(scores, confidence=confidence, seed=seed, anchors=anchors, scale=(low, high))

    scores = judged([score for _, score in every])
    notes = []
    tested = [score.value for _, score in every if score.system not in known]
    if kind in ("mushra", "multiple") and sum(v >= CROWDED_FROM for v in tested) > CROWDED_SHARE * len(tested):
        notes.append("Most scores lie from 80 to 100: the test could hardly show a difference (BS.1534-3).")
    notes += [
        f"{row.system}: the scores may have two humps, of listeners or of songs; a mean does not describe them."
        for row in scores.rows
        if row.two_minds and row.system not in known
    ]
    listeners = len({one.listener for one in main})
    if scores.differences and listeners < LEAST_FOR_P:
        notes.append(
            f"The smallest p that {listeners} listener{'s' * (listeners > 1)} can give is {2 / 2**listeners:.2g}."
        )
    genres = sorted({one.genre for one in main if one.genre}) if kind in ("appropriateness", "rating") else []
    if kind == "rating" and len(genres) < 2:
        genres = []
    by_genre = tuple((genre, judged([s for one, s in every if one.genre == genre])) for genre in genres)
    return {"scores": scores, "scores_by_genre": by_genre, "notes": tuple(notes)}


def _is_x(one: Judgement) -> bool:
    assert one.chosen is not None
    return one.trial.items[one.chosen] == one.trial.x


def _scores(one: Judgement) -> list[Score]:
    return [Score(one.listener, system, one.trial.song, value) for system, value in one.scores().items()]
