"""What is kept of a passage: the same as the analysis says, short songs too, and files that cannot be used."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import song as noise
from tests.training import small_set

from mixwright.analysis import analyze_audio
from mixwright.errors import ParameterError
from mixwright.training import segments as module
from mixwright.training.pairs import joined, pair_faults
from mixwright.training.segments import FIGURES, load_segments, measure_songs
from mixwright.training.songs import Song

RATE = 44_100
NONE = (0.0,) * 6


def written(path: Path, audio: np.ndarray, rate: int = RATE) -> Song:
    soundfile.write(path, audio.T, rate, subtype="FLOAT")
    return Song(str(path), path.stem, "train", NONE)


def test_a_short_song_is_one_segment_as_the_analysis_measures_it() -> None:
    found, analysis = small_set.segments(), analyze_audio(small_set.audio(1), RATE)
    assert len(found) == 6  # songs of 20 s: one each
    np.testing.assert_allclose(found["ltas_db"][1], analysis.ltas_db, rtol=0, atol=1e-4)
    np.testing.assert_allclose(found["mel_db"][1][0], analysis.mel_windows_db[0], rtol=0, atol=0)
    assert found["figures"][1][FIGURES.index("stereo_width")] == pytest.approx(analysis.stereo_width, abs=1e-4)
    assert np.isfinite(found["peak"][1]).sum() == len(analysis.envelope_peak)  # what is behind the end is no silence


def test_a_long_song_gives_segments_of_its_parts(tmp_path: Path) -> None:
    loud, quiet = noise(32.0, 22_050, seed=1), 0.1 * noise(32.0, 22_050, seed=2)
    song = written(tmp_path / "a.wav", np.concatenate([loud, quiet], axis=1), 22_050)
    found = measure_songs([song], tmp_path / "kept", most=4)
    assert len(found) == 2
    levels = found["figures"][:, FIGURES.index("integrated_lufs")]
    assert levels[0] - levels[1] == pytest.approx(20.0, abs=0.3)  # noise of another seed
    assert np.isfinite(found["peak"]).all()


def test_what_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    good = written(tmp_path / "good.wav", noise(11.0))
    short = written(tmp_path / "short.wav", noise(9.0))
    silent = written(tmp_path / "silent.wav", np.zeros((2, 11 * RATE), np.float32))
    (tmp_path / "broken.ogg").write_bytes(b"OggS and then nothing")
    broken = Song(str(tmp_path / "broken.ogg"), "x", "train", NONE)
    gone = Song(str(tmp_path / "gone.ogg"), "x", "train", NONE)
    for _ in range(2):  # the second time from what is kept
        found = measure_songs([short, good, silent, broken, gone], tmp_path / "kept")
        assert [song.path for song in found.songs] == [good.path]
        reasons = json.loads((tmp_path / "kept" / "left_out.json").read_text())
        assert set(reasons) == {short.path, silent.path, broken.path, gone.path}
        assert "shorter than 10 s" in reasons[short.path]
    with pytest.raises(ParameterError, match="none could be measured"):
        load_segments([short, silent], tmp_path / "kept")


def test_a_file_is_measured_once_and_again_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = []
    whole = module.segment_row
    monkeypatch.setattr(module, "segment_row", lambda audio: count.append(1) or whole(audio))
    song = written(tmp_path / "a.wav", noise(11.0))
    told: list[tuple[int, int]] = []
    for _ in range(2):
        measure_songs([song], tmp_path / "kept", told=lambda done, total: told.append((done, total)))
    assert (len(count), told) == (1, [(1, 1)])
    written(tmp_path / "a.wav", noise(12.0))
    measure_songs([song], tmp_path / "kept")
    assert len(count) == 2
    os.utime(song.path, (2e9, 2e9))  # as large as before, and later
    measure_songs([song], tmp_path / "kept")
    assert len(count) == 3


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> module.Segments:
    """Before: half a second later, duller by a one-pole filter, with a side 6 dB down."""
    folder = tmp_path_factory.mktemp("pair")
    after = noise(12.0, seed=3)
    dull = np.stack([np.convolve(channel, [0.5, 0.5])[: after.shape[1]] for channel in after]).astype(np.float32)
    mid, side = (dull[0] + dull[1]) / 2, (dull[0] - dull[1]) / 2
    before = np.concatenate([0.01 * noise(0.5, seed=4), np.stack([mid + side / 2, mid - side / 2])], axis=1)
    song = replace(written(folder / "after.wav", after), before=written(folder / "before.wav", before).path)
    return measure_songs([song], folder / "kept")


def test_a_pair_is_measured_and_not_foretold(pair: module.Segments) -> None:
    assert len(pair) == 2
    assert pair.of("train").tolist() == [0]  # nobody is to end where the engineer began
    found = pair_faults(pair, "train")
    assert found is not None
    assert found.segment.tolist() == [0]
    assert found.measured is not None
    assert found.measured.tolist() == [1]
    np.testing.assert_array_equal(found["ltas_db"][0], pair["ltas_db"][1])
    # |1 + exp(-jw)| / 2 of the filter at 10 kHz, 1.1 dB at 8 kHz...: the mel gain is the filter's own
    hz = module.MEL_BANDS - 8
    from mixwright.analysis.mel import mel_centres_hz

    expected = 20 * np.log10(np.cos(np.pi * mel_centres_hz() / RATE))
    np.testing.assert_allclose(found["mel_gain_db"][0][:hz], expected[:hz], rtol=0, atol=0.3)
    assert found["side_gain_db"][0] == pytest.approx(-6.02, abs=0.1)
    assert np.abs(found["frame_gain_db"][0]).mean() < 0.1  # a static fault: nothing is left for the dynamics
    assert pair_faults(pair, "test") is None


def test_faults_join(pair: module.Segments) -> None:
    measured = pair_faults(pair, "train")
    both = joined(measured, measured)  # type: ignore[arg-type]
    assert len(both) == 2
    assert joined(both, None) is both


def test_before_and_after_must_be_the_same_music(tmp_path: Path) -> None:
    song = replace(
        written(tmp_path / "a.wav", noise(11.0, seed=5)), before=written(tmp_path / "b.wav", noise(11.0, seed=6)).path
    )
    # The same beat and tone, but other noise: the generator's songs are too alike, so the tone is taken out.
    rng = np.random.default_rng(1)
    written(tmp_path / "b.wav", rng.normal(0, 0.1, (2, 11 * RATE)).astype(np.float32))
    with pytest.raises(ParameterError, match="none could be measured"):
        measure_songs([song], tmp_path / "kept")
    assert "is not the music of a.wav" in (tmp_path / "kept" / "left_out.json").read_text()
