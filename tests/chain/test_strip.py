"""The channel strip: neutral is a wire, blocks do not matter, each part does what its name says."""

from __future__ import annotations

import numpy as np
import pytest

from mixwright._native import Returns, Strip
from mixwright.errors import ParameterError
from mixwright.parameters import GENRES, blend_voicing
from mixwright.parameters.strip import ROLES, STRIP_PARAMETERS, StripParameters, strip_voicing

RATE = 44_100
Audio = np.ndarray


def noise(seconds: float = 0.5, channels: int = 2, seed: int = 0) -> Audio:
    shape = (channels, int(seconds * RATE))
    return (0.2 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def sine(hz: float, seconds: float = 1.0, channels: int = 2) -> Audio:
    wave = 0.25 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)
    return np.tile(wave, (channels, 1)).astype(np.float32)


def run(audio: Audio, sizes: tuple[int, ...] = (), strip: Strip | None = None, **values: float) -> list[Audio]:
    """Output, reverb send and delay send."""
    if strip is None:
        strip = Strip(RATE, len(audio))
        strip.set_parameters(StripParameters(values).vector())
        strip.set_voicing(strip_voicing({"keys": 1.0}))
        strip.set_programme_lufs(-14.0)
    outs = [np.empty((2, audio.shape[1]), np.float32) for _ in range(3)]
    at, turn = 0, 0
    while at < audio.shape[1]:
        size = min(sizes[turn % len(sizes)] if sizes else audio.shape[1], audio.shape[1] - at)
        parts = [np.empty((2, size), np.float32) for _ in range(3)]
        strip.process(np.ascontiguousarray(audio[:, at : at + size]), *parts)
        for out, part in zip(outs, parts, strict=True):
            out[:, at : at + size] = part
        at, turn = at + size, turn + 1
    return outs


def level_db(audio: Audio) -> float:
    return 10 * float(np.log10(np.mean(audio.astype(np.float64) ** 2)))


@pytest.mark.parametrize("channels", [1, 2])
def test_at_neutral_the_stem_comes_out_bit_for_bit(channels: int) -> None:
    audio = noise(channels=channels)
    out, reverb, delay = run(audio)
    np.testing.assert_array_equal(out, np.broadcast_to(audio, out.shape))
    assert not reverb.any()
    assert not delay.any()


@pytest.mark.parametrize("channels", [1, 2])
def test_any_split_into_blocks_gives_the_same_samples(channels: int) -> None:
    values = {
        "polarity": -1.0, "delay_ms": 3.3, "gain_db": -4.0, "highpass_hz": 90.0, "low_eq": 4.0, "mid_eq": -3.0,
        "high_eq": 2.0, "presence": 1.3, "compressor_ratio": 3.0, "pan": 0.4, "reverb_send": 0.3, "delay_send": 0.1,
    }  # fmt: skip
    whole = run(noise(channels=channels), **values)
    for sizes in ((1, 64, 333), (512,), (31, 33)):
        for a, b in zip(whole, run(noise(channels=channels), sizes, **values), strict=True):
            np.testing.assert_array_equal(a, b)


def test_polarity_and_delay_are_exact() -> None:
    audio = noise()
    np.testing.assert_array_equal(run(audio, polarity=-1.0)[0], -audio)
    late = run(audio, delay_ms=10.0)[0]
    np.testing.assert_array_equal(late[:, 441:], audio[:, :-441])
    assert not late[:, :441].any()
    longest = run(audio, delay_ms=50.0)[0]
    np.testing.assert_array_equal(longest[:, 2205:], audio[:, :-2205])


def test_the_fader_is_in_decibels() -> None:
    audio = noise()
    for db in (-24.0, -6.0, 12.0):
        np.testing.assert_allclose(run(audio, gain_db=db)[0], audio * 10 ** (db / 20), rtol=2e-7)


def test_the_high_pass_is_butterworth() -> None:
    for hz, expected in ((400.0, -0.26), (200.0, -3.01), (100.0, -12.30), (50.0, -24.1)):
        tone = sine(hz, 2.0)
        change = level_db(run(tone, highpass_hz=200.0)[0][:, RATE:]) - level_db(tone[:, RATE:])
        assert change == pytest.approx(expected, abs=0.06), hz


@pytest.mark.parametrize("channels", [1, 2])
def test_pan_has_constant_power_and_0_db_at_the_centre(channels: int) -> None:
    audio = noise(channels=channels)
    for pan in (-1.0, -0.5, 0.25, 1.0):
        out = run(audio, pan=pan)[0]
        gains = np.sqrt((out.astype(float) ** 2).sum(axis=1) / (audio.astype(float) ** 2).sum(axis=1))
        angle = (pan + 1) * np.pi / 4
        np.testing.assert_allclose(gains, np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)]), atol=1e-6)
    assert not run(audio, pan=1.0)[0][0].any()


def test_sends_are_after_fader_and_pan() -> None:
    audio = noise()
    out, reverb, delay = run(audio, gain_db=-6.0, pan=0.5, reverb_send=0.25, delay_send=1.0)
    np.testing.assert_allclose(reverb, 0.25 * out, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(delay, out)


def test_the_compressor_hangs_on_the_stems_loudness() -> None:
    tone = sine(500.0, 2.0)  # -12 dBFS peak

    def lost_db(lufs: float) -> float:
        strip = Strip(RATE, 2)
        strip.set_parameters(StripParameters(compressor_ratio=8.0).vector())
        strip.set_voicing(strip_voicing({"bass": 1.0}))
        strip.set_programme_lufs(lufs)
        run(tone, strip=strip, sizes=(RATE,))
        return -strip.gain_reduction_db

    assert lost_db(-10.0) == pytest.approx(0.0, abs=0.3)  # the peaks lie below the threshold
    # 12 dB over the threshold of -24 dBFS, seven eighths of it taken.
    assert lost_db(-24.0) == pytest.approx(12 * 7 / 8, abs=0.4)


def test_changes_glide_and_do_not_click() -> None:
    strip = Strip(RATE, 2)
    strip.set_voicing(strip_voicing({"other": 1.0}))
    tone = sine(200.0, 0.2)
    steepest = float(np.abs(np.diff(tone)).max())
    run(tone, strip=strip)
    strip.set_parameters(
        StripParameters(polarity=-1.0, gain_db=6.0, highpass_hz=150.0, pan=0.7, delay_ms=20.0).vector()
    )
    out = run(tone, strip=strip)[0]
    # Louder by 6 dB and panned: 2.6 times the slope, and nothing like the step of a hard switch (0.7).
    assert float(np.abs(np.diff(out)).max()) < 3.5 * steepest


def test_what_is_not_finite_is_silence_and_reset_is_a_fresh_strip() -> None:
    audio = noise()
    bad = audio.copy()
    bad[0, 100], bad[1, 200] = np.nan, np.inf
    assert np.isfinite(run(bad, gain_db=3.0, low_eq=5.0, compressor_ratio=4.0)[0]).all()
    strip = Strip(RATE, 2)
    strip.set_parameters(StripParameters(low_eq=6.0, delay_ms=5.0, compressor_ratio=4.0, highpass_hz=80.0).vector())
    first = run(audio, strip=strip)[0]
    strip.reset()
    np.testing.assert_array_equal(run(audio, strip=strip)[0], first)


def test_returns_are_wet_only() -> None:
    returns = Returns(RATE)
    returns.set(blend_voicing({GENRES[0]: 1.0}).vector(), 120.0)
    click = np.zeros((2, RATE), np.float32)
    click[:, 100] = 1.0
    silent, out = np.zeros_like(click), np.empty_like(click)
    returns.process(click, silent, out)
    assert not out[:, :101].any()  # nothing before the pre-delay, and not the click itself
    assert level_db(out[:, 2000:20_000]) > -70
    returns.reset()
    parts = np.empty_like(click)
    for start in range(0, RATE, 441):
        piece = np.empty((2, 441), np.float32)
        returns.process(
            np.ascontiguousarray(click[:, start : start + 441]), np.ascontiguousarray(silent[:, :441]), piece
        )
        parts[:, start : start + 441] = piece
    np.testing.assert_array_equal(parts, out)
    returns.reset()
    returns.process(silent, click, out)
    echo = int(np.abs(out[0]).argmax()) - 100
    beats = blend_voicing({GENRES[0]: 1.0})["delay_beats"] * 0.5 * RATE
    assert echo == pytest.approx(beats, abs=30)


def test_values_are_checked_in_one_line() -> None:
    for values, says in (
        ({"gain_db": 13.0}, r"gain_db=13 must be in \[-24, 12\] dB"),
        ({"pan": float("nan")}, "pan=nan must be in"),
        ({"polarity": 0.5}, "polarity=0.5 must be 1 or -1"),
        ({"volume": 1.0}, "'volume' is not a parameter of a strip"),
    ):
        with pytest.raises(ParameterError, match=says):
            StripParameters(values)
    with pytest.raises(ParameterError, match="role 'cowbell' is unknown"):
        strip_voicing({"cowbell": 1.0})
    strip = Strip(RATE, 1)
    with pytest.raises(ValueError, match="parameters has 3 numbers, must have 12"):
        strip.set_parameters([0.0, 0.0, 0.0])


def test_values_lie_on_the_grid_of_the_native_core() -> None:
    rng = np.random.default_rng(1)
    strip = Strip(RATE, 2)
    for _ in range(20):
        values = {p.name: float(rng.uniform(p.low, p.high)) for p in STRIP_PARAMETERS if p.name != "polarity"}
        parameters = StripParameters(values)
        strip.set_parameters(parameters.vector())
        assert tuple(strip.parameters) == parameters.vector()


def test_voicing_is_blended_by_roles() -> None:
    one, other = (dict(zip(range(10), strip_voicing({role: 1.0}), strict=True)) for role in ("kick", "bass"))
    both = dict(zip(range(10), strip_voicing({"kick": 0.5, "bass": 0.5}), strict=True))
    assert both[0] == pytest.approx(np.sqrt(one[0] * other[0]))
    assert strip_voicing({}) == strip_voicing({"other": 1.0})
    assert len({strip_voicing({role: 1.0}) for role in ROLES}) > 10
