"""Roles from sound: whatever the level, and a name is a hint."""

from __future__ import annotations

import numpy as np
import pytest

from mixwright.analysis.stem import StemAnalysis, analyze_stem
from mixwright.model.roles import FEATURES, HINT_ODDS, features_of, hinted, hints_of, load_roles, roles_of
from mixwright.parameters.strip import ROLES

RATE = 44_100


def heard(audio: np.ndarray) -> StemAnalysis:
    return analyze_stem([np.atleast_2d(audio).astype(np.float32)], RATE, 1)


def plucked(seconds: float = 8.0) -> np.ndarray:
    """Plucked low notes with a few harmonics."""
    t = np.arange(int(seconds * RATE)) / RATE
    note = np.array([41.2, 55.0, 49.0, 61.7])[(t * 2).astype(int) % 4]
    wave = sum(np.sin(2 * np.pi * k * note * t) / k**2 for k in range(1, 6))
    return 0.2 * wave * np.exp(-(t % 0.5) * 3)


def hats(seconds: float = 8.0) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    white = np.random.default_rng(0).standard_normal(t.size)
    return 0.1 * np.diff(white, n=3, prepend=[0, 0, 0]) * np.exp(-((t % 0.25) / 0.02))


def test_clear_sounds_are_told() -> None:
    found = roles_of(heard(hats()))
    assert max(found, key=found.__getitem__) == "cymbals", found
    assert list(found) == list(ROLES)
    assert sum(found.values()) == pytest.approx(1.0)
    low = roles_of(heard(plucked()))
    assert low["bass"] + low["kick"] > 0.5, low  # a pluck that dies away is as much of the one as of the other


def test_the_level_says_nothing() -> None:
    loud, soft = heard(plucked()), heard(0.1 * plucked())
    assert features_of(loud).shape == (FEATURES,)
    for role, share in roles_of(loud).items():
        assert roles_of(soft)[role] == pytest.approx(share, abs=0.05)


def test_a_name_is_a_hint_that_sound_can_overrule() -> None:
    named = roles_of(heard(hats()), "lead vocal.wav")
    assert max(named, key=named.__getitem__) == "cymbals"
    even = hinted(dict.fromkeys(ROLES, 1 / len(ROLES)), "Kick_In.wav")
    assert max(even, key=even.__getitem__) == "kick"
    assert even["kick"] / even["snare"] == pytest.approx(HINT_ODDS)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("01_BD.wav", {"kick"}), ("Bass Drum", {"kick"}), ("snare top", {"snare"}), ("HH", {"cymbals"}),
        ("E-Piano 2", {"keys"}), ("gtr_L", {"guitar"}), ("BGVox 3", {"backing_vocal"}), ("Gesang", {"lead_vocal"}),
        ("Streicher", {"strings"}), ("stem7", set()), ("", set()), ("basstard", set()), ("TB303", {"bass"}),
    ],
)  # fmt: skip
def test_words_of_names(name: str, roles: set[str]) -> None:
    assert hints_of(name) == roles


def test_silence_is_other_whatever_it_is_called() -> None:
    found = roles_of(heard(np.zeros(RATE)), "kick")
    assert found["other"] == 1.0
    assert sum(found.values()) == 1.0


def test_the_network_fits_the_table_and_its_features() -> None:
    network = load_roles()
    assert network.first.shape[0] == FEATURES
    assert network.second.shape[1] == len(ROLES)
    rows = network.probabilities(np.random.default_rng(0).normal(size=(5, FEATURES)) * 100)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
