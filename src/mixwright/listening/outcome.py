"""The result of a test: with everybody, and without those whom the rules leave out; never one without the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..store import AnswerRow
from .assessors import Assessor, assessors, steadiness
from .evidence import Watched, watch_answers
from .findings import EVIDENCE, Findings, found_in_comparisons, pair_rows, what_was_found
from .intervals import Share, share
from .judgements import Judgement, collect, comparisons
from .manifest import Manifest
from .preference import Answer
from .screening import Exclusion, answer_faults, remarks, screen

__all__ = ["Outcome", "outcome_of", "outcome_of_comparisons", "watch"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """`answers_left_out` counts, by reason, the answers of listeners who stay that are left out; `consistency` is the
    share of repeated trials that were answered alike, ties apart; `watched` the evidence as answers came in, of a
    preference between two systems; `remarks` are what the rules could not have found out."""

    title: str
    kind: str
    question: str
    version: str
    confidence: float
    everyone: Findings
    exclusions: tuple[Exclusion, ...]
    answers_left_out: tuple[tuple[str, int], ...]
    screened: Findings
    assessors: tuple[Assessor, ...]
    consistency: Share
    watched: Watched | None
    remarks: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """How many listeners."""
        return len({one.listener for one in self.exclusions})

    @property
    def screening_changed(self) -> bool:
        """Whether anything was left out."""
        return bool(self.exclusions or self.answers_left_out)


def outcome_of(manifest: Manifest, rows: Sequence[AnswerRow], *, confidence: float = 0.95, seed: int = 0) -> Outcome:
    """The result of a test from all its stored answers.

    Errors
    ------
    ParameterError
        A confidence outside (0, 1).
    """
    test = manifest.test
    judgements = collect(manifest, rows)
    exclusions = screen(test.kind, judgements, headphones=test.headphone_check)
    out = {one.listener for one in exclusions}
    staying = [one for one in judgements if one.listener not in out]
    faults = [answer_faults(one, test) for one in staying]
    clean = [one for one, found in zip(staying, faults, strict=True) if not found]

    def found(judged: Sequence[Judgement]) -> Findings:
        return what_was_found(test.kind, judged, confidence=confidence, seed=seed, abx_trials=test.abx_trials)

    everyone = found(judgements)
    screened = everyone if len(clean) == len(judgements) else found(clean)
    two = [row.name for row in test.system] if test.kind == "preference" and len(test.system) == 2 else None
    return Outcome(
        test.title, test.kind, test.asked, manifest.version, confidence, everyone, tuple(exclusions),
        tuple(sorted(Counter(reason for reasons in faults for reason in reasons).items())), screened,
        assessors(test.kind, judgements, exclusions, confidence), steadiness(judgements, confidence),
        watch_answers(judgements, two[0], two[1], confidence) if two else None,
        tuple(remarks(test.kind, judgements)),
    )  # fmt: skip


def outcome_of_comparisons(
    answers: Sequence[Answer], title: str, *, confidence: float = 0.95, seed: int = 0
) -> Outcome:
    """The result of a table of comparisons, which has nothing that the rules could look at. Errors as in
    `fit_preference`."""
    found = found_in_comparisons(answers, confidence=confidence, seed=seed)
    return Outcome(
        title, "preference", "", "", confidence, found, (), (), found, (), share(0, 0, confidence), None,
        ("A table of comparisons has no catch trials: the rules cannot leave anybody out.",),
    )  # fmt: skip


def watch(manifest: Manifest, rows: Sequence[AnswerRow]) -> list[str]:
    """What may be looked at while answers come in, in sentences: e-values of a preference test; for other kinds, which
    have no such test, nothing but how many there are."""
    judgements = [one for one in collect(manifest, rows) if one.role == "main"]
    unfinished = {one.listener for one in judgements if not one.finished}
    listeners = len({one.listener for one in judgements})
    said = [f"{len(judgements)} answers of {listeners} listeners, of whom {listeners - len(unfinished)} have finished."]
    if manifest.test.kind == "preference" and judgements:
        pairs = pair_rows(comparisons(judgements), unfinished=unfinished)
        for row in pairs:
            low, high = (100 * bound for bound in row.listeners.always)
            said.append(
                f"{row.first} over {row.second}: {row.wins.wins} of {row.wins.trials}, {row.ties} ties; e-value of "
                f"the {row.listeners.finished} listeners who have finished {row.listeners.e_value:.3g} "
                f"({EVIDENCE * len(pairs):g} is evidence at any time); between {low:.0f} and {high:.0f} % at all times."
            )
    return said
