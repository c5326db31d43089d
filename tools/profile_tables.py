"""The genres' profiles as the plugin needs them: a C++ header from profiles.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).resolve().parent.parent / "src/mixwright/parameters/profiles.json"
FEATURES = ("crest_factor_db", "loudness_range_lu", "stereo_width")


def cpp_profiles(genres: Sequence[str]) -> str:
    """plugin/learn/profiles.hpp."""
    profiles = json.loads(PROFILES.read_text(encoding="utf-8"))["profiles"]
    lines = [
        "// Generated from profiles.json by tools/generate.py; do not edit.",
        "#pragma once",
        "",
        '#include "learn/bands.hpp"',
        '#include "parameters.hpp"',
        "",
        "namespace mixwright {",
        "",
        "struct MeanSpread {",
        "  double mean = 0, spread = 0;",
        "};",
        "",
        "// LTAS in dB relative to the K-weighted power, crest factor, loudness range, rms of side over middle.",
        "struct Profile {",
        "  MeanSpread ltas_db[kOctaveBands], crest_db, range_lu, width;",
        "};",
        "",
        "// clang-format off",
        f"inline constexpr Profile kAllMusic = {_row(profiles['all'])};",
        "",
        "inline constexpr Profile kGenreProfiles[kGenreCount] = {",
        *(f"    {_row(profiles[genre])}," for genre in genres),
        "};",
        "// clang-format on",
        "",
        "}  // namespace mixwright",
        "",
    ]
    return "\n".join(lines)


def _row(profile: dict[str, Any]) -> str:
    bands = ", ".join(_pair(pair) for pair in zip(profile["ltas_db"], profile["ltas_spread_db"], strict=True))
    return f"{{{{{bands}}}, {', '.join(_pair(profile['features'][name]) for name in FEATURES)}}}"


def _pair(pair: Sequence[float]) -> str:
    return f"{{{pair[0]}, {pair[1]}}}"
