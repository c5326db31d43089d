"""The success criteria: each can pass, fail and not apply; runs are compared from the table alone."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mixwright import ParameterError
from mixwright.metrics import CRITERIA, Judged, SetFigure, criterion, judge, judge_set, worse

GOOD = Judged(
    crest_before_db=15.0,
    crest_balanced_db=14.0,
    rms_ratio=1.0,
    loudness_lufs=-14.1,
    loudness_target_lufs=-14.0,
    true_peak_dbtp=-1.2,
    ceiling_dbtp=-1.0,
    parameters_at_bounds=0,
    centroid_change_percent=-5.0,
    side_change_db=1.0,
    imbalance_change_db=0.1,
    treble_change_db=-1.0,
    ltas_error_db=1.0,
    clipped_samples=0,
    mono_loss_db=0.5,
    pesq_wb=4.0,
    stoi=0.95,
    genre_appropriateness=80.0,
    visqol=4.5,
)


def outcome(figures: Judged) -> dict[str, bool | None]:
    return {result.name: result.passed for result in judge(figures)}


def test_a_good_mix_passes_all() -> None:
    unbounded = {"parameters_at_bounds", "genre_appropriateness", "visqol"}
    elsewhere = outcome(replace(GOOD, delivered=False)) | {"loudness_error": True}
    assert {passed for name, passed in elsewhere.items() if name not in unbounded} == {True}
    assert outcome(GOOD)["loudness_error"] is True
    assert list(outcome(GOOD)) == [row.name for row in CRITERIA if row.scope == "mix"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rms_ratio", {"rms_ratio": 1.21}),
        ("rms_ratio", {"rms_ratio": 0.79}),
        ("crest_factor_kept", {"crest_balanced_db": 11.9}),
        ("crest_factor_lost", {"crest_balanced_db": 13.4}),
        ("loudness_error", {"loudness_lufs": -14.6}),
        ("true_peak_over", {"true_peak_dbtp": -0.9}),
        ("loudness_off_target", {"loudness_lufs": -10.9, "delivered": False}),
        ("imbalance", {"imbalance_change_db": -3.1}),
        ("spectral_centroid", {"centroid_change_percent": 11.0}),
        ("side", {"side_change_db": -60.0}),
        ("treble", {"treble_change_db": 5.0}),
        ("ltas_error", {"ltas_error_db": 4.0}),
        ("clipped", {"clipped_samples": 3}),
        ("mono_loss", {"mono_loss_db": 9.0}),
        ("pesq_wb", {"pesq_wb": 3.4}),
        ("stoi", {"stoi": 0.8}),
    ],
)
def test_each_can_fail(name: str, change: dict[str, float]) -> None:
    assert outcome(replace(GOOD, **change))[name] is False


def test_what_does_not_apply_is_not_judged() -> None:
    assert outcome(replace(GOOD, crest_before_db=11.0))["crest_factor_kept"] is None
    assert outcome(replace(GOOD, centroid_change_percent=None))["spectral_centroid"] is None
    assert outcome(replace(GOOD, crest_before_db=float("nan")))["crest_factor_lost"] is None
    assert outcome(GOOD)["parameters_at_bounds"] is None  # a rate over many mixes
    assert outcome(GOOD)["loudness_off_target"] is None  # ours is held to half a unit instead
    assert outcome(replace(GOOD, delivered=False, loudness_lufs=-12.0))["loudness_error"] is None


SET_FIGURES = {
    "parameters_at_bounds_share": 0.04,
    "harm_ltas_db": 0.5,
    "ltas_error_removed": 0.3,
    "made_worse": 0.1,
    "ab_win_rate": SetFigure(0.75, 0.66, 0.83, 120),
    "professional_rating": 7.2,
}


def test_a_set_is_judged_by_the_rows_that_one_mix_cannot_fill() -> None:
    results = {r.name: r for r in judge_set(SET_FIGURES)}
    assert list(results) == [row.name for row in CRITERIA if row.scope == "set"]
    assert {r.passed for name, r in results.items() if name != "made_worse"} == {True}
    assert results["made_worse"].passed is None  # compared between runs, no bound of its own
    assert results["ab_win_rate"].n == 120
    assert {r.passed for r in judge_set({})} == {None}
    assert judge_set({"pesq_wb": 3.4})[0].passed is False  # the median over a set of a criterion of one mix


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("parameters_at_bounds_share", 0.05),
        ("harm_ltas_db", 0.51),
        ("ltas_error_removed", 0.0),
        ("ab_win_rate", SetFigure(0.70, 0.6, 0.8, 100)),
        ("ab_win_rate", SetFigure(0.75, 0.30, 0.95, 4)),  # three of four listeners are no evidence
        ("professional_rating", 7.0),
    ],
)
def test_each_row_of_a_set_can_fail(name: str, value: float | SetFigure) -> None:
    results = {r.name: r.passed for r in judge_set(SET_FIGURES | {name: value})}
    assert results[name] is False


def test_a_win_rate_without_interval_and_an_unknown_name_are_refused() -> None:
    with pytest.raises(ParameterError, match="interval"):
        judge_set({"ab_win_rate": 0.9})
    with pytest.raises(ParameterError, match="loudnes_error"):
        judge_set({"loudnes_error": 0.1})


def test_worse_follows_the_direction_of_the_table() -> None:
    for row in CRITERIA:
        assert row.worse(0.4, 0.4) == 0
        assert row.worse(0.4, None) == row.worse(0.4, math.nan) == math.inf
        assert row.worse(None, 0.4) == 0
        up = {"higher": -1, "lower": 1, "nearer to 0": 1, "nearer to 1": -1}[row.better]
        assert row.worse(0.4, 0.6) == pytest.approx(0.2 * up)
        assert row.worse(0.6, 0.4) == pytest.approx(-0.2 * up)
    assert worse("side", -1.0, 2.5) == pytest.approx(1.5)  # 2.5 dB off instead of 1 dB, on the other side
    assert worse("rms_ratio", 0.9, 1.1) == pytest.approx(0.0)


@pytest.mark.parametrize("row", CRITERIA, ids=lambda row: row.name)
def test_direction_and_bounds_of_a_row_agree(row: object) -> None:
    """A value just outside a bound is worse than one just inside, or the gate and the verdict would disagree."""
    found = criterion(row.name)  # type: ignore[attr-defined]
    assert found is row
    for bound, outwards in ((found.low, -1), (found.high, 1)):
        if bound is not None:
            inside, outside = bound - 0.2 * outwards, bound + 0.2 * outwards
            assert found.passes(inside)
            assert found.passes(outside) is False
            assert found.worse(inside, outside) > 0


def test_bounds_in_words_come_from_the_numbers() -> None:
    words = {row.name: row.bound for row in CRITERIA}
    assert words["side"] == "within ±3"
    assert words["rms_ratio"] == "0.8 to 1.2"
    assert words["pesq_wb"] == "above 3.5"
    assert words["crest_factor_kept"] == "above 12 where the input has it"
    assert words["true_peak_over"] == "at most 0"
    assert words["clipped"] == "0"
    assert words["parameters_at_bounds_share"] == "below 5 %"
    assert words["ab_win_rate"] == "above 70 %, its 95 % interval above 50 %"
    assert words["visqol"] == "reported, no bound"
    assert criterion("ab_win_rate").to_dict()["low"] == 0.7
