"""Stems with the same sound in them are found, with their sign and delay; others are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from mixwright.analysis.excerpts import EXCERPT_RATE, MOST_EXCERPTS, Excerpts, shared_excerpts
from mixwright.analysis.twins import Twins, find_mixes, find_twins

RATE = 44_100


def part(seed: int, seconds: float = 12.0, rate: int = RATE) -> np.ndarray:
    """Struck notes with overtones and a little noise: what an instrument plays."""
    random = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    wave = 0.01 * random.standard_normal(t.size)
    for start in np.arange(0.1 * (seed % 5), seconds, 0.4 + 0.03 * seed):
        since = np.maximum(t - start, 0.0)
        hz = random.uniform(70, 700)
        gate = (t >= start) * np.exp(-since / 0.2)
        wave += gate * sum(np.sin(2 * np.pi * k * hz * since) / k for k in range(1, 9))
    return (0.1 * wave).astype(np.float32)


def excerpts_of(*stems: np.ndarray, rate: int = RATE, block: int = 10_000) -> np.ndarray:
    made = []
    for stem in stems:
        audio = np.atleast_2d(stem)
        excerpts = Excerpts(rate)
        for start in range(0, audio.shape[1], block):
            excerpts.process(audio[:, start : start + block])
        made.append(excerpts)
    return shared_excerpts(made)


def late(stem: np.ndarray, ms: float) -> np.ndarray:
    count = round(ms * RATE / 1000)
    return np.concatenate([np.zeros(count, np.float32), stem])[: len(stem)]


def only(found: list[Twins]) -> Twins:
    assert len(found) == 1, found
    return found[0]


def test_parts_that_play_together_are_no_twins() -> None:
    assert find_twins(excerpts_of(*(part(seed) for seed in range(8)))) == []


def test_a_doubled_stem_is_found_at_another_level() -> None:
    twins = only(find_twins(excerpts_of(part(1), part(2), 0.3 * part(1))))
    assert (twins.first, twins.second) == (0, 2)
    assert twins.doubled
    assert not twins.opposite


@pytest.mark.parametrize("ms", [0.0, 1.3, 7.5, -20.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_delay_and_sign_of_a_second_microphone(ms: float, sign: float) -> None:
    other = signal.sosfilt(signal.butter(1, 2000, "low", fs=RATE, output="sos"), part(3)).astype(np.float32)
    other += 0.003 * np.random.default_rng(9).standard_normal(other.size).astype(np.float32)
    first, second = (part(3), late(other, ms)) if ms >= 0 else (late(part(3), -ms), other)
    twins = only(find_twins(excerpts_of(first, sign * second, part(4))))
    assert twins.opposite == (sign < 0)
    assert 1000 * twins.late_s == pytest.approx(ms, abs=0.15)
    assert twins.late == (ms != 0)
    assert not twins.doubled


def test_a_stem_that_is_the_mix_is_found_and_is_no_twin() -> None:
    parts = [part(seed) for seed in range(5)]
    mix = sum(gain * stem for gain, stem in zip((1.0, 0.7, 0.5, 0.9, 0.6), parts, strict=True))
    shared = excerpts_of(*parts, np.stack([mix, mix]))
    assert find_mixes(shared, ignoring=find_twins(shared)) == [5]
    alone = excerpts_of(*parts)
    assert find_mixes(alone, ignoring=[]) == []


def test_a_twin_is_no_sum_of_the_others() -> None:
    shared = excerpts_of(part(0), part(1), part(2), part(3), 0.5 * part(0))
    assert find_mixes(shared, ignoring=find_twins(shared)) == []


def test_excerpts_are_the_same_seconds_in_stems_of_any_length_rate_and_block() -> None:
    t = np.arange(200 * EXCERPT_RATE) / EXCERPT_RATE
    long = np.sin(2 * np.pi * 50 * t * (1 + t / 400)).astype(np.float32)
    short = long[: 41 * EXCERPT_RATE + 17]
    shared = excerpts_of(long, short, rate=EXCERPT_RATE, block=4_001)
    assert shared.shape[1] <= MOST_EXCERPTS
    spacing = 200 // shared.shape[1]
    for index in range(shared.shape[1]):
        start = index * spacing * EXCERPT_RATE
        np.testing.assert_allclose(shared[0, index], long[start : start + EXCERPT_RATE], atol=1e-6)
        if start + EXCERPT_RATE <= short.size:
            np.testing.assert_array_equal(shared[1, index], shared[0, index])
        else:
            assert not shared[1, index].any()


def test_silence_and_stems_shorter_than_a_second_are_no_twins() -> None:
    silence = np.zeros(3 * RATE, np.float32)
    assert find_twins(excerpts_of(silence, silence)) == []
    assert find_twins(excerpts_of(part(1, 0.5), part(1, 0.5))) == []
    assert find_twins(shared_excerpts([])) == []
