"""The result of a test: with everybody, and without those whom the rules leave out; never one without the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..store import AnswerRow
from .findings import Findings, pair_rows, what_was_found
from .intervals import Share, share
from .judgements import Judgement, collect, comparisons
from .manifest import Manifest
from .screening import Exclusion, screen
from .sequential import e_value

__all__ = ["Outcome", "evidence_path", "outcome_of", "watch"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """`without_answers` counts answers of listeners who stay that are left out because the sound had dropped out;
    `consistency` is the share of repeated trials that were answered alike, ties apart; `path` the e-value as answers
    came in."""

    title: str
    kind: str
    question: str
    version: str
    everyone: Findings
    exclusions: tuple[Exclusion, ...]
    without_answers: int
    screened: Findings
    consistency: Share
    path: tuple[float, ...]

    @property
    def left_out(self) -> int:
        """How many listeners."""
        return len({one.listener for one in self.exclusions})


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
    watched = test.kind == "preference" and len(test.system) == 2
    clean = [one for one in staying if not one.facts.get("underruns")]
    return Outcome(
        test.title, test.kind, test.asked, manifest.version,
        what_was_found(test.kind, judgements, confidence=confidence, seed=seed), tuple(exclusions),
        len(staying) - len(clean), what_was_found(test.kind, clean, confidence=confidence, seed=seed),
        _consistency(judgements, confidence), evidence_path(judgements) if watched else (),
    )  # fmt: skip


def _consistency(judgements: Sequence[Judgement], confidence: float) -> Share:
    """Sides were swapped: the same mix is the other side."""
    first_times = {(one.listener, one.trial.number): one for one in judgements}
    repeats = [(one, first_times.get((one.listener, one.trial.repeat_of or 0))) for one in judgements]
    pairs = [(one.chosen, first.chosen) for one, first in repeats if one.role == "repeat" and first is not None]
    clear = [again != first for again, first in pairs if again is not None and first is not None]
    return share(sum(clear), len(clear), confidence)


def evidence_path(judgements: Sequence[Judgement]) -> tuple[float, ...]:
    """The e-value after each answer that is no tie, in the order in which they came."""
    path, wins, clear = [], 0, 0
    for answer in comparisons(judgements):
        if answer.preferred is not None:
            clear += 1
            wins += answer.preferred == max(answer.first, answer.second)
            path.append(e_value(wins, clear))
    return tuple(path)


def watch(manifest: Manifest, rows: Sequence[AnswerRow]) -> list[str]:
    """What may be looked at while answers come in, in sentences: e-values of a preference test; for other kinds, which
    have no such test, nothing but how many there are."""
    judgements = collect(manifest, rows)
    main = sum(one.role == "main" for one in judgements)
    said = [f"{main} answers of {len({one.listener for one in judgements})} listeners."]
    if manifest.test.kind == "preference" and main:
        for row in pair_rows(comparisons(judgements)):
            low, high = (100 * bound for bound in row.always)
            said.append(
                f"{row.first} over {row.second}: {row.wins.wins} of {row.wins.trials}, {row.ties} ties; e-value "
                f"{row.e_value:.3g} (20 is evidence at any time); between {low:.0f} and {high:.0f} % at all times."
            )
    return said
