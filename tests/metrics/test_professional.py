"""The professional scores: bounded, free of level, and each falling under the faults it is named after."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.faults import FAULTS, Fault
from tests.songs import song

from mixwright.audio import read_audio
from mixwright.errors import SignalError
from mixwright.metrics import ProfessionalScores, professional_scores
from mixwright.metrics.professional import DEFINITIONS, MEASURES, score_measures
from mixwright.metrics.professional_measures import modulation_depth_db
from mixwright.parameters.profiles import load_profile

RATE = 44_100
FOUR = ("balance", "dynamics", "clarity", "overall")
EXAMPLE = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"
ROCK, ALL = load_profile("rock"), load_profile("all")
# Points: gain moves float32 samples by 6e-8 of themselves; a percentile or a count may take the next frame.
SAME = 0.05


@pytest.fixture(scope="module")
def music() -> np.ndarray:
    """Real released music, 10 s: long enough for a loudness range, short enough for many faults."""
    audio, rate = read_audio(EXAMPLE)
    assert rate == RATE
    middle = audio.shape[1] // 2
    return np.ascontiguousarray(audio[:, middle - 5 * RATE : middle + 5 * RATE], np.float32)


@pytest.fixture(scope="module")
def clean(music: np.ndarray) -> ProfessionalScores:
    return professional_scores(music, RATE, ROCK)


# At -70 dB the music lies under the absolute gate of BS.1770 and would have no loudness.
@pytest.mark.parametrize("gain_db", [-70.0, -12.0, 6.0, 20.0])
def test_level_changes_nothing(music: np.ndarray, clean: ProfessionalScores, gain_db: float) -> None:
    other = professional_scores(music * np.float32(10 ** (gain_db / 20)), RATE, ROCK)
    for name in FOUR:
        assert getattr(other, name) == pytest.approx(getattr(clean, name), rel=0, abs=SAME)


def test_polarity_and_swapped_channels_change_nothing(music: np.ndarray, clean: ProfessionalScores) -> None:
    for other in (-music, np.ascontiguousarray(music[::-1])):
        scores = professional_scores(other, RATE, ROCK)
        for name in FOUR:
            assert getattr(scores, name) == pytest.approx(getattr(clean, name), rel=0, abs=SAME)


def test_mono_is_two_equal_channels(music: np.ndarray) -> None:
    mono = np.ascontiguousarray(music.mean(axis=0)[None])
    one, two = (professional_scores(x, RATE, ROCK) for x in (mono, np.repeat(mono, 2, axis=0)))
    for name in FOUR:
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=0, abs=SAME)


# On one song a fault may lead toward the profile at first (a dark mix is helped by some brightness), so the mildest
# grade is not held; from the middle to the gravest the score must fall, and from none to the gravest clearly.
CLEARLY = 3.0  # points


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_lowers_its_score(music: np.ndarray, fault: Fault) -> None:
    # Metal is brighter than rock at large, so that a veil over it is no fault yet: there it lies on dark noise.
    sound = song(6.0, RATE, tilt=-2.0) if fault.name.startswith("veil") else music
    made = [sound, *(np.asarray(make(sound, RATE), np.float32) for make in fault.make[1:])]
    clean, middle, gravest = (getattr(professional_scores(x, RATE, ROCK), fault.score) for x in made)
    assert gravest < middle
    assert gravest < clean - CLEARLY


@pytest.mark.parametrize(
    ("name", "grade", "untouched"),
    [
        ("leaning to one side", 2, ("clarity",)),
        ("one channel inverted", 2, ("dynamics",)),
        ("over-compression", 2, ("balance", "clarity")),
        ("clipping", 0, ("balance", "clarity")),
        ("collapse to mono", 2, ("dynamics",)),
    ],
)
def test_and_little_of_the_others(
    music: np.ndarray, clean: ProfessionalScores, name: str, grade: int, untouched: tuple[str, ...]
) -> None:
    fault = next(f for f in FAULTS if f.name == name)
    hurt = professional_scores(np.asarray(fault.make[grade](music, RATE), np.float32), RATE, ROCK)
    lost = getattr(clean, fault.score) - getattr(hurt, fault.score)
    for other in untouched:
        # A third: the fault is heard by the measurement it is named after, not by all together.
        assert abs(getattr(clean, other) - getattr(hurt, other)) < lost / 3


def test_cut_peaks_are_told_as_flat_tops(music: np.ndarray, clean: ProfessionalScores) -> None:
    clipping = next(f for f in FAULTS if f.name == "clipping")
    mild = professional_scores(clipping.make[0](music, RATE), RATE, ROCK)
    # Ten times the unclipped share, and the largest cost of its score, although the crest factor fell by 3 dB as well.
    assert mild.measured["flat_tops_percent"] > 10 * max(clean.measured["flat_tops_percent"], 0.1)
    costs = {m.name: mild.costs[m.name] for m in MEASURES if m.score == "dynamics"}
    assert max(costs, key=lambda name: costs[name]) == "flat_tops_percent"


def test_noise_fills_the_open_moments_of_synthetic_music() -> None:
    time = np.arange(6 * RATE) % (RATE // 2) / RATE
    decay = np.exp(-time / 0.08)  # 54 dB down before the next stroke
    strokes = np.random.default_rng(3).standard_normal((2, 6 * RATE)) * decay
    music = (0.1 * strokes).astype(np.float32)
    fault = next(f for f in FAULTS if f.name == "noise floor")
    depths = [modulation_depth_db(music, RATE)] + [modulation_depth_db(make(music, RATE), RATE) for make in fault.make]
    assert depths == sorted(depths, reverse=True)


def test_modulation_depth_of_known_signals() -> None:
    rng = np.random.default_rng(0)
    steady = rng.standard_normal((2, 8 * RATE)).astype(np.float32) * np.float32(0.1)
    gate = (np.arange(8 * RATE) % RATE < RATE // 2).astype(np.float32)  # half a second on, half a second off
    # 345 frames, so that a bin's percentile is off by 15 %, 0.7 dB, and the mean of its logarithm by less.
    assert modulation_depth_db(steady, RATE) == pytest.approx(0.0, rel=0, abs=0.5)
    assert modulation_depth_db(steady[:1], RATE) == pytest.approx(0.0, rel=0, abs=0.5)
    assert modulation_depth_db(steady * np.array([[1.0], [0.0]], np.float32), RATE) == pytest.approx(
        0.0, rel=0, abs=0.5
    )
    assert modulation_depth_db(steady * gate, RATE) == pytest.approx(60 - 12.9, rel=0, abs=0.1)  # silence: the limit
    # 20 dB quieter for half the time: the mean falls by 3 dB, and the lowest 5 % of all are the lowest 10 % of the
    # quiet half, -ln(0.9) in place of -ln(0.95): 20 - 3 - 3.1 dB.
    quiet = modulation_depth_db(steady * (0.1 + 0.9 * gate), RATE)
    assert quiet == pytest.approx(13.9, rel=0, abs=1.0)


@pytest.mark.parametrize("rate", [8000, 48_000, 192_000])
def test_any_rate_and_bounds(rate: int) -> None:
    scores = professional_scores(song(2.0, rate), rate, ALL)
    for name in FOUR:
        assert 0.0 <= getattr(scores, name) <= 100.0
    assert set(scores.costs) == {m.name for m in MEASURES}
    if rate == 8000:  # what the rate cuts off is not measured and costs nothing
        assert math.isnan(scores.measured["air_db"])
        assert scores.costs["air_db"] == 0.0


def test_white_noise_scores_low() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 3 * RATE)).astype(np.float32) * np.float32(0.1)
    scores = professional_scores(noise, RATE, ALL)
    assert scores.overall < 50.0
    assert scores.balance < 50.0


def test_costs_are_the_points_lost_and_overall_is_their_geometric_mean(clean: ProfessionalScores) -> None:
    for score in FOUR[:3]:
        lost = sum(clean.costs[m.name] for m in MEASURES if m.score == score)
        assert lost == pytest.approx(100 - getattr(clean, score), rel=0, abs=1e-9)
    three = np.log([clean.balance, clean.dynamics, clean.clarity])
    assert clean.overall == pytest.approx(math.exp(three @ [0.4, 0.3, 0.3]), rel=0, abs=1e-9)


def test_hundred_at_the_centre_and_monotone_in_every_measure(clean: ProfessionalScores) -> None:
    centres = {m.name: m.centre for m in MEASURES}
    best = score_measures(centres, clean.analysis)
    assert [getattr(best, name) for name in FOUR] == [100.0] * 4
    for m in MEASURES:
        signs = {"high": (1,), "low": (-1,), "both": (1, -1)}[m.side]
        for sign in signs:
            away = [m.centre * 2 ** (sign * k * m.spread) if m.octaves else m.centre + sign * k * m.spread
                    for k in (1, 2, 4)]  # fmt: skip
            scores = [getattr(score_measures({**centres, m.name: x}, clean.analysis), m.score) for x in away]
            assert 100 > scores[0] > scores[1] > scores[2], m.name
        if m.side != "both":  # the other side is no fault
            other = m.centre - signs[0] * m.spread
            assert m.cost(other) == 0.0


def test_every_score_is_defined_and_no_measure_twice() -> None:
    assert set(DEFINITIONS) == {*FOUR, "genre_appropriateness"}
    assert len({m.name for m in MEASURES}) == len(MEASURES)


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros((2, RATE), np.float32), "silent"),
        (np.full((2, RATE), np.nan, np.float32), "not numbers"),
        (np.ones((2, 100), np.float32), "at least"),
        (np.ones((3, RATE), np.float32), "channels"),
        (np.eye(2, RATE + 200, RATE + 190, dtype=np.float32), "no music"),  # behind the last whole block of BS.1770
    ],
)
def test_what_is_no_music_is_refused(audio: np.ndarray, words: str) -> None:
    with pytest.raises(SignalError, match=f"^demo: .*{words}"):
        professional_scores(audio, RATE, ALL, "demo")
