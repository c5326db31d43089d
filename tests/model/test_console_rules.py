"""What the rules do to a stem of a role, and when they do nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from console_stems import RATE, SECONDS, heard, tone

from mixwright.model.console import RULES, StemHeard, decide_console
from mixwright.model.console_rules import load_offsets, role_levels_lu
from mixwright.model.found_levels import kept_share
from mixwright.parameters.strip import ROLES, StripParameters


def strip(stem: StemHeard, *others: StemHeard) -> StripParameters:
    return decide_console([stem, *others], model=RULES).strips[stem.name].parameters


def rumbling(gain_db: float) -> np.ndarray:
    """A guitar's register with rumble under it, so many dB under the guitar."""
    return tone(1, 200, 3000) + np.float32(10 ** (gain_db / 20)) * tone(2, 25, 50)


@pytest.mark.parametrize(("gain_db", "on"), [(-70.0, False), (-20.0, True), (0.0, False)])
def test_a_high_pass_takes_rumble_and_not_the_stem(gain_db: float, on: bool) -> None:
    values = strip(heard("a", "guitar", rumbling(gain_db)))
    assert values["highpass_hz"] == pytest.approx(80.0, abs=0.1) if on else values["highpass_hz"] == 20.0
    assert strip(heard("a", "bass", rumbling(gain_db)))["highpass_hz"] == 20.0


def test_nothing_but_the_level_is_decided_by_a_role_that_is_not_sure() -> None:
    values = strip(heard("a", "guitar", rumbling(-20.0), share=0.4), heard("b", "guitar", rumbling(-20.0), share=0.4))
    assert set(values.moved()) <= {"gain_db"}


def test_a_voice_that_wanders_is_held_and_a_steady_one_is_not() -> None:
    steps_db = np.repeat([0, -18, -4, -16, 0, -14], RATE)
    wandering = tone(3, 300, 3000) * np.float32(10 ** (steps_db / 20)).astype(np.float32)
    assert 1.2 < strip(heard("a", "lead_vocal", wandering))["compressor_ratio"] <= 2.5
    assert strip(heard("a", "lead_vocal", tone(3, 300, 3000)))["compressor_ratio"] == 1.0
    assert strip(heard("a", "strings", wandering))["compressor_ratio"] == 1.0


def test_only_a_stem_that_ends_dry_gets_room() -> None:
    dry, ringing = (tone(4, 200, 6000, beats=1.0, decay_s=s) for s in (0.03, 0.3))
    assert strip(heard("a", "snare", dry))["reverb_send"] == pytest.approx(0.08, abs=0.001)
    assert strip(heard("a", "snare", ringing))["reverb_send"] == 0.0
    assert strip(heard("a", "kick", dry))["reverb_send"] == 0.0


def test_two_of_a_kind_stand_to_both_sides_and_one_stays() -> None:
    pair = [heard(name, "guitar", tone(seed, 200, 3000)) for name, seed in (("a", 5), ("b", 6))]
    strips = decide_console(pair, model=RULES).strips
    pans = sorted(s.parameters["pan"] for s in strips.values())
    assert pans == pytest.approx([-0.3, 0.3], abs=1e-3)
    assert strip(pair[0])["pan"] == 0.0
    wide = np.concatenate([tone(7, 200, 3000), tone(8, 200, 3000)])
    placed = heard("wide", "guitar", wide)
    assert decide_console([*pair, placed], model=RULES).strips["wide"].parameters["pan"] == 0.0


def test_levels_follow_the_roles_that_were_learned() -> None:
    offsets = load_offsets()
    assert set(offsets) == set(ROLES)
    assert offsets["cymbals"] < min(0.0, offsets["bass"], offsets["kick"])
    kick = heard("a", "kick", tone(9, 40, 120), share=1.0)
    hat = dataclasses.replace(kick, name="b", roles={"cymbals": 1.0})
    levels = role_levels_lu([kick, hat], {"kick": 4.0, "cymbals": -6.0})
    assert levels.tolist() == [5.0, -5.0]


def test_levels_as_they_came_are_weighed_by_how_they_lie() -> None:
    rng = np.random.default_rng(0)
    expected = rng.normal(0, 4, 12)
    peaks = rng.normal(0, 3, 12)
    near, far = (kept_share(expected + rng.normal(0, s, 12), expected, peaks, 3.0) for s in (3.0, 9.0))
    assert near > 0.7
    assert far < 0.3
    assert kept_share(np.full(12, -23.0), expected, peaks, 3.0) < 0.01
    assert kept_share(expected, expected, np.zeros(12), 3.0) < 0.5 * kept_share(expected, expected, peaks, 3.0)
    assert kept_share([0.0], [0.0], [0.0], 3.0) == 0.0
    assert SECONDS >= 4  # the rules judge no shorter stem's dynamics
