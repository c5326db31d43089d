"""Mixes that move: the movement asked for, every promise kept over the whole, the same again from the preset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.songs import Audio, song

import mixwright
from mixwright import ParameterError
from mixwright.analysis import Analysis, analyze_audio
from mixwright.chain import balance
from mixwright.mix import deciding
from mixwright.mix.choosing import genre_target
from mixwright.mix.reporting import report_data
from mixwright.model import Decision, Target, decide, follow_windows
from mixwright.model.rules import settle
from mixwright.parameters import PARAMETERS, Parameters, Preset, Voicing, blend_voicing, load_preset
from mixwright.parameters.table import info

RATE = 22_050
SECONDS = 16.0
THIN = song(SECONDS, RATE, tilt=-0.2)  # so little bass that rock asks for some, and jazz does not


def windowed(rows: list[dict[str, float]]) -> Any:
    """A mixer that decides for passages: these values, one row a passage, evenly over the song."""

    def decide_windows(
        analysis: Analysis, target: Target, voicing: Voicing, *, fixed: Mapping[str, float] | None = None, **more: Any
    ) -> Decision:
        whole = decide(analysis, target, voicing, fixed=fixed, **more)
        seconds = (np.arange(len(rows)) + 0.5) / len(rows) * analysis.duration_s
        return replace(follow_windows(whole, seconds, rows, analysis, fixed=fixed), model="windows")

    return decide_windows


by_rules = partial(mixwright.mix, model="rules")  # the movement's machinery is the same for every model
LIVELY = [{"low_eq": 2.0, "high_eq": -1.5, "compressor_ratio": 1.0}, {"low_eq": -2.0, "high_eq": 2.5, "reverb": 0.1}]
ROWS = [{"low_eq": 0.0, "high_eq": 0.0, "compressor_ratio": 1.2, "reverb": 0.0, **row} for row in LIVELY]


def test_a_morph_goes_from_one_decision_to_the_other() -> None:
    mix = by_rules(THIN, RATE, morph="rock:jazz", loudness="keep")
    voicing = blend_voicing({"rock": 1.0, "jazz": 1.0})
    ends = [decide(mix.before, genre_target({genre: 1.0}), voicing).parameters for genre in ("rock", "jazz")]
    assert abs(ends[0]["low_eq"] - ends[1]["low_eq"]) > 2.0  # dB: there is a way to go
    path = np.array([[seconds, values["low_eq"]] for seconds, values in mix.preset.trajectory])
    assert path[0, 0] == 0.0
    assert path[-1, 0] == pytest.approx(SECONDS)
    # Ends are the decisions, but for the part that is too small to move (0.2 % of the range).
    assert path[0, 1] == pytest.approx(ends[0]["low_eq"], abs=0.012)
    assert path[-1, 1] == pytest.approx(ends[1]["low_eq"], abs=0.012)
    steps = np.diff(path[:, 1])
    assert (steps >= 0).all() or (steps <= 0).all()
    middle = np.interp(SECONDS / 2, path[:, 0], path[:, 1])
    assert middle == pytest.approx((ends[0]["low_eq"] + ends[1]["low_eq"]) / 2, abs=0.03)  # thinning
    assert mix.preset.voicing == voicing
    assert mix.genre == mix.preset.genre == {"rock": 0.5, "jazz": 0.5}
    assert mix.way == ("rock", "jazz")
    assert "over the song" in mix.reasons["low_eq"]
    assert "released rock" in mix.reasons["low_eq"]
    assert "released jazz" in mix.reasons["low_eq"]
    assert 0.8 <= mix.balance.rms_ratio <= 1.2
    assert mix.after.integrated_lufs == pytest.approx(mix.delivery.target_lufs, abs=0.5)


def test_a_morph_keeps_what_is_set_and_takes_the_amount() -> None:
    none = mixwright.Amounts.parse(0.0)
    mix = by_rules(THIN, RATE, morph=("rock", "jazz"), amounts=none, settings={"low_eq": 1.0}, loudness="keep")
    assert mix.preset.trajectory == ()
    assert mix.preset.moved() == ["low_eq"]
    assert "Nothing moves during the song: both genres ask for the same." in mix.warnings
    moving = by_rules(THIN, RATE, morph="rock:jazz", settings={"low_eq": 1.5}, loudness="keep")
    assert moving.preset.trajectory != ()
    assert not any("Nothing moves" in warning for warning in moving.warnings)
    assert moving.preset.span("low_eq") == (1.5, 1.5)
    assert moving.preset.origin("low_eq") == "set"


def test_the_way_back_is_the_way_reversed() -> None:
    there, back = (
        by_rules(THIN, RATE, morph=way, loudness="keep").preset.trajectory for way in ("rock:jazz", "jazz:rock")
    )
    at = np.linspace(0, SECONDS, 50)
    forth, reverse = (
        np.interp(x, [t for t, _ in keys], [values["low_eq"] for _, values in keys])
        for keys, x in ((there, at), (back, SECONDS - at))
    )
    assert np.abs(forth - reverse).max() <= 2 * 0.012 + 3e-4  # thinning may keep other points; the grid


@pytest.mark.parametrize("as_file", [False, True])
def test_a_moving_mix_keeps_its_promises_and_comes_again_from_its_preset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, as_file: bool
) -> None:
    monkeypatch.setattr(deciding, "decide", windowed(ROWS))
    source: Any = THIN
    rate: int | None = RATE
    if as_file:
        source, rate = tmp_path / "song.wav", None
        soundfile.write(source, THIN.T, RATE, subtype="FLOAT")
    mix = by_rules(source, rate, dynamic=True, loudness="streaming")
    assert len(mix.preset.trajectory) > 2
    assert mix.preset.model == "windows"
    assert mix.warnings == []
    low, high = mix.preset.span("low_eq")
    assert high - low > 1.0  # dB: two windows 8 s apart, averaged over 9 s
    assert low < mix.preset.parameters["low_eq"] < high
    assert mix.preset.origin("low_eq") == mix.preset.origin("reverb") == "refined"
    assert 0.8 <= mix.balance.rms_ratio <= 1.2
    assert mix.after.integrated_lufs == pytest.approx(-14.0, abs=0.5)
    for (s, a), (t, b) in zip(mix.preset.trajectory, mix.preset.trajectory[1:], strict=False):
        assert all(abs(b[name] - a[name]) <= info(name).slew * (t - s) for name in a)
    path = tmp_path / "p.json"
    path.write_text(mix.preset.to_json(), encoding="utf-8")
    again = mixwright.render(source, path, rate)
    np.testing.assert_array_equal(again.audio, mix.audio)
    assert load_preset(path) == mix.preset
    data = mix.to_dict()
    assert data["balance"]["trajectory"]["low_eq"][0] == mix.preset.trajectory[0][1]["low_eq"]
    json.dumps(data, allow_nan=False)


def test_the_report_draws_what_moves_to_the_end_of_the_song(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "decide", windowed(ROWS))
    mix = by_rules(THIN, RATE, dynamic=True, loudness="keep", settings={"presence": 1.05})
    rows = {row.name: row for row in report_data(mix).parameters}
    assert rows["presence"].movement == ()
    (start, first), *_, (end, last) = rows["low_eq"].movement
    assert (start, end) == (0.0, SECONDS)
    assert (first, last) == (mix.preset.trajectory[0][1]["low_eq"], mix.preset.trajectory[-1][1]["low_eq"])
    assert any("during the song" in sentence for sentence in report_data(mix).summary)
    longer = mixwright.render(song(SECONDS + 4, RATE), mix.preset, RATE)
    rows = {row.name: row for row in report_data(longer).parameters}
    assert rows["low_eq"].movement[-1] == (SECONDS + 4, last)  # holds


def test_the_movement_is_heard_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "decide", windowed(ROWS))
    moving = by_rules(THIN, RATE, dynamic=True, loudness="keep")
    still = by_rules(THIN, RATE, loudness="keep")
    assert still.preset.trajectory == ()

    def treble_db(audio: Audio) -> float:
        power = np.abs(np.fft.rfft(audio[0])) ** 2
        hz = np.fft.rfftfreq(audio.shape[1], 1 / RATE)
        return 10 * float(np.log10(power[hz > 8000].sum() / power[(hz > 300) & (hz < 3000)].sum()))

    third = THIN.shape[1] // 3
    first, last = (
        treble_db(moving.audio[:, part]) - treble_db(still.audio[:, part])
        for part in (slice(0, third), slice(-third, None))
    )
    assert last - first > 1.5  # the rows ask for 4 dB more; the average and the thirds take some of it


def test_level_is_settled_in_every_passage() -> None:
    before = analyze_audio(THIN, RATE)
    whole = decide(before, genre_target(None), blend_voicing({"rock": 1.0}))
    moving = follow_windows(whole, [4.0, 12.0], ROWS, before)
    for _, values in moving.trajectory:
        # Predicted from the spectrum of the whole. Between the windows the gains follow a straight line, and what EQ
        # does to the level is none.
        assert settle(before, values, whole.voicing, values).rms_ratio == pytest.approx(1.0, abs=0.02)


def test_extreme_movements_keep_the_rms_promise_over_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [p.name for p in PARAMETERS if p.aspect != "level"]
    ends = [{name: end(info(name)) for name in names} for end in (lambda row: row.low, lambda row: row.high)]
    monkeypatch.setattr(deciding, "decide", windowed([ends[1], ends[0], ends[1]]))
    for gains in ({"input_gain": 1.2, "output_level": 1.1}, {"input_gain": 0.8, "output_level": 0.9}):
        mix = by_rules(THIN, RATE, dynamic=True, loudness="keep", settings=gains)
        assert 0.8 <= mix.balance.rms_ratio <= 1.2
        out = balance(THIN, RATE, mix.preset)  # measured here again, and not by the mix
        assert 0.8 <= float(np.sqrt(np.mean(out.astype(float) ** 2) / np.mean(THIN.astype(float) ** 2))) <= 1.2
        assert mix.preset.makeup_trim_db != 0.0  # both gains are set: the trim keeps the promise
        assert mix.preset.span("input_gain") == (gains["input_gain"],) * 2


def test_too_much_compression_is_taken_back_at_every_keyframe(monkeypatch: pytest.MonkeyPatch) -> None:
    hammer = song(SECONDS, RATE) * np.float32(0.2)
    hammer[:, ::RATE] += 0.7
    rows = [{"compressor_ratio": 3.0}, {"compressor_ratio": 4.0}]
    monkeypatch.setattr(deciding, "decide", windowed(rows))
    monkeypatch.setattr("mixwright.mix.promises.MOST_CREST_LOST_DB", -20.0)  # whatever the render does is too much
    mix = by_rules(hammer, RATE, dynamic=True, loudness="keep")
    low, high = mix.preset.span("compressor_ratio")
    assert 1.0 <= low <= high < 1.5  # halved four times at most
    assert "Lowered to" in mix.reasons["compressor_ratio"]


def test_the_rules_stand_still_and_say_so() -> None:
    moving, still = (by_rules(THIN, RATE, dynamic=dynamic, loudness="keep") for dynamic in (True, False))
    assert moving.preset == still.preset
    assert [w for w in moving.warnings if w not in still.warnings] == [
        "Nothing moves during the song: the rules decide once for the whole of it."
    ]


def test_on_another_song_the_average_stays() -> None:
    keyframes = ((0.0, Parameters(low_eq=1.0)), (20.0, Parameters(low_eq=2.0)))
    given = Preset(parameters=Parameters(low_eq=1.5), trajectory=keyframes)
    mix = by_rules(THIN, RATE, preset=given, loudness="keep")
    assert mix.preset.trajectory == ()
    assert mix.preset.parameters["low_eq"] == 1.5
    assert any("movement" in warning for warning in mix.warnings)
    assert mixwright.render(THIN, given, RATE).preset.trajectory == keyframes


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"morph": "rock"}, "FROM:TO"),
        ({"morph": "rock:pop:jazz"}, "FROM:TO"),
        ({"morph": "rock:"}, "FROM:TO"),
        ({"morph": "rock:polka"}, "polka"),
        ({"morph": "rock:rock"}, "one genre to another"),
        ({"morph": ("hip-hop", "hip_hop")}, "one genre to another"),
        ({"morph": "rock:pop", "genre": "jazz"}, "cannot go with a genre"),
        ({"morph": "rock:pop", "references": ["x.wav"]}, "cannot go with references"),
        ({"morph": "rock:pop", "preset": Preset()}, "cannot go with a preset"),
        ({"morph": "rock:pop", "dynamic": True}, "cannot go with dynamic"),
        ({"dynamic": True, "preset": Preset()}, "cannot go with a preset"),
    ],
)
def test_wishes_that_contradict_are_refused(wishes: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says) as error:
        by_rules(THIN, RATE, **wishes)
    assert "\n" not in str(error.value)
