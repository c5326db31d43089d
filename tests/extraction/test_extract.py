"""Extraction: exact on what this chain did, honest on what it cannot do."""

from __future__ import annotations

import numpy as np
import pytest
from tests.extraction.made import ROCK, music, random_parameters, rendered
from tests.songs import song

from mixwright import SignalError
from mixwright.analysis import analyze_audio
from mixwright.chain import balance
from mixwright.mix.choosing import programme_lufs, tempo_bpm
from mixwright.mix.extraction import extract
from mixwright.mix.extraction.search import Passage, Search, bounded_step, parameters_at, position_of
from mixwright.parameters import PARAMETERS, Parameters, Preset, blend_voicing

BOUND = 0.01  # of a range; asked for are 5 %, but rendering with the same code leaves next to nothing


def farthest(found: Parameters, made: Parameters, names: list[str] | None = None) -> float:
    rows = [p for p in PARAMETERS if names is None or p.name in names]
    return max(abs(found[p.name] - made[p.name]) / (p.high - p.low) for p in rows)


def test_all_ten_and_the_genre_come_back() -> None:
    genre = "classical"
    made = random_parameters(1)
    found = extract(music()[0], rendered(made, blend_voicing({genre: 1.0})), music()[1])
    assert (found.genre, found.genre_sure, found.explained) == (genre, True, True)
    assert found.preset.genre == {genre: 1.0}
    assert found.residual_db < -60  # rounding of the parameters' grid
    assert farthest(found.preset.parameters, made) <= BOUND
    assert min(found.confidence.values()) > 0.9
    # Each was moved, so that each leaves more when it is left out.
    assert all(left > found.residual_db + 10 for left in found.without_db.values())


def test_level_lag_and_polarity_are_found_beside_them() -> None:
    made = random_parameters(2)
    moved = np.concatenate([np.zeros((2, 100), np.float32), rendered(made) * np.float32(-0.4)], axis=1)
    found = extract(music()[0], moved, music()[1], voicing=ROCK)
    assert (found.lag_samples, found.polarity) == (100, -1)
    assert found.explained
    names = ["low_eq", "mid_eq", "high_eq", "presence", "reverb", "delay", "stereo_width"]
    assert farthest(found.preset.parameters, made, names) <= 0.05
    got = found.preset.parameters
    total = found.gain_db + 20 * np.log10(got["input_gain"] * got["output_level"])
    set_by = 20 * np.log10(0.4 * made["input_gain"] * made["output_level"])
    assert total == pytest.approx(set_by, abs=0.5)  # the compressor may trade level for ratio


def test_an_untouched_song_needs_nothing() -> None:
    found = extract(music()[0], music()[0].copy(), music()[1])
    assert found.unchanged
    assert found.preset.parameters.neutral
    assert found.residual_db == -120
    assert not found.compression.found
    assert not found.ceiling.found
    assert np.abs(found.curve.gain_db).max() < 0.01


def test_gains_that_cannot_be_told_apart_are_not_sure() -> None:
    # Without compression, gain before and after the chain are the same thing.
    made = Parameters(input_gain=1.1, low_eq=2.0)
    found = extract(music()[0], rendered(made), music()[1], voicing=ROCK)
    assert found.explained
    assert found.confidence["low_eq"] > 0.9
    assert found.confidence["input_gain"] < 0.3
    assert found.confidence["output_level"] < 0.3
    got = found.preset.parameters
    assert got["input_gain"] * got["output_level"] == pytest.approx(1.1, abs=0.001)


def test_what_the_chain_cannot_do_is_said() -> None:
    crushed = np.ascontiguousarray(np.tanh(music()[0] * 8) * 0.3, np.float32)
    found = extract(music()[0], crushed, music()[1], voicing=ROCK)
    assert not found.explained
    assert max(found.confidence.values()) < 0.9


def test_mono_stereo_and_lengths_may_differ() -> None:
    audio, rate = music()
    made = Parameters(low_eq=2.0, mid_eq=-1.5)
    middle = np.ascontiguousarray(audio.mean(axis=0, keepdims=True))
    louder = balance(middle, rate, Preset(made, ROCK))
    after = np.repeat(louder, 2, axis=0)[:, : 7 * rate]
    found = extract(middle, after, rate, voicing=ROCK)
    assert farthest(found.preset.parameters, made, ["low_eq", "mid_eq", "high_eq", "presence"]) <= BOUND


def test_refusals() -> None:
    audio, rate = music()
    noise = np.random.default_rng(0).normal(0, 0.1, audio.shape).astype(np.float32)
    for before, after, reason in (
        (audio, noise, "same music"),
        (audio, np.zeros_like(audio), "after: is silent"),
        (np.zeros_like(audio), audio, "before: is silent"),
        (np.zeros_like(audio), np.zeros_like(audio), "before: is silent"),
        (song(2.0), song(2.0), "longer"),
        (audio, np.full_like(audio, np.nan), "not numbers"),
    ):
        with pytest.raises(SignalError, match=reason):
            extract(before, after, rate, voicing=ROCK)


def test_positions_and_parameters_are_one() -> None:
    for seed in range(20):
        made = random_parameters(seed)
        assert parameters_at(position_of(made)) == made  # on the grid, both ways


def test_a_bounded_step_is_the_lowest_point_inside() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        root = rng.normal(size=(5, 5))
        normal, gradient = root @ root.T + 0.1 * np.eye(5), rng.normal(size=5) * 3
        low, high = -rng.uniform(0, 1, 5), rng.uniform(0, 1, 5)
        step = bounded_step(normal, gradient, low, high)
        assert (step >= low).all()
        assert (step <= high).all()
        slope = normal @ step - gradient  # Kuhn and Tucker: no way down but through a bound
        inside = (step > low) & (step < high)
        assert np.abs(slope[inside]).max(initial=0) < 1e-9
        assert (slope[step == low] >= -1e-9).all()
        assert (slope[step == high] <= 1e-9).all()


def test_the_search_reaches_the_ends_of_the_ranges() -> None:
    # Where a step leaves the box, the other parameters must be solved again: cutting it off got stuck here.
    audio, rate = music()
    made = Parameters({p.name: p.high if i % 2 else p.low for i, p in enumerate(PARAMETERS)})
    heard = analyze_audio(audio, rate)
    after = rendered(made)[:, : 6 * rate]
    passage = Passage(audio[:, : 6 * rate], after, rate, rate, programme_lufs(heard), tempo_bpm(heard))
    found = Search(passage, ROCK).run(np.zeros(10), 20)
    assert farthest(parameters_at(found.position), made) <= BOUND
