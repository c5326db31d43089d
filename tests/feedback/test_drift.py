"""Drift: formulas against their definitions, false alarms by simulation, and drift that is put in on purpose."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp
from tests.feedback.made_events import songs

from mixwright.errors import ParameterError, PresetError
from mixwright.feedback.drift import CHANCE, GENRE, LEAST_MIXES, drift_of, holm, ks, psi
from mixwright.feedback.events import FEATURES
from mixwright.feedback.reference import LEVELS, Music, Reference, load_reference, make_reference, parse_reference
from mixwright.model.network import load_network

SIZES = (30, 60, 120, 200)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return make_reference(songs(np.random.default_rng(1000), 240), about="240 drawn songs", model="none")


def changed(music: list[Music], name: str, change: Callable[[float], float]) -> list[Music]:
    return [replace(one, features={**one.features, name: change(one.features[name])}) for one in music]


def test_psi_is_the_sum_over_the_tenths() -> None:
    quantiles = np.linspace(0.0, 100.0, 101)
    values = np.concatenate([np.full(60, 5.0), np.full(40, 95.0)])  # the first and the last tenth
    filled = (np.array([60, *[0] * 8, 40]) + 0.5) / 105
    index, bins = psi(values, quantiles)
    assert bins == 10
    assert index == pytest.approx(float(np.sum((filled - 0.1) * np.log(filled / 0.1))))


def test_psi_has_fewer_bins_where_many_songs_are_alike() -> None:
    quantiles = np.concatenate([np.full(40, 0.0), np.linspace(0.0, 1.0, 61)])
    values = np.concatenate([np.zeros(40), np.linspace(0.001, 1.0, 60)])
    index, bins = psi(values, quantiles)
    assert bins == 7  # a bin at 0, and those of the upper six tenths
    assert index < 0.01
    assert psi(np.zeros(50), np.zeros(101)) == (0.0, 1)


@pytest.mark.parametrize("step", [None, 0.5])
def test_the_distance_is_scipys(step: float | None) -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=5001), rng.normal(0.4, 1.2, 80)
    if step:  # many songs with the same value
        first, second = np.round(first / step) * step, np.round(second / step) * step
    expected = ks_2samp(first, second).statistic
    # A hundred quantiles know the distribution function to a hundredth.
    assert ks(second, np.quantile(first, LEVELS)) == pytest.approx(expected, abs=0.011)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_same_music_is_seldom_called_another() -> None:
    """Over all measurements and genres together, each run with a reference of its own."""
    alarms = {}
    for size in SIZES:
        names = []
        for run in range(50):
            rng = np.random.default_rng([size, run])
            names.append(drift_of(songs(rng, size), make_reference(songs(rng, 240))).names)
        alarms[size] = sum(bool(found) for found in names)
    assert sum(alarms.values()) <= 0.05 * 50 * len(SIZES), alarms
    assert max(alarms.values()) <= 5, alarms  # 2.5 expected at most; more than 5 happens to 4 % of such runs


@pytest.mark.parametrize(
    ("name", "change", "least"),
    [
        ("spectral_centroid_hz", lambda hz: 0.7 * hz, {60: 0.9, 120: 1.0}),  # treble cut
        ("integrated_lufs", lambda lufs: lufs + 3.0, {60: 0.9, 120: 1.0}),  # louder
    ],
)
def test_another_sound_is_found(
    reference: Reference, name: str, change: Callable[[float], float], least: dict[int, float]
) -> None:
    for size, share in least.items():
        drawn = [songs(np.random.default_rng([size, run]), size) for run in range(12)]
        found = [drift_of(changed(music, name, change), reference).names for music in drawn]
        assert np.mean([name in names for names in found]) >= share


def test_other_genres_are_found(reference: Reference) -> None:
    drift = drift_of(songs(np.random.default_rng(3), 60, genres=(1, 1, 1, 1, 1, 9)), reference)
    assert drift.names == (GENRE,)
    (test,) = [test for test in drift.tests if test.name == GENRE]
    assert test.psi > 0.2
    assert test.ks is None
    assert drift.about == "240 drawn songs"


def test_few_songs_are_not_tested(reference: Reference) -> None:
    music = songs(np.random.default_rng(3), LEAST_MIXES)
    assert [test.name for test in drift_of(music, reference).tests] == [*FEATURES, GENRE]
    few = drift_of(music[1:], reference)
    assert few.tests == ()
    assert few.n == LEAST_MIXES - 1
    # A measurement that is known of too few is left out alone.
    partly = [replace(one, features={k: v for k, v in one.features.items() if k != "duration_s"}) for one in music[:5]]
    assert "duration_s" not in [test.name for test in drift_of([*partly, *music[5:]], reference).tests]


def test_large_and_beyond_chance_are_both_needed(reference: Reference) -> None:
    many = songs(np.random.default_rng(8), 3000)
    slight = drift_of(changed(many, "integrated_lufs", lambda lufs: lufs + 0.2), reference)
    (loud,) = [test for test in slight.tests if test.name == "integrated_lufs"]
    assert not loud.drifted
    for test in slight.tests:
        large = test.psi > 0.2 and test.psi_chance < CHANCE
        far = test.ks is not None and test.ks_chance is not None and test.ks > 0.1 and test.ks_chance < CHANCE
        assert test.drifted == (large or far)


def test_a_reference_comes_back_from_its_file(tmp_path: Path, reference: Reference) -> None:
    path = tmp_path / "reference.json"
    path.write_text(reference.to_json(), encoding="utf-8")
    again = load_reference(path)
    assert again.to_json() == reference.to_json()
    music = songs(np.random.default_rng(2), 40)
    assert [t.psi for t in drift_of(music, again).tests[:-1]] == [t.psi for t in drift_of(music, reference).tests[:-1]]


def test_a_reference_needs_songs() -> None:
    with pytest.raises(ParameterError, match="integrated_lufs: known of 29 songs; a reference needs 30"):
        make_reference(songs(np.random.default_rng(0), 29))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(format="mixwright-taste"), "is no reference"),
        (lambda d: d.update(version=2), "version 2"),
        (lambda d: d.update(more=1), "more is not a known key"),
        (lambda d: d.pop("songs"), "songs is missing"),
        (lambda d: d.update(songs=1.5), "songs must be a whole number"),
        (lambda d: d.update(about=3), "about must be text"),
        (lambda d: d["features"].pop("duration_s"), "features.duration_s is missing"),
        (lambda d: d["features"]["duration_s"].update(n=True), "duration_s.n must be a whole number"),
        (lambda d: d["features"]["duration_s"].update(n=12), "duration_s.n must be a whole number from 30"),
        (lambda d: d["features"]["duration_s"]["quantiles"].pop(), "must be a list of 101 numbers"),
        (lambda d: d["features"]["duration_s"]["quantiles"].reverse(), "duration_s.quantiles must rise"),
        (lambda d: d["features"].update(duration_s=[]), "duration_s must be an object"),
        (lambda d: d["genres"]["shares"].update(rock=0.9), "sum of 1"),
        (lambda d: d["genres"]["shares"].update(rock="much"), "genres|shares.rock must be a number"),
        (lambda d: d["genres"]["shares"].pop("jazz"), "genres.shares.jazz is missing"),
    ],
)
def test_what_is_no_reference_is_refused(
    reference: Reference, change: Callable[[dict[str, object]], object], says: str
) -> None:
    data = json.loads(reference.to_json())
    change(data)
    with pytest.raises(PresetError, match=says) as error:
        parse_reference(json.dumps(data), "file.json")
    assert str(error.value).startswith("file.json: ")


def test_the_shipped_reference_is_of_the_shipped_network() -> None:
    shipped = load_reference()
    assert shipped.model == load_network().facts.version
    assert shipped.songs >= 100
    assert len(shipped.to_json()) < 60_000
    assert math.isclose(sum(shipped.genres.values()), 1.0, abs_tol=1e-4)
    medians = {name: float(found[50]) for name, found in shipped.quantiles.items()}
    assert -24 < medians["integrated_lufs"] < -8
    assert 500 < medians["spectral_centroid_hz"] < 5000
    assert shipped.counts["duration_s"] < shipped.songs  # excerpts have no duration of their own
