"""The judge cannot be talked round: each fault is found by the criterion that is there for it, and by no accident."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, lfilter, sosfilt
from tests.songs import Audio, song

from mixwright import SignalError
from mixwright.audio import read_audio, resample
from mixwright.metrics import Score, evaluate, prepare, score, speech_measures
from mixwright.metrics import perceptual as perceptual_module
from mixwright.parameters.profiles import load_profile

# The package's names are functions of the same name.
score_module = importlib.import_module("mixwright.metrics.score")
evaluate_module = importlib.import_module("mixwright.metrics.evaluate")

SONG = Path(__file__).parents[2] / "examples" / "metal-madness.ogg"


@pytest.fixture(scope="module")
def clean() -> tuple[Audio, int]:
    """Twenty seconds of the bundled song, turned down so that nothing is clipped."""
    audio, rate = read_audio(SONG)
    return np.ascontiguousarray(audio[:, 10 * rate : 30 * rate] * np.float32(0.5)), rate


def failed(result: Score) -> set[str]:
    return {c.name for c in result.criteria if c.passed is False}


def judged(audio: Audio, clean: tuple[Audio, int]) -> set[str]:
    return failed(score(np.ascontiguousarray(audio, np.float32), clean[1], reference=clean, perceptual=False))


def test_the_song_itself_passes(clean: tuple[Audio, int]) -> None:
    result = score(*clean, reference=clean)
    assert failed(result) == set()
    assert result.passed
    assert result.perceptual["pesq_wb"].value == pytest.approx(4.64, abs=0.02)  # the measure's own maximum
    assert result.perceptual["stoi"].value == pytest.approx(1.0, abs=1e-3)
    assert result.perceptual["visqol_left"].value == pytest.approx(4.73, abs=0.01)
    for name in ("ltas_error_db", "multi_resolution_stft_sum_db", "bark_error_db", "diffmst_loss", "lag_ms"):
        assert result.figures[name] == pytest.approx(0.0, abs=1e-6)


def test_collapse_to_mono(clean: tuple[Audio, int]) -> None:
    assert judged(np.repeat(clean[0].mean(axis=0, keepdims=True), 2, axis=0), clean) == {"side"}
    assert "side" in judged(clean[0].mean(axis=0, keepdims=True), clean)  # as a mono file too


def test_treble_raised_by_6_db(clean: tuple[Audio, int]) -> None:
    audio, rate = clean
    high = sosfilt(butter(2, 5000, "high", fs=rate, output="sos"), audio)
    found = judged(audio * 0.5 + 0.5 * high, clean)
    assert {"treble", "spectral_centroid"} <= found
    assert "side" not in found


def test_clipping(clean: tuple[Audio, int]) -> None:
    loud = np.clip(clean[0] * 10 ** (12 / 20), -1, 1)
    found = judged(loud, clean)
    assert {"clipped", "true_peak_over"} <= found
    before = score(np.ascontiguousarray(loud, np.float32), clean[1], before=clean, perceptual=False)
    assert "crest_factor_lost" in failed(before)


def test_low_pass_at_7_khz(clean: tuple[Audio, int]) -> None:
    audio, rate = clean
    found = judged(sosfilt(butter(8, 7000, fs=rate, output="sos"), audio), clean)
    assert "treble" in found
    assert "side" not in found


def test_level_lag_and_polarity_are_found_and_not_judged(clean: tuple[Audio, int]) -> None:
    audio, rate = clean
    late = np.concatenate([np.zeros((2, 441), np.float32), audio * np.float32(-0.25)], axis=1)
    result = score(late, rate, reference=clean, perceptual=False)
    assert result.figures["lag_ms"] == pytest.approx(10.0, abs=0.01)
    assert result.figures["polarity"] == -1
    assert result.figures["gain_db"] == pytest.approx(12.04, abs=0.05)
    assert failed(result) == set()
    early = score(np.ascontiguousarray(audio[:, 441:]), rate, reference=clean, perceptual=False)
    assert early.figures["lag_ms"] == pytest.approx(-10.0, abs=0.01)


def test_one_channel_inverted_is_found_and_not_called_another_song(clean: tuple[Audio, int]) -> None:
    found = judged(clean[0] * np.array([[1], [-1]], np.float32), clean)
    assert "mono_loss" in found
    assert "mono_loss" in failed(score(np.stack([clean[0][0], -clean[0][0]]), clean[1]))  # nothing at all is left


def test_a_lost_channel(clean: tuple[Audio, int]) -> None:
    assert "imbalance" in judged(clean[0] * np.array([[1], [0]], np.float32), clean)


def test_a_widened_mono_is_not_hidden(clean: tuple[Audio, int]) -> None:
    mono = np.repeat(clean[0].mean(axis=0, keepdims=True), 2, axis=0)
    result = score(clean[0], clean[1], reference=(mono, clean[1]), perceptual=False)
    assert "side" in failed(result)
    assert result.figures["side_change_db"] > 10


def test_a_short_reference_is_found_and_the_part_is_said(clean: tuple[Audio, int]) -> None:
    audio, rate = clean
    passage = np.ascontiguousarray(audio[:, 7 * rate : 13 * rate])
    for result, words in (
        (score(audio, rate, reference=(passage, rate), perceptual=False), "0:07.0 to 0:13.0 of the mix (30% of it)"),
        (score(passage, rate, reference=clean, perceptual=False), "0:07.0 to 0:13.0 of the reference (30% of it)"),
    ):
        assert any(words in sentence for sentence in result.sentences)
        assert result.comparison["seconds"] == pytest.approx(6.0, abs=1e-3)
        assert {name for name in failed(result) if name != "true_peak_over"} == set()


def test_alignment_is_said_in_words(clean: tuple[Audio, int]) -> None:
    audio, rate = clean
    late = np.pad(audio.mean(axis=0, keepdims=True) * np.float32(-0.5), ((0, 0), (441, 0)))
    said = " ".join(score(late, rate, reference=clean, perceptual=False).sentences)
    for words in ("10.00 ms behind the reference", "inverted", "turned up by 6", "The mix is mono"):
        assert words in said
    assert "same audio" in " ".join(score(audio, rate, before=clean, perceptual=False).sentences)


def test_loudness_and_ceiling_of_a_finished_file(clean: tuple[Audio, int]) -> None:
    lufs = score(*clean).analysis.integrated_lufs
    assert "loudness_off_target" in failed(score(*clean, target_lufs=lufs - 3.1))
    assert "loudness_off_target" not in failed(score(*clean, target_lufs=lufs - 2.9))
    assert "true_peak_over" in failed(score(*clean, ceiling_dbtp=-20))


def test_nothing_is_analysed_twice(clean: tuple[Audio, int], monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"analyses": 0}
    real = score_module.analyze_audio

    def counted(audio: Audio, rate: int) -> object:
        counts["analyses"] += 1
        return real(audio, rate)

    monkeypatch.setattr(score_module, "analyze_audio", counted)
    monkeypatch.setattr(evaluate_module, "analyze_audio", counted)
    score(*clean, before=clean, perceptual=False)
    assert counts["analyses"] == 2  # one a file
    score(*clean, reference=clean, perceptual=False)
    assert counts["analyses"] == 4


def test_a_before_version_of_another_song_is_refused(clean: tuple[Audio, int]) -> None:
    with pytest.raises(SignalError, match="as before"):
        score(*clean, reference=clean, before=(song(20.0, clean[1], seed=8), clean[1]), perceptual=False)


def test_another_rate_is_the_same_song() -> None:
    first, second = song(4.0, 44_100), song(4.0, 44_100)
    pair = prepare(first, 44_100, resample(second, 44_100, 96_000), 96_000)
    assert evaluate(pair)["ltas_error_db"] < 0.2


def test_what_cannot_be_compared_is_refused(clean: tuple[Audio, int]) -> None:
    other = song(20.0, clean[1], seed=8)
    with pytest.raises(SignalError, match="same music"):
        prepare(*clean, other, clean[1])
    silent = np.zeros_like(clean[0])
    for pair in ((clean[0], silent), (silent, clean[0]), (silent, silent)):
        with pytest.raises(SignalError, match="silent"):
            prepare(pair[0], clean[1], pair[1], clean[1])
    with pytest.raises(SignalError, match="at least"):
        score(np.ascontiguousarray(clean[0][:, :100]), clean[1])
    with pytest.raises(SignalError, match="not numbers"):
        score(np.full((2, 44_100), np.nan, np.float32), 44_100)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_speech_measures_at_any_rate_fall_with_noise(clean: tuple[Audio, int], rate: int) -> None:
    audio = resample(clean[0], clean[1], rate)
    noise = np.random.default_rng(0).standard_normal(audio.shape).astype(np.float32) * np.float32(audio.std())
    names = ("pesq_wb", "stoi")
    noisy = [audio + noise * np.float32(x) for x in (0.01, 1.0)]
    figures = [speech_measures(prepare(audio, rate, x, rate), names=names) for x in noisy]
    for name in names:
        values = [row[name].value for row in figures]
        assert None not in values
        assert values == sorted(values, reverse=True)  # type: ignore[type-var]
    assert figures[-1]["pesq_wb"].value < 3.5  # type: ignore[operator]


def test_a_long_song_does_not_crash_pesq(clean: tuple[Audio, int]) -> None:
    long = np.tile(resample(clean[0], clean[1], 16_000), 30)  # ten minutes; PESQ crashes above 100 s
    figures = speech_measures(prepare(long, 16_000, long, 16_000), names=("pesq_wb",))
    assert figures["pesq_wb"].value == pytest.approx(4.64, abs=0.02)


def test_a_crash_a_wait_and_silence_become_reasons(clean: tuple[Audio, int], monkeypatch: pytest.MonkeyPatch) -> None:
    pair = prepare(*clean, *clean)
    assert "longer than" in speech_measures(pair, timeout_s=0.01)["stoi"].reason
    side_only = np.stack([clean[0][0], -clean[0][0]])
    assert "mono" in speech_measures(prepare(side_only, clean[1], side_only, clean[1]))["pesq_wb"].reason
    real = subprocess.run

    def crash(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", "import os; os.abort()"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(perceptual_module.subprocess, "run", crash)
    assert "crashed" in speech_measures(pair)["pesq_wb"].reason

    def crash_late(command: list[str], **options: object) -> object:
        said = """print('noise of a library'); print('{"name": "stoi", "value": 0.9, "reason": ""}', flush=True)"""
        return real([sys.executable, "-c", f"import os; {said}; os.abort()"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(perceptual_module.subprocess, "run", crash_late)
    kept = speech_measures(pair)
    assert kept["stoi"].value == 0.9  # what was measured before the crash
    assert "crashed" in kept["visqol_left"].reason


def test_genre_appropriateness_falls_with_distance() -> None:
    profile = load_profile("rock")
    usual, strange = (score(song(6.0, tilt=t), 44_100, profile=profile).genre_appropriateness for t in (-1.3, 0.8))
    assert usual is not None
    assert strange is not None
    assert strange < usual - 10
    assert 0 <= strange <= 100


def test_command(tmp_path: Path) -> None:
    good, dull = tmp_path / "good.wav", tmp_path / "dull.wav"
    audio = song(6.0)
    soundfile.write(good, audio.T, 44_100)
    soundfile.write(dull, lfilter(*butter(4, 2000, fs=44_100), audio).T, 44_100)

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mixwright", "score", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    page = tmp_path / "page.html"
    result = run(dull, "--reference", good, "--genre", "rock", "--json", "--html", page)
    data = json.loads(result.stdout)
    assert not data["passed"]
    assert 0 <= data["genre_appropriateness"] <= 100
    assert "<html" in page.read_text(encoding="utf-8")
    assert "Treble" in page.read_text(encoding="utf-8")
    assert "FAIL" in run(dull, "--reference", good, "--quick").stdout
    assert run(dull, "--reference", good, "--strict", "--quick").returncode == 3
    assert run(good).returncode == 0
    other = tmp_path / "other.wav"
    soundfile.write(other, np.random.default_rng(0).normal(0, 0.1, (6 * 44_100, 2)), 44_100)
    refused = run(good, "--reference", other, "--quick")
    assert refused.returncode == 1
    assert "same music" in refused.stderr
