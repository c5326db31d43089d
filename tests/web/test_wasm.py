"""The chain as WebAssembly gives the native chain's samples, run by wasmtime as a browser would run it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from importlib import resources

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, STATED
from tests.songs import song

from mixwright._native import LoudnessMeter
from mixwright.chain import BalanceStage
from mixwright.parameters import Parameters, Preset, blend_voicing

wasmtime = pytest.importorskip("wasmtime")

PRESET = Preset(Parameters(ALL_MOVED), blend_voicing({"jazz": 0.7, "rock": 0.3}), **STATED)


class Module:
    """An instance of the module."""

    def __init__(self) -> None:
        engine = wasmtime.Engine()
        module = wasmtime.Module(engine, resources.files("mixwright.web").joinpath("static", "chain.wasm").read_bytes())
        self.store = wasmtime.Store(engine)
        linker = wasmtime.Linker(engine)
        # What the C library would write to a terminal; nothing is written.
        linker.define_unknown_imports_as_traps(module)
        exports = linker.instantiate(self.store, module).exports(self.store)
        self.memory = exports["memory"]
        self._exports = exports
        self.call("_initialize")

    def call(self, name: str, *values: float) -> float:
        return self._exports[name](self.store, *values)

    def load(self, preset: Preset, rate: int, channels: int) -> None:
        assert self.call("prepare", float(rate), channels) == 1
        figures = preset.voicing.vector()
        self.memory.write(self.store, struct.pack(f"<{len(figures)}d", *figures), self.call("voicing"))
        self.call("set_voicing")
        self.call("set_programme_lufs", preset.programme_lufs)
        self.call("set_tempo_bpm", preset.tempo_bpm)
        self.call("set_makeup_trim_db", preset.makeup_trim_db)
        self.move(preset.parameters)
        self.call("reset")

    def move(self, parameters: Mapping[str, float]) -> None:
        for number, value in enumerate(parameters.values()):
            self.call("set_parameter", number, value)

    def play(self, audio: np.ndarray, block: int) -> np.ndarray:
        channels, frames = audio.shape
        ins, outs = ([int(self.call(name, c)) for c in range(channels)] for name in ("input", "output"))
        heard = np.zeros_like(audio)
        for at in range(0, frames, block):
            n = min(block, frames - at)
            for c in range(channels):
                self.memory.write(self.store, audio[c, at : at + n].tobytes(), ins[c])
            self.call("process", n)
            for c in range(channels):
                heard[c, at : at + n] = np.frombuffer(
                    self.memory.read(self.store, outs[c], outs[c] + 4 * n), np.float32
                )
        return heard


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_same_samples(rate: int, channels: int) -> None:
    audio = song(4.0, rate, channels=channels)
    module = Module()
    module.load(PRESET, rate, channels)
    wanted = BalanceStage(PRESET, rate, channels).process(audio)
    np.testing.assert_array_equal(module.play(audio, 128), wanted)
    assert np.abs(wanted - audio).max() > 0.05
    assert module.call("gain_reduction_db") <= 0


def test_a_slider_is_glided_to_as_in_the_native_chain() -> None:
    audio = song(2.0, 48_000)
    module, stage = Module(), BalanceStage(PRESET, 48_000, 2)
    module.load(PRESET, 48_000, 2)
    moved = Parameters(PRESET.parameters, low_eq=-2.5, reverb=0.02, compressor_ratio=1.5)
    heard, wanted = [], []
    for part, values in ((audio[:, :30_000], moved), (audio[:, 30_000:], moved)):
        part = np.ascontiguousarray(part)
        heard.append(module.play(part, 1000))
        wanted.append(stage.process(part))
        module.move(values)
        stage.glide_to(values)
    np.testing.assert_array_equal(np.concatenate(heard, axis=1), np.concatenate(wanted, axis=1))


def test_neutral_is_the_input_and_what_cannot_be_is_refused() -> None:
    audio = song(1.0, 44_100)
    module = Module()
    module.load(Preset(), 44_100, 2)
    np.testing.assert_array_equal(module.play(audio, 4096), audio)
    for rate, channels in ((0.0, 2), (float("nan"), 2), (1e9, 2), (44_100.0, 0), (44_100.0, 3)):
        assert module.call("prepare", rate, channels) == 0
    module.call("set_parameter", 99, 1.0)
    module.call("set_parameter", -1, 1.0)
    for frames in (-1, 0, 4097):  # more than there is room for: nothing is touched
        module.call("process", frames)


@pytest.mark.parametrize(
    ("rate", "channels", "block"), [(44_100, 2, 128), (48_000, 1, 4096), (8_000, 2, 4096), (96_000, 2, 1000)]
)
def test_the_meters_are_the_native_ones(rate: int, channels: int, block: int) -> None:
    audio = song(2.0, rate, channels=channels)
    module = Module()
    module.load(PRESET, rate, channels)
    found: tuple[list[float], list[float]] = ([], [])
    heard = []
    for at in range(0, audio.shape[1], block):
        part = np.ascontiguousarray(audio[:, at : at + block])
        heard.append(module.play(part, block))
        for which in (0, 1):
            count = int(module.call("measure", which, part.shape[1]))
            found[which].extend(struct.unpack(f"<{count}d", module.memory.read(
                module.store, int(module.call("energies")), int(module.call("energies")) + 8 * count)))  # fmt: skip
    for energies, signal in zip(found, (audio, np.concatenate(heard, axis=1)), strict=True):
        meter = LoudnessMeter(rate, channels)
        meter.process(np.ascontiguousarray(signal))
        # the C libraries' tan and pow may differ in their last bit at some rates
        np.testing.assert_allclose(energies, meter.energies()[0], rtol=1e-12, atol=0)
    for which, frames in ((2, 1), (-1, 1), (0, 0), (0, 4097)):
        assert module.call("measure", which, frames) == 0
