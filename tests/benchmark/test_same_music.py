"""What is a mix of the music and what is not: filters, width and dynamics are; another song laid over it is not."""

from __future__ import annotations

import numpy as np
import pytest
from tests.benchmark.music_folder import RATE
from tests.songs import Audio, song

from mixwright import MixwrightError
from mixwright.benchmark.same_music import check_same_music, explained_share
from mixwright.damage.dynamics import Dynamics, render_dynamics
from mixwright.damage.filters import Band, Equalizer

GIVEN, OTHER = song(9.0, RATE, seed=1), song(9.0, RATE, seed=2)


@pytest.mark.parametrize(
    "answer",
    [
        GIVEN,
        -3.0 * GIVEN,
        GIVEN[::-1],
        GIVEN.mean(axis=0, keepdims=True),
        np.stack([GIVEN[0], 0 * GIVEN[0]]),
        Equalizer(GIVEN, RATE).render([Band("low", 200, 9, 0.7), Band("high", 5000, -9, 0.7)]),
    ],
)
def test_what_fixed_filters_can_do_is_explained(answer: Audio) -> None:
    # All of it but for what an equaliser rings over the frames' edges.
    assert explained_share(GIVEN, np.asarray(answer, np.float32), RATE) > 0.98


def test_what_was_added_is_not() -> None:
    power = float(np.mean(GIVEN**2) / np.mean(OTHER**2))
    for share in (0.25, 0.5, 0.75):
        mixed = GIVEN * np.sqrt(share) + OTHER * np.sqrt((1 - share) * power)
        # Of independent noise the coherence is the share. Both songs hold the same tone and beat, which adds to it, as
        # does the bias of few frames with two inputs: 0.06 where the share is smallest.
        assert share - 0.03 < explained_share(GIVEN, mixed.astype(np.float32), RATE) < share + 0.08


def test_heavy_dynamics_are_still_the_same_music() -> None:
    check_same_music(GIVEN, render_dynamics(GIVEN, RATE, Dynamics(0.2, 30.0, 1.0, 40.0)), RATE)
    check_same_music(GIVEN, np.clip(8 * GIVEN, -1, 1), RATE)  # clipped by 18 dB


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (0.35 * GIVEN + OTHER, "not the same music"),
        (OTHER, "not the same music"),
        (np.where(np.arange(GIVEN.shape[1]) // RATE % 4 == 0, GIVEN, 0), "silent for"),
        (GIVEN[:, : 7 * RATE], "lasts 7.00 s"),
        (np.concatenate([GIVEN, OTHER[:, : 2 * RATE]], axis=1), "lasts 11.00 s"),
    ],
)
def test_what_is_no_mix_is_refused(answer: Audio, reason: str) -> None:
    with pytest.raises(MixwrightError, match=reason):
        check_same_music(GIVEN, np.asarray(answer, np.float32), RATE)


def test_a_late_answer_is_moved_back() -> None:
    late = np.pad(GIVEN, ((0, 0), (4000, 0)))
    check_same_music(GIVEN, late, RATE, lag_samples=4000)
    with pytest.raises(MixwrightError, match="not the same music"):
        check_same_music(GIVEN, late, RATE)
