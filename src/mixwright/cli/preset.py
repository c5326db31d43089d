"""`mixwright preset convert`: a preset for a plugin host, and a plugin's state back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import AudioWriteError, PresetError

if TYPE_CHECKING:
    from ..parameters import Preset

__all__ = ["preset_app", "read_preset"]

preset_app = typer.Typer(help="Presets for plugin hosts, and back.", no_args_is_help=True)
VST3, STATE, LV2 = ".vstpreset", ".state", ".lv2"


@preset_app.callback()
def preset() -> None:
    """Presets for plugin hosts, and back."""


@preset_app.command("convert")
def convert_command(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A preset, a plugin's state, a .vstpreset file or a .lv2 folder.")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="NAME.vstpreset (VST3), NAME.lv2 (LV2), NAME.state (CLAP), NAME.json."),
    ],
) -> None:
    """Convert a preset: the plugin then gives the samples that `render` gives, before the delivery stage."""
    from ..audio import check_output_path
    from ..audio.atomic import atomic_path
    from ..parameters.lv2_preset import lv2_preset_files
    from ..parameters.plugin_state import plugin_state
    from ..parameters.vst3_preset import pack_vst3_preset

    ending = output.suffix.lower()
    if ending == LV2 and output.is_dir():
        _check_bundle(output)
    else:
        check_output_path(output, [source], extensions=(VST3, STATE, LV2, ".json"))
    given = read_preset(source)
    text = given.to_json() if ending == ".json" else plugin_state(given)
    if ending == LV2:
        _write_bundle(output, lv2_preset_files(output.stem, text))
        print(f"Wrote    {output}")
        return
    with atomic_path(output) as temporary:
        temporary.write_bytes(pack_vst3_preset(text) if ending == VST3 else text.encode())
    print(f"Wrote    {output}")


def _check_bundle(folder: Path) -> None:
    """A preset may be replaced by another; a plugin, or a folder of anything else, may not."""
    files = sorted(path.name for path in folder.iterdir())
    if not all(name.endswith(".ttl") for name in files) or (files and "pset:Preset" not in _text(folder)):
        raise AudioWriteError(f"{folder}: is a folder with something else than a preset in it; choose another name")


def _text(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.ttl")))


def _write_bundle(folder: Path, files: Mapping[str, str]) -> None:
    """The manifest last: a host that scans meanwhile finds no half preset."""
    from ..audio.atomic import atomic_path

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise AudioWriteError(f"{folder}: cannot be written ({error.strerror or error})") from None
    for name, text in sorted(files.items(), key=lambda file: file[0] == "manifest.ttl"):
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def read_preset(source: Path) -> Preset:
    """The preset in a file of any kind: a preset of ours, a plugin's state, a .vstpreset file, a .lv2 folder.

    Errors
    ------
    PresetError
        It cannot be read, or is none of them.
    """
    from ..parameters import load_preset
    from ..parameters.lv2_preset import state_in_turtle
    from ..parameters.plugin_state import FORMAT, parse_plugin_state
    from ..parameters.vst3_preset import unpack_vst3_preset

    try:
        if source.is_dir():
            return parse_plugin_state(state_in_turtle(_text(source), source=str(source)), source=str(source))
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
