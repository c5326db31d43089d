"""One pass, any block sizes, and nothing that a strange file could break."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals import pink

from mixwright.analysis import Analysis, Analyzer, analyze_audio, analyze_blocks, mel
from mixwright.analysis.result import ENVELOPES
from mixwright.errors import ParameterError

SONG = pink(0.2, 3.3, 22050, 2, seed=20)
SONG[:, 30000:30020] = 1.0
SONG[0, 5] = np.nan


def everything(measured: Analysis) -> dict[str, object]:
    return measured.to_dict(series=True) | {name: getattr(measured, name).tolist() for name in ENVELOPES}


WHOLE = everything(analyze_audio(SONG, 22050))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, SONG.shape[1]), max_size=12))
def test_any_split_gives_the_same_bits(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), SONG.shape[1]]
    blocks = (SONG[:, start:end] for start, end in pairwise(edges))
    assert everything(analyze_blocks(blocks, 22050, 2)) == WHOLE


@pytest.mark.parametrize("size", [17, 64, 4096])
def test_fixed_blocks_give_the_same_bits(size: int) -> None:
    blocks = (SONG[:, start : start + size] for start in range(0, SONG.shape[1], size))
    assert everything(analyze_blocks(blocks, 22050, 2)) == WHOLE


@pytest.mark.parametrize("sample_rate", [8000, 11025, 44100, 192000])
@pytest.mark.parametrize("samples", [0, 1, 2, 100, 3000, 16384, 16385, 40000])
@pytest.mark.parametrize("value", [0.0, 0.5, -1.0, np.nan, 1e-40])
def test_empty_short_silent_and_constant_audio_is_measured(sample_rate: int, samples: int, value: float) -> None:
    for channels in (1, 2):
        measured = analyze_audio(np.full((channels, samples), value, np.float32), sample_rate)
        text = json.dumps(measured.to_dict(series=True), allow_nan=False)
        assert json.loads(text)["samples"] == samples
        assert measured.tempo_bpm is None
        assert np.isfinite(measured.ltas_db).all()
        assert np.isfinite(measured.band_correlation).all()
        if samples == 0 or value in (0.0,) or np.isnan(value):
            assert measured.rms_dbfs == measured.integrated_lufs == measured.sample_peak_dbfs == -np.inf
            assert measured.to_dict()["crest_factor_db"] is None
            assert measured.mono_loss_db == measured.stereo_width == measured.stereo_imbalance == 0.0
            assert measured.to_dict()["spectral_centroid_hz"] is None
        elif abs(value) > 0.1:
            assert measured.crest_factor_db == pytest.approx(0.0, abs=1e-4)


def test_series_are_asked_for() -> None:
    measured = analyze_audio(SONG, 22050)
    short, full = measured.to_dict(), measured.to_dict(series=True)
    assert set(full) - set(short) == {"momentary_series", "short_term_series"}
    assert len(full["momentary_series"]) == len(measured.momentary_series) == 291
    assert len(full["momentary_series"][0]) == 2
    design = """integrated_lufs short_term_max_lufs momentary_max_lufs loudness_range_lu true_peak_dbtp
        sample_peak_dbfs rms_dbfs crest_factor_db plr_lu spectral_centroid_hz ltas_db third_octave_hz
        stereo_width stereo_correlation tempo_bpm dc_offset clipped_samples duration_s sample_rate channels"""
    assert set(design.split()) <= set(short)


def test_memory_does_not_grow_with_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mel, "MOST_WINDOWS", 2)  # full within 60 s; the model's windows take 3.5 MB at most

    def stream(seconds: int) -> Iterator[np.ndarray]:
        block = pink(0.1, 1.0, 8000, 2, seed=21)
        return (block for _ in range(seconds))

    analyze_blocks(stream(10), 8000, 2)  # imports and caches
    peaks = []
    for seconds in (60, 300):
        tracemalloc.start()
        analyzer = Analyzer(8000, 2)
        for block in stream(seconds):
            analyzer.process(block)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 100 hops of 12 bytes and 31 frames of 5, and the arrays around them: 3 kB a second
    assert peaks[1] - peaks[0] < 240 * 4000


def test_finish_twice_is_the_same_and_ends_it() -> None:
    analyzer = Analyzer(44100, 1)
    analyzer.process(np.ones((1, 100), np.float32))
    assert analyzer.finish() is analyzer.finish()
    with pytest.raises(ParameterError, match="before finish"):
        analyzer.process(np.ones((1, 1), np.float32))
