"""Genre profiles: what ships is sane, blends are mixtures, references are followed closely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixwright.analysis import Analysis, analyze_audio
from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.errors import ParameterError
from mixwright.parameters.profiles import (
    CENTROID,
    FEATURES,
    blend_profiles,
    feature_values,
    load_profile,
    reference_profile,
    relative_ltas,
)
from mixwright.parameters.table import GENRES
from mixwright.training.data.statistics import Track, build_profiles

HZ = np.array(NOMINAL_HZ)
EXACT = 1e-12  # float64 rounding


def noise(seed: int, tilt: float, sample_rate: int = 44100) -> Analysis:
    """Three seconds of noise whose power falls by tilt * 6 dB an octave."""
    generator = np.random.default_rng(seed)
    samples = 3 * sample_rate
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / sample_rate), 20.0)
    audio = np.fft.irfft(np.fft.rfft(generator.standard_normal((2, samples))) * hz**-tilt, samples)
    return analyze_audio((audio / np.abs(audio).max() * 0.5).astype(np.float32), sample_rate)


DARK, BRIGHT = noise(1, 0.9), noise(2, 0.4)


@pytest.mark.parametrize("genre", [*GENRES, "all"])
def test_shipped_profiles_are_music(genre: str) -> None:
    profile = load_profile(genre)
    np.testing.assert_array_equal(profile.third_octave_hz, HZ)
    assert profile.ltas_db.shape == profile.ltas_spread_db.shape == HZ.shape
    # no genre is known to the decibel from a handful of artists, nor do bands differ by more than 15 dB
    assert profile.ltas_spread_db.min() > 1.5
    assert profile.ltas_spread_db.max() < 15.0
    level = dict(zip(NOMINAL_HZ, profile.ltas_db, strict=True))
    assert level[25.0] < level[63.0]
    # commercial music falls by about 2 dB an octave in third octaves (docs/profiles.md)
    slope = np.polyfit(np.log2(HZ[7:23]), profile.ltas_db[7:23], 1)[0]  # 125 Hz to 4 kHz
    assert -3.5 < slope < -1.0
    assert level[16000.0] < level[4000.0]
    assert set(profile.features) == set(FEATURES)
    assert 10.0 < profile.features["crest_factor_db"][0] < 20.0
    assert 0.1 < profile.features["stereo_width"][0] < 0.8
    assert 1000.0 < profile.features[CENTROID][0] < 4000.0
    assert all(spread > 0.0 for _, spread in profile.features.values())


def test_shipped_means_are_relative_to_loudness() -> None:
    """A curve of means is not exactly normalised itself, but within the bands' spread it is."""
    for genre in GENRES:
        ltas_db = load_profile(genre).ltas_db
        np.testing.assert_allclose(relative_ltas(ltas_db, HZ), ltas_db, rtol=0, atol=3.0)


@given(st.floats(-60.0, 40.0))
def test_relative_ltas_forgets_level(gain_db: float) -> None:
    shape = -2.0 * np.log2(HZ / 100.0) - 20.0
    relative_db = relative_ltas(shape, HZ)
    np.testing.assert_allclose(relative_ltas(shape + gain_db, HZ), relative_db, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.diff(relative_db), np.diff(shape), rtol=0, atol=1e-9)


def test_relative_ltas_is_against_k_weighted_power() -> None:
    one_band = np.full(HZ.size, -np.inf)
    one_band[NOMINAL_HZ.index(1000.0)] = -30.0
    relative_db = relative_ltas(one_band, HZ)
    # BS.1770: K-weighting is +0.69 dB at 1 kHz, which its offset of -0.691 takes back
    assert relative_db[NOMINAL_HZ.index(1000.0)] == pytest.approx(-0.69, abs=0.05)
    assert relative_db.min() == -80.0
    with_bass = one_band.copy()
    with_bass[0] = -30.0  # 25 Hz: nearly unheard, and the rest of the curve hardly moves
    assert relative_ltas(with_bass, HZ)[16] == pytest.approx(relative_db[16], abs=0.4)  # K is -10.6 dB


def test_relative_ltas_agrees_with_the_loudness_meter() -> None:
    relative_db = relative_ltas(DARK.ltas_db, DARK.third_octave_hz)
    ungated = DARK.integrated_lufs + 0.691 - 10 * np.log10(2)  # stationary, so no gate; two channels
    np.testing.assert_allclose(relative_db, DARK.ltas_db - ungated, rtol=0, atol=0.15)


def test_silence_has_no_profile() -> None:
    silent = analyze_audio(np.zeros((2, 44100), np.float32), 44100)
    with pytest.raises(ParameterError, match="must hold sound"):
        relative_ltas(silent.ltas_db, silent.third_octave_hz)
    with pytest.raises(ParameterError, match="must hold sound"):
        reference_profile([silent])


@pytest.mark.parametrize("genre", GENRES)
def test_blend_of_one_is_the_genre(genre: str) -> None:
    whole, blend = load_profile(genre), blend_profiles({genre: 0.3})
    np.testing.assert_allclose(blend.ltas_db, whole.ltas_db, rtol=0, atol=EXACT)
    np.testing.assert_allclose(blend.ltas_spread_db, whole.ltas_spread_db, rtol=1e-12, atol=0)
    for name in FEATURES:
        assert blend.features[name] == pytest.approx(whole.features[name], rel=1e-12)


@given(st.floats(0.01, 0.99))
def test_blend_is_the_mixture(share: float) -> None:
    """Against its definition: mean and variance of what is drawn from one genre or the other."""
    rock, jazz = load_profile("rock"), load_profile("jazz")
    blend = blend_profiles({"rock": share, "jazz": 1.0 - share})
    mean = share * rock.ltas_db + (1 - share) * jazz.ltas_db
    square = share * (rock.ltas_spread_db**2 + rock.ltas_db**2)
    square += (1 - share) * (jazz.ltas_spread_db**2 + jazz.ltas_db**2)
    np.testing.assert_allclose(blend.ltas_db, mean, rtol=0, atol=1e-9)
    np.testing.assert_allclose(blend.ltas_spread_db, np.sqrt(square - mean**2), rtol=0, atol=1e-9)
    expected = np.exp(share * np.log(rock.features[CENTROID][0]) + (1 - share) * np.log(jazz.features[CENTROID][0]))
    assert blend.features[CENTROID][0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("weights", [{}, {"rock": 0.0}, {"rock": -1.0, "pop": 2.0}, {"polka": 1.0}, {"rock": np.nan}])
def test_blend_refuses_weights_without_meaning(weights: dict[str, float]) -> None:
    with pytest.raises(ParameterError):
        blend_profiles(weights)


def test_unknown_genre() -> None:
    with pytest.raises(ParameterError, match="genre='polka' must be one of rock, pop"):
        load_profile("polka")


def test_one_reference_is_followed_within_a_decibel() -> None:
    profile = reference_profile([DARK])
    np.testing.assert_allclose(profile.ltas_db, relative_ltas(DARK.ltas_db, HZ), rtol=0, atol=EXACT)
    np.testing.assert_allclose(profile.ltas_spread_db, 1.0, rtol=0, atol=EXACT)
    assert profile.features["crest_factor_db"][0] == pytest.approx(DARK.crest_factor_db, abs=EXACT)
    assert profile.features[CENTROID][0] == pytest.approx(DARK.spectral_centroid_hz, rel=1e-12)


def test_references_that_differ_leave_more_room() -> None:
    both = reference_profile([DARK, BRIGHT])
    dark, bright = (relative_ltas(measured.ltas_db, HZ) for measured in (DARK, BRIGHT))
    np.testing.assert_allclose(both.ltas_db, (dark + bright) / 2, rtol=0, atol=1e-9)
    np.testing.assert_allclose(both.ltas_spread_db, np.hypot(1.0, (dark - bright) / 2), rtol=0, atol=1e-9)
    mostly = reference_profile([DARK, BRIGHT], weights=[30.0, 10.0])
    np.testing.assert_allclose(mostly.ltas_db, 0.75 * dark + 0.25 * bright, rtol=0, atol=1e-9)
    for weights in ([1.0], [-1.0, 2.0], [0.0, 0.0]):
        with pytest.raises(ParameterError, match="weights"):
            reference_profile([DARK, BRIGHT], weights=weights)
    with pytest.raises(ParameterError, match="at least one"):
        reference_profile([])


def test_references_at_different_rates_share_their_bands() -> None:
    profile = reference_profile([DARK, noise(3, 0.9, 16000)])
    assert profile.third_octave_hz[-1] == 6300.0
    assert profile.ltas_db.shape == profile.third_octave_hz.shape


def test_what_no_reference_shows_is_that_of_all_music() -> None:
    short = analyze_audio(np.full((1, 800), 0.1, np.float32), 8000)  # too short for loudness
    assert "plr_lu" not in feature_values(short)
    assert reference_profile([short, DARK]).features["plr_lu"][0] == pytest.approx(DARK.plr_lu, abs=EXACT)
    assert reference_profile([short]).features["plr_lu"] == load_profile("all").features["plr_lu"]
    assert set(reference_profile([short]).features) == set(FEATURES)


def test_few_artists_shrink_towards_all_music_and_many_do_not() -> None:
    generator = np.random.default_rng(4)
    size = HZ.size + len(FEATURES)
    artists = {"rock": 1, "pop": 400} | dict.fromkeys(GENRES[2:], 5)
    tracks = []
    for genre, count in artists.items():
        for artist in range(count):
            centre = (6.0 if genre in ("rock", "pop") else 0.0) + generator.standard_normal(size)
            for track in range(3):
                figures = centre + 0.5 * generator.standard_normal(size)
                tracks.append(Track("", genre, f"{genre}{artist}", f"{genre}{artist}.{track}", figures))
    profiles = build_profiles(tracks)
    pooled = np.array(profiles["all"]["ltas_db"][:20])
    rock, pop = np.array(profiles["rock"]["ltas_db"][:20]), np.array(profiles["pop"]["ltas_db"][:20])
    rock_own = np.mean([track.figures[:20] for track in tracks if track.genre == "rock"], axis=0)
    np.testing.assert_allclose(rock, (rock_own + 2 * pooled) / 3, rtol=0, atol=0.01)  # the JSON's two decimals
    assert np.abs(pop - 6.0).max() < 0.25  # 400 artists: 1/20, four times, and little shrinkage
    spread = np.array(profiles["pop"]["ltas_spread_db"][:20])
    np.testing.assert_allclose(spread, np.hypot(1.0, 0.5), rtol=0.15, atol=0)  # between and within artists
    assert (profiles["rock"]["n_artists"], profiles["rock"]["n_tracks"]) == (1, 3)


def test_an_artist_has_one_vote_and_a_copy_none() -> None:
    size = HZ.size + len(FEATURES)
    rows = [("a", "1", 0.0), ("a", "2", 0.0), ("a", "2", 0.0), ("b", "3", 8.0), ("b", "4", 8.0)]
    tracks = [
        Track("", genre, genre + artist, genre + sha256, np.full(size, value))
        for genre in GENRES
        for artist, sha256, value in rows
    ]
    rock = build_profiles(tracks)["rock"]
    assert rock["ltas_db"][:20] == pytest.approx([4.0] * 20, abs=1e-9)
    assert (rock["n_artists"], rock["n_tracks"]) == (2, 4)
