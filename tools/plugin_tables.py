"""The plugins' controls from the table: the C++ header and the LV2 bundle's Turtle files."""

from __future__ import annotations

import json
from typing import Any

Table = dict[str, Any]
URI = "urn:mixwright:balance"
# By URI: the name, and the channels' symbols and names after "in" and "out".
LAYOUTS = {
    URI: ("Mixwright balance", (("_l", " left"), ("_r", " right"))),
    f"{URI}#mono": ("Mixwright balance (mono)", (("", ""),)),
}
CHANGE_REQUEST = "http://kx.studio/ns/lv2ext/control-input-port-change-request"
GENRE_STEP = 0.0001
UNITS = {"dB": "units:db", "Hz": "units:hz", "BPM": "units:bpm", "s": "units:s", "%": "units:pc"}
PREFIXES = """@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .
@prefix pprops: <http://lv2plug.in/ns/ext/port-props#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
@prefix units: <http://lv2plug.in/ns/extensions/units#> .
@prefix urid: <http://lv2plug.in/ns/ext/urid#> .
"""


def control_rows(table: Table) -> list[Table]:
    """Every control in storage order: the ten parameters (step 0: their own grid), genre weights, the rest."""
    keys = ("name", "label", "unit", "low", "neutral", "high", "description")
    rows = [{**{key: row[key] for key in keys}, "group": row["aspect"], "step": 0.0} for row in table["parameter"]]
    for genre in table["genres"]:
        words = genre.replace("_", "-")
        rows.append(
            {
                "name": f"genre_{genre}", "label": f"Genre {words}", "unit": "", "low": 0.0, "neutral": 0.0,
                "high": 1.0, "step": GENRE_STEP, "group": "genre",
                "description": f"Weight of {words} in the voicing; all at 0 is an equal blend.",
            }
        )  # fmt: skip
    return [{"passing": False, "group": "plugin", **row} for row in rows + table["control"]]


def check_controls(table: Table) -> None:
    """Raises ValueError naming the control that breaks a rule."""
    for row in table["control"]:
        if not row["low"] <= row["neutral"] <= row["high"] or row["step"] <= 0:
            raise ValueError(f"{row['name']}: low <= neutral <= high and step > 0 must hold")
    names = [row["name"] for row in control_rows(table) + table["meter"]]
    if len(set(names)) != len(names):
        raise ValueError("the name of a control or a meter is used twice")


def cpp_controls(table: Table, note: str) -> str:
    """plugin/controls.hpp."""
    rows = control_rows(table)
    first, *more = (f"  c_{row['name']}" for row in rows[len(table["parameter"]) :])
    meters = [f"m_{row['name']}" for row in table["meter"]]
    lines = [
        f"// {note}",
        "#pragma once",
        "",
        '#include "parameters.hpp"',
        "",
        "namespace mixwright {",
        "",
        "// The first kParameterCount controls are the parameters.",
        "enum Control {",
        f"{first} = kParameterCount,",
        *[f"{name}," for name in more],
        "  kControlCount",
        "};",
        "",
        "// What the plugin shows, and nobody sets.",
        f"enum Meter {{ {', '.join(meters)}, kMeterCount }};",
        "",
        "struct ControlInfo {",
        "  const char* name;",
        "  const char* label;",
        "  const char* unit;",
        "  const char* group;",
        "  double low, neutral, high, step;",
        "  bool passing;  // an act and no setting, kept in no state",
        "};",
        "",
        "struct MeterInfo {",
        "  const char* name;",
        "  const char* label;",
        "  const char* unit;",
        "  double low, neutral, high;",
        "};",
        "",
        "// clang-format off",
        "inline constexpr ControlInfo kControls[kControlCount] = {",
    ]
    for row in rows:
        text = ", ".join(json.dumps(row[key], ensure_ascii=False) for key in ("name", "label", "unit", "group"))
        passing = str(row["passing"]).lower()
        lines.append(f"    {{{text}, {row['low']}, {row['neutral']}, {row['high']}, {row['step']}, {passing}}},")
    lines += ["};", "", "inline constexpr MeterInfo kMeters[kMeterCount] = {"]
    for row in table["meter"]:
        text = ", ".join(json.dumps(row[key], ensure_ascii=False) for key in ("name", "label", "unit"))
        lines.append(f"    {{{text}, {row['low']}, {row['neutral']}, {row['high']}}},")
    return "\n".join([*lines, "};", "// clang-format on", "", "}  // namespace mixwright", ""])


def lv2_manifest(note: str) -> str:
    """plugin/lv2/manifest.ttl."""
    plugins = [f"<{uri}> a lv2:Plugin ; lv2:binary <mixwright.so> ; rdfs:seeAlso <mixwright.ttl> ." for uri in LAYOUTS]
    return "\n".join([f"# {note}", PREFIXES, *plugins, ""])


def lv2_description(table: Table, note: str) -> str:
    """plugin/lv2/mixwright.ttl: the groups of the controls, and a plugin for each layout of channels."""
    groups = list(dict.fromkeys(row["group"] for row in control_rows(table)))
    lines = [f"# {note}", PREFIXES]
    for group in groups:
        kind = "a pg:Group, pg:InputGroup"
        lines.append(f'<{URI}#{group}> {kind} ; lv2:symbol "{group}" ; lv2:name "{group.capitalize()}" .')
    return "\n".join([*lines, *(line for uri in LAYOUTS for line in _lv2_plugin(table, uri)), ""])


def _lv2_plugin(table: Table, uri: str) -> list[str]:
    """Ports: in and out by channel, latency, the meters, the controls."""
    name, channels = LAYOUTS[uri]
    ports: list[str] = []
    for way in ("Input", "Output"):
        for symbol, words in channels:
            short = way.removesuffix("put")
            ports.append(
                f"a lv2:AudioPort, lv2:{way}Port ; lv2:index {len(ports)} ; "
                f'lv2:symbol "{short.lower()}{symbol}" ; lv2:name "{short}{words}"'
            )
    ports.append(
        f'a lv2:ControlPort, lv2:OutputPort ; lv2:index {len(ports)} ; lv2:symbol "latency" ; lv2:name "Latency" ; '
        "lv2:designation lv2:latency ; lv2:portProperty lv2:reportsLatency, lv2:integer ; lv2:minimum 0 ; lv2:maximum 0"
    )
    for way, row in [*(("Output", row) for row in table["meter"]), *(("Input", row) for row in control_rows(table))]:
        ports.append(_lv2_control(way, row, len(ports)))
    return [
        "", f"<{uri}> a lv2:Plugin, lv2:MixerPlugin ;",
        f'  doap:name "{name}" ; doap:license <http://opensource.org/licenses/mit> ;',
        '  lv2:project [ a doap:Project ; doap:name "Mixwright" ; '
        'doap:maintainer [ a foaf:Person ; foaf:name "The Mixwright developers" ] ] ;',
        "  lv2:minorVersion 2 ; lv2:microVersion 0 ;",
        f"  lv2:optionalFeature lv2:hardRTCapable, urid:map, state:threadSafeRestore, <{CHANGE_REQUEST}> ;",
        "  lv2:extensionData state:interface ;", "  lv2:port",
        " ,\n".join(f"    [ {port} ]" for port in ports) + " .",
    ]  # fmt: skip


def _lv2_control(way: str, row: Table, index: int) -> str:
    text = (
        f'a lv2:ControlPort, lv2:{way}Port ; lv2:index {index} ; lv2:symbol "{row["name"]}" ; '
        f'lv2:name "{row["label"]}" ; lv2:default {row["neutral"]} ; lv2:minimum {row["low"]} ; '
        f"lv2:maximum {row['high']} ; rdfs:comment {json.dumps(row['description'], ensure_ascii=False)}"
    )
    if way == "Input":
        text += f" ; pg:group <{URI}#{row['group']}>"
    if row["unit"] in UNITS:
        text += f" ; units:unit {UNITS[row['unit']]}"
    elif row["unit"]:
        render = json.dumps(f"%f {row['unit']}", ensure_ascii=False)
        text += f" ; units:unit [ a units:Unit ; units:symbol {json.dumps(row['unit'], ensure_ascii=False)} ; "
        text += f"rdfs:label {json.dumps(row['unit'], ensure_ascii=False)} ; units:render {render} ]"
    if row["name"] == "enabled":
        text += " ; lv2:designation lv2:enabled"
    whole = row.get("step") == 1.0
    properties = [
        name
        for name, holds in (
            ("lv2:toggled", whole and (row["low"], row["high"]) == (0.0, 1.0)),
            ("lv2:integer", whole),
            ("pprops:notAutomatic", row.get("passing", False)),
        )
        if holds
    ]
    return f"{text} ; lv2:portProperty {', '.join(properties)}" if properties else text
