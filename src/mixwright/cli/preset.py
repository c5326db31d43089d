"""`mixwright preset convert`: a preset for a plugin host, and a plugin's state back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import PresetError

if TYPE_CHECKING:
    from ..parameters import Preset

__all__ = ["preset_app"]

preset_app = typer.Typer(help="Presets for plugin hosts, and back.", no_args_is_help=True)
VST3, STATE = ".vstpreset", ".state"


@preset_app.callback()
def preset() -> None:
    """Presets for plugin hosts, and back."""


@preset_app.command("convert")
def convert_command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A preset, a plugin's state, or a .vstpreset file.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="NAME.vstpreset for VST3, NAME.state for CLAP, NAME.json for a preset."),
    ],
) -> None:
    """Convert a preset: the plugin then gives the samples that `render` gives, before the delivery stage."""
    from ..audio import check_output_path
    from ..audio.atomic import atomic_path
    from ..parameters.plugin_state import plugin_state
    from ..parameters.vst3_preset import pack_vst3_preset

    check_output_path(output, [source], extensions=(VST3, STATE, ".json"))
    given = _read(source)
    ending = output.suffix.lower()
    text = given.to_json() if ending == ".json" else plugin_state(given)
    with atomic_path(output) as temporary:
        temporary.write_bytes(pack_vst3_preset(text) if ending == VST3 else text.encode())
    print(f"Wrote    {output}")


def _read(source: Path) -> Preset:
    """The preset, whichever of the three it is in."""
    from ..parameters import load_preset
    from ..parameters.plugin_state import FORMAT, parse_plugin_state
    from ..parameters.vst3_preset import unpack_vst3_preset

    try:
        data = source.read_bytes()
    except OSError as error:
        raise PresetError(f"{source}: cannot be read ({error.strerror or error})") from None
    if data.startswith(b"VST3"):
        return parse_plugin_state(unpack_vst3_preset(data, source=str(source)), source=str(source))
    try:
        foreign = json.loads(data).get("format") == FORMAT
    except (ValueError, AttributeError):
        foreign = False  # load_preset says what is wrong with it
    return parse_plugin_state(data.decode(), source=str(source)) if foreign else load_preset(source)
