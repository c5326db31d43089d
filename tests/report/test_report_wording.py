"""Numbers in words: digits, units, signs, and the dash for what is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixwright.mix.report.wording import (
    bound,
    clock,
    factor_in_db,
    frequency_label,
    name_in_words,
    number,
    quantity,
    setting,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-14.04, "LUFS", "−14.0 LUFS"),
        (-0.04, "dB", "0.0 dB"),
        (0.42, "", "0.42"),
        (1.05, "×", "1.05×"),
        (1.654, ":1", "1.65:1"),
        (0.0, "wet", "0 %"),
        (0.062, "wet", "6.2 %"),
        (0.25, "wet", "25 %"),
        (440.4, "Hz", "440 Hz"),
        (999.6, "Hz", "1.00 kHz"),
        (2312.0, "Hz", "2.31 kHz"),
        (12500, "Hz", "12.5 kHz"),
        (12345, "samples", "12 345 samples"),
        (117.6, "BPM", "118 BPM"),
        (-3.3, "%", "−3.3 %"),
        (0, "%", "0 %"),
        (None, "dB", "–"),
        (float("nan"), "LUFS", "–"),
        (float("-inf"), "LUFS", "–"),
        (float("inf"), "wet", "–"),
    ],
)
def test_quantities_read_as_an_engineer_writes_them(value: float | None, unit: str, text: str) -> None:
    assert quantity(value, unit).replace("\u202f", " ") == text


def test_settings_ranges_and_factors() -> None:
    assert setting(1.5, "dB") == "+1.5\u202fdB"
    assert setting(1.05, "×") == "1.05×"
    assert [bound(x, u) for x, u in ((-3, "dB"), (1.2, "×"), (4, ":1"), (0.3, "wet"), (0, "wet"))] == [
        "−3\u202fdB",
        "1.2×",
        "4:1",
        "30\u202f%",
        "0\u202f%",
    ]
    assert factor_in_db(2.0, "×") == "+6.0\u202fdB"  # 20 log10 2 = 6.02
    assert factor_in_db(2.0, ":1") == factor_in_db(0.0, "×") == factor_in_db(float("nan"), "×") == ""


def test_moments_frequencies_and_names() -> None:
    assert [clock(s) for s in (0, 5, 59.7, 200, 3723)] == ["0:00", "0:05", "1:00", "3:20", "1:02:03"]
    assert [frequency_label(hz) for hz in (31.5, 1000, 12500)] == ["31.5", "1k", "12.5k"]
    assert name_in_words("hip_hop") == "Hip hop"


@given(st.floats(-1e6, 1e6), st.integers(0, 3), st.booleans())
def test_a_number_can_be_read_back(value: float, decimals: int, signed: bool) -> None:
    text = number(value, decimals, signed=signed)
    assert "-" not in text
    read = float(text.replace("−", "-").replace("\u202f", ""))
    assert abs(read - value) <= 0.5 * 10.0**-decimals + 1e-9  # rounding to the last digit shown
    if read == 0.0:
        assert text[0].isdigit()
