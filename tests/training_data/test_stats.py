"""Profiles of an index: those that ship have the same format, and what is not released music stays out."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
from tests.training_data.music import row

from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.errors import ParameterError
from mixwright.parameters import GENRES
from mixwright.parameters.profiles import relative_ltas
from mixwright.training.data.columns import Row
from mixwright.training.data.statistics import profile_file, tracks_of


def music(genres: tuple[str, ...] = GENRES) -> list[Row]:
    """Three artists a genre, two songs each, with their own slopes."""
    rng = np.random.default_rng(7)
    return [
        row(
            f"{genre}/{artist}.{number}",
            genre=genre,
            artist=f"{genre}{artist}",
            split="train",
            ltas_db=(-30.0 - rng.uniform(0.2, 0.8) * np.arange(30)).tolist(),
            crest_factor_db=float(rng.uniform(10, 18)),
        )
        for genre in genres
        for artist in range(3)
        for number in range(2)
    ]


def test_the_format_is_that_of_the_shipped_file() -> None:
    text = resources.files("mixwright.parameters").joinpath("profiles.json").read_text(encoding="utf-8")
    shipped, made = json.loads(text), json.loads(json.dumps(profile_file(tracks_of(music()), "a command")))

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__

    assert shape(made) == shape(shipped)
    for constant in ("third_octave_hz", "mean_prior_artists", "spread_prior_artists", "continued_above_hz"):
        assert made[constant] == shipped[constant]


def test_all_music_is_the_mean_over_artists() -> None:
    rows = music()
    profile = profile_file(tracks_of(rows), "")["profiles"]["all"]
    relative = np.array([relative_ltas(each["ltas_db"], NOMINAL_HZ) for each in rows])
    below_14_khz = 28
    np.testing.assert_allclose(
        profile["ltas_db"][:below_14_khz], relative.mean(axis=0)[:below_14_khz], rtol=0, atol=0.006
    )
    assert profile["features"]["crest_factor_db"][0] == pytest.approx(
        np.mean([r["crest_factor_db"] for r in rows]), abs=1e-3
    )
    assert (profile["n_artists"], profile["n_tracks"]) == (18, 36)


def test_only_released_music_of_the_split_counts() -> None:
    rows = music()
    expected = profile_file(tracks_of(rows), "")
    loud = {"ltas_db": [-10.0] * 30, "crest_factor_db": 3.0}
    others = [
        row("a", artist="x", split="test", **loud),
        row("b", artist="x", split="train", kind="stem", **loud),
        row("c", artist="x", split="train", kind="before", **loud),
        row("d", artist="x", split="train", synthetic=True, **loud),
        row("e", artist="x", split="train", error="e: broken", **loud),
        row("f", artist="x", split="train", genre="polka", **loud),
        row("g", artist="x", split="train", **loud | {"integrated_lufs": None}),
    ]
    assert profile_file(tracks_of(rows + others), "") == expected
    after = row("h", artist="x", split="train", kind="after", **loud)
    assert profile_file(tracks_of([*rows, after]), "") != expected
    assert len(tracks_of([*rows, *others], None)) == len(rows) + 1  # all splits: the test song too


def test_one_genre_is_enough() -> None:
    profiles = profile_file(tracks_of(music(("rock",))), "")["profiles"]
    assert set(profiles) == {"all", "rock"}
    assert profiles["rock"]["ltas_db"] == pytest.approx(profiles["all"]["ltas_db"], abs=0.011)


def test_few_songs_have_profiles_without_nan() -> None:
    """Artists with one song each, one of them mono at 8 kHz: bands above 4 kHz and loudness range are unknown there."""
    rows = [row("a", artist="A"), row("b", artist="B", ltas_db=[-20.0] * 23, loudness_range_lu=None)]
    profiles = profile_file(tracks_of(rows, None), "")["profiles"]
    assert np.isfinite(profiles["rock"]["ltas_db"]).all()
    assert np.isfinite(profiles["rock"]["ltas_spread_db"]).all()
    assert profiles["rock"]["features"]["loudness_range_lu"][0] == pytest.approx(4.0)


def test_too_little_music_is_an_error() -> None:
    with pytest.raises(ParameterError, match=r"1 mixes .* at least 2 are needed"):
        tracks_of([row("a", split="train")])
    with pytest.raises(ParameterError, match="the index has no split yet"):
        tracks_of([row("a"), row("b")])
