"""Batches: what the network hears is the good song moved by its fault, and how often each is drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.training import small_set

from mixwright.parameters import GENRES, VOICING_FIELDS, blend_voicing
from mixwright.training.batches import artist_shares, batch_of, blended_conditions, refiltered
from mixwright.training.faults import ARRAYS, Faults


def test_a_batch_is_the_good_song_and_its_fault() -> None:
    segments, faults = small_set.segments(), small_set.faults()
    rows = np.array([3, 6])
    batch = batch_of(segments, faults, rows)
    for place, row in enumerate(rows):
        good = segments["mel_db"][faults.segment[row]].astype(np.float32)
        moved = good + faults["mel_gain_db"][row][:, None] + faults["frame_gain_db"][row][:, None, None]
        moved[:, 1] += faults["side_gain_db"][row]
        np.testing.assert_allclose(batch.mel_db[place], moved, rtol=0, atol=1e-4)
        song = segments.songs[segments.song[faults.segment[row]]]
        np.testing.assert_array_equal(batch.genre[place], np.float32(song.weights))
    few = batch_of(segments, faults, rows, np.array([2]))
    np.testing.assert_array_equal(few.mel_db, batch.mel_db[:, [2]])
    np.testing.assert_array_equal(few.frame_gain_db, batch.frame_gain_db[:, [2]])


def test_what_was_measured_is_heard_as_it_was_measured() -> None:
    segments, faults = small_set.segments(), small_set.faults()
    measured = np.full(len(faults), -1)
    measured[2] = 4
    mixed = Faults(faults.segment, faults.strength, faults.arrays, measured)
    plain, real = (batch_of(segments, f, np.array([1, 2])) for f in (faults, mixed))
    np.testing.assert_array_equal(real.mel_db[0], plain.mel_db[0])
    np.testing.assert_array_equal(real.mel_db[1], segments["mel_db"][4].astype(np.float32))
    assert not np.array_equal(real.mel_db[1], plain.mel_db[1])


def test_filters_are_lent_by_simulated_faults_and_given_to_them_alone() -> None:
    segments, plain = small_set.segments(), small_set.faults()
    strong = np.flatnonzero(plain.strength == 2)
    measured = np.full(len(plain), -1)
    measured[strong[0]] = 4  # holds an engineer's dynamics too: no filter to lend, and none to take off
    faults = Faults(plain.segment, plain.strength, plain.arrays, measured)
    assert strong[0] not in faults.filter_donors()[2]
    assert set(faults.filter_donors()[2]) == set(strong[1:])
    batch = batch_of(segments, faults, strong)
    other = refiltered(batch, faults, strong, np.random.default_rng(0))
    moved = (other.change_db - batch.change_db).numpy()
    assert not moved[0].any()
    lent = faults["band_gain_db"][strong[1:]]
    for row, own in zip(moved[1:], lent, strict=True):
        distance = [np.abs(row + own - sign * gain).max() for gain in lent for sign in (-1, 1)]
        assert min(distance) < 1e-4  # float32
    np.testing.assert_allclose(other.mid_db - batch.mid_db, moved, rtol=0, atol=1e-4)


def test_strengths_are_drawn_as_asked_and_prolific_artists_less() -> None:
    segments = small_set.segments()
    # Song 0 four times, song 1 once; each undamaged and strong.
    segment = np.array([0] * 8 + [1] * 2)
    strength = np.array([0, 2] * 5)
    faults = Faults(segment, strength, {name: small_set.faults()[name][:10] for name in ARRAYS})
    shares = artist_shares(segments, faults, {0: 0.25, 2: 0.75})
    shares /= shares.sum()
    assert shares[strength == 2].sum() == pytest.approx(0.75)
    first = shares[segment == 0].sum() / shares[segment == 1].sum()
    assert first == pytest.approx(2.0)  # the root of four


def test_voicings_are_blended_as_presets_blend_them() -> None:
    weights = {"rock": 0.6, "jazz": 0.3, "pop": 0.1}
    row = torch.tensor([[weights.get(genre, 0.0) for genre in GENRES]])
    found, expected = blended_conditions(row), blend_voicing(weights)
    for name in VOICING_FIELDS:
        np.testing.assert_allclose(found.figure(name)[0], expected[name], rtol=1e-6, err_msg=name)
