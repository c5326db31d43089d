"""The sentence from Python: promises kept, decisions explained, the same mix from its preset."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyebur128
import pytest
import soundfile
from scipy.signal import butter, lfilter, resample_poly
from tests.songs import Audio, song

import mixwright
from mixwright.parameters import PARAMETERS, Parameters, Preset, load_preset

RATE = 44_100


def loudness(audio: Audio, sample_rate: int) -> float:
    """Integrated loudness by libebur128."""
    state = pyebur128.R128State(len(audio), sample_rate, pyebur128.MeasurementMode.MODE_I)
    flat = np.ascontiguousarray(audio.T).reshape(-1).astype(np.float64)
    state.add_frames(flat, audio.shape[1])
    return float(pyebur128.get_loudness_global(state))


def true_peak_dbtp(audio: Audio) -> float:
    """32 times oversampled, independent of our own meter."""
    return 20 * float(np.log10(max(np.max(np.abs(resample_poly(x.astype(np.float64), 32, 1))) for x in audio)))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, song(8.0).T, RATE, subtype="PCM_24")
    return path


@pytest.mark.parametrize(
    ("loudness_name", "target"), [("streaming", -14.0), ("broadcast", -23.0), (-18.5, -18.5), ("keep", None)]
)
def test_loudness_and_ceiling_hold_by_independent_meters(
    source: Path, loudness_name: str, target: float | None
) -> None:
    mix = mixwright.mix(source, loudness=loudness_name, true_peak_dbtp=-1.5)
    wanted = mix.before.integrated_lufs if target is None else target
    assert loudness(mix.audio, RATE) == pytest.approx(wanted, abs=0.5)  # the criterion
    assert true_peak_dbtp(mix.audio) <= -1.5 + 0.01  # resampling error of the independent meter


def test_output_file_is_what_was_measured(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.flac"
    mix = mixwright.mix(source, output=out)
    written, rate = soundfile.read(out, dtype="float32", always_2d=True)
    assert rate == RATE
    assert len(written) == mix.before.samples
    assert loudness(written.T, rate) == pytest.approx(mix.after.integrated_lufs, abs=0.05)  # 24-bit rounding
    np.testing.assert_array_equal(mix.audio, written.T)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_every_format_keeps_loudness_and_ceiling(source: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    mixwright.mix(source, output=out, loudness="streaming")
    written, rate = soundfile.read(out, dtype="float32", always_2d=True)
    assert loudness(written.T, rate) == pytest.approx(-14.0, abs=0.5)
    assert true_peak_dbtp(written.T) <= -1.0 + 0.05  # lossy files are measured decoded, by our 8x meter


def test_array_and_file_give_the_same_mix(source: Path) -> None:
    audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    from_array = mixwright.mix(audio.T, rate)
    from_file = mixwright.mix(source)
    assert from_array.preset == from_file.preset
    np.testing.assert_array_equal(from_array.audio, from_file.audio)


def test_render_of_the_preset_is_the_mix_sample_for_sample(source: Path, tmp_path: Path) -> None:
    mix = mixwright.mix(source, genre="rock", settings={"reverb": 0.1})
    path = tmp_path / "p.json"
    path.write_text(mix.preset.to_json(), encoding="utf-8")
    again = mixwright.render(source, path)
    np.testing.assert_array_equal(again.audio, mix.audio)
    assert load_preset(path) == mix.preset


def test_extreme_settings_keep_the_rms_promise(source: Path) -> None:
    loud = {p.name: p.high for p in PARAMETERS}
    soft = {p.name: p.low for p in PARAMETERS}
    for settings in (loud, soft):
        mix = mixwright.mix(source, settings=settings)
        assert 0.8 <= mix.balance.rms_ratio <= 1.2
        assert dict(mix.preset.parameters) == dict(Parameters(settings))
        assert set(mix.preset.provenance.values()) == {"set"}


def test_amount_zero_leaves_the_balance_alone(source: Path) -> None:
    mix = mixwright.mix(source, genre="classical", amounts=mixwright.Amounts.parse(0.0))
    assert mix.preset.parameters.neutral
    assert mix.balance.rms_ratio == pytest.approx(1.0, abs=1e-6)  # bit-exact bypass, float64 sums


def test_every_parameter_has_a_reason_and_a_provenance(source: Path) -> None:
    mix = mixwright.mix(source, settings={"low_eq": 1.5})
    names = {p.name for p in PARAMETERS}
    assert set(mix.reasons) == names
    assert all(text.endswith(".") and len(text) > 20 for text in mix.reasons.values())
    assert "set by you" in mix.reasons["low_eq"]
    assert mix.preset.origin("low_eq") == "set"


def test_tone_far_outside_the_spread_is_led_back() -> None:
    # White noise has far too much treble for music, and a boom far too much bass.
    bright = mixwright.mix(song(8.0, tilt=0.1), RATE)
    assert bright.preset.parameters["high_eq"] < -0.5  # dB
    assert _treble_over_body(bright.after) < _treble_over_body(bright.before) - 0.3
    boom = song(8.0)
    boom += lfilter(*butter(2, 150, fs=RATE), boom).astype(np.float32) * 8
    boomy = mixwright.mix(boom, RATE)
    assert boomy.preset.parameters["low_eq"] < -0.5
    assert "Low EQ −" in boomy.reasons["low_eq"]


def _treble_over_body(analysis: mixwright.Analysis) -> float:
    return float(10 * np.log10(_band(analysis, 4000, 12000) / _band(analysis, 100, 1000)))


def _band(analysis: mixwright.Analysis, low: float, high: float) -> float:
    hz = np.asarray(analysis.third_octave_hz)
    return float(np.sum(10 ** (np.asarray(analysis.ltas_db)[(hz >= low) & (hz <= high)] / 10)))


def test_a_reference_leads_toward_itself(tmp_path: Path) -> None:
    bright = tmp_path / "bright.wav"
    soundfile.write(bright, song(8.0, tilt=-0.4, seed=3).T, RATE)
    mix = mixwright.mix(song(8.0, tilt=-1.4), RATE, references=[bright])
    assert mix.preset.parameters["high_eq"] > 0.5  # dB
    assert "bright.wav" in mix.reasons["high_eq"]
    assert any(c.name == "spectral_centroid" and c.value is not None for c in mix.criteria)


def test_preset_of_another_song_keeps_its_parameters(source: Path) -> None:
    given = Preset(parameters=Parameters(low_eq=2.0, compressor_ratio=2.0), provenance={"low_eq": "set"})
    mix = mixwright.mix(source, preset=given)
    assert mix.preset.parameters == given.parameters
    assert mix.preset.programme_lufs == round(mix.before.integrated_lufs, 2)  # the step of the plugin's control


@pytest.mark.parametrize("rate", [8_000, 22_050, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_rates_and_channels(rate: int, channels: int) -> None:
    mix = mixwright.mix(song(2.0, rate, channels=channels), rate)
    assert mix.audio.shape == (channels, 2 * rate)
    assert abs(mix.after.integrated_lufs - mix.delivery.target_lufs) <= 0.5
    assert mix.after.true_peak_dbtp <= -1.0 + 0.02


def test_json_has_the_contract_names(source: Path) -> None:
    data = mixwright.mix(source).to_dict()
    assert set(data) >= {"input", "output", "before", "after", "balance", "delivery", "genre", "reasons", "warnings"}
    assert set(data["balance"]["parameters"]) == {p.name for p in PARAMETERS}
    assert "rms_ratio" in data["balance"]
    json.dumps(data, allow_nan=False)


@pytest.mark.parametrize(
    ("audio", "word"),
    [
        (np.zeros((2, RATE), np.float32), "silent"),
        (np.full((2, RATE), np.nan, np.float32), "no valid sample"),
        (np.full((2, RATE), 0.25, np.float32), "constant offset"),
        (song(0.3), "0.30 s"),
        (np.zeros((2, 0), np.float32), "0.00 s"),
        (np.zeros((3, RATE), np.float32), "channels"),
        (np.zeros((RATE, 2), np.float32), "transpose"),
    ],
)
def test_what_cannot_be_mixed_is_refused(audio: Audio, word: str, tmp_path: Path) -> None:
    with pytest.raises(mixwright.SignalError, match=word):
        mixwright.mix(audio, RATE, output=tmp_path / "out.wav")
    assert list(tmp_path.iterdir()) == []


def test_clipped_and_quiet_input_is_mixed_with_a_warning() -> None:
    clipped = mixwright.mix(np.clip(song(3.0) * 20, -1, 1).astype(np.float32), RATE)
    assert any("clipped" in w for w in clipped.warnings)
    quiet = mixwright.mix(song(3.0) * np.float32(0.01), RATE)
    assert any("quiet" in w for w in quiet.warnings)


def test_polarity_and_a_silent_channel_are_reported_and_not_changed() -> None:
    left = song(3.0)[0]
    inverted = mixwright.mix(np.stack([left, -left]), RATE)
    assert any("inverted" in w for w in inverted.warnings)
    assert np.corrcoef(inverted.audio)[0, 1] < -0.9
    empty = mixwright.mix(np.stack([left, np.zeros_like(left)]), RATE)
    assert any("right channel" in w for w in empty.warnings)


def test_a_few_bad_samples_are_taken_as_silence() -> None:
    audio = song(2.0)
    audio[0, 1000:1010] = np.nan
    audio[1, 2000] = np.inf
    mix = mixwright.mix(audio, RATE)
    assert np.isfinite(mix.audio).all()
    assert any("not numbers" in w for w in mix.warnings)


def test_auto_loudness_spares_the_peaks() -> None:
    clicks = song(6.0) * np.float32(0.1)
    clicks[:, ::RATE] = 0.9  # one click a second: the loudness of the music and the peaks of a hammer
    mix = mixwright.mix(clicks, RATE)
    assert mix.delivery.target_lufs < -14.0
    assert mix.delivery.deepest_db > -7.5  # 6 dB by intent, and what EQ adds to a click
    forced = mixwright.mix(clicks, RATE, loudness="streaming")
    assert forced.after.integrated_lufs == pytest.approx(-14.0, abs=0.5)
    assert any("limiter" in w for w in forced.warnings)


def test_input_array_is_not_changed() -> None:
    audio = song(2.0)
    copy = audio.copy()
    mixwright.mix(audio, RATE, genre="jazz")
    np.testing.assert_array_equal(audio, copy)
