"""A console for a set of stems: how loud each is beside the others, where it stands, and what is done to it.

Loudness first. What each stem sounds like beside the others gives the loudness that it would usually have (the set
model, or the rules); what the levels that the stems came with are worth is judged from the levels themselves; and
between the two each stem gets its place. Then the rules for its role, then room for the stem that leads.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError, ParameterError
from ..parameters.strip import STRIP_PARAMETERS, StripParameters
from .console_decision import ConsoleDecision, Draft
from .console_features import FEATURES, StemHeard, loudness_lufs, set_features
from .console_masking import Masking, choose_lead, find_masking
from .console_network import SetModel, load_set_model
from .console_rules import role_levels_lu, set_by_rules
from .decision import Amounts
from .found_levels import kept_share

__all__ = ["MOST_STEMS", "RULES", "ConsoleDecision", "StemHeard", "decide_console"]

Floats = NDArray[np.float64]

MOST_STEMS = 64
RULES = "rules"
# Of the set model in the expected loudness, the rest is the rules': where the sound says little, the role has a word.
SET_SHARE = 0.85
RULES_ERROR_LU = 4.0  # spread of the rules' error on the training music, larger than the set model's
GAIN = next(row for row in STRIP_PARAMETERS if row.name == "gain_db")
PRESENCE = next(row for row in STRIP_PARAMETERS if row.name == "presence")


@dataclass(frozen=True, eq=False)
class _Levels:
    """Of the stems that sound: loudness found, expected from the sound alone, and aimed at; each in LU, mean 0."""

    found: Floats
    expected: Floats
    aimed: Floats
    kept: float


def decide_console(
    stems: Sequence[StemHeard],
    *,
    amounts: Amounts | None = None,
    fixed: Mapping[str, Mapping[str, float]] | None = None,
    muted: Collection[str] = (),
    model: SetModel | str | None = None,
    keep_levels: bool = True,
    offsets: Mapping[str, float] | None = None,
) -> ConsoleDecision:
    """Strip values for every stem; the same for any order of the stems.

    Parameters
    ----------
    stems
        1 to 64, each with a name of its own.
    amounts
        Scale the decisions by aspect.
    fixed
        Name of a stem: values that the user set. They are kept as they are, and the other stems are balanced around a
        stem whose gain is set.
    muted
        Names of stems that are not to be heard: the others are balanced as if these were silent.
    model
        A set model, "rules" for none, or None for the one that comes with the package.
    keep_levels
        Whether the levels that the stems came with count as far as they look like somebody's choice. False balances
        from the sound alone.
    offsets
        Of the rules, role: LU; None for those that come with the package.

    The gains leave the sum about as loud as it was, unless one of them would leave its range; a stem that is still out
    of range then stops at its end. Silent and muted stems are left at neutral.

    Errors
    ------
    ParameterError
        No stem or more than 64, a name twice or an unknown one in `fixed`, or a value outside its range.
    ModelError
        A model of other features than are measured here.
    """
    _check(stems, {name: {} for name in muted} | dict(fixed or {}))
    amounts, fixed = amounts or Amounts(), fixed or {}
    network = None if model == RULES else _network(model)
    ordered = sorted(stems, key=lambda stem: stem.name)  # sums in one order, whatever the caller's
    unheard = {stem.name: "silent" for stem in ordered if stem.analysis.silent} | dict.fromkeys(muted, "muted")
    heard = [stem for stem in ordered if stem.name not in unheard]
    drafts = {stem.name: Draft() for stem in ordered}
    levels = _levels(heard, network, keep_levels, offsets)
    set_by_rules(heard, drafts, amounts)
    aimed = dict(zip((s.name for s in heard), levels.aimed.tolist(), strict=True))
    lead = choose_lead(heard, levels.aimed)
    gains = _gains(heard, aimed, fixed, amounts.level)
    masking = find_masking(heard, gains, lead)
    if masking is not None:
        aimed[lead] += masking.raise_lu * amounts.level
        gains = _gains(heard, aimed, fixed, amounts.level)
        _make_room(masking, drafts, amounts)
    for place, stem in enumerate(heard):
        draft = drafts[stem.name]
        draft.put("gain_db", gains[stem.name], _gain_reason(stem, gains[stem.name], levels, place, network, masking))
        if network is not None and (masking is None or stem.name != masking.lead):
            draft.predicted.add("gain_db")
    for name, why in unheard.items():
        drafts[name].reasons["gain_db"] = f"Gain left alone: the stem is {why}."
    finished = {name: draft.finish(fixed.get(name, {}), aimed.get(name, math.nan)) for name, draft in drafts.items()}
    return ConsoleDecision(
        {stem.name: finished[stem.name] for stem in stems}, levels.kept, lead, RULES if network is None else "set"
    )


def _check(stems: Sequence[StemHeard], fixed: Mapping[str, Mapping[str, float]]) -> None:
    if not 1 <= len(stems) <= MOST_STEMS:
        raise ParameterError(f"stems: {len(stems)} must be in [1, {MOST_STEMS}]")
    names = [stem.name for stem in stems]
    for name in names:
        if names.count(name) > 1:
            raise ParameterError(f"stems: there are {names.count(name)} of the name {name!r}")
    for name, values in fixed.items():
        if name not in names:
            raise ParameterError(f"there is no stem {name!r}")
        StripParameters(values)


def _network(model: SetModel | str | None) -> SetModel:
    if isinstance(model, str):
        raise ParameterError(f"model={model!r} must be {RULES!r}, a set model or None")
    network = load_set_model() if model is None else model
    if network.features != FEATURES:
        raise ModelError("the set model is for other features than are measured; train it again")
    return network


def _levels(
    heard: Sequence[StemHeard], network: SetModel | None, keep: bool, offsets: Mapping[str, float] | None
) -> _Levels:
    if not heard:
        return _Levels(np.zeros(0), np.zeros(0), np.zeros(0), 0.0)
    expected = role_levels_lu(heard, offsets)
    if network is not None:
        expected = SET_SHARE * network.loudness_lu(set_features(heard)) + (1 - SET_SHARE) * expected
    found = np.array([loudness_lufs(stem.analysis) for stem in heard])
    peaks = np.array([stem.analysis.sample_peak_dbfs for stem in heard])
    error = RULES_ERROR_LU if network is None else network.error_lu
    kept = kept_share(found, expected, peaks, error) if keep else 0.0
    found = found - found.mean()
    return _Levels(found, expected, expected + kept * (found - expected), kept)


def _gains(
    heard: Sequence[StemHeard], aimed: Mapping[str, float], fixed: Mapping[str, Mapping[str, float]], amount: float
) -> dict[str, float]:
    """Gain in dB for each stem: the aimed loudness over the found one, all moved together."""
    if not heard:
        return {}
    found = np.array([loudness_lufs(stem.analysis) for stem in heard])
    active = np.array([max(stem.analysis.active_share, 0.01) for stem in heard])
    moved = np.array([aimed[stem.name] for stem in heard]) - found
    held = [place for place, stem in enumerate(heard) if "gain_db" in fixed.get(stem.name, {})]
    if held:
        shift = float(np.mean([fixed[heard[p].name]["gain_db"] - moved[p] for p in held]))
    else:
        sums = [float(np.sum(active * 10 ** ((found + gains) / 10))) for gains in (np.zeros(len(moved)), moved)]
        shift = 10 * math.log10(sums[0] / sums[1])
        low, high = GAIN.low - float(moved.min()), GAIN.high - float(moved.max())
        shift = min(max(shift, low), high) if low <= high else high
    gains = np.clip((moved + shift) * amount, GAIN.low, GAIN.high)
    for place in held:
        gains[place] = fixed[heard[place].name]["gain_db"]
    return {stem.name: float(gain) for stem, gain in zip(heard, gains, strict=True)}


def _make_room(masking: Masking, drafts: Mapping[str, Draft], amounts: Amounts) -> None:
    for name, cut_db in masking.cuts_db.items():
        factor = max(PRESENCE.low, 10 ** (cut_db * amounts.tone / 20))
        if factor < 0.99:
            drafts[name].put(
                "presence",
                factor,
                f"Presence {cut_db * amounts.tone:.1f} dB: room for {masking.lead}, whose 1 to 4 kHz lie "
                f"{-masking.before_db:.1f} dB under the rest.".replace("-", "−"),
            )


def _gain_reason(
    stem: StemHeard, gain_db: float, levels: _Levels, place: int, network: SetModel | None, masking: Masking | None
) -> str:
    by = "by its role" if network is None else "by its sound beside the others and its role"
    text = (
        f"Gain {gain_db:+.1f} dB: {by} it is expected {_side(levels.expected[place])} the average of the stems; "
        f"it came {_side(levels.found[place])} it"
    )
    text += f", of which {100 * levels.kept:.0f} % is taken for a choice" if levels.kept >= 0.01 else ""
    if masking is not None and masking.lead == stem.name:
        text += f"; {masking.raise_lu:.1f} LU more, because the others cover it between 1 and 4 kHz"
    return f"{text}.".replace("-", "−")


def _side(level_lu: float) -> str:
    return f"{abs(level_lu):.1f} LU {'over' if level_lu > 0 else 'under'}"
