"""Write everything that parameters.toml implies (the C++ headers, the Python tables, the docs page, the plugin's
description), and what the plugin needs of profiles.json.

`python tools/generate.py` writes, `--check` only compares and exits with 1 when a file is stale.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from plugin_tables import check_controls, cpp_controls, lv2_description, lv2_manifest
from profile_tables import cpp_profiles
from strip_tables import check_strip, cpp_strip_header, python_strip_table, strip_docs

ROOT = Path(__file__).resolve().parent.parent
NOTE = "Generated from parameters.toml by tools/generate.py; do not edit."
ASPECTS = ("level", "tone", "dynamics", "space", "width")
BLENDS = ("log", "linear", "dominant")

Table = dict[str, Any]


def load_table(path: Path = ROOT / "parameters.toml") -> Table:
    """Read and check the table; raises ValueError naming the row that breaks a rule."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in table["parameter"]:
        if not row["low"] <= row["neutral"] <= row["high"] or row["low"] == row["high"]:
            raise ValueError(f"{row['name']}: low <= neutral <= high must hold")
        if row["aspect"] not in ASPECTS:
            raise ValueError(f"{row['name']}: aspect={row['aspect']!r} must be one of {ASPECTS}")
        if not 0 < row["slew"] <= row["high"] - row["low"]:
            raise ValueError(f"{row['name']}: slew={row['slew']} must be above 0 and cross the range in 1 s at most")
    for row in table["voicing"]:
        if row["blend"] not in BLENDS:
            raise ValueError(f"{row['name']}: blend={row['blend']!r} must be one of {BLENDS}")
        for genre in table["genres"]:
            value, source = row[genre]
            if not row["low"] <= value <= row["high"]:
                raise ValueError(f"{row['name']} {genre}={value} must be in [{row['low']}, {row['high']}]")
            if source not in table["sources"]:
                raise ValueError(f"{row['name']} {genre}: unknown source {source!r}")
    names = [row["name"] for row in table["parameter"] + table["voicing"]]
    if len(set(names)) != len(names):
        raise ValueError("a name is used twice")
    check_strip(table, BLENDS)
    check_controls(table)
    return table


def cpp_header(table: Table) -> str:
    """dsp/parameters.hpp: enum, ranges and the voicing struct with the blended default."""
    lines = [
        f"// {NOTE}",
        "#pragma once",
        "",
        "namespace mixwright {",
        "",
        "enum Parameter {",
        *[f"  k_{row['name']}," for row in table["parameter"]],
        "  kParameterCount",
        "};",
        "",
        "struct ParameterInfo {",
        "  const char* name;",
        "  const char* label;",
        "  const char* unit;",
        "  const char* aspect;",
        "  double low, neutral, high;",
        "};",
        "",
        "// clang-format off",
        "inline constexpr ParameterInfo kParameters[kParameterCount] = {",
    ]
    for row in table["parameter"]:
        text = ", ".join(json.dumps(row[key], ensure_ascii=False) for key in ("name", "label", "unit", "aspect"))
        lines.append(f"    {{{text}, {row['low']}, {row['neutral']}, {row['high']}}},")
    lines += ["};", "", "enum VoicingField {", *[f"  v_{row['name']}," for row in table["voicing"]]]
    lines += [
        "  kVoicingCount",
        "};",
        "",
        f"enum class Blend {{ {', '.join(f'k{blend.capitalize()}' for blend in BLENDS)} }};",
        "",
        "struct VoicingInfo {",
        "  const char* name;",
        "  const char* unit;",
        "  Blend blend;",
    ]
    lines += ["  double low, high;", "};", "", "constexpr VoicingInfo kVoicing[kVoicingCount] = {"]
    for row in table["voicing"]:
        blend = f"Blend::k{row['blend'].capitalize()}"
        lines.append(f'    {{"{row["name"]}", "{row["unit"]}", {blend}, {row["low"]}, {row["high"]}}},')
    lines += ["};", "", f"constexpr int kGenreCount = {len(table['genres'])};"]
    names = ", ".join(f'"{genre}"' for genre in table["genres"])
    lines.append(f"constexpr const char* kGenres[kGenreCount] = {{{names}}};")
    lines.append("constexpr double kGenreVoicing[kGenreCount][kVoicingCount] = {")
    for genre in table["genres"]:
        lines.append("    {" + ", ".join(str(row[genre][0]) for row in table["voicing"]) + "},")
    lines += ["};", "// clang-format on", "", "}  // namespace mixwright", ""]
    return "\n".join(lines)


def python_table(table: Table) -> str:
    """src/mixwright/parameters/_generated.py: the same rows as plain tuples."""
    lines = [
        f'"""{NOTE}"""',
        "",
        "from __future__ import annotations",
        "",
        f"TABLE_VERSION = {table['format_version']}",
        f"GENRES = ({', '.join(json.dumps(genre) for genre in table['genres'])})",
        "",
        "# name, label, low, neutral, high, unit, aspect, description, slew (unit per second)",
        "PARAMETER_ROWS: tuple[tuple[str, str, float, float, float, str, str, str, float], ...] = (",
    ]
    keys = ("name", "label", "low", "neutral", "high", "unit", "aspect", "description", "slew")
    for row in table["parameter"]:
        lines.append("    (")
        lines += [f"        {json.dumps(row[key], ensure_ascii=False)}," for key in keys]
        lines.append("    ),")
    lines += [
        ")",
        "",
        "# name, unit, blend, low, high, description, one figure a genre",
        "VOICING_ROWS: tuple[tuple[str, str, str, float, float, str, tuple[float, ...]], ...] = (",
    ]
    keys = ("name", "unit", "blend", "low", "high", "description")
    for row in table["voicing"]:
        lines.append("    (")
        lines += [f"        {json.dumps(row[key], ensure_ascii=False)}," for key in keys]
        lines.append(f"        ({', '.join(str(row[genre][0]) for genre in table['genres'])}),")
        lines.append("    ),")
    lines += [
        ")",
        "",
        "# Settings of the plugin beside the parameters and the genre weights: name, low, neutral, high, step",
        "CONTROL_ROWS: tuple[tuple[str, float, float, float, float], ...] = (",
    ]
    for row in (row for row in table["control"] if not row.get("passing")):
        lines.append(f'    ("{row["name"]}", {row["low"]}, {row["neutral"]}, {row["high"]}, {row["step"]}),')
    return "\n".join([*lines, ")", ""])


def docs_page(table: Table) -> str:
    """docs/parameters.md: the tables as a reader wants them, each voicing figure with its source."""
    lines = [
        "# Parameters",
        "",
        f"<!-- {NOTE} -->",
        "",
        "The ten parameters. No caller, model, preset or plugin host can leave these ranges;",
        "all at neutral is a bit-exact bypass.",
        "",
        "| name | low | neutral | high | unit | aspect | what it does |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in table["parameter"]:
        cells = [f"`{row['name']}`", *(f"{row[key]:g}" for key in ("low", "neutral", "high"))]
        lines.append(f"| {' | '.join([*cells, row['unit'], row['aspect'], row['description']])} |")
    lines += [
        "",
        "## Slew",
        "",
        "The fastest that a decision moves a parameter during a song ([mixing.md](mixing.md)), in its unit per second.",
        "",
        "| name | a second | why |",
        "|---|---|---|",
        *(f"| `{row['name']}` | {row['slew']:g} {row['unit']} | {row['slew_reason']} |" for row in table["parameter"]),
        "",
        "## Voicing",
        "",
        "Looked up and blended by genre weights, never predicted. Raised figures name the source.",
        "",
    ]
    lines.append(f"| name | unit | {' | '.join(table['genres'])} | what it is |")
    lines.append("|---|---|" + "---|" * (len(table["genres"]) + 1))
    order = list(table["sources"])
    for row in table["voicing"]:
        cells = [f"{row[genre][0]:g}<sup>{order.index(row[genre][1]) + 1}</sup>" for genre in table["genres"]]
        lines.append(f"| `{row['name']}` | {row['unit']} | {' | '.join(cells)} | {row['description']} |")
    lines += ["", *strip_docs(table), "### Sources", ""]
    lines += [f"{number}. {table['sources'][key]}" for number, key in enumerate(order, 1)]
    return "\n".join([*lines, ""])


OUTPUTS = {
    "dsp/parameters.hpp": cpp_header,
    "src/mixwright/parameters/_generated.py": python_table,
    "dsp/strip_parameters.hpp": lambda table: cpp_strip_header(table, NOTE),
    "src/mixwright/parameters/_generated_strip.py": lambda table: python_strip_table(table, NOTE),
    "docs/parameters.md": docs_page,
    "plugin/controls.hpp": lambda table: cpp_controls(table, NOTE),
    "plugin/learn/profiles.hpp": lambda table: cpp_profiles(table["genres"]),
    "plugin/lv2/manifest.ttl": lambda table: lv2_manifest(NOTE),
    "plugin/lv2/mixwright.ttl": lambda table: lv2_description(table, NOTE),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file is stale")
    check = parser.parse_args().check
    table = load_table()
    stale = []
    for name, make in OUTPUTS.items():
        path, text = ROOT / name, make(table)
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} is stale: run `make generate`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
