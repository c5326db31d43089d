"""The benchmark "console": what is put in disorder, what a figure says, and what a table is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from multitracks import write_multitracks

from mixwright.benchmark.console import console_benchmark, console_cases
from mixwright.benchmark.console_measure import Reference, lead_over_rest_db, measure_console, pan_position
from mixwright.benchmark.console_mixers import ConsoleAnswer, equal_loudness, own_mixers, raw_sum
from mixwright.benchmark.console_songs import AS_MIXED, ConsoleCase, Stems, disorder, read_stems
from mixwright.benchmark.console_tables import console_table, paired_table, worst_against_raw
from mixwright.errors import ParameterError
from mixwright.metrics.pairs import loudness
from mixwright.training.stems.songs import Multitrack, find_multitracks


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[Multitrack]:
    return find_multitracks(write_multitracks(tmp_path_factory.mktemp("multitracks")), "test")


@pytest.fixture(scope="module")
def stems(songs: list[Multitrack]) -> Stems:
    return read_stems(songs[0])


def gained(stems: Stems, gains_db: list[float]) -> ConsoleAnswer:
    parts = tuple(a * np.float32(10 ** (g / 20)) for a, g in zip(stems.audio, gains_db, strict=True))
    return ConsoleAnswer(parts, np.sum(parts, axis=0))


def test_the_artists_own_mix_scores_perfectly_at_any_level(stems: Stems) -> None:
    figures = measure_console(Reference(stems, 2), gained(stems, [-6.0] * 4))
    for name in ("loudness_error_lu", "pan_error", "lead_error_db", "ltas_error_db", "feature_loss"):
        assert figures[name] == pytest.approx(0, abs=1e-3), name


def test_a_gain_is_measured_as_what_it_is(stems: Stems) -> None:
    figures = measure_console(Reference(stems, 2), gained(stems, [0.0, 4.0, 0.0, 0.0]))
    assert figures["loudness_error_lu"] == pytest.approx(1.0, abs=0.01)  # 4 LU on one of four stems
    assert figures["worst_loudness_error_lu"] == pytest.approx(4.0, abs=0.01)
    assert figures["ltas_error_db"] > 0.3
    buried = measure_console(Reference(stems, 2), gained(stems, [0.0, 0.0, -5.0, 0.0]))
    assert buried["lead_error_db"] == buried["lead_covered_db"] == pytest.approx(5.0, abs=0.01)


def test_a_mirrored_stage_is_no_error_and_a_moved_stem_is(stems: Stems) -> None:
    mirrored = tuple(a[::-1] for a in stems.audio)
    figures = measure_console(Reference(stems, 2), ConsoleAnswer(mirrored, np.sum(mirrored, axis=0)))
    assert figures["pan_error"] == pytest.approx(0, abs=1e-6)
    middle = tuple(np.repeat(a.mean(axis=0, keepdims=True), 2, axis=0) for a in stems.audio)
    figures = measure_console(Reference(stems, 2), ConsoleAnswer(middle, np.sum(middle, axis=0)))
    assert figures["pan_error"] == pytest.approx((0.4 + 0.3) / 4, abs=1e-3)


def test_positions_are_those_of_a_pan_pot() -> None:
    sides = {-1.0: (1, 0), 0.0: (1, 1), 1.0: (0, 1), 0.5: (np.cos(3 * np.pi / 8), np.sin(3 * np.pi / 8))}
    for wanted, (left, right) in sides.items():
        audio = np.array([[left], [right]], np.float32) * np.ones((2, 100), np.float32)
        assert pan_position(audio) == pytest.approx(wanted, abs=1e-6)


def test_disorder_is_drawn_within_its_bounds_and_the_same_every_time(songs: list[Multitrack], stems: Stems) -> None:
    case = ConsoleCase(songs[0], "disordered")
    first, again, other = (disorder(c, stems) for c in (case, case, ConsoleCase(songs[0], "disordered", 1)))
    gains = []
    for came, repeated, own in zip(first.audio, again.audio, stems.audio, strict=True):
        np.testing.assert_array_equal(came, repeated)
        assert came.shape == (1, own.shape[1])
        gains.append(20 * np.log10(np.abs(came).max() / np.abs(own.mean(axis=0)).max()))
    assert np.abs(gains).max() <= 12.0 + 1e-3
    assert np.ptp(gains) > 3
    assert not np.array_equal(first.audio[0], other.audio[0])
    equal = disorder(ConsoleCase(songs[0], "equal"), stems)
    lufs = [loudness(np.repeat(a, 2, axis=0), stems.sample_rate) for a in equal.audio]
    assert lufs == pytest.approx([-23.0] * 4, abs=0.01)
    untouched = disorder(ConsoleCase(songs[0], AS_MIXED), stems)
    assert all(a is b for a, b in zip(untouched.audio, stems.audio, strict=True))


def test_baselines_do_what_their_names_say(songs: list[Multitrack], stems: Stems) -> None:
    session = disorder(ConsoleCase(songs[0], "disordered"), stems)
    for part, came in zip(raw_sum(session).stems, session.audio, strict=True):
        np.testing.assert_array_equal(part, np.repeat(came, 2, axis=0))
    lufs = [loudness(part, stems.sample_rate) for part in equal_loudness(session).stems]
    assert np.ptp(lufs) < 0.01
    assert session.names[3] == ""  # a name that tells the level is no hint
    assert lead_over_rest_db(stems.audio, 0, stems.sample_rate) < lead_over_rest_db(stems.audio, 2, stems.sample_rate)


def test_a_run_goes_on_where_it_stopped_and_makes_tables(songs: list[Multitrack], tmp_path: Path) -> None:
    output = tmp_path / "console.jsonl"
    asked = []

    def broken(session):  # type: ignore[no-untyped-def]
        asked.append(session.case.id)
        raise ParameterError("no")

    mixers = {**own_mixers(), "broken": broken}
    lines = console_benchmark(songs[:1], mixers, output, draws=1)
    assert len(lines) == len(console_cases(songs[:1], 1)) * len(mixers) == 18
    again = console_benchmark(songs[:1], mixers, output, draws=1)
    assert again == lines
    assert len(asked) == 3  # nothing was asked twice
    with pytest.raises(ParameterError, match="another run"):
        console_benchmark(songs[:1], mixers, output, draws=1, code="other")
    table = console_table(lines, "disordered")
    errors = {
        line["mixer"]: line["figures"]["loudness_error_lu"]
        for line in lines
        if line["task"] == "disordered" and "figures" in line
    }
    assert [row[0] for row in table.rows][:-1] == sorted(errors, key=errors.__getitem__)
    assert table.rows[-1][:2] == ("broken", "0, 1 failed")
    harm = {row[0]: row[2] for row in console_table(lines, AS_MIXED).rows}
    assert harm["raw sum"].startswith("0.00")
    pairs = {row[0]: row[1] for row in paired_table(lines, "set model").rows}
    assert pairs["raw sum"].startswith(f"{errors['raw sum'] - errors['set model']:.2f}".replace("-", "−"))
    count, cases, most = worst_against_raw(lines, "equal loudness")
    assert cases == 2
    assert (count > 0) == (most > 3)


def test_a_song_of_one_stem_is_refused(songs: list[Multitrack]) -> None:
    lonely = Multitrack("x", "A", "t", "pop", "test", False, songs[0].stems[:1])
    with pytest.raises(ParameterError, match="two stems"):
        read_stems(lonely)
