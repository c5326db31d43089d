"""Where the plugins for DAWs are in this package, and where hosts look for a user's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ..errors import AudioWriteError, ParameterError

__all__ = ["FORMATS", "bundled", "install", "uninstall", "user_folder"]

FORMATS = ("lv2", "clap", "vst3")
BUILDING = (
    "this Mixwright was installed without plugins: they are built on Linux where the headers of the formats are "
    "(Debian: lv2-dev and dpf-source); install Mixwright again with these"
)


def bundled(plugin_format: str) -> Path:
    """The plugin that came with the package: a file or a folder.

    Errors
    ------
    ParameterError
        An unknown format, or a package without plugins.
    """
    from .. import _native

    # Beside the native module: what is built lies there, in an editable install too.
    place = Path(str(_native.__file__)).parent / "plugins"
    if not all((place / name).exists() for name in _names(plugin_format)):
        raise ParameterError(BUILDING)
    return place / _names(plugin_format)[0]


def user_folder(plugin_format: str) -> Path:
    """Where hosts on Linux look for a user's plugins of a format, in the home folder: the LV2 specification, CLAP's
    entry.h, and Steinberg's "VST 3 locations" name it."""
    return Path.home() / f".{plugin_format}"


def install(plugin_format: str, folder: Path) -> Path:
    """Put the plugin into a folder, in place of an older one; a host that scans meanwhile finds no half of it.

    Errors
    ------
    AudioWriteError
        The folder cannot be written to; what was there stays.
    ParameterError
        As in `bundled`.
    """
    source = bundled(plugin_format)
    for name in reversed(_names(plugin_format)):  # the plugin last: it is not there without what it needs
        _put(source.with_name(name), folder)
    return folder / source.name


def _put(source: Path, folder: Path) -> None:
    target = folder / source.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the target, on the same file system, so that the last step is a renaming.
        with tempfile.TemporaryDirectory(prefix=".mixwright-", dir=folder) as place:
            new, old = Path(place) / source.name, Path(place) / "old"
            _copy(source, new)
            if target.is_dir() and not target.is_symlink():
                target.rename(old)
            try:
                os.replace(new, target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise AudioWriteError(f"{target}: cannot be written ({error.strerror or error})") from None


def uninstall(plugin_format: str, folder: Path) -> Path | None:
    """Take the plugin out of a folder again; None where it was not there.

    Errors
    ------
    AudioWriteError
        It cannot be removed.
    ParameterError
        An unknown format.
    """
    gone = [_remove(folder / name) for name in _names(plugin_format)]
    return gone[0]


def _remove(target: Path) -> Path | None:
    try:
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        elif target.exists() or target.is_symlink():
            target.unlink()
        else:
            return None
    except OSError as error:
        raise AudioWriteError(f"{target}: cannot be removed ({error.strerror or error})") from None
    return target


def _names(plugin_format: str) -> tuple[str, ...]:
    """The plugin, and what lies beside it: a CLAP plugin is a single file, and its network's weights another."""
    if plugin_format not in FORMATS:
        raise ParameterError(f"format={plugin_format} must be one of {', '.join(FORMATS)}")
    name = f"mixwright.{plugin_format}"
    return (name, f"{name}.weights") if plugin_format == "clap" else (name,)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
