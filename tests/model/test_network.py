"""The network's file and ear: refused where it cannot be used, the same bits again, calibrated, fed as in training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.model.network_files import write_network
from tests.songs import song

from mixwright import ModelError
from mixwright.analysis import analyze_audio
from mixwright.analysis.bands import NOMINAL_HZ
from mixwright.analysis.mel import MEL_BANDS, MEL_FRAMES
from mixwright.model import Hearing, load_network
from mixwright.model.hearing import GROUP_EDGES_HZ, listened
from mixwright.model.network import GROUPS, SHIPPED
from mixwright.model.network_input import FLOOR_DB, hear_all, hear_passage, mid_side_db
from mixwright.parameters import GENRES, PARAMETERS

RATE = 44_100
SONG = analyze_audio(song(25.0), RATE)


def test_the_shipped_network_is_small_and_answers_within_its_bounds() -> None:
    assert SHIPPED.stat().st_size <= 5_000_000  # of the wheel
    hearing = Hearing(load_network(), SONG)
    assert hearing.answer.positions.shape == (len(GENRES), len(PARAMETERS))
    assert np.abs(hearing.answer.positions).max() <= 1.0
    assert sum(hearing.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
    attention = hearing.answer.attention
    assert attention.shape[:3] == (len(PARAMETERS), len(SONG.mel_windows_db), GROUPS)
    np.testing.assert_allclose(attention.sum(axis=(1, 2, 3)), 1.0, atol=1e-4, rtol=0)  # float32 sums


def test_it_is_read_once_and_says_the_same_again(tmp_path: Path) -> None:
    assert load_network() is load_network()
    first, second = (Hearing(load_network(), SONG).answer for _ in range(2))
    np.testing.assert_array_equal(first.positions, second.positions)
    np.testing.assert_array_equal(first.attention, second.attention)
    path = write_network(tmp_path / "n.onnx", positions={"low_eq": 0.5})
    before = load_network(path)
    write_network(path, positions={"low_eq": 0.5}, facts={"version": "another"})
    assert load_network(path).facts.version == "another"  # a file that changed is read again
    assert before.facts.version == "test"


def test_a_rounding_beyond_the_bound_is_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = load_network(write_network(tmp_path / "n.onnx", positions={"high_eq": -1.0}))
    session = network._session

    class Beyond:
        """The library's tanh has been seen to end at 1.0000001."""

        def __init__(self, factor: float) -> None:
            self.session, self.factor = session, np.float32(factor)

        def run(self, names: list[str], given: dict[str, np.ndarray]) -> list[np.ndarray]:
            return [v * self.factor if n == "positions" else v
                    for n, v in zip(names, self.session.run(names, given), strict=True)]  # fmt: skip

    monkeypatch.setattr(network, "_session", Beyond(1.0000002))
    assert float(np.abs(Hearing(network, SONG).answer.positions).max()) == 1.0
    monkeypatch.setattr(network, "_session", Beyond(1.01))
    with pytest.raises(ModelError, match=r"positions must be in \[-1, 1\]"):
        Hearing(network, SONG)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"form": "mixwright-network-999"}, "mixwright-network-999"),
        ({"form": None}, "format=none"),
        ({"bands": 32}, "input mel_db must be 1×any×2×64×216"),
        ({"drop": "positions"}, "output positions"),
        ({"facts": {"temperature": 0.0}}, "temperature=0 must be above 0"),
        ({"facts": {"temperature": "warm"}}, "facts cannot be read"),
        ({"facts": {"unsure_below": 1.5}}, r"unsure_below=1.5 must be in \[0, 1\]"),
        ({"facts": {"amount": 2.0}}, "amount=2"),
    ],
)
def test_a_network_that_does_not_fit_is_refused_in_one_line(tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    path = write_network(tmp_path / "other.onnx", **wrong)
    with pytest.raises(ModelError, match=says) as error:
        load_network(path)
    assert "other.onnx" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"not a network", SHIPPED.read_bytes()[:100_000]])
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "half.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="damaged, or not an ONNX network") as error:
        load_network(tmp_path / "half.onnx")
    assert "\n" not in str(error.value)


def test_no_file_and_damaged_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        load_network(tmp_path / "nothing.onnx")
    path = write_network(tmp_path / "nan.onnx", logits=[float("nan")] * 6)
    with pytest.raises(ModelError, match="not a number"):
        Hearing(load_network(path), SONG)


def test_the_temperature_calibrates_and_unsure_is_said(tmp_path: Path) -> None:
    path = write_network(tmp_path / "n.onnx", logits=[2.0, 0, 0, 0, 0, 0], facts={"temperature": 2.0})
    hearing = Hearing(load_network(path), SONG)
    sure = np.e / (np.e + 5)  # softmax of 2/2 beside five zeros
    assert hearing.probabilities["rock"] == pytest.approx(sure, abs=1e-6)
    assert not hearing.sure  # 0.35 under 0.4
    assert hearing.weights is None
    write_network(path, logits=[2.0, 0, 0, 0, 0, 0], facts={"temperature": 2.0, "unsure_below": 0.3, "version": "b"})
    assert Hearing(load_network(path), SONG).weights == hearing.probabilities


def test_mid_and_side_of_a_known_mix() -> None:
    # Equal channels have no side; unrelated ones as much as middle, each half the power.
    mid, side = mid_side_db([0.01, 0.01, 0.01], [1.0, 0.0, -1.0])
    np.testing.assert_allclose(mid, [-20.0, -23.0103, FLOOR_DB], atol=1e-4, rtol=0)
    np.testing.assert_allclose(side, [FLOOR_DB, -23.0103, -20.0], atol=1e-4, rtol=0)


def test_what_a_sample_rate_lacks_stands_at_the_floor() -> None:
    low = hear_all(analyze_audio(song(3.0, 16_000), 16_000))
    absent = np.array(NOMINAL_HZ) >= 8000
    assert (low.mid_db[absent] == FLOOR_DB).all()
    assert (low.mid_db[~absent] > -120).all()
    mono = hear_all(analyze_audio(song(3.0, channels=1), RATE))
    assert (mono.side_db == FLOOR_DB).all()
    short = hear_all(analyze_audio(song(0.5), RATE))
    assert short.mel_db.shape == (1, 2, MEL_BANDS, MEL_FRAMES)
    silent = hear_all(analyze_audio(np.zeros((2, RATE), np.float32), RATE))
    assert np.isfinite(silent.mid_db).all()


def test_a_passage_that_is_the_whole_song_is_heard_as_the_song() -> None:
    whole = hear_all(SONG)
    passage = hear_passage(whole, slice(0, len(whole.mel_db)))
    np.testing.assert_allclose(passage.mid_db, whole.mid_db, atol=1e-9, rtol=0)
    np.testing.assert_array_equal(passage.mel_db, whole.mel_db)


def test_a_passage_is_heard_as_its_excerpt() -> None:
    loud = song(30.0, seed=2)
    loud[:, : 15 * RATE] *= np.float32(0.25)  # the first half 12 dB softer
    analysis = analyze_audio(loud, RATE)
    whole = hear_all(analysis)
    passage = hear_passage(whole, slice(2, 3))
    start = int(analysis.mel_starts_s[2] * RATE)
    alone = hear_all(analyze_audio(np.ascontiguousarray(loud[:, start : start + 10 * RATE]), RATE))
    heard = slice(NOMINAL_HZ.index(63.0), NOMINAL_HZ.index(10_000.0))
    # Of noise over ten seconds; the mel bands are wider than the third octaves of the bass.
    np.testing.assert_allclose(passage.mid_db[heard], alone.mid_db[heard], atol=1.5, rtol=0)


def test_passages_follow_the_song(tmp_path: Path) -> None:
    music = song(40.0)
    music[:, : 20 * RATE] *= np.float32(0.1)
    path = write_network(tmp_path / "n.onnx", follow_level={"high_eq": 0.01})
    passages = Hearing(load_network(path), analyze_audio(music, RATE)).passages()
    asked = [float(p.answer.positions[0, 3]) for p in passages]
    assert asked[-1] - asked[0] == pytest.approx(0.2, abs=0.03)  # 20 dB at 0.01 per dB
    assert [p.start_s for p in passages] == sorted(p.start_s for p in passages)
    assert passages[-1].end_s <= 40.0


def test_where_it_listened_is_where_the_attention_is() -> None:
    attention = np.full((len(PARAMETERS), len(SONG.mel_starts_s), GROUPS, 54), 1e-6, np.float32)
    attention[1, 2, 5] = 1.0
    attention /= attention.sum(axis=(1, 2, 3), keepdims=True)
    where = listened(attention, replace(SONG))
    assert where["low_eq"].hz == (GROUP_EDGES_HZ[5], GROUP_EDGES_HZ[6])
    assert where["low_eq"].seconds is not None
    assert where["low_eq"].seconds[0] == pytest.approx(float(SONG.mel_starts_s[2]))
    assert (where["mid_eq"].hz, where["mid_eq"].seconds) == (None, None)  # even: nothing stands out
    assert sum(where["low_eq"].bands) == pytest.approx(1.0)
