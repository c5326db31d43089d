"""The benchmark: right where the answer is known, complete when mixers fail, the same after a stop as without one."""

from __future__ import annotations

import csv
import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.benchmark.music_folder import RATE, bass_cutter, make_folder
from tests.songs import Audio, song

from mixwright import AudioError, ParameterError
from mixwright.analysis import analyze_audio
from mixwright.benchmark import FAST, Answer, Mixer, Request, restore
from mixwright.benchmark.cases import make_cases
from mixwright.benchmark.child import MixerError
from mixwright.benchmark.measure import Truth, measure
from mixwright.benchmark.music import find_songs, read_excerpts
from mixwright.benchmark.oracle import solve
from mixwright.benchmark.results import Line, read_results
from mixwright.benchmark.summary import grouped_interval, summarise
from mixwright.benchmark.time_limit import time_limit
from mixwright.model.tone import eq_gain_db
from mixwright.parameters import blend_voicing

ROCK = blend_voicing({"rock": 1.0})
NOTHING = Mixer("nothing", ("blind",), lambda request: Answer(request.audio))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("music"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("small"), songs=1)


@pytest.fixture(scope="module")
def lines(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    """A whole fast run of our own mixers."""
    return restore(folder, tmp_path_factory.mktemp("out") / "results.jsonl", settings=FAST).lines


def test_every_song_strength_mixer_and_task_has_its_line(lines: list[Line]) -> None:
    assert not [line for line in lines if "error" in line]
    seen = {(line["song"], line["strength"], line["mixer"], line["task"]) for line in lines}
    assert len(seen) == len(lines) == 2 * 4 * 10  # songs, undamaged and three strengths, mixers in their tasks
    assert all("low_eq" in line["facts"]["parameters"] for line in lines if line["mixer"] == "rules")


def test_nothing_removes_nothing_and_harms_nobody(lines: list[Line]) -> None:
    for row in (row for row in summarise(lines) if row.mixer == "nothing"):
        if row.strength == "none":
            assert row.figures["harm_ltas_db"].value == 0
        else:
            assert row.figures["ltas_error_removed"].value == 0
            assert row.figures["made_worse"].value == 0


def test_the_oracle_is_above_everybody(lines: list[Line]) -> None:
    rows = {(row.mixer, row.task, row.strength): row for row in summarise(lines)}
    for strength in ("light", "strong", "severe"):
        best = rows["oracle", "genre", strength].figures["ltas_error_removed"].value
        assert best > 0.1
        for (mixer, _, other), row in rows.items():
            if other == strength and mixer != "oracle":
                # What is measured is rendered, the oracle's curves are not: a hundredth between them.
                assert row.figures["ltas_error_removed"].value <= best + 0.01


def test_the_undamaged_song_scores_perfectly() -> None:
    good, bad = song(9.0, RATE), song(9.0, RATE, tilt=-1.6)
    truth = Truth(good, analyze_audio(good, RATE), analyze_audio(bad, RATE))
    request = Request(bad, RATE, Path())
    for paired in (False, True):
        figures = measure(truth, request, Answer(good * np.float32(0.3)), paired=paired, perceptual=False)
        assert figures["ltas_error_db"] == pytest.approx(0, abs=1e-4)
        assert figures["spectral_centroid_change_percent"] == pytest.approx(0, abs=1e-3)
        assert figures["side_change_db"] == pytest.approx(0, abs=1e-3)
    assert figures["multi_resolution_stft_sum_db"] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda audio: audio[:, :-1], "must be"),
        (lambda audio: audio * np.nan, "not numbers"),
        (lambda audio: audio * 0, "silent"),
        (lambda audio: audio + 0j, "must be float"),
        (lambda audio: np.random.default_rng(0).normal(0, 0.1, audio.shape), "same music"),
        (lambda audio: np.concatenate([audio[:, : 5 * RATE], 0 * audio[:, 5 * RATE :]], axis=1), "silent for"),
        (lambda audio: sys.exit(3), "SystemExit: 3"),
        (lambda audio: audio[0], "channels"),
        (lambda audio: 1 / 0, "ZeroDivisionError"),
        (lambda audio: None, "Error"),
    ],
)
def test_a_mixer_that_fails_is_a_line_and_not_the_end(small: Path, tmp_path: Path, answer: object, reason: str) -> None:
    broken = Mixer("broken", ("blind",), lambda request: Answer(answer(request.audio)))  # type: ignore[operator]
    found = restore(small, tmp_path / "r.jsonl", [broken, NOTHING], settings=FAST).lines
    failed = [line for line in found if line["mixer"] == "broken"]
    assert len(failed) == len(found) / 2
    assert all(reason in line["error"] for line in failed)
    row = next(row for row in summarise(found) if row.mixer == "broken" and row.strength == "light")
    assert row.failed == row.n == 1
    assert row.figures["made_worse"].value == 1  # somebody whose song was not mixed has nothing in hand


def test_a_stopped_run_goes_on(folder: Path, tmp_path: Path) -> None:
    asked: list[int] = []

    def counting(request: Request) -> Answer:
        asked.append(1)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return Answer(bass_cutter(request.audio, request.sample_rate))

    output = tmp_path / "results.jsonl"
    mixer = Mixer("counting", ("blind",), counting)
    with pytest.raises(KeyboardInterrupt):
        restore(folder, output, [mixer], settings=FAST)
    assert len(read_results(output)[1]) == 3
    with output.open("a") as file:
        file.write('{"case": "half a li')  # as a kill leaves it
    resumed = restore(folder, output, [mixer], settings=FAST).lines
    assert len(asked) == 4 + 5
    whole = restore(folder, tmp_path / "whole.jsonl", [mixer], settings=FAST).lines
    assert [line["figures"] for line in resumed] == [line["figures"] for line in whole]
    assert read_results(output)[1] == resumed


def test_results_of_another_run_are_not_mixed_in(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.jsonl"
    restore(folder, output, [NOTHING], settings=FAST)
    with pytest.raises(ParameterError, match="another run"):
        restore(folder, output, [NOTHING], settings=replace(FAST, longest_s=9.0))
    other = make_folder(tmp_path / "other", songs=1)
    with pytest.raises(ParameterError, match="another run"):
        restore(other, output, [NOTHING], settings=FAST)
    output.write_text("not json\n")
    with pytest.raises(ParameterError, match="no results file"):
        restore(folder, output, [NOTHING], settings=FAST)


def test_a_mixer_that_kills_its_process_has_failed_and_the_others_have_not(small: Path, tmp_path: Path) -> None:
    names = ["nothing", *(f"tests.benchmark.music_folder:{name}" for name in ("killer", "interrupter"))]
    found = restore(small, tmp_path / "r.jsonl", names, settings=FAST, workers=2).lines
    assert len(found) == len({(line["case"], line["mixer"]) for line in found}) == 4 * 3
    reasons = {line["mixer"].rpartition(":")[2]: line.get("error") for line in found}
    assert reasons["nothing"] is None
    assert reasons["killer"] is not None
    assert "process died" in reasons["killer"]
    assert reasons["interrupter"] == "KeyboardInterrupt:"


def test_mixers_get_a_copy_and_only_the_oracle_the_answer(small: Path, tmp_path: Path) -> None:
    heard: list[float] = []

    def vandal(request: Request) -> Answer:
        assert request.undamaged is None
        heard.append(float(np.abs(request.audio).max()))
        request.audio[:] = 0
        return Answer(request.audio)

    mixers = [Mixer(name, ("blind",), vandal) for name in ("first", "second")]
    restore(small, tmp_path / "r.jsonl", mixers, settings=FAST)
    assert heard[::2] == heard[1::2]
    assert min(heard) > 0


def test_the_undamaged_songs_come_last(folder: Path) -> None:
    """So that a mixer that remembers what it heard has not heard the answer."""
    strengths = [case.strength for case in make_cases(find_songs(folder))]
    assert strengths[-2:] == ["none", "none"]
    assert strengths.count("none") == 2


def test_what_a_mixer_prints_is_no_result(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def chatty(request: Request) -> Answer:
        print("hello")
        return Answer(request.audio)

    restore(small, tmp_path / "r.jsonl", [Mixer("chatty", ("blind",), chatty)], settings=FAST)
    said = capsys.readouterr()
    assert not said.out
    assert "hello" in said.err


def test_a_mixer_that_does_not_come_back_is_stopped() -> None:
    with pytest.raises(MixerError, match="longer than"), time_limit(0.05):  # noqa: PT012
        while True:
            pass


def test_names_must_be_clear(small: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="2 of the name 'nothing'"):
        restore(small, tmp_path / "r.jsonl", [NOTHING, "nothing"], settings=FAST)
    with pytest.raises(ParameterError, match="workers be 0"):
        restore(small, tmp_path / "r.jsonl", [NOTHING], settings=FAST, workers=2)
    assert not (tmp_path / "r.jsonl").exists()


def test_results_of_other_music_are_not_compared(small: Path, tmp_path: Path) -> None:
    head = restore(small, tmp_path / "r.jsonl", [NOTHING], settings=FAST).head
    for name in ("music", "settings"):
        with pytest.raises(ParameterError, match=f"other {name}"):
            restore(small, tmp_path / "o.jsonl", [NOTHING], settings=FAST, against={**head, name: "else"})
    assert not (tmp_path / "o.jsonl").exists()


def test_processes_give_the_same_figures(folder: Path, tmp_path: Path) -> None:
    def key(line: Line) -> tuple[str, str, str]:
        return line["case"], line["mixer"], line["task"]

    names = ["nothing", "tests.benchmark.music_folder:bass_cutter"]
    one, two = (
        sorted(restore(folder, tmp_path / f"{n}.jsonl", names, settings=FAST, workers=n).lines, key=key) for n in (0, 2)
    )
    assert [{**line, "cpu_s": 0} for line in one] == [{**line, "cpu_s": 0} for line in two]


def test_the_full_mode_measures_pairs_and_speech(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "music", songs=1)
    figures = {line["strength"]: set(line["figures"]) for line in restore(folder, tmp_path / "r", [NOTHING]).lines}
    pairs, speech = {"multi_resolution_stft_sum_db", "si_sdr_db", "diffmst_loss"}, {"stoi", "visqol_left"}
    assert pairs | speech <= figures["strong"]  # no PESQ: noise has no utterances
    assert pairs <= figures["light"]
    assert not speech & figures["light"]


def test_two_excerpts_of_a_song_do_not_overlap(tmp_path: Path) -> None:
    ramp = np.linspace(0.01, 0.9, 20 * RATE, dtype=np.float32)
    (tmp_path / "jazz").mkdir()
    soundfile.write(tmp_path / "jazz" / "a.wav", ramp, RATE, subtype="FLOAT")
    (found,) = find_songs(tmp_path)
    excerpts = read_excerpts(found, 6.0)
    assert excerpts.audio.shape == excerpts.reference.shape == (1, 6 * RATE)
    assert excerpts.audio.max() < excerpts.reference.min()


def test_music_is_found_in_tables_and_folders(tmp_path: Path) -> None:
    with (tmp_path / "mixes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "split", "genre", "artist", "title"])
        writer.writerows([["a.wav", "test", "jazz", "A", "x"], ["b.wav", "train", "pop", "B", "y"]])
    assert [s.id for s in find_songs(tmp_path)] == ["a.wav"]
    assert [s.id for s in find_songs(tmp_path, None)] == ["a.wav", "b.wav"]
    with pytest.raises(ParameterError, match="no song of split 'held'"):
        find_songs(tmp_path, "held")
    with pytest.raises(ParameterError, match="no such folder"):
        find_songs(tmp_path / "nowhere")
    (tmp_path / "mixes.csv").write_text("path,split,genre\na.wav,test,polka\n")
    with pytest.raises(ParameterError, match="polka"):
        find_songs(tmp_path)
    made = make_folder(tmp_path / "made", songs=1)
    assert [(s.artist, s.title, s.genre) for s in find_songs(made)] == [("Band 0", "title-0", "rock")]


def test_songs_that_cannot_be_used_are_lines_with_reasons(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "music", songs=1)
    soundfile.write(folder / "rock" / "short.wav", song(3.0, RATE).T, RATE)
    soundfile.write(folder / "rock" / "half.wav", np.repeat([0.0, 0.3], 8 * RATE), RATE)
    (folder / "rock" / "broken.flac").write_bytes(b"not music")
    found = restore(folder, tmp_path / "r.jsonl", [NOTHING], settings=FAST).lines
    reasons = {line["song"]: line.get("error") for line in found if line["strength"] == "none"}
    assert "at least 8 s" in reasons["rock/short.wav"]
    assert "silent" in reasons["rock/half.wav"]
    assert reasons["rock/broken.flac"]
    assert reasons["rock/Band 0__title-0.wav"] is None
    with pytest.raises((AudioError, ParameterError)):
        read_excerpts(next(s for s in find_songs(folder) if s.id == "rock/broken.flac"))


def test_seeds_do_not_hang_on_the_place_in_the_list(folder: Path) -> None:
    songs = find_songs(folder)
    forward = {case.id: case.seed for case in make_cases(songs)}
    backward = {case.id: case.seed for case in make_cases(songs[::-1])}
    assert forward == backward
    assert len(set(forward.values())) == len(forward)


def test_the_oracle_finds_what_the_chain_can_undo() -> None:
    good = analyze_audio(song(6.0), 44_100)
    values = {"low_eq": -2.0, "mid_eq": 1.5, "high_eq": 2.5, "presence": 0.9}
    curve = eq_gain_db(values, ROCK, 44_100, good.third_octave_hz).sum(axis=0)
    answer, left = solve(replace(good, ltas_db=good.ltas_db - curve), good, ROCK)
    assert left < 0.05
    for name, value in values.items():
        assert answer[name] == pytest.approx(value, abs=0.1)
    untouched, left = solve(good, good, ROCK)
    assert left == pytest.approx(0, abs=1e-9)
    assert untouched["low_eq"] == 0


def test_groups_stay_together() -> None:
    rng = np.random.default_rng(0)
    songs = np.repeat(rng.standard_normal(12), 10)  # ten draws of a song that agree with each other
    names = [str(i // 10) for i in range(120)]
    together = grouped_interval(songs, names, np.nanmean)
    apart = grouped_interval(songs, [str(i) for i in range(120)], np.nanmean)
    # Twelve independent values and not 120: the interval is about sqrt(10) = 3.2 times as wide.
    assert 2.2 < (together.high - together.low) / (apart.high - apart.low) < 4.5
    assert math.isfinite(grouped_interval(np.array([1.0, np.nan]), ["a", "b"]).median)
    # The order in which processes finish does not show.
    assert grouped_interval(songs[::-1], names[::-1]) == grouped_interval(songs, names)


def test_the_lines_are_plain_json(lines: list[Line]) -> None:
    assert json.loads(json.dumps(lines, allow_nan=False)) == lines


def test_python_functions_get_a_copy(folder: Path, tmp_path: Path) -> None:
    from mixwright.benchmark import function_mixer

    def vandal(audio: Audio, sample_rate: int) -> Audio:
        audio[:] = 0
        return audio

    found = restore(folder, tmp_path / "r.jsonl", [function_mixer(vandal), NOTHING], settings=FAST).lines
    assert all("error" in line for line in found if line["mixer"] == "vandal")
    assert not [line for line in found if line["mixer"] == "nothing" and "error" in line]
