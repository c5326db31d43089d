"""References with weights: each aspect follows its own records, and what none leads follows the genre."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tests.songs import song

import mixwright
from mixwright import ParameterError, Reference
from mixwright.analysis import Analysis, analyze_audio
from mixwright.mix.choosing import choose_delivery, choose_target
from mixwright.mix.references import REFERENCE_ASPECTS, Heard, leads, reference_lufs, reference_target
from mixwright.model import Target
from mixwright.model.tone import Spectrum
from mixwright.parameters import Parameters, Preset
from mixwright.parameters.profiles import load_profile, reference_profile

RATE = 22_050
BRIGHT = song(6.0, RATE, tilt=-0.4, seed=3)
DARK = song(6.0, RATE, tilt=-1.4)
ROCK = Target(load_profile("rock"), "released rock")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    for name, audio in (("bright.wav", BRIGHT), ("dark.wav", DARK)):
        soundfile.write(folder / name, audio.T, RATE, subtype="FLOAT")
    return folder


def heard(analysis: Analysis, name: str = "a.flac", **weights: float) -> Heard:
    return Heard(Reference(name, weights or None), analysis)


A, B = analyze_audio(BRIGHT, RATE), analyze_audio(DARK * np.float32(0.5), RATE)


@pytest.mark.parametrize(
    ("text", "path", "weights"),
    [
        ("a.flac", "a.flac", None),
        ("b.flac:tone=0.7,dynamics=0.3", "b.flac", {"tone": 0.7, "dynamics": 0.3}),
        ("b.flac: tone = 1 , width=2", "b.flac", {"tone": 1.0, "width": 2.0}),
        ("folder:x/b.flac:space=1", "folder:x/b.flac", {"space": 1.0}),
        (r"C:\music\b.flac", r"C:\music\b.flac", None),
        ("a=b.flac", "a=b.flac", None),
        ("12:30.flac", "12:30.flac", None),
        ("x:tone=1/b.flac", "x:tone=1/b.flac", None),
    ],
)
def test_paths_and_weights_are_told_apart(text: str, path: str, weights: dict[str, float] | None) -> None:
    assert Reference.parse(text) == Reference(Path(path), weights)


def test_a_file_that_exists_by_the_whole_text_is_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.flac:tone=0.7", "b.flac:polka=much"):
        Path(name).touch()
        assert Reference.parse(name) == Reference(Path(name))
    assert Reference.parse("b.flac:tone=0.6") == Reference(Path("b.flac"), {"tone": 0.6})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("b.flac:polka=1", "aspect 'polka' is unknown; there are tone, dynamics, width, space, loudness"),
        ("b.flac:tone=much", "'tone=much' must be ASPECT=NUMBER"),
        ("b.flac:tone=1,width", "'width' must be ASPECT=NUMBER"),
        ("b.flac:tone=", "'tone=' must be"),
        ("b.flac:tone=-1", "tone=-1 must be a number >= 0"),
        ("b.flac:tone=nan", "tone=nan must be a number >= 0"),
        ("b.flac:tone=inf", "tone=inf must be a number >= 0"),
        ("b.flac:tone=0", "one weight at least"),
        ("b.flac:tone=1,tone=2", "tone has two weights"),
    ],
)
def test_wrong_weights_are_said_with_their_file(text: str, says: str) -> None:
    with pytest.raises(ParameterError) as error:
        Reference.parse(text)
    assert says in str(error.value)
    assert "b.flac" in str(error.value)


@given(st.text() | st.from_regex(r"[a-z]\.flac:[a-z=,.0-9:]*", fullmatch=True))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except ParameterError:
        return
    assert all(math.isfinite(reference.weight(aspect)) for aspect in REFERENCE_ASPECTS)


def test_plain_references_lead_everything_alike() -> None:
    target = reference_target([heard(A), heard(B, "b.flac")], ROCK)
    expected = reference_profile([A, B])
    np.testing.assert_array_equal(target.profile.ltas_db, expected.ltas_db)
    np.testing.assert_array_equal(target.profile.ltas_spread_db, expected.ltas_spread_db)
    assert target.profile.features == expected.features
    assert (target.name, target.names) == ("the references", {})
    assert reference_target([heard(A)], ROCK).name == "the reference a.flac"


def test_each_aspect_follows_its_own_weights() -> None:
    target = reference_target(
        [heard(A, tone=3.0, dynamics=0.2), heard(B, "b.flac", tone=1.0, dynamics=0.8, width=0.5)], ROCK
    )
    tone, dynamics = reference_profile([A, B], [3, 1]), reference_profile([A, B], [1, 4])
    np.testing.assert_allclose(target.profile.ltas_db, tone.ltas_db, rtol=0, atol=1e-9)  # float64 sums
    features = target.profile.features
    assert features["spectral_centroid_hz"] == pytest.approx(tone.features["spectral_centroid_hz"])
    for name in ("crest_factor_db", "plr_lu", "loudness_range_lu"):
        assert features[name] == pytest.approx(dynamics.features[name])
    assert features["stereo_width"][0] == pytest.approx(B.stereo_width)
    assert target.called("tone") == target.called("dynamics") == "the references"
    assert target.called("width") == "the reference b.flac"


@pytest.mark.parametrize("aspect", ["tone", "dynamics", "width"])
def test_what_no_reference_leads_follows_the_genre(aspect: str) -> None:
    target = reference_target([heard(A, **{aspect: 1.0})], ROCK)
    led = reference_profile([A])
    own = {"tone": "spectral_centroid_hz", "dynamics": "crest_factor_db", "width": "stereo_width"}
    for other, feature in own.items():
        source = led if other == aspect else ROCK.profile
        assert target.profile.features[feature] == source.features[feature]
        assert target.called(other) == ("the reference a.flac" if other == aspect else "released rock")
    np.testing.assert_array_equal(target.profile.ltas_db, (led if aspect == "tone" else ROCK.profile).ltas_db)
    assert leads([heard(A, **{aspect: 1.0})], aspect)


def test_a_figure_that_a_reference_lacks_is_the_genres() -> None:
    shapeless = replace(A, loudness_range_lu=math.nan)
    features = reference_target([heard(shapeless)], ROCK).profile.features
    assert features["loudness_range_lu"] == ROCK.profile.features["loudness_range_lu"]
    assert features["crest_factor_db"][0] == pytest.approx(A.crest_factor_db)


def test_a_reference_of_a_low_sample_rate_says_nothing_about_the_treble() -> None:
    rate = 44_100
    mix = analyze_audio(song(6.0, rate), rate)
    low = reference_target([heard(analyze_audio(song(6.0, 16_000), 16_000))], ROCK)
    spectrum = Spectrum.compare(np.asarray(mix.third_octave_hz), np.asarray(mix.ltas_db), low.profile)
    top_hz = low.profile.third_octave_hz[-1]
    assert top_hz < 8_000
    assert not spectrum.weight[spectrum.hz > top_hz * 1.1].any()
    assert spectrum.weight[(spectrum.hz > 40) & (spectrum.hz < top_hz * 0.9)].all()


def test_space_and_loudness_alone_leave_the_target_to_the_genre() -> None:
    target = choose_target({"rock": 1.0}, [heard(A, space=1.0, loudness=1.0)])
    assert target.name == "released rock"
    assert target.names == {}
    np.testing.assert_array_equal(target.profile.ltas_db, ROCK.profile.ltas_db)


def test_the_loudness_of_references_is_followed_where_it_is_asked_for() -> None:
    both = [heard(A, loudness=3.0), heard(B, loudness=1.0)]
    wanted = (3 * A.integrated_lufs + B.integrated_lufs) / 4
    assert reference_lufs(both) == pytest.approx(wanted)
    assert choose_delivery(None, None, None, None, both)[1].lufs == pytest.approx(wanted)
    assert choose_delivery("reference", None, None, None, [heard(A)])[1].lufs == pytest.approx(A.integrated_lufs)
    # Neither a plain reference nor another wish makes a mix as loud as a record.
    assert choose_delivery(None, None, None, {"jazz": 1.0}, [heard(A)])[1].lufs == -16.0
    assert choose_delivery("streaming", None, None, None, both)[1].lufs == -14.0
    loud = heard(replace(A, integrated_lufs=-3.0), loudness=1.0)
    assert choose_delivery(None, None, None, None, [loud])[1].lufs == -5.0  # the loudest that may be asked for
    for nobody in ([], [heard(A, tone=1.0)]):
        with pytest.raises(ParameterError, match="loudness=reference"):
            choose_delivery("Reference", None, None, None, nobody)


def test_a_mix_is_led_by_the_weights_it_was_given(records: Path) -> None:
    by_tone = Reference(records / "bright.wav", {"tone": 1.0, "loudness": 1.0})
    mix = mixwright.mix(DARK, RATE, genre="rock", references=[by_tone, Reference(records / "dark.wav", {"width": 1})])
    assert mix.preset.parameters["high_eq"] > 0.5  # dB
    assert "the reference bright.wav" in mix.reasons["high_eq"]
    assert "the reference dark.wav" in mix.reasons["stereo_width"]
    assert "released rock" in mix.reasons["compressor_ratio"]
    assert mix.after.integrated_lufs == pytest.approx(A.integrated_lufs, abs=0.5)
    assert any(c.name == "spectral_centroid" and c.value is not None for c in mix.criteria)
    assert not any("space" in warning for warning in mix.warnings)


def test_a_brightness_that_no_reference_leads_is_not_judged(records: Path) -> None:
    wish = Reference(records / "bright.wav", {"dynamics": 1.0, "space": 0.5})
    mix = mixwright.mix(DARK, RATE, references=[wish], loudness="keep")
    assert not any(c.name == "spectral_centroid" and c.value is not None for c in mix.criteria)
    assert any("space of a reference is not followed" in warning for warning in mix.warnings)


def test_a_preset_is_not_led(records: Path) -> None:
    given = Preset(parameters=Parameters(low_eq=1.0))
    mix = mixwright.mix(DARK, RATE, preset=given, references=[records / "bright.wav"], loudness="reference")
    assert mix.preset.parameters == given.parameters
    assert mix.delivery.target_lufs == pytest.approx(A.integrated_lufs)
    assert any("decisions are the preset's" in warning for warning in mix.warnings)
