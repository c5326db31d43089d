"""Learning a console: which songs are learned from, what is heard of them, and what a set model makes of it."""

from __future__ import annotations

import struct
import sys
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmark"))
from multitracks import write_multitracks

from mixwright.errors import AudioReadError, ParameterError
from mixwright.training.stems.examples import role_offsets, set_examples
from mixwright.training.stems.fit import Fitting, SetExample, fit_set_model
from mixwright.training.stems.measuring import measure
from mixwright.training.stems.modules import Module, module_stems
from mixwright.training.stems.run import training_songs
from mixwright.training.stems.songs import ModuleFile, find_modules, find_multitracks, without_artists


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_multitracks(tmp_path_factory.mktemp("stems"))


def test_songs_of_a_split_without_what_was_made_from_notes(folder: Path) -> None:
    assert [song.title for song in find_multitracks(folder)] == ["one", "two", "three", "four"]
    assert [song.title for song in find_multitracks(folder, "test")] == ["three", "four"]
    assert [song.title for song in find_multitracks(folder, "train", synthetic=True)] == ["one", "two", "five"]
    assert [stem.name for stem in find_multitracks(folder)[0].stems] == ["bass", "hat", "pad", ""]
    with pytest.raises(ParameterError, match=r"has no stems\.csv"):
        find_multitracks(folder / "stems")


def test_no_artist_of_the_test_split_is_learned_from(folder: Path, tmp_path: Path) -> None:
    learned = training_songs(folder, None, tmp_path)
    assert [song.id for song in learned] == ["stems/two"]  # Ada has a song on the other side
    everybody = find_multitracks(folder)
    assert [s.title for s in without_artists(everybody, ["Cy"])] == ["one", "two", "four"]


def test_stems_are_heard_once_and_at_no_level_of_their_own(folder: Path, tmp_path: Path) -> None:
    songs = find_multitracks(folder, "train")
    first = measure(songs, tmp_path)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = measure(songs, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.lufs, two.lufs)
        np.testing.assert_array_equal(one.heard["mono"][1].ltas_db, two.heard["mono"][1].ltas_db)
    song = first[0]
    # written with gains of 0, -14, -6 and -20 dB; heard at levels that have nothing to do with them
    assert song.lufs[0] - song.lufs[3] > 8
    assert all(-32.1 <= a.integrated_lufs <= -15.9 for a in song.heard["stereo"])
    assert song.imbalance_db[1] < -2  # the hat stands right
    assert all(a.stereo_imbalance == 0 for a in song.heard["mono"])


def test_a_set_model_finds_a_balance_that_follows_from_the_sound() -> None:
    rng = np.random.default_rng(3)
    slope = np.array([4.0, -2.0, 0.0, 0.0])

    def song(number: int) -> SetExample:
        x = rng.standard_normal((rng.integers(3, 9), 4))
        return SetExample(x, x @ slope + rng.uniform(-40, 0), 1.0, f"{number}")

    fitting = Fitting(members=2, steps=60, ridge=1.0, noise=0.1)
    model = fit_set_model([song(i) for i in range(60)], list("abcd"), fitting)
    fresh = song(99)
    wanted = fresh.loudness_lu - fresh.loudness_lu.mean()
    found = model.loudness_lu(fresh.features)
    assert np.abs(found - wanted).mean() < 0.3 * np.abs(wanted).mean()
    turned = model.loudness_lu(fresh.features[::-1])
    np.testing.assert_allclose(turned[::-1], found, atol=1e-9, rtol=0)
    with pytest.raises(ParameterError, match="two stems"):
        fit_set_model([SetExample(np.zeros((1, 4)), np.zeros(1), 1.0, "x")], list("abcd"), fitting)


def test_the_same_seed_gives_the_same_model(folder: Path, tmp_path: Path) -> None:
    songs = measure(find_multitracks(folder), tmp_path)
    names = [f"{i}" for i in range(set_examples(songs)[0].features.shape[1])]
    one, two, other = (
        fit_set_model(set_examples(songs), names, Fitting(members=1, steps=5, seed=seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.weights.encode, two.weights.encode)
    assert not np.array_equal(one.weights.encode, other.weights.encode)
    offsets = role_offsets(songs)
    heard = {role: row["offset_lu"] for role, row in offsets.items() if row["stems"]}
    assert len(heard) > 1
    assert min(heard.values()) < 0 < max(heard.values())  # against the songs' own means


def tracker_module() -> bytes:
    """A ProTracker module of four channels: two sampled waves, one note each, at full and at half volume."""
    waves = [bytes((100 if i % period < period / 2 else 156) for i in range(2048)) for period in (16, 48)]
    header = b"two waves".ljust(20, b"\0")
    for number in range(31):
        used = number < len(waves)
        name = (f"wave {number}".encode() if used else b"").ljust(22, b"\0")
        volume = (64, 32)[number] if used else 0
        header += name + struct.pack(">HBBHH", 1024 if used else 0, 0, volume, 0, 1024 if used else 1)
    header += bytes([4, 127]) + bytes(128) + b"M.K."
    rows = bytearray(64 * 16)
    for sample in (0, 1):
        rows[4 * sample : 4 * sample + 4] = bytes([0x01, 0xAC, (sample + 1) << 4, 0])  # C-2
    return header + bytes(rows) + b"".join(waves)


@pytest.mark.skipif(find_library("openmpt") is None, reason="libopenmpt is not installed")
def test_instruments_of_a_module_add_up_to_it(tmp_path: Path) -> None:
    path = tmp_path / "two.mod"
    path.write_bytes(tracker_module())
    stems, mix = module_stems(path, 12.0)
    assert [stem.name for stem in stems] == ["wave 0", "wave 1"]
    rest = mix - sum(stem.audio for stem in stems)
    assert np.abs(rest).max() < 1e-5 * np.abs(mix).max()
    power = [float(np.mean(stem.audio**2)) for stem in stems]
    assert power[0] > 2 * power[1]
    with pytest.raises(AudioReadError, match="no module"):
        Module(tmp_path.joinpath("no.mod").write_bytes(b"x") and tmp_path / "no.mod")
    (tmp_path / "modules.csv").write_text("path,artist,split\ntwo.mod,Eve,train\nno.mod,Eve,train\n")
    songs = measure(find_modules(tmp_path), tmp_path / "cache")
    assert [(song.id, song.module, song.names) for song in songs] == [("modules/two.mod", True, ("wave 0", "wave 1"))]
    assert songs[0].lufs[0] > songs[0].lufs[1]
    assert isinstance(find_modules(tmp_path)[0], ModuleFile)
