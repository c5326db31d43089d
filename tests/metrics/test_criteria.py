"""The success criteria: each can pass, fail and not apply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mixwright.metrics import CRITERIA, Judged, judge

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
    assert {passed for name, passed in outcome(GOOD).items() if name not in unbounded} == {True}
    assert len(outcome(GOOD)) == len(CRITERIA)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rms_ratio", {"rms_ratio": 1.21}),
        ("rms_ratio", {"rms_ratio": 0.79}),
        ("crest_factor_kept", {"crest_balanced_db": 11.9}),
        ("crest_factor_lost", {"crest_balanced_db": 13.4}),
        ("loudness_error", {"loudness_lufs": -14.6}),
        ("true_peak_over", {"true_peak_dbtp": -0.9}),
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
