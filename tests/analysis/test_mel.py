"""What the model hears is the music's, whatever its length, its blocks and its sample rate."""

from __future__ import annotations

import numpy as np
import pytest
from tests.songs import song

from mixwright.analysis import analyze_audio, analyze_blocks
from mixwright.analysis import mel as module
from mixwright.analysis.mel import MEL_BANDS, MEL_FLOOR_DB, MEL_FRAMES, mel_centres_hz

RATE = 44_100
WINDOW_S = 10.03


def tone(hz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate).astype(np.float32) * np.float32(0.25)


def test_blocks_do_not_matter() -> None:
    audio = song(25.0, RATE)
    whole = analyze_audio(audio, RATE)
    cut = analyze_blocks([audio[:, i : i + 4_001] for i in range(0, audio.shape[1], 4_001)], RATE, 2)
    np.testing.assert_array_equal(whole.mel_windows_db, cut.mel_windows_db)
    np.testing.assert_array_equal(whole.mel_starts_s, cut.mel_starts_s)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_tone_stands_in_its_band_at_every_rate(rate: int) -> None:
    windows = analyze_audio(np.stack([tone(1000.0, 11.0, rate)] * 2), rate).mel_windows_db.astype(float)
    mean = windows[:, 0].mean(axis=(0, 2))
    nearest = int(np.argmin(np.abs(mel_centres_hz() - 1000.0)))
    assert int(np.argmax(mean)) == nearest
    others = np.delete(mean, range(nearest - 3, nearest + 4))
    assert others.max() < mean[nearest] - 40  # a sine window's side lobes are 48 dB down three bands (170 Hz) away


def test_middle_and_side_are_kept_apart() -> None:
    low, high = tone(300.0, 11.0), tone(3000.0, 11.0)
    windows = analyze_audio(np.stack([low + high, low - high]), RATE).mel_windows_db.astype(float)
    mid, side = windows.mean(axis=(0, 3))
    centres = mel_centres_hz()
    at = [int(np.argmin(np.abs(centres - hz))) for hz in (300.0, 3000.0)]
    assert mid[at[0]] - side[at[0]] > 40
    assert side[at[1]] - mid[at[1]] > 40
    mono = analyze_audio(low[None], RATE).mel_windows_db
    assert float(mono[:, 1].max()) == MEL_FLOOR_DB


def test_level_is_that_of_the_signal() -> None:
    quiet = analyze_audio(song(11.0, RATE), RATE).mel_windows_db.astype(float)
    loud = analyze_audio(song(11.0, RATE) * np.float32(0.5), RATE).mel_windows_db.astype(float)
    above = quiet > MEL_FLOOR_DB + 30
    np.testing.assert_allclose((quiet - loud)[above], 6.02, rtol=0, atol=0.13)  # half precision: 0.06 dB each


def test_windows_follow_each_other_and_the_last_reaches_back() -> None:
    for seconds, starts in ((4.0, [0.0]), (12.0, [0.0]), (26.0, [0, 1, 1.6])):
        analysis = analyze_audio(song(seconds, RATE), RATE)
        assert analysis.mel_windows_db.shape == (len(starts), 2, MEL_BANDS, MEL_FRAMES)
        np.testing.assert_allclose(analysis.mel_starts_s, np.array(starts) * WINDOW_S, rtol=0, atol=0.6)
    # All of the last window is of this programme: its end is the programme's.
    assert abs(analysis.mel_starts_s[-1] + WINDOW_S - 26.0) < 0.6


def test_the_last_window_is_the_music_at_its_place() -> None:
    audio = song(26.0, RATE)
    analysis = analyze_audio(audio, RATE)
    start = round(analysis.mel_starts_s[-1] * RATE)
    alone = analyze_audio(np.ascontiguousarray(audio[:, start:]), RATE).mel_windows_db[0].astype(float)
    away = np.abs(analysis.mel_windows_db[-1].astype(float) - alone)[:, :, 2:-2]  # frames at the cut differ
    assert np.median(away) < 0.07
    assert np.percentile(away, 90) < 1.0  # frames do not fall on the same samples


def test_memory_does_not_grow_with_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WINDOWS", 4)
    analysis = analyze_audio(song(110.0, RATE), RATE)
    assert len(analysis.mel_starts_s) <= 4
    steps = np.diff(analysis.mel_starts_s)
    np.testing.assert_allclose(steps, steps[0], rtol=0, atol=1e-9)
    assert analysis.mel_starts_s[-1] > 60.0
    every = analyze_audio(np.ascontiguousarray(song(110.0, RATE)[:, : 11 * RATE]), RATE)
    np.testing.assert_array_equal(analysis.mel_windows_db[0], every.mel_windows_db[0])


def test_without_it_all_other_figures_are_the_same() -> None:
    audio = song(12.0, RATE)
    heard, plain = (analyze_blocks([audio], RATE, 2, model_input=wanted) for wanted in (True, False))
    assert plain.mel_windows_db.shape == (0, 2, MEL_BANDS, MEL_FRAMES)
    assert heard.to_dict() == plain.to_dict()
    for name in ("energies", "envelope_peak", "envelope_ms"):
        np.testing.assert_array_equal(getattr(heard, name), getattr(plain, name))
