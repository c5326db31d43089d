"""LV2, CLAP and VST3 give Python's samples with automation at any block; their state is a file that can be trusted."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.hosts import Run, at
from tests.plugin.plugins import ALL_MOVED, CONTROLS, METERS, RATE, STATED, in_python

from mixwright.chain import BalanceStage
from mixwright.parameters import GENRES, Parameters, Preset, blend_voicing
from mixwright.parameters.plugin_state import plugin_state

MOVED = ALL_MOVED | STATED | {"genre_jazz": 1.0}
pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the host counts glibc's heap calls")


@pytest.mark.parametrize("block", [1, 64, 333, 512])
def test_automation_gives_pythons_samples(block: int, run: Run, music: np.ndarray) -> None:
    changes = [
        (10_000, {"low_eq": -2.0, "reverb": 0.0}),
        (10_017, {"compressor_ratio": 3.5}),
        (77_777, {"low_eq": 3.0, "stereo_width": 0.9, "input_gain": 0.8}),
        (150_001, {"delay": 0.0, "presence": 0.8}),
    ]
    events = at(0, **MOVED)
    for frame, values in changes:
        events += at(frame, **values)
    heard = run(music, block, *events)
    np.testing.assert_array_equal(heard, in_python(music, ALL_MOVED, {"jazz": 1.0}, changes, **STATED))
    assert "latency 0" in run.said
    if "params" in run.said:  # LV2 describes its ports in a file
        assert f"params {len(CONTROLS) + len(METERS)} latency 0 tail endless" in run.said


def test_in_place_buffers_give_the_same(run: Run, music: np.ndarray) -> None:
    np.testing.assert_array_equal(run(music, 100, "--in-place", *at(0, **MOVED)), run(music, 100, *at(0, **MOVED)))


def test_processing_calls_neither_heap_nor_system(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    run(music[:, :100], 64, "--save", str(state), *at(0, **MOVED))
    events = at(0, **MOVED)
    for frame in range(500, music.shape[1], 997):
        events += at(frame, low_eq=frame % 7 / 2 - 1.5, genre_rock=frame % 5 / 5, enabled=frame // 997 % 2)
    run(music, 64, "--strict", *events, *at(0, learn=1.0))
    assert "heap calls 0" in run.said
    run(music, 64, "--strict", "--bare", "--state", str(state), *at(100, low_eq=1.0))  # and telling a whole state
    assert "heap calls 0" in run.said
    # What is forbidden is noticed.
    run(music, 4800, "--allocate")
    assert "heap calls 100" in run.said
    with pytest.raises(AssertionError, match="-9: "):
        run(music, 4800, "--strict", "--call")


def test_bypass_is_the_input_and_comes_without_a_click(run: Run, music: np.ndarray) -> None:
    off, on = 48_000, 144_000
    moved = at(0, **MOVED)
    heard = run(music, 333, *moved, *at(off, enabled=0.0), *at(on, enabled=1.0))
    always = run(music, 333, *moved)
    fade = RATE // 100
    np.testing.assert_array_equal(heard[:, :off], always[:, :off])
    np.testing.assert_array_equal(heard[:, off + fade : on], music[:, off + fade : on])
    np.testing.assert_array_equal(heard[:, on + fade :], always[:, on + fade :])
    quiet = np.zeros_like(music) + np.float32(0.25)  # on a constant every step is the plugin's own
    steps = np.abs(np.diff(run(quiet, 333, *at(0, output_level=0.9), *at(off, enabled=0.0), *at(on, enabled=1.0))))
    assert 0 < steps.max() < 1e-3


def test_a_state_comes_back_with_what_it_did_not_know(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    saved, again = tmp_path / "saved.json", tmp_path / "again.json"
    heard = run(music, 512, "--save", str(saved), *at(0, **MOVED))
    state = json.loads(saved.read_text())
    neutral = {
        **Parameters(),
        **{f"genre_{g}": 0.0 for g in GENRES},
        "amount": 1.0,
        "enabled": 1.0,
        "learn_seconds": 20.0,
    }
    assert state["controls"] == neutral | MOVED
    state["controls"] |= {"warmth": [1, {"of": "tubes"}], "name": 'a "new" one'}
    saved.write_text(json.dumps(state, indent=2))
    np.testing.assert_array_equal(run(music, 512, "--state", str(saved), "--save", str(again)), heard)
    assert "loaded 1" in run.said
    assert json.loads(again.read_text()) == state


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"format": "mixwright-plugin", "version": 2, "controls": {}}',
        '{"format": "other", "version": 1, "controls": {}}', '{"format": "mixwright-plugin", "version": 1} more',
        '{"format": "mixwright-plugin", "version": 1, "controls": {"low_eq": "3"}}', "[" * 100_000, "\x00\xff" * 5_000,
        '{"format": "mixwright-plugin", "version": 1, "controls": {"low_eq": 1e999}}',
        '{"format": "mixwright-plugin", "version": 1, "controls": {}, "voicing": {"low_eq_hz": 90}}',
    ],
)  # fmt: skip
def test_a_foreign_or_damaged_state_changes_nothing(text: str, run: Run, music: np.ndarray, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(run(music, 512, "--state", str(bad)), music)
    assert "loaded 0" in run.said
    assert "Mixwright: the state " in run.said


def test_random_damage_to_a_state_is_survived(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    saved, bad = tmp_path / "saved.json", tmp_path / "bad.json"
    run(music[:, :100], 512, "--save", str(saved), *at(0, **MOVED))
    good = saved.read_bytes()
    random = np.random.default_rng(1)
    for _ in range(60):
        damaged = bytearray(good)
        for place in random.integers(0, len(good), 3):
            damaged[place] = random.integers(0, 256)
        bad.write_bytes(bytes(damaged[: random.integers(1, len(good) + 1)]))
        assert np.isfinite(run(music[:, :100], 64, "--state", str(bad))).all()


def test_values_out_of_range_are_held_and_a_useless_rate_lets_everything_through(run: Run, music: np.ndarray) -> None:
    wild = run(music, 512, *at(0, low_eq=99.0, output_level=-5.0, mid_eq=float("nan")))
    np.testing.assert_array_equal(
        wild, in_python(music, {"low_eq": 3.0, "output_level": 0.9}, dict.fromkeys(GENRES, 1.0))
    )
    np.testing.assert_array_equal(run(music, 512, *at(0, **MOVED), rate=0.0), music)
    assert "a sample rate of 0 Hz cannot be used" in run.said


def test_a_voicing_of_its_own_stands_until_a_genre_is_moved(run: Run, music: np.ndarray, tmp_path: Path) -> None:
    preset = Preset(Parameters(ALL_MOVED), blend_voicing({"classical": 1.0}), genre={"rock": 1.0}, tempo_bpm=90.0)
    state, again = tmp_path / "a.json", tmp_path / "b.json"
    state.write_text(plugin_state(preset))
    heard = run(music, 512, "--state", str(state), "--save", str(again))
    np.testing.assert_array_equal(heard, BalanceStage(preset, RATE, 2).process(music))
    assert json.loads(again.read_text()) == json.loads(state.read_text())
    run(music, 512, "--state", str(state), "--save", str(again), *at(1000, genre_rock=0.5))
    assert "voicing" not in json.loads(again.read_text())


def test_moving_genres_morph_without_zipper_noise(run: Run) -> None:
    t = np.arange(4 * RATE) / RATE
    tones = 0.25 * np.sin(2 * np.pi * 180 * t) + 0.1 * np.sin(2 * np.pi * 1100 * t)
    dry = {name: value for name, value in ALL_MOVED.items() if name not in ("delay", "reverb")}
    events = at(0, **dry, programme_lufs=-10.0)

    def above_6khz_db(audio: np.ndarray) -> float:
        """Power over that of all; the tones themselves have none there."""
        power = np.abs(np.fft.rfft(audio[0, RATE // 2 :] * np.blackman(audio.shape[1] - RATE // 2))) ** 2
        hz = np.fft.rfftfreq(audio.shape[1] - RATE // 2, 1 / RATE)
        return float(10 * np.log10(power[hz > 6000].sum() / power.sum()))

    stereo = np.stack([tones, tones])
    morph, switch = [*events], [*events]
    for step in range(300):
        morph += at(RATE // 2 + 480 * step, genre_classical=step / 300, genre_hip_hop=1 - step / 300)
    for step in range(30):
        switch += at(RATE // 2 + 4800 * step, genre_classical=float(step % 2), genre_hip_hop=float((step + 1) % 2))
    assert above_6khz_db(run(stereo, 64, *events)) < -140
    assert above_6khz_db(run(stereo, 64, *morph)) < -115
    assert above_6khz_db(run(stereo, 64, *switch)) < -90  # ten times a second from one end to the other
