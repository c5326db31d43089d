"""Decisions that lean to a taste: added after all else, held to every promise, told in the reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mix.test_promises import clicks_over_bass
from tests.model.network_files import write_network
from tests.songs import song
from typer.testing import CliRunner

import mixwright
from mixwright.audio import open_writer
from mixwright.cli.app import app
from mixwright.cli.feedback_words import learned_words
from mixwright.errors import ParameterError, PresetError
from mixwright.feedback.taste import deviation
from mixwright.home import TASTE
from mixwright.mix import Mix, analyze
from mixwright.model import Amounts, Decision, Lean, Leaning, lean_on, load_leaning
from mixwright.model.decision import Tasted
from mixwright.model.leaning import TRAITS, parse_leaning
from mixwright.model.refine import hold
from mixwright.model.tasting import lean_words
from mixwright.parameters import PARAMETERS, Parameters, blend_voicing
from mixwright.parameters.table import to_position

MUSIC = song(seconds=6)
BRIGHT = Leaning(Lean({"presence": 0.5, "high_eq": 0.3, "reverb": 0.2}, 46), listener="me", learned="2026-12-01")


def mixed(**how: Any) -> Mix:
    return mixwright.mix(MUSIC, 44100, **{"genre": "rock", **how})


@pytest.mark.parametrize("model", ["network", "rules"])
def test_a_mix_leans_as_far_as_the_taste_says(model: str) -> None:
    plain, leaning = mixed(model=model), mixed(model=model, taste=BRIGHT)
    assert plain.tasted is None
    for name, by in BRIGHT.shared.positions.items():
        without = to_position(name, plain.preset.parameters[name])
        assert to_position(name, leaning.preset.parameters[name]) == pytest.approx(min(1, without + by), abs=1e-3)
        assert leaning.preset.origin(name) == "refined"
        assert f"your taste, from 46 choices. Without it: {plain.reasons[name]}" in leaning.reasons[name]
    for name in set(TRAITS) - set(BRIGHT.shared.positions):
        assert leaning.preset.parameters[name] == plain.preset.parameters[name]
    assert leaning.decided == pytest.approx(
        {**leaning.preset.parameters, **{n: plain.preset.parameters[n] for n in TRAITS}}
    )
    assert leaning.taste_sentence.endswith("presence, from 46 choices") or "reverb" in leaning.taste_sentence
    assert 0.8 <= leaning.balance.rms_ratio <= 1.2
    assert leaning.to_dict()["taste"]["choices"] == 46
    assert plain.to_dict()["taste"] is None


def test_what_was_set_by_hand_stays_and_amounts_scale_it() -> None:
    by_hand = mixed(taste=BRIGHT, settings={"presence": 0.95})
    assert by_hand.preset.parameters["presence"] == pytest.approx(0.95, abs=1e-4)
    assert by_hand.preset.origin("presence") == "set"
    assert "presence" not in by_hand.tasted.moved  # type: ignore[union-attr]
    none = mixed(taste=BRIGHT, amounts=Amounts(tone=0.0, space=0.0))
    assert none.preset.parameters["presence"] == 1.0
    assert none.taste_sentence == ""


def test_a_mono_mix_stays_mono_and_a_ratio_is_held_to_what_the_crest_factor_bears() -> None:
    wide = Leaning(Lean({"stereo_width": 0.5, "compressor_ratio": 0.5}, 30))
    mono = mixwright.mix(MUSIC.mean(axis=0, keepdims=True), 44100, genre="rock", taste=wide)
    assert mono.preset.parameters["stereo_width"] == 1.0
    squashed = mixed(taste=wide)
    assert squashed.balance.crest_before_db - squashed.balance.crest_after_db <= 1.5


def test_movement_and_morph_lean_too(tmp_path: Path) -> None:
    network = write_network(tmp_path / "n.onnx", positions={"low_eq": 0.3}, follow_level={"low_eq": 0.05})
    still = mixed(model=network, dynamic=True)
    moving = mixed(model=network, dynamic=True, taste=BRIGHT)
    assert moving.preset.span("presence")[0] > still.preset.span("presence")[1]
    morph = mixwright.mix(MUSIC, 44100, morph="rock:jazz", taste=BRIGHT)
    without = mixwright.mix(MUSIC, 44100, morph="rock:jazz")
    assert morph.preset.parameters["presence"] > without.preset.parameters["presence"]


def test_a_movement_and_a_morph_know_what_was_decided_without_the_taste(tmp_path: Path) -> None:
    network = write_network(tmp_path / "n.onnx", positions={"low_eq": 0.3}, follow_level={"low_eq": 0.05})
    taste = Leaning(Lean({"low_eq": 0.3, "presence": 0.5}, 46))
    for how in ({"model": network, "genre": "rock", "dynamic": True}, {"morph": "rock:jazz"}):
        with_it, without = (mixwright.mix(MUSIC, 44100, taste=one, **how) for one in (taste, None))
        for name in TRAITS:
            decided, plain = (to_position(name, values[name]) for values in (with_it.decided, without.decided))
            assert decided == pytest.approx(plain, abs=0.02), (how, name)
        moved = with_it.tasted.moved  # type: ignore[union-attr]
        assert {name: after for name, (_, after) in moved.items()} == {n: with_it.preset.parameters[n] for n in moved}
        assert "low_eq" in moved


def test_a_taste_for_more_compression_never_gives_less() -> None:
    """Just above what the crest factor bears, the ratio is lowered in steps: not to below what was decided."""
    t = np.arange(6 * 44100) / 44100
    hits = 0.6 * np.sin(2 * np.pi * 200 * t) * np.exp(-((t % 0.5) / 0.02))
    before = analyze(np.tile(0.035 * np.sin(2 * np.pi * 110 * t) + hits, (2, 1)).astype(np.float32), 44100)
    voicing = blend_voicing({"rock": 1.0})
    harmless, harmful = 1.0, 4.0
    for _ in range(20):
        middle = (harmless + harmful) / 2
        kept = hold({"compressor_ratio": middle, "stereo_width": 1.0}, before, voicing).values["compressor_ratio"]
        harmless, harmful = (middle, harmful) if kept == middle else (harmless, middle)
    assert 1.1 < harmless < 3.9  # else there is nothing to show
    decision = Decision(Parameters(compressor_ratio=harmless - 1e-3), {}, dict.fromkeys(Parameters(), "why"), voicing)
    leaning = lean_on(decision, Lean({"compressor_ratio": 0.1}, 30), before)
    assert leaning.parameters["compressor_ratio"] == decision.parameters["compressor_ratio"]
    assert leaning.tasted == Tasted({}, 30)
    assert leaning.reasons == decision.reasons


def test_what_a_render_takes_back_is_no_part_of_what_was_decided() -> None:
    """Else two versions of a test would be compared from different places, and the words tell of what is not there."""
    music = clicks_over_bass()

    def one(**lean: float) -> Mix:
        taste = Leaning(Lean(lean, 46)) if lean else None
        return mixwright.mix(music, 44100, genre="rock", taste=taste)

    plain, dark, bright = one(), one(high_eq=-0.8, low_eq=0.8), one(high_eq=0.2)
    assert "crest factor" in dark.reasons["high_eq"]  # something was taken back
    for mix in (dark, bright):
        assert {n: mix.decided[n] for n in TRAITS} == {n: plain.decided[n] for n in TRAITS}
    asked = to_position("high_eq", plain.decided["high_eq"]) - 0.8
    assert deviation(dark.preset.parameters, dark.decided)["high_eq"] > max(-1.0, asked) + 0.1
    moved = dark.tasted.moved  # type: ignore[union-attr]
    assert {name: after for name, (_, after) in moved.items()} == {n: dark.preset.parameters[n] for n in moved}
    assert all((after - before) * (1 if name == "low_eq" else -1) > 0 for name, (before, after) in moved.items())


def test_genres_blend_as_the_experts_do() -> None:
    apart = Leaning(Lean({"presence": 0.1}, 60), {"rock": {"presence": 0.4}, "jazz": {"presence": -0.2}})
    assert apart.of({"rock": 1.0}).positions == {"presence": 0.4}
    assert apart.of({"rock": 1.0, "jazz": 1.0}).positions["presence"] == pytest.approx(0.1)
    assert apart.of({"pop": 1.0}).positions == {"presence": 0.1}
    assert apart.of(None).positions == {"presence": 0.1}


def test_a_lean_to_less_of_what_starts_at_none_is_told(home: str) -> None:
    """Seen from neutral nothing moves; in a song that was given reverb it does."""
    dry = Lean({"reverb": -0.2, "compressor_ratio": -0.3, "presence": 0.5}, 40)
    assert lean_words(dry).startswith("less reverb, less compression, +0.4 dB presence, from 40")
    assert lean_words(Lean({"delay": -0.1}, 40)) == "less delay, from 40 choices"
    assert lean_words(Lean({}, 40)) == ""
    Path(home, TASTE).write_text(Leaning(Lean({"reverb": -0.2}, 40)).to_json())
    told = CliRunner().invoke(app, ["taste", "show"], catch_exceptions=False).stdout
    assert told == "Your taste: less reverb, from 40 choices.\n"


def test_a_taste_of_a_genre_alone_is_told(home: str) -> None:
    """Two genres that lean apart share nothing: "leans nowhere" would be wrong, for mixes lean."""
    apart = Leaning(Lean({}, 90), {"jazz": {"low_eq": -0.2}, "pop": {}, "rock": {"low_eq": 0.2}})
    Path(home, TASTE).write_text(apart.to_json())
    told = CliRunner().invoke(app, ["taste", "show"], catch_exceptions=False).stdout
    assert told == "Your taste: jazz: −0.6 dB low EQ, from 90 choices; rock: +0.6 dB low EQ, from 90 choices.\n"
    assert learned_words(apart) == "Learned from 90 choices: jazz: low EQ −20 %; rock: low EQ +20 % of the range"
    both = Leaning(Lean({"reverb": 0.1}, 90), {"jazz": {"reverb": 0.1}, "rock": {"reverb": 0.2}})
    assert learned_words(both) == "Learned from 90 choices: reverb +10 %; rock: reverb +20 % of the range"


@given(st.dictionaries(st.sampled_from(TRAITS), st.floats(-1, 1)), st.integers(0, 10_000))
def test_a_taste_goes_through_its_file_unchanged(positions: dict[str, float], choices: int) -> None:
    taste = Leaning(Lean(positions, choices), {"jazz": positions}, "me", "2026-12-01")
    assert parse_leaning(taste.to_json()) == taste


@given(st.dictionaries(st.sampled_from(TRAITS), st.floats(-1, 1)), st.lists(st.floats(-1, 1), min_size=10, max_size=10))
def test_no_taste_leaves_the_ranges(positions: dict[str, float], start: list[float]) -> None:
    values = {p.name: p.neutral + x * ((p.high if x > 0 else p.neutral) - (p.neutral if x > 0 else p.low))
              for p, x in zip(PARAMETERS, start, strict=True)}  # fmt: skip
    led = Lean(positions, 1).apply(values)
    assert all(p.low <= led[p.name] <= p.high for p in PARAMETERS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "x"}, "is no taste"),
        ({"version": 2}, "needs another Mixwright"),
        ({"positions": {"output_level": 0.1}}, "'output_level' must be one of"),
        ({"positions": {"presence": 1.5}}, "must be in"),
        ({"positions": []}, "positions must be an object"),
        ({"genres": {"polka": {}}}, "'polka' must be one of"),
        ({"choices": -1}, "whole number"),
        ({"more": 1}, "more is not a known key"),
        ({"listener": 5}, "listener must be a text"),
    ],
)
def test_a_file_that_is_no_taste(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    path = tmp_path / "taste.json"
    path.write_text(json.dumps(json.loads(BRIGHT.to_json()) | change))
    with pytest.raises(PresetError, match=told) as raised:
        load_leaning(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_lean_of_the_level_is_refused() -> None:
    with pytest.raises(ParameterError, match="input_gain"):
        Lean({"input_gain": 0.1}, 1)


def test_ones_own_taste_is_used_and_can_be_left_out(home: str, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    with open_writer(path, sample_rate=44100, channels=2, bit_depth=24) as writer:
        writer.write(np.ascontiguousarray(MUSIC))

    def taste(*words: str) -> Any:
        call = ["mix", str(path), "--genre", "rock", "--report", "none", "--json", *words]
        result = CliRunner().invoke(app, call, catch_exceptions=False)
        return json.loads(result.stdout)["taste"]

    assert taste() is None
    Path(home, TASTE).write_text(BRIGHT.to_json())
    assert taste()["choices"] == 46
    assert taste("--no-taste") is None
    shown = CliRunner().invoke(app, ["mix", str(path), "--genre", "rock"], catch_exceptions=False).stdout
    assert "presence" in next(line for line in shown.splitlines() if line.startswith("Taste "))
    assert "off with --no-taste" in shown
    assert "Your taste: " in path.with_name("song.mix.report.html").read_text()
    with pytest.raises(ParameterError, match="cannot go together"):
        taste("--taste", str(Path(home, TASTE)), "--no-taste")
