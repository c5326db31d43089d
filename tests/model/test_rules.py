"""The rules: alone with what is good, moved by what is not, bounded by what they may cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.songs import song

from mixwright import ParameterError
from mixwright.analysis import Analysis, analyze_audio
from mixwright.model import Amounts, Target, decide
from mixwright.model.dynamics import Dynamics, Envelope, choose_ratio, simulate
from mixwright.model.rules import settle
from mixwright.model.tone import EQ_PARAMETERS, Spectrum, eq_gain_db, solve_tone
from mixwright.parameters import GENRES, PARAMETERS, Parameters, blend_voicing
from mixwright.parameters.profiles import load_profile

Floats = NDArray[np.float64]
RATE = 44_100
ROCK = blend_voicing({"rock": 1.0})
TARGET = Target(load_profile("rock"), "released rock")
SONG = analyze_audio(song(6.0), RATE)


def like_target(change_db: Floats | float = 0.0) -> Analysis:
    """A song that is the target itself, but for a change of its spectrum."""
    profile = TARGET.profile
    hz = np.asarray(SONG.third_octave_hz)
    at = [int(np.argmin(np.abs(np.log(profile.third_octave_hz / f)))) for f in hz]
    return replace(
        SONG,
        ltas_db=profile.ltas_db[at] - 18 + change_db,
        crest_factor_db=profile.features["crest_factor_db"][0],
        loudness_range_lu=profile.features["loudness_range_lu"][0],
        stereo_width=profile.features["stereo_width"][0],
    )


def region(low: float, high: float, db: float) -> Floats:
    hz = np.asarray(SONG.third_octave_hz)
    return np.where((hz >= low) & (hz <= high), db, 0.0)


@pytest.mark.parametrize("genre", GENRES)
def test_a_mix_like_its_target_is_left_alone(genre: str) -> None:
    target = Target(load_profile(genre), genre)
    profile = target.profile
    at = [int(np.argmin(np.abs(np.log(profile.third_octave_hz / f)))) for f in SONG.third_octave_hz]
    features = {name: profile.features[name][0] for name in ("crest_factor_db", "loudness_range_lu", "stereo_width")}
    same = replace(SONG, ltas_db=profile.ltas_db[at] - 20.0, **features)
    decision = decide(same, target, blend_voicing({genre: 1.0}))
    assert decision.parameters.neutral
    assert set(decision.provenance.values()) == {"neutral"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.6, 0.6), min_size=30, max_size=30), st.floats(-20, 20))
def test_inside_the_spread_nothing_moves_whatever_the_level(shares: list[float], level: float) -> None:
    inside = like_target()
    spread = Spectrum.compare(inside.third_octave_hz, inside.ltas_db, TARGET.profile).spread_db
    wander = np.resize(shares, len(spread)) * spread
    # The comparison is free of level, and the level hangs on the wandering too: 0.6 leaves room for it.
    decision = decide(like_target(wander - np.mean(wander) + level), TARGET, ROCK)
    moved = [n for n in EQ_PARAMETERS if decision.parameters[n] != Parameters()[n]]
    outside = Spectrum.compare(inside.third_octave_hz, inside.ltas_db + wander, TARGET.profile).excess_db()
    if np.abs(outside).max() == 0:
        assert moved == []


@pytest.mark.parametrize(
    ("low", "high", "db", "name"),
    [(30, 150, 16, "low_eq"), (30, 150, -11, "low_eq"), (700, 1400, 12, "mid_eq"), (6000, 14_000, 18, "high_eq")],
)
def test_what_is_outside_is_led_back(low: float, high: float, db: float, name: str) -> None:
    analysis = like_target(region(low, high, db))
    decision = decide(analysis, TARGET, ROCK)
    assert decision.parameters[name] * db < 0
    assert f"dB {'above' if db > 0 else 'below'} released rock" in decision.reasons[name]
    values = {n: decision.parameters[n] for n in EQ_PARAMETERS}
    spectrum = Spectrum.compare(analysis.third_octave_hz, analysis.ltas_db, TARGET.profile)
    curve = eq_gain_db(values, ROCK, RATE, spectrum.hz).sum(axis=0)
    cost = [np.sum(spectrum.weight * (spectrum.excess_db(c) / spectrum.spread_db) ** 2) for c in (0.0, curve)]
    assert cost[1] < cost[0]


def test_what_is_missing_is_not_raised() -> None:
    decision = decide(like_target(region(4000, 20_000, -40)), TARGET, ROCK)
    assert decision.parameters["high_eq"] == 0
    assert "next to nothing" in decision.reasons["high_eq"]


def test_what_the_user_set_is_kept_and_solved_around() -> None:
    boomy = like_target(region(30, 150, 16))
    free = decide(boomy, TARGET, ROCK)
    fixed = decide(boomy, TARGET, ROCK, fixed={"low_eq": 1.0, "compressor_ratio": 2.0})
    assert (fixed.parameters["low_eq"], fixed.parameters["compressor_ratio"]) == (1.0, 2.0)
    assert fixed.reasons["low_eq"] == "Low EQ 1 dB: set by you."
    assert free.parameters["low_eq"] < 0
    assert fixed.provenance["low_eq"] == "set"


def test_amounts_scale_their_aspect_only() -> None:
    far = replace(like_target(region(30, 150, 16)), stereo_width=1.5)
    full = decide(far, TARGET, ROCK).parameters
    half = decide(far, TARGET, ROCK, amounts=Amounts.parse(1.0, "tone=0.5")).parameters
    none = decide(far, TARGET, ROCK, amounts=Amounts.parse(1.0, "tone=0,width=0")).parameters
    assert half["low_eq"] == pytest.approx(full["low_eq"] / 2, abs=1e-3)
    assert half["stereo_width"] == full["stereo_width"]
    assert (none["low_eq"], none["stereo_width"]) == (0.0, 1.0)


@pytest.mark.parametrize("wrong", ["tone", "tone=x", "loudness=1", "tone=2", "tone=-1"])
def test_wrong_amounts(wrong: str) -> None:
    with pytest.raises(ParameterError):
        Amounts.parse(1.0, wrong)


@pytest.mark.parametrize(("width", "sign"), [(0.05, 1), (1.5, -1), (0.35, 0)])
def test_width(width: float, sign: int) -> None:
    decision = decide(replace(like_target(), stereo_width=width, stereo_correlation=0.8), TARGET, ROCK)
    assert np.sign(decision.parameters["stereo_width"] - 1) == sign
    assert 0.9 < decision.parameters["stereo_width"] < 1.1


def test_mono_and_unrelated_channels_are_not_widened() -> None:
    mono = replace(like_target(), channels=1, stereo_width=0.0)
    apart = replace(like_target(), stereo_width=0.05, stereo_correlation=0.0)
    for analysis in (mono, apart):
        assert decide(analysis, TARGET, ROCK).parameters["stereo_width"] == 1.0


def envelope(swing_db: float) -> Envelope:
    """A beat of 120 BPM over passages that swing in level, at about -14 LUFS."""
    time = np.arange(6000) / 100
    level = 10 ** ((-17 + swing_db * np.sin(2 * np.pi * time / 20)) / 20)
    beat = 0.4 + np.exp(-((time * 2) % 1) * 6)
    return Envelope((level * beat * 1.5).astype(np.float32), ((level * beat) ** 2).astype(np.float32))


def test_compression_keeps_its_bounds_and_its_price() -> None:
    usual = Dynamics(14.0, 4.0, 3.0, 2.0)
    wide = choose_ratio(envelope(12.0), Dynamics(18.0, 16.0), usual, -14.0, ROCK)
    assert wide.ratio > 1
    assert wide.crest_lost_db <= 1.2
    assert wide.typical_db >= -4.0
    assert wide.range_lost_lu > 0
    inside = choose_ratio(envelope(2.0), Dynamics(13.0, 3.0), usual, -14.0, ROCK)
    assert inside.ratio == 1.0
    assert (inside.crest_lost_db, inside.range_lost_lu, inside.level_db, inside.deepest_db) == (0, 0, 0, 0)


def test_more_ratio_reduces_more() -> None:
    deepest = [simulate(envelope(6.0), ratio, -14.0, ROCK).deepest_db for ratio in (1.0, 1.5, 2.0, 4.0)]
    assert deepest == sorted(deepest, reverse=True)
    assert deepest[-1] < -1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=10, max_size=10))
def test_settled_level_keeps_the_promise_by_prediction(positions: list[float]) -> None:
    from mixwright.parameters.table import from_position

    values = {p.name: from_position(p.name, v) for p, v in zip(PARAMETERS, positions, strict=True)}
    settled = settle(SONG, values, ROCK, fixed=values)
    assert 0.8 <= settled.rms_ratio <= 1.2
    assert settled.values == values
    free = settle(SONG, {n: v for n, v in values.items() if n not in ("input_gain", "output_level")}, ROCK, fixed={})
    assert abs(free.rms_ratio - 1) <= abs(free.before - 1) + 1e-9


def test_solver_is_free_of_the_order_of_its_bands() -> None:
    analysis = like_target(region(30, 150, 16) + region(700, 1400, -10))
    spectrum = Spectrum.compare(analysis.third_octave_hz, analysis.ltas_db, TARGET.profile)
    first, second = (solve_tone(spectrum, ROCK, RATE, {}).values for _ in range(2))
    assert first == second  # deterministic


def test_every_reason_names_its_figures() -> None:
    decision = decide(like_target(region(30, 150, 16)), TARGET, ROCK)
    assert set(decision.reasons) == {p.name for p in PARAMETERS}
    for name in (*EQ_PARAMETERS, "compressor_ratio", "stereo_width"):
        assert any(character.isdigit() for character in decision.reasons[name])
