"""What somebody should be told about the mixes of the last weeks: a table of rules, and what each of them finds.

Bounds are those of the success criteria. A rule that looks at a share waits for enough mixes; one that looks at every
single mix (RMS, loudness, true peak) speaks at the first. `state` says what is so, coarsely: it changes when there is
something new to tell, not with every mix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..metrics import criterion, proportion
from .drift import GENRE, Drifted
from .monitoring import Change, Monitored
from .windows import bound_text

__all__ = ["RULES", "Alert", "Rule", "alerts_of"]

LEAST_MIXES = 10
SURELY_MISSED = 0.1  # of mixes outside a bound: the lower end of the share's 95 % interval must lie above
# Of a change that is told, if there was none. It is looked at every day: at 0.01, 23 % of simulated years without a
# change had a false alarm.
CHANCE = 0.002
EVERY_MIX = ("rms_ratio", "true_peak_over")  # one mix outside is told


@dataclass(frozen=True)
class Alert:
    """Something to be told, in a sentence; `rule` says by which, `state` what is so."""

    rule: str
    sentence: str
    state: str


@dataclass(frozen=True)
class Rule:
    """`when` an alert is told, in words, and how it is found: the sentence and the state, None where all is well."""

    name: str
    when: str
    find: Callable[[Monitored], tuple[str, str] | None]


def alerts_of(monitored: Monitored) -> list[Alert]:
    """What should be told, in the order of the rules."""
    found = [(rule, rule.find(monitored)) for rule in RULES]
    return [Alert(rule.name, *told) for rule, told in found if told is not None]


def _at_bounds(m: Monitored) -> tuple[str, str] | None:
    row, rate = criterion("parameters_at_bounds_share"), m.whole.at_bounds_rate
    if rate is None or m.whole.mixes < LEAST_MIXES or row.passes(rate):
        return None
    sentence = (
        f"{100 * rate:.1f} % of all parameters are at their bounds ({m.whole.at_bounds} of {m.whole.parameters}, "
        f"{_mixes(m.whole.mixes)}); {row.bound} is meant to be. Ranges are too narrow for this music, or the model is "
        "too sure."
    )
    return sentence, f"above {5 * int(20 * rate)} %"


def _single(name: str) -> Callable[[Monitored], tuple[str, str] | None]:
    row = criterion(name)

    def find(m: Monitored) -> tuple[str, str] | None:
        known = [(point.made, point.figures[name]) for point in m.mixes if name in point.figures]
        out = [(made, value) for made, value in known if row.passes(value) is False]
        if not out:
            return None
        worst = max((value for _, value in out), key=lambda value: row.worse(row.high, value))
        sentence = (
            f"{row.label} ({bound_text(row)}): {len(out)} of {_mixes(len(known))} outside, the worst {worst:.2f}."
        )
        return sentence, _last(out)

    return find


def _loudness(m: Monitored) -> tuple[str, str] | None:
    row = criterion("loudness_off_target")
    assert row.high is not None
    known = [
        (point.made, point.figures[name])
        for point in m.mixes
        for name in ("loudness_error", "loudness_off_target")
        if name in point.figures
    ]
    out = [(made, by) for made, by in known if abs(by) > row.high]
    if not out:
        return None
    worst = max((by for _, by in out), key=abs)
    sentence = f"Loudness is off its target by more than {row.high:g} LU in {len(out)} of {_mixes(len(known))}"
    return f"{sentence}, by {worst:+.1f} LU at worst.".replace("-", "−"), _last(out)


def _missed(m: Monitored) -> tuple[str, str] | None:
    found = []
    for one in m.whole.figures:
        if one.name in EVERY_MIX or one.missed is None or one.spread.n < LEAST_MIXES:
            continue
        if proportion(one.missed, one.spread.n).low > SURELY_MISSED:
            found.append((one.name, f"{one.label} ({one.bound}): {one.missed} of {_mixes(one.spread.n)} outside"))
    if not found:
        return None
    sentence = "; ".join(text for _, text in found)
    return f"Criteria are missed by more than one mix in ten. {sentence}.", ", ".join(name for name, _ in found)


def _edits(m: Monitored) -> tuple[str, str] | None:
    return _changed("What is kept is further from what was proposed than before", m.edits, m.days, rises=True)


def _ratings(m: Monitored) -> tuple[str, str] | None:
    return _changed("Ratings are lower than before", m.ratings, m.days, rises=False)


def _changed(what: str, change: Change, days: int, *, rises: bool) -> tuple[str, str] | None:
    if change.chance is None or change.then is None or change.now is None or change.chance >= CHANCE:
        return None
    if change.now == change.then or (change.now > change.then) is not rises:
        return None
    sentence = (
        f"{what}: {change.now:.2f} on average ({change.n_now}) in {days} days, {change.then:.2f} ({change.n_then}) in "
        f"the {days} before; chance does that {100 * change.chance:.1g} % of the time."
    )
    return sentence, "rising" if rises else "falling"


def _drift(m: Monitored) -> tuple[str, str] | None:
    if m.drift is None or not m.drift.names:
        return None
    what = "; ".join(_moved(test) for test in m.drift.tests if test.drifted)
    return f"The music is another than in the reference ({m.drift.about or 'no name'}): {what}.", ", ".join(
        m.drift.names
    )


def _moved(test: Drifted) -> str:
    text = f"PSI {test.psi:.2f}, n {test.n}"
    if test.name == GENRE or test.median is None or test.reference_median is None:
        return f"{test.name.replace('_', ' ')} ({text})"
    return f"{test.name} median {test.median:.4g} instead of {test.reference_median:.4g} ({text})"


def _mixes(n: int) -> str:
    return f"{n} mix{'es' * (n != 1)}"


def _last(out: Sequence[tuple[datetime, float]]) -> str:
    """When the last one was: another one is news."""
    return f"last at {max(made for made, _ in out).isoformat()}"


RULES: tuple[Rule, ...] = (
    Rule("at_bounds", f"not {criterion('parameters_at_bounds_share').bound} of the parameters at their bounds, over at "
         f"least {LEAST_MIXES} mixes", _at_bounds),
    Rule("rms_ratio", f"any mix whose balance stage changes the RMS to outside {bound_text(criterion('rms_ratio'))}",
         _single("rms_ratio")),
    Rule("loudness_error", f"any mix whose loudness is more than {criterion('loudness_off_target').high:g} LU off its "
         "target", _loudness),
    Rule("true_peak_over", "any mix whose true peak is above its ceiling", _single("true_peak_over")),
    Rule("criteria_missed", f"any other bounded criterion missed by surely more than {100 * SURELY_MISSED:g} % of at "
         f"least {LEAST_MIXES} mixes (95 % interval)", _missed),
    Rule("edit_distance", f"what is kept is further from what was proposed than in as many days before (Mann-Whitney, "
         f"p < {CHANCE:g})", _edits),
    Rule("ratings", f"ratings are lower than in as many days before (Mann-Whitney, p < {CHANCE:g})", _ratings),
    Rule("drift", "the music is another than in the reference (PSI or KS, Holm)", _drift),
)  # fmt: skip
