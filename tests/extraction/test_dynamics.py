"""Compressors and limiters: known settings come back, and gain that no compressor made is not called one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.extraction.made import ROCK, music, rendered
from tests.songs import Audio

from mixwright.analysis import analyze_audio
from mixwright.mix.choosing import programme_lufs
from mixwright.mix.extraction.ceiling import find_ceiling
from mixwright.mix.extraction.compression import Compression, fit_compression
from mixwright.mix.extraction.followers import level_followed
from mixwright.mix.extraction.gainride import measure_gain
from mixwright.parameters import Parameters, Voicing


def compression(after: Audio) -> Compression:
    return fit_compression(measure_gain(music()[0], after, music()[1])[0])


def follower(threshold_dbfs: float, ratio: float, attack_ms: float, release_ms: float) -> Audio:
    """A compressor of the other kind, sample by sample, each channel by itself: a peak follower, then the curve."""
    audio, rate = music()
    rise, fall = (1 - np.exp(-1000 / (rate * t)) for t in (attack_ms, release_ms))
    gain = np.empty(audio.shape)
    for c, channel in enumerate(np.abs(audio).astype(float)):
        state, levels = 0.0, np.empty(len(channel))
        for i, value in enumerate(channel.tolist()):
            state += (value - state) * (rise if value > state else fall)
            levels[i] = state
        over = np.maximum(20 * np.log10(np.maximum(levels, 1e-9)) - threshold_dbfs, 0)
        gain[c] = 10 ** (-over * (1 - 1 / ratio) / 20)
    return np.asarray(audio * gain, np.float32)


def test_our_compressor_at_another_voicing() -> None:
    figures = {"compressor_threshold_db": -1.0, "compressor_attack_ms": 8.0, "compressor_release_ms": 250.0}
    after = rendered(Parameters(compressor_ratio=3.0, high_eq=2.0), Voicing({**ROCK, **figures}))
    found = compression(after)
    threshold = programme_lufs(analyze_audio(*music())) - 1.0
    assert found.found
    assert found.kind == "gain"
    assert found.linked
    assert found.threshold_dbfs == pytest.approx(threshold, abs=1.5)
    assert found.ratio == pytest.approx(3.0, rel=0.2)
    assert found.attack_ms == pytest.approx(8.0, rel=0.25)
    assert found.release_ms == pytest.approx(250.0, rel=0.25)
    assert found.share > 0.95
    assert min(found.confidence.values()) > 0.5


def test_a_compressor_that_follows_the_level() -> None:
    found = compression(follower(-11.0, 4.0, 3.0, 60.0))
    assert found.found
    # Peaks or power: this song does not tell them apart; a power falls twice as fast as its root.
    assert found.kind in ("peak", "rms")
    slower = 2 if found.kind == "rms" else 1
    assert found.threshold_dbfs == pytest.approx(-11.0, abs=1.0)
    assert found.ratio == pytest.approx(4.0, rel=0.15)
    assert slower * found.attack_ms == pytest.approx(3.0, rel=1.0)  # the least certain of all
    assert slower * found.release_ms == pytest.approx(60.0, rel=0.4)
    assert found.makeup_db == pytest.approx(0.0, abs=0.5)


def test_a_ride_is_not_a_compressor() -> None:
    audio, rate = music()
    time = np.arange(audio.shape[1]) / rate
    found = compression((audio * (1 + 0.3 * np.sin(2 * np.pi * 0.7 * time))).astype(np.float32))
    assert found.movement_db > 1
    assert not found.found
    assert max(found.confidence.values()) < 0.3


def test_a_filter_and_a_level_are_not_a_compressor() -> None:
    found = compression(rendered(Parameters(low_eq=3.0, presence=0.85, output_level=0.9)))
    assert not found.found
    assert max(found.confidence.values()) < 0.3


def test_the_follower_takes_its_time() -> None:
    rate = 8000.0
    step = np.concatenate([np.full(16_000, 1e-3), np.ones(8000), np.full(24_000, 1e-3)]).astype(np.float32)
    times: NDArray[np.float64] = np.array([50.0])
    level = 10 ** (level_followed(step, rate, times, 4 * times, 1, 8)[0] / 20)
    assert level[2000 + 50] == pytest.approx(1 - np.exp(-1), abs=0.02)  # 1 ms a value: 63 % after the attack
    assert level[3000 + 200] == pytest.approx(np.exp(-1), abs=0.02)


@pytest.mark.parametrize("ceiling_dbfs", [-1.0, -3.0])
def test_a_ceiling(ceiling_dbfs: float) -> None:
    audio, rate = music()
    limit = 10 ** (ceiling_dbfs / 20)
    found = find_ceiling(audio, np.clip(audio * np.float32(2.5), -limit, limit), rate)
    assert found.found
    assert found.kind == "sample peak"
    assert found.level_db == pytest.approx(ceiling_dbfs, abs=0.05)


def test_peaks_that_were_there_before_are_no_ceiling() -> None:
    audio, rate = music()
    clipped = np.clip(audio * np.float32(2.5), -0.9, 0.9)
    assert not find_ceiling(audio, audio * np.float32(1.1), rate).found
    assert not find_ceiling(clipped, clipped * np.float32(0.8), rate).found
