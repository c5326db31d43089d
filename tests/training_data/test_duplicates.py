"""A recording is known again at another level, rate, codec and cut; another recording is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import Audio
from tests.training_data.music import RATE, tune

from mixwright.audio import read_audio, resample
from mixwright.training.data.duplicates import connected, matched_seconds, near_duplicates
from mixwright.training.data.fingerprint import WORDS_PER_S, FingerprintMeter, Words

SECONDS = 12.0


def words_of(audio: Audio, rate: int = RATE, block: int = 65_536) -> Words:
    meter = FingerprintMeter(rate)
    for start in range(0, audio.shape[1], block):
        meter.process(audio[:, start : start + block])
    return meter.finish()


@pytest.fixture(scope="module")
def original() -> Audio:
    return tune(SECONDS, seed=1)


def coded(audio: Audio, rate: int, folder: Path) -> Words:
    """As MP3 at the lowest quality that the encoder has."""
    path = folder / "low.mp3"
    with soundfile.SoundFile(
        path, "w", rate, 2, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.99
    ) as file:
        file.write(audio.T)
    return words_of(*read_audio(path))


@pytest.mark.parametrize("change", ["level", "rate", "codec", "cut", "mono", "all"])
def test_copies_are_found(change: str, original: Audio, tmp_path: Path) -> None:
    quiet, cut = original * np.float32(0.1), original[:, round(1.213 * RATE) : round(10.4 * RATE)]
    copy = {
        "level": lambda: words_of(quiet),
        "rate": lambda: words_of(resample(original, RATE, 8000), 8000),
        "codec": lambda: coded(original, RATE, tmp_path),
        "cut": lambda: words_of(cut),
        "mono": lambda: words_of(original.mean(axis=0, keepdims=True)),
        "all": lambda: coded(resample(cut * np.float32(0.1), RATE, 16_000), 16_000, tmp_path),
    }[change]()
    ((first, second, seconds),) = near_duplicates({"a": words_of(original), "b": copy, "c": words_of(tune(seed=2))})
    assert (first, second) == ("a", "b")
    assert seconds > 0.9 * copy.size / WORDS_PER_S  # nearly all of what they have in common


def test_other_recordings_are_not_copies() -> None:
    assert near_duplicates({str(seed): words_of(tune(seed=seed)) for seed in range(1, 9)}) == []


def test_a_shared_passage_is_measured(original: Audio) -> None:
    """Eight of twelve seconds in common, at another place: agreement is where they are, to the 3 s of a window."""
    other = np.concatenate((tune(4.0, seed=5), original[:, : 8 * RATE]), axis=1)
    lag = round(-4.0 * WORDS_PER_S)
    assert matched_seconds(words_of(original), words_of(other), lag) == pytest.approx(8.0, abs=1.0)
    assert matched_seconds(words_of(original), words_of(other), lag + 40) == 0.0


def test_blocks_do_not_matter(original: Audio) -> None:
    part = original[:, : 4 * RATE]
    np.testing.assert_array_equal(words_of(part), words_of(part, block=1777))


def test_silence_and_short_sounds_say_nothing() -> None:
    assert not words_of(np.zeros((2, 3 * RATE), np.float32)).any()
    assert words_of(np.zeros((2, 100), np.float32)).size == 0
    silent = words_of(np.zeros((1, 9 * RATE), np.float32))
    assert near_duplicates({"a": silent, "b": silent.copy(), "c": silent[:0]}) == []
    assert near_duplicates({}) == []


def test_connected_joins_through_others() -> None:
    assert connected([("a", "b"), ("c", "d"), ("b", "c")], "abcde") == [["a", "b", "c", "d"], ["e"]]
