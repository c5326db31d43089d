"""LV2 presets: a bundle of Turtle files with the ports' values and the plugin's state, which hosts find in ~/.lv2.

As lv2plug.in/ns/ext/presets and lv2plug.in/ns/ext/state describe them. The state holds what ports cannot: the voicing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from ..errors import PresetError

__all__ = ["lv2_preset_files", "state_in_turtle"]

PLUGINS = ("urn:mixwright:balance", "urn:mixwright:balance#mono")
STATE = "urn:mixwright:balance#state"
PREFIXES = """@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
"""
# A literal after the name of the state, as this module or a host writes it.
LITERAL = re.compile(rf'<{re.escape(STATE)}>\s*("""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\]|\\.)*")', re.DOTALL)
ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def lv2_preset_files(name: str, state: str) -> dict[str, str]:
    """The bundle's files by name; `name` is what hosts show, `state` a state of the plugin."""
    file = "preset.ttl"
    # By what it holds, so that it is the same preset wherever its folder lies.
    uri = f"urn:mixwright:preset:{hashlib.sha256(f'{name} {state}'.encode()).hexdigest()[:32]}"
    about = f"<{uri}> a pset:Preset ; lv2:appliesTo {', '.join(f'<{uri}>' for uri in PLUGINS)}"
    controls: Mapping[str, float] = json.loads(state)["controls"]
    ports = " ,\n".join(f'    [ lv2:symbol "{symbol}" ; pset:value {value!r} ]' for symbol, value in controls.items())
    return {
        "manifest.ttl": f"{PREFIXES}\n{about} ; rdfs:seeAlso <{file}> .\n",
        file: f"{PREFIXES}\n{about} ;\n  rdfs:label {_literal(name)} ;\n  lv2:port\n{ports} ;\n"
        f"  state:state [ <{STATE}> {_literal(state)} ] .\n",
    }


def state_in_turtle(text: str, *, source: str = "LV2 preset") -> str:
    """The plugin's state in a file of a preset bundle, written here or by a host.

    Errors
    ------
    PresetError
        There is none.
    """
    found = LITERAL.search(text)
    if found is None:
        raise PresetError(f"{source}: holds no state of Mixwright's plugin")
    literal = found[1].removeprefix('"""').removesuffix('"""') if found[1].startswith('"""') else found[1][1:-1]
    return re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", _unescaped, literal, flags=re.DOTALL)


def _literal(text: str) -> str:
    """Turtle's short strings are JSON's, but for what they may leave as it is."""
    return json.dumps(text, ensure_ascii=False)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else ESCAPES.get(code, code)
