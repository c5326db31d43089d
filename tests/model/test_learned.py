"""The learned mixer: experts blended, led no further than measured, bounded, explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.model.network_files import write_network
from tests.songs import song

from mixwright.analysis import Analysis, analyze_audio
from mixwright.model import Amounts, Decision, Hearing, Target, decide_learned, follow_passages, load_network
from mixwright.model.dynamics import simulate
from mixwright.model.refine import hold, refine
from mixwright.model.rules import decide, envelope_of
from mixwright.model.tone import EQ_PARAMETERS, Spectrum, eq_gain_db
from mixwright.parameters import GENRES, PARAMETERS, blend_voicing
from mixwright.parameters.profiles import load_profile
from mixwright.parameters.table import info, to_position

RATE = 44_100
ROCK = blend_voicing({"rock": 1.0})
TARGET = Target(load_profile("rock"), "released rock")
SONG = analyze_audio(song(12.0), RATE)


def like_target(change_db: Any = 0.0, **figures: float) -> Analysis:
    """A song that is the target itself, but for a change of its spectrum and figures."""
    profile = TARGET.profile
    at = [int(np.argmin(np.abs(np.log(profile.third_octave_hz / hz)))) for hz in SONG.third_octave_hz]
    usual = {name: profile.features[name][0] for name in ("crest_factor_db", "loudness_range_lu", "stereo_width")}
    return replace(
        SONG, ltas_db=profile.ltas_db[at] - 18 + change_db, **({"stereo_correlation": 0.6} | usual | figures)
    )  # type: ignore[arg-type]


def boom(db: float) -> Any:
    hz = np.asarray(SONG.third_octave_hz)
    return np.where((hz > 30) & (hz < 150), db, 0.0)


def decided(path: Path, analysis: Analysis, *, network: dict[str, Any] | None = None, **how: Any) -> Decision:
    hearing = Hearing(load_network(write_network(path / "n.onnx", **(network or {}))), analysis)
    return decide_learned(analysis, TARGET, ROCK, hearing, **how)


def test_experts_are_blended_by_their_genres(tmp_path: Path) -> None:
    network = {"by_genre": {"rock": {"low_eq": 0.8}, "jazz": {"low_eq": -0.4}}, "logits": [0.0] * 6}
    analysis = like_target()
    low = {
        str(genre): to_position(
            "low_eq", decided(tmp_path, analysis, network=network, genre=genre).parameters["low_eq"]
        )
        for genre in ({"rock": 1.0}, {"jazz": 1.0}, {"rock": 0.75, "jazz": 0.25}, None)
    }
    # On the grid of values; unsure, all six count alike: (0.8 − 0.4) / 6 is too small to be moved.
    assert list(low.values()) == pytest.approx([0.8, -0.4, 0.5, 0.0], abs=1e-3)


def test_where_the_answer_is_inside_the_spread_refinement_does_nothing(tmp_path: Path) -> None:
    network = {"positions": {"low_eq": 0.3, "presence": -0.2, "stereo_width": 0.3}}
    refined, plain = (decided(tmp_path, like_target(), network=network, refinement=r) for r in (True, False))
    assert refined.parameters == plain.parameters
    assert {refined.provenance[n] for n in ("low_eq", "presence", "stereo_width")} == {"predicted"}


def test_what_is_outside_is_led_part_of_the_way(tmp_path: Path) -> None:
    analysis = like_target(boom(14.0))
    network = {"positions": {"low_eq": -0.2}}
    refined, plain = (decided(tmp_path, analysis, network=network, refinement=r) for r in (True, False))
    rules = decide(analysis, TARGET, ROCK)
    assert rules.parameters["low_eq"] < refined.parameters["low_eq"] < plain.parameters["low_eq"] < 0
    assert refined.provenance["low_eq"] == "refined"
    # A reference leads further than a genre's profile.
    led = decided(tmp_path, analysis, network=network, references=["tone"])
    assert led.parameters["low_eq"] < refined.parameters["low_eq"]


def test_a_network_that_has_learned_to_leads_toward_a_reference_itself(tmp_path: Path) -> None:
    network = {"positions": {"low_eq": 0.5}, "lead": [-0.5, 0.2, 0.0, 0.0]}
    led = decided(tmp_path, like_target(), network=network, references=["tone"])
    assert to_position("low_eq", led.parameters["low_eq"]) == pytest.approx(-0.5, abs=1e-3)
    assert (led.provenance["low_eq"], led.provenance["high_eq"]) == ("refined", "neutral")
    treble = {**network, "lead": [0.0, 0.0, 0.8, 0.0]}
    hz = np.asarray(SONG.third_octave_hz)
    dull = like_target(np.where(hz > 3000, -80.0, 0.0))  # nothing above 3 kHz: EQ would raise noise
    assert decided(tmp_path, dull, network=treble, references=["tone"]).parameters["high_eq"] == 0.0
    alone = decided(tmp_path, like_target(), network=network)
    assert to_position("low_eq", alone.parameters["low_eq"]) == pytest.approx(0.5, abs=1e-3)


def test_a_reference_is_reached_from_either_side() -> None:
    """From neutral it is what the rules do; from elsewhere it ends nearer to the target than it began."""
    analysis = like_target(boom(14.0))
    neutral = {p.name: p.neutral for p in PARAMETERS}
    ours = refine(neutral, analysis, TARGET, ROCK, {}, ["tone", "dynamics", "width"]).values
    rules = decide(analysis, TARGET, ROCK).parameters
    assert [ours[n] for n in EQ_PARAMETERS if rules[n] != info(n).neutral] == pytest.approx(
        [rules[n] for n in EQ_PARAMETERS if rules[n] != info(n).neutral], abs=1e-3
    )
    spectrum = Spectrum.compare(analysis.third_octave_hz, analysis.ltas_db, TARGET.profile)

    def outside(values: dict[str, float]) -> float:
        curve = eq_gain_db({n: values[n] for n in EQ_PARAMETERS}, ROCK, RATE, spectrum.hz).sum(axis=0)
        return float(np.square(spectrum.excess_db(curve)).sum())

    wrong = {**neutral, "low_eq": 2.0}
    assert outside(refine(wrong, analysis, TARGET, ROCK, {}, ["tone"]).values) < 0.8 * outside(wrong)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_no_answer_leaves_the_ranges_or_the_promises(tmp_path: Path, sign: float) -> None:
    network = {"positions": {p.name: sign for p in PARAMETERS}}
    for refinement in (True, False):
        decision = decided(tmp_path, like_target(boom(20.0)), network=network, refinement=refinement)
        for p in PARAMETERS:
            assert p.low <= decision.parameters[p.name] <= p.high
        assert 0.85 <= decision.rms_ratio <= 1.15
        assert set(decision.reasons) == {p.name for p in PARAMETERS}


def test_compression_is_held_to_what_loud_passages_can_bear() -> None:
    values = {p.name: p.neutral for p in PARAMETERS} | {"compressor_ratio": 4.0}
    loud = np.where(np.arange(2500) % 500 < 50, 0.5, 0.1).astype(np.float32)  # half a second, every five
    analysis = replace(SONG, envelope_peak=loud * 2, envelope_ms=loud**2, crest_factor_db=16.0, integrated_lufs=-14.0)
    asked = simulate(envelope_of(analysis), 4.0, -14.0, ROCK)
    assert asked.typical_db < -4.0  # no longer glue
    held = hold(values, analysis, ROCK)
    assert 1.0 < held.values["compressor_ratio"] < 4.0
    assert held.effect.typical_db >= -4.0
    assert hold({**values, "compressor_ratio": 1.5}, analysis, ROCK).values["compressor_ratio"] == 1.5


def test_width_of_mono_and_of_cancelling_channels_stays(tmp_path: Path) -> None:
    network = {"positions": {"stereo_width": 0.8}}
    mono = analyze_audio(song(3.0, channels=1), RATE)
    assert decided(tmp_path, mono, network=network).parameters["stereo_width"] == 1.0
    apart = like_target(stereo_correlation=0.1)
    decision = decided(tmp_path, apart, network=network)
    assert decision.parameters["stereo_width"] == 1.0
    assert "suffer in mono" in decision.reasons["stereo_width"]
    assert decided(tmp_path, like_target(), network=network).parameters["stereo_width"] == pytest.approx(1.08, abs=1e-3)


def test_amounts_settings_and_the_model_s_own_amount(tmp_path: Path) -> None:
    network: dict[str, Any] = {"positions": {"low_eq": 0.5, "reverb": 0.5}}
    half = decided(tmp_path, like_target(), network=network, amounts=Amounts(tone=0.5))
    assert half.parameters["low_eq"] == pytest.approx(0.75, abs=1e-3)  # half of 0.5 of 3 dB
    assert half.parameters["reverb"] == pytest.approx(0.15, abs=1e-3)
    none = decided(tmp_path, like_target(), network=network, amounts=Amounts.parse(0.0))
    assert none.parameters.neutral
    fixed = decided(tmp_path, like_target(), network=network, fixed={"low_eq": -1.0, "output_level": 1.05})
    assert (fixed.parameters["low_eq"], fixed.parameters["output_level"]) == (-1.0, 1.05)
    assert (fixed.provenance["low_eq"], fixed.reasons["low_eq"]) == ("set", "Low EQ −1 dB: set by you.")
    shy = decided(tmp_path, like_target(), network={**network, "facts": {"amount": 0.5, "version": "shy"}})
    assert shy.parameters["low_eq"] == pytest.approx(0.75, abs=1e-3)
    assert shy.model == "network shy"


def test_small_wishes_are_dropped(tmp_path: Path) -> None:
    decision = decided(tmp_path, like_target(), network={"positions": {"low_eq": 0.07, "high_eq": 0.09}})
    assert decision.parameters["low_eq"] == 0.0
    assert decision.parameters["high_eq"] == pytest.approx(0.27, abs=1e-3)
    assert "too little to be heard" in decision.reasons["low_eq"]


def test_reasons_say_who_asked_and_what_was_changed(tmp_path: Path) -> None:
    network = {"positions": {"low_eq": -0.3, "mid_eq": 0.4}, "logits": [3.0, 0, 0, 0, 0, 0]}
    decision = decided(tmp_path, like_target(boom(14.0)), network=network)
    assert "heard as rock (80 %), the network asks for −0.9 dB, led on to −" in decision.reasons["low_eq"]
    assert "toward released rock" in decision.reasons["low_eq"]
    unsure = decided(tmp_path, like_target(), network={**network, "logits": [0.0] * 6})
    assert "all six experts together" in unsure.reasons["mid_eq"]
    given = decided(tmp_path, like_target(), network=network, genre={"jazz": 1.0})
    assert "as jazz, which you said it is" in given.reasons["mid_eq"]
    assert given.genre == {"jazz": 1.0}


def test_passages_move_the_parameters_and_the_mean_stays(tmp_path: Path) -> None:
    music = song(45.0)
    music[:, : 22 * RATE] *= np.float32(0.1)
    analysis = analyze_audio(music, RATE)
    path = write_network(tmp_path / "n.onnx", follow_level={"high_eq": 0.02})
    hearing = Hearing(load_network(path), analysis)
    target = Target(load_profile("all"), "released music")
    voicing = blend_voicing(dict.fromkeys(GENRES, 1.0))
    whole = decide_learned(analysis, target, voicing, hearing)
    moving = follow_passages(whole, hearing, analysis)
    path_db = [values["high_eq"] for _, values in moving.trajectory]
    assert path_db[-1] - path_db[0] > 0.5  # 20 dB at 0.02 a dB is 0.4 of 3 dB; averaged, and over the neighbours
    set_by_hand = follow_passages(whole, hearing, analysis, fixed={"high_eq": 1.0})
    assert {values["high_eq"] for _, values in set_by_hand.trajectory} <= {1.0}
    assert follow_passages(whole, hearing, analysis, amounts=Amounts(tone=0.0)).trajectory == ()
