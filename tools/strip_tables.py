"""What the strip's tables in parameters.toml imply: its C++ header, its Python table, its part of the docs page."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["check_strip", "cpp_strip_header", "python_strip_table", "strip_docs"]

ASPECTS = ("level", "time", "tone", "dynamics", "width", "space")

Table = dict[str, Any]


def check_strip(table: Table, blends: tuple[str, ...]) -> None:
    """Raises ValueError naming the row that breaks a rule."""
    for row in table["strip"]:
        if not row["low"] <= row["neutral"] <= row["high"] or row["low"] == row["high"]:
            raise ValueError(f"strip {row['name']}: low <= neutral <= high must hold")
        if row["aspect"] not in ASPECTS:
            raise ValueError(f"strip {row['name']}: aspect={row['aspect']!r} must be one of {ASPECTS}")
    for row in table["strip_voicing"]:
        if row["blend"] not in blends:
            raise ValueError(f"strip voicing {row['name']}: blend={row['blend']!r} must be one of {blends}")
        if len(row["figures"]) != len(table["roles"]):
            raise ValueError(f"strip voicing {row['name']}: one figure a role is needed")
        if not all(row["low"] <= value <= row["high"] for value in row["figures"]):
            raise ValueError(f"strip voicing {row['name']}: figures must be in [{row['low']}, {row['high']}]")
        if row["source"] not in table["sources"]:
            raise ValueError(f"strip voicing {row['name']}: unknown source {row['source']!r}")
    for rows in (table["strip"], table["strip_voicing"]):
        names = [row["name"] for row in rows]
        if len(set(names)) != len(names):
            raise ValueError("strip: a name is used twice")


def cpp_strip_header(table: Table, note: str) -> str:
    """dsp/strip_parameters.hpp: enums and ranges."""
    lines = [f"// {note}", "#pragma once", "", '#include "parameters.hpp"', "", "namespace mixwright {", ""]
    lines += ["enum StripParameter {", *[f"  s_{row['name']}," for row in table["strip"]], "  kStripCount", "};", ""]
    lines += ["// clang-format off", "inline constexpr ParameterInfo kStrip[kStripCount] = {"]
    for row in table["strip"]:
        text = ", ".join(json.dumps(row[key], ensure_ascii=False) for key in ("name", "label", "unit", "aspect"))
        lines.append(f"    {{{text}, {row['low']}, {row['neutral']}, {row['high']}}},")
    lines += ["};", "", "enum StripVoicingField {"]
    lines += [*[f"  sv_{row['name']}," for row in table["strip_voicing"]], "  kStripVoicingCount", "};", ""]
    lines += ["constexpr VoicingInfo kStripVoicing[kStripVoicingCount] = {"]
    for row in table["strip_voicing"]:
        blend = f"Blend::k{row['blend'].capitalize()}"
        lines.append(f'    {{"{row["name"]}", "{row["unit"]}", {blend}, {row["low"]}, {row["high"]}}},')
    lines += ["};", "", "// Of the last role, which is for whatever has none."]
    last = ", ".join(str(row["figures"][-1]) for row in table["strip_voicing"])
    lines += [f"constexpr double kPlainStripVoicing[kStripVoicingCount] = {{{last}}};", "// clang-format on", ""]
    return "\n".join([*lines, "}  // namespace mixwright", ""])


def python_strip_table(table: Table, note: str) -> str:
    """src/mixwright/parameters/_generated_strip.py: the same rows as plain tuples."""
    lines = [f'"""{note}"""', "", "from __future__ import annotations", "", "ROLES = ("]
    lines += [*[f"    {json.dumps(role)}," for role in table["roles"]], ")", ""]
    lines += ["# name, label, low, neutral, high, unit, aspect, description"]
    lines += ["STRIP_ROWS: tuple[tuple[str, str, float, float, float, str, str, str], ...] = ("]
    keys: tuple[str, ...] = ("name", "label", "low", "neutral", "high", "unit", "aspect", "description")
    for row in table["strip"]:
        lines += ["    (", *[f"        {json.dumps(row[key], ensure_ascii=False)}," for key in keys], "    ),"]
    lines += [")", "", "# name, unit, blend, low, high, description, one figure a role"]
    lines += ["STRIP_VOICING_ROWS: tuple[tuple[str, str, str, float, float, str, tuple[float, ...]], ...] = ("]
    keys = ("name", "unit", "blend", "low", "high", "description")
    for row in table["strip_voicing"]:
        lines += ["    (", *[f"        {json.dumps(row[key], ensure_ascii=False)}," for key in keys]]
        lines += ["        (", *[f"            {value}," for value in row["figures"]], "        ),", "    ),"]
    return "\n".join([*lines, ")", ""])


def strip_docs(table: Table) -> list[str]:
    """Lines of docs/parameters.md, before the sources."""
    lines = [
        "## Channel strip",
        "",
        "One a stem, in front of the balance stage ([chain.md](chain.md), strip and console).",
    ]
    lines += ["", "| name | low | neutral | high | unit | aspect | what it does |", "|---|---|---|---|---|---|---|"]
    for row in table["strip"]:
        cells = [f"`{row['name']}`", *(f"{row[key]:g}" for key in ("low", "neutral", "high"))]
        lines.append(f"| {' | '.join([*cells, row['unit'], row['aspect'], row['description']])} |")
    lines += ["", "## Voicing of the strip", "", "Looked up and blended by the probabilities of a stem's roles.", ""]
    names = [row["name"] for row in table["strip_voicing"]]
    lines += [f"| role | {' | '.join(f'`{name}`' for name in names)} |", "|---|" + "---|" * len(names)]
    order = list(table["sources"])
    cites = [f"<sup>{order.index(row['source']) + 1}</sup>" for row in table["strip_voicing"]]
    for number, role in enumerate(table["roles"]):
        cells = [f"{row['figures'][number]:g}{cite}" for row, cite in zip(table["strip_voicing"], cites, strict=True)]
        lines.append(f"| {role} | {' | '.join(cells)} |")
    return [*lines, ""]
