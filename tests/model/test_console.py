"""The console's decisions: what they depend on, and what they must not depend on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from console_stems import PARTS, band, heard, tone

from mixwright.errors import ModelError, ParameterError
from mixwright.model.console import RULES, decide_console
from mixwright.model.console_features import FEATURES, loudness_lufs, stem_features
from mixwright.model.console_masking import lead_ratio_db
from mixwright.model.console_network import load_set_model
from mixwright.model.decision import Amounts
from mixwright.parameters.strip import STRIP_PARAMETERS

DISORDER = {"kick": -7.0, "hat": 9.0, "bass": 4.0, "pad": -11.0, "voice": 2.0}
MODELS = (None, RULES)


def levels(stems, decision) -> dict[str, float]:
    """Loudness after the fader, in LU from the mean."""
    after = {s.name: loudness_lufs(s.analysis) + decision.strips[s.name].parameters["gain_db"] for s in stems}
    middle = np.mean(list(after.values()))
    return {name: float(value - middle) for name, value in after.items()}


@pytest.mark.parametrize("model", MODELS)
def test_order_does_not_matter(model) -> None:
    stems = band(DISORDER)
    first = decide_console(stems, model=model)
    again = decide_console([stems[i] for i in (3, 0, 4, 2, 1)], model=model)
    assert {n: s.parameters for n, s in first.strips.items()} == {n: s.parameters for n, s in again.strips.items()}
    assert {n: s.reasons for n, s in first.strips.items()} == {n: s.reasons for n, s in again.strips.items()}
    assert list(first.strips) == [stem.name for stem in stems]


@pytest.mark.parametrize("model", MODELS)
def test_levels_by_sound_alone_do_not_depend_on_how_loud_stems_came(model) -> None:
    mended = [
        levels(stems, decide_console(stems, model=model, keep_levels=False)) for stems in (band(), band(DISORDER))
    ]
    for name in PARTS:
        # the meters' floors and the fader's grid are all that is left
        assert mended[0][name] == pytest.approx(mended[1][name], abs=0.3)
    assert np.ptp(list(mended[0].values())) > 0.5  # and it is no mere equal loudness


def test_features_do_not_hold_the_level() -> None:
    quiet, loud = (heard("x", "synth", tone(7, 200, 2000, beats=2), gain) for gain in (-20.0, 5.0))
    difference = stem_features(quiet.analysis) - stem_features(loud.analysis)
    assert np.abs(difference).max() < 0.2


@pytest.mark.parametrize("model", MODELS)
def test_a_doubled_stem_hardly_upsets_the_others(model) -> None:
    stems = band(DISORDER)
    twin = dataclasses.replace(stems[3], name="pad 2")
    alone = levels(stems, decide_console(stems, model=model, keep_levels=False))
    decision = decide_console([*stems, twin], model=model, keep_levels=False)
    both = levels([*stems, twin], decision)
    assert both["pad"] == pytest.approx(both["pad 2"], abs=0.01)
    pairs = [(a, b) for a in PARTS for b in PARTS if a < b]
    moved = [abs((both[a] - both[b]) - (alone[a] - alone[b])) for a, b in pairs]
    assert max(moved) < 2.0
    pans = [decision.strips[name].parameters["pan"] for name in ("pad", "pad 2")]
    assert pans[0] == -pans[1] != 0  # two of a kind, one to a side


@pytest.mark.parametrize("model", MODELS)
def test_a_good_balance_is_kept_and_an_accident_is_not(model) -> None:
    by_sound = band()
    wanted = levels(by_sound, decide_console(by_sound, model=model, keep_levels=False))
    came = {s.name: wanted[s.name] - loudness_lufs(s.analysis) + 2.0 * (-1) ** i for i, s in enumerate(by_sound)}
    good = band({name: gain - 25 for name, gain in came.items()})
    bad = band({name: gain - 25 + DISORDER[name] * 1.3 for name, gain in came.items()})
    assert decide_console(good, model=model).kept_share > 0.6
    assert decide_console(bad, model=model).kept_share < 0.4
    equal = band({s.name: -25 - loudness_lufs(s.analysis) for s in by_sound})
    assert decide_console(equal, model=model).kept_share < 0.1  # levels that were made equal are nobody's choice


def test_what_the_user_set_stays_and_the_rest_follows() -> None:
    stems = band(DISORDER)
    free = decide_console(stems)
    decision = decide_console(stems, fixed={"bass": {"gain_db": -5.0, "pan": 0.25}})
    bass = decision.strips["bass"]
    assert bass.parameters["gain_db"] == pytest.approx(-5.0, abs=0.001)
    assert bass.provenance["pan"] == bass.provenance["gain_db"] == "set"
    for name, level in levels(stems, decision).items():
        assert level == pytest.approx(levels(stems, free)[name], abs=0.05)


@pytest.mark.parametrize("model", MODELS)
def test_amounts_of_nothing_leave_the_console_at_neutral(model) -> None:
    decision = decide_console(band(DISORDER), model=model, amounts=Amounts.parse(0.0))
    assert all(not strip.parameters.moved() for strip in decision.strips.values())


@pytest.mark.parametrize("model", MODELS)
def test_every_value_has_a_reason_and_an_origin(model) -> None:
    decision = decide_console(band(DISORDER), model=model)
    for strip in decision.strips.values():
        for row in STRIP_PARAMETERS:
            assert strip.reasons[row.name].endswith(".")
            moved = strip.parameters[row.name] != row.neutral
            assert (strip.provenance[row.name] == "neutral") == (not moved)
        assert "LU" in strip.reasons["gain_db"]


def test_a_covered_voice_gets_room_and_a_clear_one_does_not() -> None:
    shouting = tone(9, 1000, 4000)
    covered = [*band({"voice": -14.0})[2:], heard("wall", "guitar", shouting, 6.0)]
    decision = decide_console(covered, fixed={"voice": {"gain_db": 0.0}, "wall": {"gain_db": 0.0}})
    assert decision.lead == "voice"
    presence = decision.strips["wall"].parameters["presence"]
    assert 10 ** (-2 / 20) - 1e-3 <= presence < 0.95  # never more than 2 dB
    clear = [*band({"voice": 10.0})[2:], heard("wall", "guitar", shouting, -20.0)]
    gains = {s.name: {"gain_db": 0.0} for s in clear}
    decision = decide_console(clear, fixed=gains)
    assert lead_ratio_db(clear, {}, "voice") > 0
    assert decision.strips["wall"].parameters["presence"] == 1.0


def test_a_silent_stem_is_left_alone() -> None:
    silent = heard("nothing", "other", np.zeros((2, 22_050), np.float32))
    with_it = decide_console([*band(DISORDER), silent])
    assert not with_it.strips["nothing"].parameters.moved()
    without = decide_console(band(DISORDER))
    assert with_it.strips["kick"].parameters == without.strips["kick"].parameters
    assert not decide_console([silent]).strips["nothing"].parameters.moved()


@pytest.mark.parametrize("count", [1, 2, 64])
def test_any_number_of_stems(count: int) -> None:
    one = band()[0]
    stems = [dataclasses.replace(one, name=f"{i}") for i in range(count)]
    decision = decide_console(stems)
    gains = [strip.parameters["gain_db"] for strip in decision.strips.values()]
    assert gains == pytest.approx([0.0] * count, abs=0.01)  # alike, and as loud together as before


def test_what_cannot_be_balanced_is_refused() -> None:
    stems = band()
    with pytest.raises(ParameterError, match=r"stems: 0 must be in \[1, 64\]"):
        decide_console([])
    with pytest.raises(ParameterError, match="2 of the name 'kick'"):
        decide_console([stems[0], stems[0]])
    with pytest.raises(ParameterError, match="no stem 'oboe'"):
        decide_console(stems, fixed={"oboe": {"pan": 0.0}})
    with pytest.raises(ParameterError, match="pan"):
        decide_console(stems, fixed={"kick": {"pan": 3.0}})
    with pytest.raises(ModelError, match="other features"):
        decide_console(stems, model=dataclasses.replace(load_set_model(), features=("a",)))


def test_a_model_survives_its_file_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    model = load_set_model()
    model.save(tmp_path / "copy.npz")
    rows = np.stack([stem_features(s.analysis) for s in band()])
    np.testing.assert_array_equal(load_set_model(tmp_path / "copy.npz").loudness_lu(rows), model.loudness_lu(rows))
    assert model.features == FEATURES
    assert (tmp_path / "copy.npz").stat().st_size < 1_000_000
    wrong = dataclasses.replace(model, weights=dataclasses.replace(model.weights, answer=model.weights.answer[:, :-1]))
    wrong.save(tmp_path / "wrong.npz")
    with pytest.raises(ModelError, match="answer"):
        load_set_model(tmp_path / "wrong.npz")
    (tmp_path / "no.npz").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="no model"):
        load_set_model(tmp_path / "no.npz")
