"""The validation loop: any mixer, any tracks; what breaks is a row, and the figures are those of the rows."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.songs import song

from mixwright.audio import read_audio
from mixwright.benchmark.tracks import Track, find_tracks
from mixwright.benchmark.validation import validate
from mixwright.benchmark.validation_result import SCORES, Scores, TrackRow, Validation
from mixwright.errors import ParameterError

RATE = 44_100
EXAMPLE = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"
SONG = song(2.0, RATE)


def louder(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    return audio * np.float32(3.0)


def mono(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    return np.repeat(audio.mean(axis=0)[None], len(audio), axis=0)


def dies_on_two_seconds(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    if audio.shape[1] == 2 * sample_rate:
        os._exit(1)  # as a crash in native code would
    return audio


def test_a_gain_is_no_improvement() -> None:
    (row,) = validate((SONG, RATE), louder).rows
    for name in SCORES:
        # Points: float32 gains move a measurement by less than a thousandth of its spread.
        assert row.change(name) == pytest.approx(0.0, rel=0, abs=0.05)
    assert row.loudness_change_lu == pytest.approx(20 * np.log10(3.0), rel=0, abs=0.01)


def test_a_collapse_to_mono_is_told_where_it_happened() -> None:
    audio, rate = read_audio(EXAMPLE)  # real music: what noise loses in mono, it wins in spectral contrast
    excerpt = np.ascontiguousarray(audio[:, 20 * rate : 26 * rate])
    (row,) = validate([(excerpt, rate)], mono, genre={"rock": 1.0}).rows
    assert row.change("clarity") < -5
    assert row.before is not None
    assert row.after is not None
    costs = {name: cost - row.before.costs[name] for name, cost in row.after.costs.items()}
    assert max(costs, key=lambda name: costs[name]) == "side_over_mid_db"


def test_genre_reaches_the_mixer_and_the_profile() -> None:
    heard: list[object] = []

    def listens(audio: np.ndarray, sample_rate: int, *, genre: object = None) -> np.ndarray:
        heard.append(genre)
        return audio

    rock = validate((SONG, RATE), listens, genre={"rock": 1.0}).rows[0]
    anything = validate((SONG, RATE), listens).rows[0]
    assert heard == [{"rock": 1.0}, None]
    assert rock.before is not None
    assert anything.before is not None
    assert rock.before.balance != anything.before.balance


def spoiled(audio: np.ndarray) -> np.ndarray:
    audio[:] = 0.0  # in place: what is scored as before must not be this
    return audio


FAILURES = {
    "raises": (lambda audio, rate: 1 / 0, "ZeroDivisionError"),
    "exits": (lambda audio, rate: sys.exit(3), "SystemExit"),
    "shorter": (lambda audio, rate: audio[:, :-1], "must be"),
    "transposed": (lambda audio, rate: audio.T, "must be"),
    "one channel": (lambda audio, rate: audio[0], "must be"),
    "not a number": (lambda audio, rate: audio * np.float32(np.nan), "not numbers"),
    "infinite": (lambda audio, rate: audio / np.float32(0.0), "not numbers"),
    "silent": (lambda audio, rate: spoiled(audio), "silent"),
    "nothing": (lambda audio, rate: None, "NoneType"),
    "whole numbers": (lambda audio, rate: (audio * 32767).astype(np.int16), "int16"),
    "no arguments": (lambda: None, "TypeError"),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_a_mixer_that_fails_is_a_row_with_its_reason(name: str) -> None:
    mixer, words = FAILURES[name]
    result = validate([(SONG, RATE), (SONG, RATE)], mixer)
    assert len(result.rows) == 2
    for row in result.rows:
        assert row.failed == "mixer"
        assert words in row.error
        assert "\n" not in row.error
        assert row.before is not None
        assert row.after is None
    assert result.figures() == {}


def test_a_mixer_works_on_a_copy() -> None:
    before = SONG.copy()
    validate((SONG, RATE), lambda audio, rate: spoiled(audio))
    np.testing.assert_array_equal(SONG, before)


def test_ctrl_c_goes_through() -> None:
    def interrupted(audio: np.ndarray, sample_rate: int) -> np.ndarray:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        validate((SONG, RATE), interrupted)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two songs, one file that is no sound, one that is silent."""
    soundfile.write(tmp_path / "a.wav", SONG.T, RATE)
    (tmp_path / "inner").mkdir()
    soundfile.write(tmp_path / "inner" / "b.flac", song(2.0, 48_000, channels=1).T, 48_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF, but no more")
    soundfile.write(tmp_path / "silent.wav", np.zeros((RATE, 2)), RATE)
    (tmp_path / "notes.txt").write_text("no track")
    return tmp_path


def test_a_broken_track_does_not_end_the_run(folder: Path) -> None:
    counted: list[tuple[int, int]] = []
    result = validate(folder, "nothing", progress=lambda done, total: counted.append((done, total)))
    rows = {row.name: row for row in result.rows}
    assert list(rows) == ["a.wav", "broken.wav", "inner/b.flac", "silent.wav"]
    assert {name for name, row in rows.items() if row.failed == "track"} == {"broken.wav", "silent.wav"}
    assert "silent" in rows["silent.wav"].error
    assert len(result.scored) == 2
    assert result.figure("overall").n == 2
    assert counted == [(k, 4) for k in range(5)]
    json.dumps(result.to_dict(), allow_nan=False)


def test_workers_give_the_same_rows_and_survive_a_crash(folder: Path) -> None:
    one, two = (validate(folder, mono, workers=workers).to_dict() for workers in (1, 2))
    assert one == two
    soundfile.write(folder / "c.wav", song(1.0, RATE).T, RATE)
    rows = {row.name: row for row in validate(folder, dies_on_two_seconds, workers=2).rows}
    assert rows["a.wav"].failed == rows["inner/b.flac"].failed == "mixer"
    assert "died" in rows["a.wav"].error
    assert rows["c.wav"].after is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tracks": []}, "at least one"),
        ({"tracks": [42]}, "number 1"),
        ({"mixer": "nobody"}, "nobody"),
        ({"genre": {"polka": 1.0}}, "polka"),
        ({"workers": 0}, "workers=0"),
        ({"workers": 2, "mixer": lambda audio, rate: audio}, "one worker"),
    ],
)
def test_wrong_calls_are_errors_at_once(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        validate(**{"tracks": (SONG, RATE), "mixer": "nothing", **arguments})  # type: ignore[arg-type]


def test_tracks_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "jazz").mkdir()
    soundfile.write(tmp_path / "jazz" / "a.wav", SONG.T, RATE)
    own = Track("own", audio=SONG, sample_rate=RATE, genre={"pop": 1.0})
    found = find_tracks([tmp_path, str(tmp_path / "jazz" / "a.wav"), (SONG, RATE), own], {"rock": 1.0})
    assert [track.name for track in found] == ["jazz/a.wav", "a.wav", "array 3", "own"]
    assert [track.genre for track in found] == [{"rock": 1.0}] * 3 + [{"pop": 1.0}]
    assert find_tracks(tmp_path)[0].genre == {"jazz": 1.0}
    many = [(SONG, RATE)] * 9
    assert [t.name for t in find_tracks(many, longest=3)] == ["array 1", "array 5", "array 9"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ParameterError, match="no sound file"):
        find_tracks(empty)


def row(name: str, before: float, after: float | None) -> TrackRow:
    sides = [None if v is None else Scores(v, v, v, v, v, {}) for v in (before, after)]
    return TrackRow(name, None, sides[0], sides[1], "" if after is not None else "broken", "" if after else "mixer")


def test_set_figures_by_hand() -> None:
    rows = (row("up", 50, 60), row("little", 70, 70.9), row("down", 90, 85), row("lost", 40, None), row("best", 10, 90))
    result = Validation("by hand", rows)
    figure = result.figure("overall")
    assert (figure.before.median, figure.after.median, figure.change.median) == (60.0, 77.95, pytest.approx(5.45))
    assert (figure.n, figure.improved, figure.unchanged, figure.worse) == (4, 0.5, 0.25, 0.25)
    assert figure.change.low <= figure.change.median <= figure.change.high
    assert [r.name for r in result.by_change()] == ["lost", "down", "little", "up", "best"]
    with pytest.raises(ParameterError, match="loudness"):
        result.figure("loudness")
