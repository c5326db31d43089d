"""The index: true figures, broken files that end nothing, and no file heard twice."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import song
from tests.training_data.music import RATE, tune, write

from mixwright.analysis import analyze_audio
from mixwright.audio import read_audio
from mixwright.errors import ParameterError
from mixwright.training.data import index as index_module
from mixwright.training.data import index_folder, read_index
from mixwright.training.data.columns import Row, read_rows, write_rows
from mixwright.training.data.measuring import CutoffMeter, measure_file


def indexed(folder: Path, **options: object) -> dict[str, Row]:
    index_folder(folder, folder / "i.parquet", **options)  # type: ignore[arg-type]
    return {row["path"]: row for row in read_index(folder / "i.parquet")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mix, its copy as FLAC, a stem, a broken file, silence, and mono in two channels."""
    place = tmp_path_factory.mktemp("music")
    write(place / "rock" / "Band - Song.wav", tune(9.0))
    soundfile.write(place / "rock" / "copy.flac", soundfile.read(place / "rock" / "Band - Song.wav")[0], RATE)
    write(place / "jazz" / "Trio - Air" / "stems" / "bass.wav", song(3.0, RATE))
    (place / "pop").mkdir()
    (place / "pop" / "broken.flac").write_bytes(b"fLaC and nothing else")
    write(place / "pop" / "silent.wav", np.zeros((2, RATE), np.float32))
    write(place / "pop" / "mono.wav", np.repeat(song(3.0, RATE, channels=1), 2, axis=0))
    clipped = np.clip(song(3.0, RATE, seed=4) * 12.0, -1.0, 1.0)
    write(place / "pop" / "clipped.wav", clipped)
    return place


def test_figures_are_those_of_the_analysis(folder: Path) -> None:
    rows = indexed(folder)
    path = folder / "rock" / "Band - Song.wav"
    row, analysis = rows["rock/Band - Song.wav"], analyze_audio(*read_audio(path))
    for name in ("integrated_lufs", "true_peak_dbtp", "crest_factor_db", "loudness_range_lu", "stereo_width"):
        assert row[name] == getattr(analysis, name)  # the same samples through the same meters: to the bit
    assert row["ltas_db"] == analysis.ltas_db.tolist()
    assert (row["duration_s"], row["sample_rate"], row["channels"]) == (9.0, RATE, 2)
    assert (row["genre"], row["artist"], row["title"], row["kind"]) == ("rock", "Band", "Song", "mix")
    assert rows["jazz/Trio - Air/stems/bass.wav"]["kind"] == "stem"


def test_faults_are_seen_and_end_nothing(folder: Path) -> None:
    rows = indexed(folder)
    assert "broken.flac" in rows["pop/broken.flac"]["error"]
    assert rows["pop/broken.flac"]["content_sha256"] is None
    assert [path for path, row in rows.items() if row["error"]] == ["pop/broken.flac"]
    silent = rows["pop/silent.wav"]
    assert (silent["integrated_lufs"], silent["silent_share"], silent["cutoff_hz"]) == (None, 1.0, None)
    assert [path for path, row in rows.items() if row["mono_in_stereo"]] == ["pop/mono.wav"]
    assert [path for path, row in rows.items() if row["clipped_samples"]] == ["pop/clipped.wav"]


def test_the_same_samples_are_the_same_content(folder: Path) -> None:
    rows = indexed(folder)
    one, other = rows["rock/Band - Song.wav"], rows["rock/copy.flac"]
    audio, rate = read_audio(folder / "rock" / "Band - Song.wav")
    samples = np.ascontiguousarray(audio.T)  # interleaved, so that it does not matter how the file is cut into blocks
    assert one["content_sha256"] == hashlib.sha256(f"{rate} 2\n".encode() + samples.tobytes()).hexdigest()
    assert one["content_sha256"] == other["content_sha256"]
    assert one["file_sha256"] != other["file_sha256"]
    assert one["near_duplicates"] == other["near_duplicates"] == 1
    assert [path for path, row in rows.items() if row["near_duplicates"]] == ["rock/Band - Song.wav", "rock/copy.flac"]


def test_nothing_is_heard_twice(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "music"
    shutil.copytree(folder, place)
    first = indexed(place)
    heard: list[str] = []

    def counted(path: Path) -> Row:
        heard.append(path.name)
        return measure_file(path)

    monkeypatch.setattr(index_module, "measure_file", counted)
    assert indexed(place) == first
    assert heard == ["broken.flac"]  # what failed is tried again
    song_path = place / "rock" / "Band - Song.wav"
    os.utime(song_path, ns=(1, 1))  # touched: its bytes say that it is the same
    song_path.rename(place / "jazz" / "Trio - Other.wav")  # moved: the same
    write(place / "pop" / "mono.wav", np.repeat(song(3.0, RATE, channels=1, seed=9), 2, axis=0))  # changed
    (place / "pop" / "silent.wav").unlink()
    second = indexed(place)
    assert sorted(heard[1:]) == ["broken.flac", "mono.wav"]
    assert "pop/silent.wav" not in second
    moved = second["jazz/Trio - Other.wav"]
    assert (moved["genre"], moved["artist"]) == ("jazz", "Trio")
    assert moved["content_sha256"] == first["rock/Band - Song.wav"]["content_sha256"]
    assert second["pop/mono.wav"]["content_sha256"] != first["pop/mono.wav"]["content_sha256"]


def test_a_stopped_run_goes_on(folder: Path, tmp_path: Path) -> None:
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    output = tmp_path / "i.parquet"
    with pytest.raises(KeyboardInterrupt):
        index_folder(folder, output, check=stop)
    assert sum(row["content_sha256"] is not None or row["error"] is not None for row in read_rows(output)) == 2
    with pytest.raises(ParameterError, match="5 of 7 files are not measured yet; run index again"):
        read_index(output)
    report = index_folder(folder, output)
    assert report.kept + report.measured == 7
    assert report.kept >= 1
    assert len(read_index(output)) == 7


def kill_at_b(job: index_module._Job) -> Row:
    """As a decoder that crashes on one file."""
    if job.path.name == "b.wav":
        os._exit(11)
    return index_module._measured(job)


def test_workers_give_the_same_and_outlive_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        write(tmp_path / "rock" / f"{name}.wav", song(1.0, RATE, seed=ord(name)))
    monkeypatch.setattr(index_module, "_measured", kill_at_b)
    index_folder(tmp_path, tmp_path / "two.parquet", workers=2)
    monkeypatch.undo()
    two = {row["path"]: row for row in read_index(tmp_path / "two.parquet")}
    assert "ended the process" in two["rock/b.wav"]["error"]
    one = indexed(tmp_path)
    assert [path for path in one if one[path] != two[path]] == ["rock/b.wav"]


def test_a_split_that_was_made_outlives_the_table(tmp_path: Path) -> None:
    write(tmp_path / "rock" / "A - x.wav", song(1.0, RATE))
    (tmp_path / "mixes.csv").write_text("path,genre,split\nrock/A - x.wav,rock,train\n")
    rows = indexed(tmp_path)
    assert [(row["split"], row["split_from"]) for row in rows.values()] == [("train", "table")]
    write_rows([row | {"split": "test", "split_from": "made"} for row in rows.values()], tmp_path / "i.parquet")
    assert [(row["split"], row["split_from"]) for row in indexed(tmp_path).values()] == [("test", "made")]


def test_tags_fill_in_what_names_do_not_say(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "01 x.flac", "w", RATE, 2) as file:
        file.artist, file.title, file.genre, file.license = "Band", "Song", "Hip-Hop", "CC-BY-4.0"
        file.write(song(1.0, RATE).T)
    (row,) = indexed(tmp_path).values()
    assert (row["artist"], row["title"], row["genre"]) == ("Band", "Song", "hip_hop")
    assert (row["licence"], row["artist_from"]) == ("CC-BY-4.0", "tag")


@pytest.mark.parametrize("limit_hz", [8_000.0, 16_000.0, 22_050.0])
def test_the_cut_off_is_where_the_sound_ends(limit_hz: float) -> None:
    noise = np.random.default_rng(3).standard_normal(2 * 44_100)
    spectrum = np.fft.rfft(noise)
    spectrum[np.fft.rfftfreq(noise.size, 1 / 44_100) > limit_hz] = 0.0
    meter = CutoffMeter(44_100)
    meter.process((0.1 * np.fft.irfft(spectrum, noise.size)).astype(np.float32)[None])
    assert meter.finish() == pytest.approx(limit_hz, abs=500.0)  # two bands of 250 Hz


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"no table"), "is not a Parquet table"),
        (lambda path: write_other(path), "is not an index of music"),
    ],
)
def test_another_file_is_not_overwritten(tmp_path: Path, spoil: Callable[[Path], object], words: str) -> None:
    write(tmp_path / "rock" / "a.wav", song(1.0, RATE))
    output = tmp_path / "i.parquet"
    spoil(output)
    before = output.read_bytes()
    with pytest.raises(ParameterError, match=words):
        index_folder(tmp_path, output)
    assert output.read_bytes() == before


def write_other(path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"x": [1]}), path)


def test_there_is_no_index_yet(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="there is no such index"):
        read_index(tmp_path / "i.parquet")
    write(tmp_path / "rock" / "a.wav", song(1.0, RATE))
    with pytest.raises(ParameterError, match="workers=0 must be a whole number"):
        index_folder(tmp_path, tmp_path / "i.parquet", workers=0)
