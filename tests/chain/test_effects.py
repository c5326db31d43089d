"""Each effect against its physics: curves, corners, ratios, times, widths."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.chain.rendering import RATE, ROCK, chain, level_db, run, sine
from tests.songs import Audio, song

from mixwright._native import compressor_curve_db, equalizer_gain_db
from mixwright.parameters import Parameters, Voicing

Floats = NDArray[np.float64]
BANDS = {"low_eq": 0, "mid_eq": 1, "high_eq": 2, "presence": 3}
EDGES = [("low_eq", 3.0), ("low_eq", -3.0), ("mid_eq", 2.0), ("mid_eq", -2.0), ("high_eq", 3.0), ("high_eq", -3.0)]
EDGES += [("presence", 1.1), ("presence", 0.8)]


def analogue_db(name: str, value: float, hz: Floats) -> Floats:
    """The RBJ cookbook's prototypes."""
    gain_db = 20 * np.log10(value) if name == "presence" else value
    a = 10 ** (gain_db / 40)
    s = 1j * hz / ROCK[f"{name}_hz"]
    root = np.sqrt(2 * a)
    if name == "low_eq":
        h = a * (s * s + root * s + a) / (a * s * s + root * s + 1)
    elif name == "high_eq":
        h = a * (a * s * s + root * s + 1) / (s * s + root * s + a)
    else:
        q = ROCK[f"{name}_q"]
        h = (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
    return np.asarray(20 * np.log10(np.abs(h)))


def measured_db(parameters: Parameters, hz: Floats, rate: int) -> Floats:
    """Gain of the whole chain by its impulse response."""
    impulse = np.zeros((2, rate), np.float32)
    impulse[:, 100] = 0.5
    response = run(chain(parameters, rate=rate), impulse)[0].astype(np.float64) / 0.5
    spectrum = np.abs(np.fft.rfft(response))
    return np.asarray(20 * np.log10(np.interp(hz, np.fft.rfftfreq(rate, 1 / rate), spectrum)))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize(("name", "value"), EDGES)
def test_equalizer_is_the_analogue_curve_up_to_20_khz(rate: int, name: str, value: float) -> None:
    hz = np.geomspace(20, 20_000, 300)
    expected = analogue_db(name, value, hz)
    predicted = equalizer_gain_db(Parameters({name: value}).vector(), ROCK.vector(), rate, hz.tolist())[BANDS[name]]
    # The match is exact at 0 Hz, centre and Nyquist; in between it strays by 0.04 dB.
    np.testing.assert_allclose(predicted, expected, rtol=0, atol=0.05)
    np.testing.assert_allclose(measured_db(Parameters({name: value}), hz, rate), predicted, rtol=0, atol=0.02)


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_equalizer_lands_where_its_names_say(rate: int) -> None:
    def gain(name: str, value: float, hz: float) -> float:
        values = Parameters({name: value}).vector()
        return float(equalizer_gain_db(values, ROCK.vector(), rate, [hz])[BANDS[name], 0])

    assert gain("low_eq", 3.0, 1.0) == pytest.approx(3.0, abs=0.01)
    assert gain("low_eq", 3.0, ROCK["low_eq_hz"]) == pytest.approx(1.5, abs=0.01)  # half, in dB, at the corner
    assert gain("mid_eq", -2.0, ROCK["mid_eq_hz"]) == pytest.approx(-2.0, abs=0.01)
    if ROCK["presence_hz"] < 0.4 * rate:  # its bell is matched there; at 8 kHz it stands next to Nyquist
        assert 10 ** (gain("presence", 0.8, ROCK["presence_hz"]) / 20) == pytest.approx(0.8, abs=0.001)
    if rate > 16_000:
        assert gain("high_eq", -3.0, ROCK["high_eq_hz"]) == pytest.approx(-1.5, abs=0.01)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("corner", [0, 1])
def test_equalizer_is_stable_at_every_corner_of_the_table(rate: int, corner: int) -> None:
    names = ("low_eq_hz", "mid_eq_hz", "mid_eq_q", "high_eq_hz", "presence_hz", "presence_q")
    ranges = ((40, 300), (300, 3000), (0.3, 3.0), (3000, 16000), (2000, 5000), (0.3, 3.0))
    voicing = Voicing({**ROCK, **{n: float(r[corner]) for n, r in zip(names, ranges, strict=True)}})
    for ends in (1.0, -1.0):
        values = {"low_eq": 3 * ends, "mid_eq": 2 * ends, "high_eq": 3 * ends, "presence": 1.1 if ends > 0 else 0.8}
        impulse = np.zeros((2, rate), np.float32)
        impulse[:, 0] = 1.0
        out = run(chain(Parameters(values), rate=rate, voicing=voicing), impulse)
        assert np.abs(out).max() < 4  # the sum of all boosts is 9 dB
        assert np.abs(out[:, -rate // 4 :]).max() < 1e-6  # rung out after 0.75 s


# Threshold -9 dBFS, knee 6 dB, ratio 4: below, at the knee's ends, in its middle, above.
CURVE = [(-30.0, 0.0), (-12.0, 0.0), (-9.0, -0.5625), (-6.0, -2.25), (0.0, -6.75)]


@pytest.mark.parametrize(("level", "reduction"), CURVE)
def test_compressor_curve(level: float, reduction: float) -> None:
    assert compressor_curve_db(level, 4.0, -9.0, 6.0) == pytest.approx(reduction, abs=1e-9)  # closed form


def test_compressor_curve_has_no_step_or_bend() -> None:
    levels = np.arange(-40.0, 0.0, 0.01)
    curve = np.array([compressor_curve_db(float(x), 4.0, -9.0, 6.0) for x in levels])
    slope = np.diff(curve) / 0.01
    assert np.abs(np.diff(slope)).max() < 0.002  # 0.75 dB per dB spread over a knee of 600 steps


@pytest.mark.parametrize(("level", "reduction"), CURVE)
@pytest.mark.parametrize("hz", [50.0, 1000.0])
def test_compressor_holds_a_steady_tone_at_its_curve(level: float, reduction: float, hz: float) -> None:
    # Rock: threshold 5 dB above the programme's loudness, knee 6 dB.
    made = chain(Parameters(compressor_ratio=4.0), programme_lufs=-14.0)
    tone = sine(hz, level, 2.0)
    out = run(made, tone)
    makeup = -compressor_curve_db(-14.0 + 9.0, 4.0, -9.0, 6.0)
    change = level_db(out[:, RATE:]) - level_db(tone[:, RATE:])
    assert change == pytest.approx(reduction + makeup, abs=0.05)  # a sampled peak misses the true one by 0.02 dB
    assert made.gain_reduction_db == pytest.approx(reduction, abs=0.05)


def test_compressor_hangs_on_the_programme() -> None:
    quiet, loud = song(2.0) * np.float32(0.25), song(2.0)
    a = run(chain(Parameters(compressor_ratio=3.0), programme_lufs=-26.0), quiet)
    b = run(chain(Parameters(compressor_ratio=3.0), programme_lufs=-26.0 + 20 * np.log10(4)), loud)
    np.testing.assert_allclose(a * 4, b, rtol=0, atol=2e-5)  # -94 dBFS: log2 and exp2 by polynomials


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_attack_and_release_take_their_time(rate: int) -> None:
    voicing = Voicing({**ROCK, "compressor_attack_ms": 30.0, "compressor_release_ms": 300.0})
    made = chain(Parameters(compressor_ratio=4.0), rate=rate, voicing=voicing)
    tone = sine(1000, -30, 3.0, rate)
    tone[:, rate : 2 * rate] *= 10 ** (24 / 20)  # one second at -6 dBFS
    out = np.empty_like(tone)
    readings = []
    step = rate // 1000
    for start in range(0, 3 * rate - step, step):
        part = np.ascontiguousarray(tone[:, start : start + step])
        made.process(part, out[:, :step].copy())
        readings.append(made.gain_reduction_db)
    curve = np.array(readings)
    full = curve[1900]
    assert full == pytest.approx(-2.25, abs=0.05)
    attack = np.argmax(curve[1000:] < 0.632 * full)
    release = np.argmax(curve[2000:] > 0.368 * full)
    # One or two ticks of 0.3 to 0.7 ms are added by the grid; the hold of 15 ms comes before the release.
    assert attack == pytest.approx(30, abs=3)
    assert release == pytest.approx(300 + 15, abs=8)


def test_compressor_links_the_channels() -> None:
    audio = sine(1000, -3, 1.0)
    audio[1] *= np.float32(0.25)
    out = run(chain(Parameters(compressor_ratio=4.0)), audio)
    np.testing.assert_array_equal(out[1], out[0] * np.float32(0.25))


def test_ratio_one_does_nothing() -> None:
    audio = song(1.0) * np.float32(3)
    np.testing.assert_array_equal(run(chain(Parameters(compressor_ratio=1.0)), audio), audio)


def side_and_mid(audio: Audio) -> tuple[Audio, Audio]:
    return (audio[0] - audio[1]) / 2, (audio[0] + audio[1]) / 2


@pytest.mark.parametrize("width", [0.9, 1.1])
def test_width_moves_the_side_and_nothing_else(width: float) -> None:
    audio = song(1.0)
    out = run(chain(Parameters(stereo_width=width)), audio)
    np.testing.assert_allclose(side_and_mid(out)[1], side_and_mid(audio)[1], rtol=0, atol=1e-7)  # float rounding
    for hz, gain in ((20.0, 1.0), (5000.0, width)):
        tone = sine(hz, -12, 2.0)
        tone[1] *= -1
        change = level_db(run(chain(Parameters(stereo_width=width)), tone)[:, RATE:]) - level_db(tone[:, RATE:])
        assert change == pytest.approx(20 * np.log10(gain), abs=0.05)  # first order: 150 Hz leaves 0.02 dB at 20 Hz


def test_gains_are_gains() -> None:
    audio = song(0.3)
    parameters = Parameters(input_gain=1.2, output_level=0.9)
    np.testing.assert_allclose(run(chain(parameters), audio), audio * 1.2 * 0.9, rtol=3e-7, atol=0)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
def test_the_chain_sounds_the_same_at_every_rate(rate: int) -> None:
    values = Parameters(low_eq=2.0, mid_eq=-1.0, high_eq=-2.0, presence=1.05, compressor_ratio=2.0, stereo_width=0.95)
    reference = level_db(run(chain(values), sine(1000, -8, 2.0))[:, RATE:])
    other = level_db(run(chain(values, rate=rate), sine(1000, -8, 2.0, rate))[:, rate:])
    assert other == pytest.approx(reference, abs=0.05)
