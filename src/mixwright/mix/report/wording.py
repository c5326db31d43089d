"""Numbers as an engineer writes them: sensible digits, a true minus, and an en dash for the unknown."""

from __future__ import annotations

import math
from typing import TypeGuard

MINUS = "\u2212"
UNKNOWN = "\u2013"
THIN = "\u202f"  # narrow no-break space: a number never parts from its unit

# Decimals by unit. A loudness meter shows tenths; a linear factor needs hundredths to show 0.1 dB.
_DECIMALS = {
    "dB": 1,
    "dBFS": 1,
    "dBTP": 1,
    "LUFS": 1,
    "LU": 1,
    "s": 1,
    "ms": 0,
    "BPM": 0,
    "samples": 0,
    "×": 2,
    ":1": 2,
    "": 2,
}
_DEFAULT_DECIMALS = 2
_ATTACHED = ("×", ":1")  # units written without a space


def known(value: float | None) -> TypeGuard[float]:
    """True for a number that can be written: not None, not NaN, not infinite."""
    return value is not None and math.isfinite(value)


def number(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """`-3.14159` at 1 decimal is `−3.1`; a value that rounds to zero has no sign; `signed` adds the plus."""
    if not known(value):
        return UNKNOWN
    digits = f"{abs(value):,.{decimals}f}".replace(",", THIN)
    if float(f"{abs(value):.{decimals}f}") == 0.0:
        return digits
    if value < 0:
        return MINUS + digits
    return "+" + digits if signed else digits


def quantity(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A number with its unit: `−14.0 LUFS`, `2.31 kHz`, `1.05×`, `8.0 % wet`; `–` if it is not known."""
    if not known(value):
        return UNKNOWN
    if unit == "wet":
        percent = 100.0 * value
        return f"{number(percent, 0 if percent == 0.0 or percent >= 9.95 else 1)}{THIN}%"
    if unit == "%":
        return f"{number(value, 0 if value == 0 or abs(value) >= 9.95 else 1, signed=signed)}{THIN}%"
    if unit == "Hz" and abs(value) >= 999.5:
        return f"{number(value / 1000.0, 1 if abs(value) >= 9995 else 2, signed=signed)}{THIN}kHz"
    if unit == "Hz":
        return f"{number(value, 0, signed=signed)}{THIN}Hz"
    return _with_unit(number(value, _DECIMALS.get(unit, _DEFAULT_DECIMALS), signed=signed), unit)


def _with_unit(text: str, unit: str) -> str:
    if unit in _ATTACHED:
        return text + unit
    return f"{text}{THIN}{unit}" if unit else text


def setting(value: float | None, unit: str) -> str:
    """A parameter's value: gains in dB carry their sign (`+1.5 dB`), everything else reads as a quantity."""
    return quantity(value, unit, signed=unit == "dB")


def bound(value: float, unit: str) -> str:
    """An end of a range, written short: `−3 dB`, `1.2×`, `4:1`, `30 %`."""
    if unit == "wet":
        return quantity(100.0 * value, "%") if value else quantity(0.0, unit)
    decimals = next((d for d in range(3) if abs(round(value, d) - value) < 1e-9), 3)
    return _with_unit(number(value, decimals, signed=unit == "dB"), unit)


def factor_in_db(value: float, unit: str) -> str:
    """The decibels behind a linear factor (`+0.4 dB` for 1.05×); empty for every other unit."""
    if unit != "×" or not math.isfinite(value) or value <= 0.0:
        return ""
    return quantity(20.0 * math.log10(value), "dB", signed=True)


def clock(seconds: float) -> str:
    """A position in the song: `0:05`, `3:20`, `1:02:03`; whole seconds."""
    total = round(seconds)
    hours, minutes = total // 3600, total // 60 % 60
    return f"{hours}:{minutes:02}:{total % 60:02}" if hours else f"{minutes}:{total % 60:02}"


def frequency_label(hz: float) -> str:
    """A tick on a frequency axis: `63`, `1k`, `12.5k`."""
    return f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"


def name_in_words(name: str) -> str:
    """`hip_hop` as a reader writes it: `Hip hop`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
