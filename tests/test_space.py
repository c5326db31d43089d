"""Reverb and delay: decay, density, level, mono, echoes, and the same bits for any split of the stream."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal
from scipy.special import erfc

ROOT = Path(__file__).parent.parent
FLAGS = "-std=c++17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra -Wshadow -Wconversion"
TICK = 32
REVERB = (1.2, 20.0, 6000.0, 200.0)  # decay_s, predelay_ms, damping_hz, low_cut_hz
DELAY = (0.03, 0.5, 20.0, 18000.0)  # time_s, feedback, low_cut_hz, high_cut_hz
BOTH = pytest.mark.parametrize(("kind", "settings"), [("reverb", REVERB), ("delay", DELAY)])
Audio = NDArray[np.float32]
Floats = ctypes.POINTER(ctypes.c_float)


class Effect:
    """One reverb or delay inside the probe library; `run` keeps the sample counter as the chain does."""

    def __init__(self, library: ctypes.CDLL, kind: str, sample_rate: float, settings: tuple[float, ...]) -> None:
        self._library, self._kind, self._at = library, kind, 0
        new = self._function("new", ctypes.c_void_p, *[ctypes.c_double] * 5)
        self._handle = new(sample_rate, *settings)

    def _function(self, name: str, result: type | None, *arguments: type) -> Callable[..., int]:
        function = getattr(self._library, f"{self._kind}_{name}")
        function.restype, function.argtypes = result, list(arguments)
        return function  # type: ignore[no-any-return]

    def set(self, *settings: float) -> None:
        self._function("set", None, ctypes.c_void_p, *[ctypes.c_double] * 4)(self._handle, *settings)

    @property
    def asleep(self) -> bool:
        return bool(self._function("asleep", ctypes.c_int, ctypes.c_void_p)(self._handle))

    def reset(self) -> None:
        self._function("reset", None, ctypes.c_void_p)(self._handle)
        self._at = 0

    def run(self, audio: Audio, wet: float | Audio = 1.0, block: int = 1 << 30) -> Audio:
        """(2, samples) in and out; `wet` is a constant or the level at every tick's edge."""
        out = np.array(audio, np.float32, order="C")
        samples = out.shape[1]
        edges = np.asarray(np.broadcast_to(wet, (self._at + samples) // TICK + 2) if np.isscalar(wet) else wet)
        edges = np.ascontiguousarray(edges, np.float32)
        run = self._function("run", None, ctypes.c_void_p, Floats, Floats, *[ctypes.c_long] * 3, Floats)
        left, right, levels = (array.ctypes.data_as(Floats) for array in (out[0], out[1], edges))
        run(self._handle, left, right, samples, self._at, block, levels)
        self._at += samples
        return out

    def close(self) -> None:
        self._function("free", None, ctypes.c_void_p)(self._handle)


def compile_probe(folder: Path, *extra: str) -> ctypes.CDLL:
    compiler = os.environ.get("CXX") or next(c for c in ("c++", "g++", "clang++") if shutil.which(c))
    library = folder / "space_probe.so"
    source = ROOT / "tests/native/space_probe.cpp"
    include = f"-I{ROOT / 'dsp'}"
    command = [
        *compiler.split(),
        *FLAGS.split(),
        *extra,
        "-fPIC",
        "-shared",
        "-Wl,-Bsymbolic",  # its own counting `new`, whatever the process has loaded before
        include,
        str(source),
        "-o",
        str(library),
    ]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compile_probe(tmp_path_factory.mktemp("space"))


Make = Callable[..., Effect]


@pytest.fixture
def make(library: ctypes.CDLL) -> Iterator[Make]:
    made: list[Effect] = []

    def build(kind: str, settings: tuple[float, ...], sample_rate: float = 48000.0) -> Effect:
        made.append(Effect(library, kind, sample_rate, settings))
        return made[-1]

    yield build
    for effect in made:
        effect.close()


def noise(samples: int, seed: int = 0, level: float = 0.1) -> Audio:
    return (np.random.default_rng(seed).standard_normal((2, samples)) * level).astype(np.float32)


def pink(samples: int, sample_rate: float, level: float = 0.1) -> Audio:
    """Equal power an octave from 20 Hz to 20 kHz (or Nyquist); RMS `level` in both channels."""
    hz = np.fft.rfftfreq(samples, 1 / sample_rate)
    shape = np.where((hz >= 20) & (hz <= min(20000.0, 0.499 * sample_rate)), 1 / np.sqrt(np.maximum(hz, 1)), 0)
    audio = np.fft.irfft(np.fft.rfft(noise(samples)) * shape, samples)
    return (audio * (level / np.sqrt(np.mean(audio**2, axis=1, keepdims=True)))).astype(np.float32)


def impulse(samples: int, left: float = 1.0, right: float = 1.0) -> Audio:
    audio = np.zeros((2, samples), np.float32)
    audio[:, 0] = left, right
    return audio


def response(
    make: Make,
    kind: str,
    settings: tuple[float, ...],
    seconds: float,
    sample_rate: float = 48000.0,
    left: float = 1.0,
    right: float = 1.0,
) -> NDArray[np.float64]:
    """The wet impulse response alone, (2, samples)."""
    dry = impulse(int(seconds * sample_rate), left, right)
    return make(kind, settings, sample_rate).run(dry).astype(np.float64) - dry


def octave(audio: NDArray[np.float64], hz: float, sample_rate: float) -> NDArray[np.float64]:
    edges = [hz / np.sqrt(2), hz * np.sqrt(2)]
    return signal.sosfilt(signal.butter(3, edges, "bandpass", fs=sample_rate, output="sos"), audio, axis=-1)


def decay_time(wet: NDArray[np.float64], hz: float, sample_rate: float) -> float:
    """RT60 by Schroeder's backward integration, ISO 3382's T30: the slope from -5 to -35 dB."""
    energy = np.cumsum(np.sum(octave(wet, hz, sample_rate) ** 2, axis=0)[::-1])[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-30)
    first, last = np.argmax(level < -5), np.argmax(level < -35)
    slope = np.polyfit(np.arange(first, last) / sample_rate, level[first:last], 1)[0]
    return float(-60 / slope)


def db(ratio: float) -> float:
    return float(20 * np.log10(ratio))


def rms(audio: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.asarray(audio, np.float64) ** 2)))


# --- both effects: the promises to the chain


@BOTH
@pytest.mark.parametrize("sample_rate", [8000.0, 44100.0, 192000.0])
def test_any_split_gives_the_same_bits(make: Make, kind: str, settings: tuple[float, ...], sample_rate: float) -> None:
    samples = 9 * 1024 + 13
    audio = noise(samples)
    audio[:, 4000:4100] = 0  # silence inside a tick
    ticks = samples // TICK + 2
    wet = np.clip(np.sin(np.arange(ticks) * 0.03), 0, 1).astype(np.float32)  # with stretches at 0
    whole = make(kind, settings, sample_rate).run(audio, wet)
    assert rms(whole - audio) > 1e-3
    for block in (1, 17, 31, 32, 64, 1000):
        np.testing.assert_array_equal(make(kind, settings, sample_rate).run(audio, wet, block), whole)


@BOTH
def test_the_split_around_sleep_and_waking(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    # Short memories, so that the effect sleeps in the gap and wakes in the middle of a tick.
    settings = (0.05, 0.0, *settings[2:]) if kind == "reverb" else (0.01, 0.0, *settings[2:])
    samples = 8000 * 5
    audio = noise(samples, level=0.01)
    audio[:, 100 : samples - 1003] = 0
    slept = make(kind, settings, 8000.0)
    slept.run(audio[:, : samples - 1003])
    assert slept.asleep
    whole = make(kind, settings, 8000.0).run(audio)
    for block in (1, 5, 48):
        np.testing.assert_array_equal(make(kind, settings, 8000.0).run(audio, block=block), whole)


@BOTH
def test_a_new_setting_in_mid_stream_keeps_the_bits(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    changed = tuple(value * 0.7 for value in settings)
    audio = noise(9000)

    def render(block: int) -> Audio:
        effect = make(kind, settings)
        first = effect.run(audio[:, :3011], block=block)
        effect.set(*changed)
        return np.concatenate([first, effect.run(audio[:, 3011:], block=block)], axis=1)

    whole = render(1 << 30)
    for block in (1, 17, 64):
        np.testing.assert_array_equal(render(block), whole)
    assert not np.array_equal(whole, make(kind, settings).run(audio))


@BOTH
def test_the_portable_build_gives_the_same_bits(
    make: Make, kind: str, settings: tuple[float, ...], tmp_path: Path
) -> None:
    audio = noise(20000)
    plain = Effect(compile_probe(tmp_path, "-DMIXWRIGHT_NO_CLONES"), kind, 48000.0, settings)
    np.testing.assert_array_equal(plain.run(audio), make(kind, settings).run(audio))
    plain.close()


@BOTH
def test_wet_zero_is_the_dry_sound_bit_by_bit(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    audio = noise(5000)
    audio[:, 7] = -0.0
    effect = make(kind, settings)
    assert effect.run(audio, 0.0).tobytes() == audio.tobytes()
    assert effect.asleep
    # Also while an earlier tail still runs inside.
    effect.run(audio, 1.0)
    assert not effect.asleep
    assert effect.run(audio, 0.0).tobytes() == audio.tobytes()


@BOTH
def test_nothing_is_fed_while_wet_is_zero(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    effect = make(kind, settings)
    effect.run(noise(32000, level=1.0), 0.0)
    silence = np.zeros((2, 32000), np.float32)
    assert not np.any(effect.run(silence, 1.0))


@BOTH
def test_it_sleeps_after_its_tail_and_not_before(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    effect = make(kind, settings)
    effect.run(noise(48000))
    tail = effect.run(np.zeros((2, 48000 * 6), np.float32))
    assert effect.asleep
    last = np.nonzero(np.any(tail, axis=0))[0][-1]
    # -140 dBFS: what is cut off is below the smallest step of 24 bits.
    assert np.abs(tail[:, last - 480 : last]).max() < 1e-7


@BOTH
def test_reset_forgets_everything(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    effect = make(kind, settings)
    first = effect.run(noise(20000))
    effect.reset()
    np.testing.assert_array_equal(effect.run(noise(20000)), first)


@BOTH
@pytest.mark.parametrize("level", [1e-38, 1e-20, 1.0, 1e4])
def test_output_is_finite_from_denormal_to_deafening(
    make: Make, kind: str, settings: tuple[float, ...], level: float
) -> None:
    effect = make(kind, settings)
    loud = np.ones((2, 24000), np.float32) * np.float32(level)  # DC is the worst for the filters' states
    loud[:, 12000:] = noise(12000, level=level)
    out = effect.run(loud)
    assert np.all(np.isfinite(out))
    # Neither effect can pile up more than a tenfold of its input: feedback is bounded.
    assert np.abs(out).max() <= 10 * max(np.abs(loud).max(), 1e-30)


@BOTH
def test_process_does_not_allocate(make: Make, library: ctypes.CDLL, kind: str, settings: tuple[float, ...]) -> None:
    effect = make(kind, settings)
    audio = noise(9600)
    count = library.allocation_count
    count.restype = ctypes.c_long
    assert count() > 0  # prepare did: the counter works
    before = count()
    effect.run(audio, block=64)
    effect.set(*(value * 0.8 for value in settings))
    effect.run(audio, block=64)
    assert count() == before


@BOTH
def test_the_wet_level_is_a_straight_line_inside_a_tick(make: Make, kind: str, settings: tuple[float, ...]) -> None:
    audio = noise(TICK * 400)
    edges = np.full(402, 1.0, np.float32)
    full = make(kind, settings).run(audio, edges).astype(np.float64) - audio
    edges[400 - 1 :] = 0.5, 0.25, 0.25  # the last tick goes from a half to a quarter
    part = make(kind, settings).run(audio, edges).astype(np.float64) - audio
    line = 0.5 - 0.25 * np.arange(TICK) / TICK
    # 1e-6: rounding of float32 sums near 0.3.
    np.testing.assert_allclose(part[:, -TICK:], full[:, -TICK:] * line, rtol=0, atol=1e-6)


# --- reverb


@pytest.mark.parametrize("sample_rate", [8000.0, 44100.0, 48000.0, 192000.0])
@pytest.mark.parametrize("decay_s", [0.3, 1.2, 3.0])
def test_decay_time_is_what_was_asked(make: Make, sample_rate: float, decay_s: float) -> None:
    wet = response(make, "reverb", (decay_s, 0.0, 6000.0, 200.0), 1.2 * decay_s + 0.3, sample_rate)
    middle = decay_time(wet, 1000, sample_rate)
    assert middle == pytest.approx(decay_s, rel=0.1)  # +-10 %: the just noticeable difference is 5 to 10 %
    high, share = (8000, 0.8) if sample_rate > 20000 else (2800, 0.95)
    assert decay_time(wet, high, sample_rate) < share * middle


@pytest.mark.parametrize("damping_hz", [3000.0, 8000.0])
def test_decay_time_at_damping_is_half(make: Make, damping_hz: float) -> None:
    wet = response(make, "reverb", (2.0, 0.0, damping_hz, 100.0), 3.0)
    # A band an octave wide decays with its slower, lower edge: somewhat more than half.
    assert 0.4 < decay_time(wet, damping_hz, 48000) / 2.0 < 0.65


@pytest.mark.parametrize("sample_rate", [8000.0, 44100.0, 192000.0])
@pytest.mark.parametrize("decay_s", [0.3, 1.0, 3.0])
def test_wet_level_of_pink_noise(make: Make, sample_rate: float, decay_s: float) -> None:
    audio = pink(int((1.2 * decay_s + 1.5) * sample_rate), sample_rate)
    wet = make("reverb", (decay_s, 20.0, 6000.0, 200.0), sample_rate).run(audio) - audio
    settled = wet[:, int((decay_s + 0.2) * sample_rate) :]
    assert db(rms(settled) / 0.1) == pytest.approx(-6, abs=1.5)


@pytest.mark.parametrize("settings", [(5.0, 0.0, 1000.0, 20.0), (0.2, 0.0, 16000.0, 600.0), (2.0, 0.0, 4500.0, 90.0)])
def test_wet_level_holds_for_every_voicing(make: Make, settings: tuple[float, ...]) -> None:
    audio = pink(48000 * 6, 48000)
    wet = (make("reverb", settings).run(audio) - audio)[:, 48000 * 4 :]
    assert db(rms(wet) / 0.1) == pytest.approx(-6, abs=1.5)


@pytest.mark.parametrize("same", [True, False], ids=["centred", "wide"])
def test_mono_sum_and_correlation(make: Make, same: bool) -> None:
    audio = noise(48000 * 8)
    if same:
        audio[1] = audio[0]
    wet = (make("reverb", (1.5, 20.0, 6000.0, 60.0)).run(audio).astype(np.float64) - audio)[:, 48000:]
    assert abs(np.corrcoef(wet)[0, 1]) < 0.3
    for hz in (63, 125, 250, 500, 1000, 2000, 4000, 8000):
        band = octave(wet, hz, 48000)
        # Unrelated channels lose 3.0 dB; more would be cancellation.
        assert db(rms(band.mean(axis=0)) / rms(band)) > -3.5, hz


def test_tail_is_decorrelated_and_centred(make: Make) -> None:
    tail = response(make, "reverb", REVERB, 1.5)[:, 4800:]
    assert abs(np.corrcoef(tail)[0, 1]) < 0.3
    # 1.5 dB: an image that far off the middle would be heard as a lean.
    assert abs(db(rms(tail[0]) / rms(tail[1]))) < 1.5


@pytest.mark.parametrize("side", [0, 1])
def test_a_sound_from_one_side_is_answered_from_there_first(make: Make, side: int) -> None:
    wet = response(make, "reverb", REVERB, 1.0, left=float(side == 0), right=float(side == 1))
    early, late = wet[:, : int(0.08 * 48000)], wet[:, int(0.25 * 48000) :]
    assert db(rms(early[side]) / rms(early[1 - side])) > 6
    assert abs(db(rms(late[side]) / rms(late[1 - side]))) < 2


def echo_density(wet: NDArray[np.float64], at_s: float, sample_rate: float) -> float:
    """Abel & Huang (2006): the share of a 20 ms window outside one deviation, over that of Gaussian noise."""
    size = int(0.02 * sample_rate)
    window = np.hanning(size) / np.sum(np.hanning(size))
    shares = []
    for start in np.arange(at_s - 0.025, at_s + 0.025, 0.005):
        part = wet[int(start * sample_rate) :][:size]
        shares.append(np.sum(window * (np.abs(part) > np.sqrt(np.sum(window * part**2)))))
    return float(np.mean(shares) / erfc(1 / np.sqrt(2)))


@pytest.mark.parametrize("decay_s", [0.5, 1.2, 3.0])
def test_the_tail_is_dense(make: Make, decay_s: float) -> None:
    wet = response(make, "reverb", (decay_s, 0.0, 6000.0, 200.0), 0.6, 44100.0)
    for channel in wet:
        for at_s in (0.125, 0.15, 0.2, 0.3):
            assert echo_density(channel, at_s, 44100.0) > 0.88, at_s  # 1 is Gaussian noise; spread of it 0.05


@pytest.mark.parametrize("decay_s", [1.2, 3.0])
def test_the_tail_does_not_ring(make: Make, decay_s: float) -> None:
    tail = response(make, "reverb", (decay_s, 0.0, 6000.0, 200.0), 1.2)
    for at_s in (0.15, 0.3, 0.6):
        part = tail[:, int(at_s * 48000) :][:, :24000] * np.hanning(24000)
        power = np.sum(np.abs(np.fft.rfft(part)) ** 2, axis=0)
        hz = np.fft.rfftfreq(24000, 1 / 48000)
        grid = np.geomspace(180, 11000, 100)
        third = [np.log(power[(hz > f * 2 ** (-1 / 6)) & (hz < f * 2 ** (1 / 6))].mean()) for f in grid]
        heard = (hz > 250) & (hz < 8000)
        above = 10 / np.log(10) * (np.log(power[heard]) - np.interp(np.log(hz[heard]), np.log(grid), third))
        # Noise of the same length peaks near 8 dB; a ringing mode stands 15 to 30 dB out.
        assert above.max() < 12.5, at_s


def test_the_moving_lines_are_smooth_and_not_a_chorus(make: Make) -> None:
    t = np.arange(48000 * 4) / 48000
    tone = np.stack([np.sin(2 * np.pi * 2000 * t)] * 2).astype(np.float32)
    wet = (make("reverb", (1.2, 20.0, 16000.0, 200.0)).run(tone).astype(np.float64) - tone)[:, 48000:]
    above = signal.sosfilt(signal.butter(8, 8000, "highpass", fs=48000, output="sos"), wet)[:, 4800:]
    # A jump of the delay by 1/32 of a frame, once a turn, would read -62 dB.
    assert db(np.abs(above).max() / np.abs(wet).max()) < -80
    hz = np.fft.rfftfreq(wet.shape[1], 1 / 48000)
    power = np.sum(np.abs(np.fft.rfft(wet * np.hanning(wet.shape[1]))) ** 2, axis=0)
    # 4 cents: detuning below what is heard as beating or chorus.
    assert np.sum(power[np.abs(hz - 2000) < 5]) > 0.97 * np.sum(power)


def test_bass_stays_dry(make: Make) -> None:
    wet = response(make, "reverb", (1.2, 0.0, 6000.0, 300.0), 2.0)
    hz = np.fft.rfftfreq(wet.shape[1], 1 / 48000)
    power = np.sum(np.abs(np.fft.rfft(wet)) ** 2, axis=0)
    level = {f: 10 * np.log10(power[(hz > f / 1.2) & (hz < f * 1.2)].mean()) for f in (40.0, 80.0, 1000.0)}
    assert level[80.0] - level[1000.0] < -12  # two octaves down at 12 dB an octave, less the shoulder
    assert level[40.0] - level[80.0] < -8


def test_predelay_is_silence_before_the_reverberation(make: Make) -> None:
    wet = response(make, "reverb", (1.2, 50.0, 6000.0, 200.0), 0.2)
    first = int(np.argmax(np.any(np.abs(wet) > 1e-4, axis=0)))
    assert first == round(0.05 * 48000)


def test_a_changing_reverb_does_not_click(make: Make) -> None:
    t = np.arange(48000) / 48000
    tone = np.stack([np.sin(2 * np.pi * 300 * t)] * 2).astype(np.float32) * np.float32(0.5)
    steady, moved = make("reverb", REVERB), make("reverb", REVERB)

    def roughness(effect: Effect, change: bool) -> float:
        effect.run(tone)
        out = []
        for k in range(40):
            if change:
                effect.set(1.2 + 0.02 * k, 20.0 + k, 6000.0 - 50 * k, 200.0 + 4 * k)
            out.append(effect.run(tone[:, :1200], block=1200))
        wet = np.concatenate(out, axis=1) - np.tile(tone[:, :1200], 40)
        above = signal.butter(4, 4000, "highpass", fs=48000, output="sos")
        return float(np.abs(signal.sosfilt(above, wet)[:, 500:]).max())

    roughness_steady = roughness(steady, False)
    # -54 dB of the tone: a step of the wet sound would show as a spark of its own height.
    assert roughness(moved, True) < roughness_steady + 1e-3


# --- delay


@pytest.mark.parametrize("sample_rate", [8000.0, 44100.0, 192000.0])
@pytest.mark.parametrize("time_s", [0.01, 0.375, 2.0])
def test_echoes_are_in_time_and_cross(make: Make, sample_rate: float, time_s: float) -> None:
    wet = response(make, "delay", (time_s, 0.5, 20.0, 0.45 * sample_rate), 3.5 * time_s, sample_rate)
    for number, side in ((1, 0), (2, 1), (3, 0)):
        window = slice(int((number - 0.4) * time_s * sample_rate), int((number + 0.4) * time_s * sample_rate))
        peak = window.start + int(np.argmax(np.abs(wet[side, window])))
        # Whole frames: the rounding of one echo is passed on to the next.
        assert abs(peak - number * time_s * sample_rate) <= 0.5 + 0.5 * number
        assert rms(wet[side, window]) > 2 * rms(wet[1 - side, window])


def echo_spectra(make: Make, settings: tuple[float, ...], hz: list[float]) -> list[NDArray[np.float64]]:
    wet = response(make, "delay", settings, 5 * settings[0]).sum(axis=0)
    length = int(settings[0] * 48000)
    echoes = [wet[int(k * length - length // 10) :][:length] for k in (1, 2, 3)]
    return [
        np.abs(np.array([np.sum(e * np.exp(-2j * np.pi * f / 48000 * np.arange(length))) for f in hz])) for e in echoes
    ]


@pytest.mark.parametrize("feedback", [0.2, 0.6])
def test_each_echo_is_feedback_of_the_last(make: Make, feedback: float) -> None:
    first, second, third = echo_spectra(make, (0.25, feedback, 20.0, 18000.0), [1000.0])
    # 0.5 %: what the filters at 20 Hz and 18 kHz take at 1 kHz.
    assert second[0] / first[0] == pytest.approx(feedback, rel=5e-3)
    assert third[0] / second[0] == pytest.approx(feedback, rel=5e-3)


def test_feedback_stays_below_howling(make: Make) -> None:
    audio = noise(48000 * 10, level=0.3)
    audio[:, 24000:] = 0
    out = make("delay", (0.05, 5.0, 20.0, 18000.0)).run(audio)
    assert rms(out[:, -48000:]) < 1e-4  # 180 echoes of at most 0.9


def test_filters_of_the_echo(make: Make) -> None:
    hz = [20.0, 200.0, 1100.0, 6000.0, 20000.0]
    first, second, _ = echo_spectra(make, (0.5, 0.5, 200.0, 6000.0), hz)
    level = 20 * np.log10(first / first[2])
    # -3 dB at both corners against the middle, which itself has lost 0.28 dB; 6 dB an octave beyond.
    assert level[1] == pytest.approx(-2.75, abs=0.3)
    assert level[3] == pytest.approx(-2.75, abs=0.3)
    assert level[0] < -18
    assert level[4] < -12
    # Again at the second pass.
    again = 20 * np.log10(second / second[2])
    np.testing.assert_allclose(again, 2 * level, rtol=0, atol=0.1)


def test_echoes_survive_the_mono_sum(make: Make) -> None:
    audio = pink(48000 * 4, 48000)
    audio[1] = audio[0]
    wet = make("delay", (0.3, 0.5, 100.0, 8000.0)).run(audio).astype(np.float64) - audio
    for hz in (125, 250, 500, 1000, 2000, 4000):
        band = octave(wet[:, 24000:], hz, 48000)
        assert db(rms(band.mean(axis=0)) / rms(band)) > -3.0, hz


def test_a_new_time_cross_fades(make: Make) -> None:
    t = np.arange(48000 * 2) / 48000
    tone = np.stack([np.sin(2 * np.pi * 200 * t)] * 2).astype(np.float32)
    effect = make("delay", (0.3, 0.0, 20.0, 18000.0))
    wet = [effect.run(tone[:, :48000]) - tone[:, :48000]]
    effect.set(0.11625, 0.0, 20.0, 18000.0)  # lands on another phase of the tone
    wet.append(effect.run(tone[:, 48000:]) - tone[:, 48000:])
    joined = np.concatenate(wet, axis=1)[:, 24000:]
    # The steepest step of the tone itself is 2 pi 200 / 48000; the fade of 50 ms adds at most 2 / 2400.
    assert np.abs(np.diff(joined)).max() < 2 * np.pi * 200 / 48000 + 2 / 2400
    clicks = response(make, "delay", (0.11625, 0.0, 20.0, 18000.0), 0.2)
    assert abs(int(np.argmax(np.abs(clicks[0]))) - 5580) <= 1
