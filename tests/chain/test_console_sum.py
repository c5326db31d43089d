"""The console: a sum that depends on nothing but its stems and settings."""

from __future__ import annotations

import numpy as np
import pytest

from mixwright.chain.console import Channel, Console
from mixwright.errors import ParameterError
from mixwright.parameters import blend_voicing
from mixwright.parameters.strip import StripParameters

RATE = 44_100
VOICING = blend_voicing({"pop": 1.0})


def stems(count: int = 5, seconds: float = 0.6) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    shapes = [(1 + n % 2, int(seconds * RATE)) for n in range(count)]
    return [(0.1 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]


def channels(audio: list[np.ndarray], **values: float) -> list[Channel]:
    return [Channel(len(x), StripParameters(values), {"guitar": 1.0}, -20.0) for x in audio]


def rendered(audio: list[np.ndarray], places: list[Channel], size: int = 10_000, threads: int = 1) -> np.ndarray:
    with Console(places, RATE, VOICING, threads=threads) as console:
        frames = audio[0].shape[1]
        parts = [console.process([x[:, at : at + size] for x in audio]) for at in range(0, frames, size)]
    return np.concatenate(parts, axis=1)


def test_neutral_strips_are_the_sum_in_their_order() -> None:
    audio = stems()
    expected = np.zeros((2, audio[0].shape[1]), np.float32)
    for x in audio:
        expected += x
    np.testing.assert_array_equal(rendered(audio, channels(audio)), expected)


def test_neither_threads_nor_blocks_change_a_bit() -> None:
    audio = stems(7)
    places = channels(audio, gain_db=-3.0, low_eq=3.0, compressor_ratio=2.5, pan=-0.3, reverb_send=0.2, delay_send=0.1)
    one = rendered(audio, places)
    for threads, size in ((4, 10_000), (2, 777), (1, 1)):
        shorter = [x[:, :3000] for x in audio] if size == 1 else audio
        np.testing.assert_array_equal(rendered(shorter, places, size, threads), one[:, : shorter[0].shape[1]])


def test_muted_stems_and_group_gains() -> None:
    audio = stems(3)
    places = channels(audio, reverb_send=0.3)
    places[1] = Channel(len(audio[1]), StripParameters(reverb_send=0.3), {}, -20.0, muted=True)
    rest = [audio[0], audio[2]]
    np.testing.assert_array_equal(rendered(audio, places), rendered(rest, channels(rest, reverb_send=0.3)))
    lower = [Channel(len(x), StripParameters(), {}, -20.0, gain_db=-6.0) for x in rest]
    plain = rendered(rest, channels(rest))
    np.testing.assert_allclose(rendered(rest, lower), plain * 10 ** (-6 / 20), rtol=1e-6, atol=1e-8)


def test_what_each_strip_gives_can_be_kept() -> None:
    audio = stems(3)
    with Console(channels(audio, gain_db=-6.0), RATE, VOICING) as console:
        kept: list[np.ndarray] = []
        total = console.process(audio, kept)
    np.testing.assert_allclose(np.sum(kept, axis=0), total, atol=1e-6)
    assert len(kept) == 3


def test_bad_consoles_are_refused() -> None:
    with pytest.raises(ParameterError, match="a stem at least"):
        Console([], RATE, VOICING)
    with pytest.raises(ParameterError, match="channels=3"):
        Console([Channel(3, StripParameters(), {})], RATE, VOICING)
