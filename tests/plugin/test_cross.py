"""`make plugin-cross`: bundles for Windows and macOS; what was built for Windows gives Python's samples under Wine."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.plugin.binaries import Binary, read_binary
from tests.plugin.decisions import SONGS
from tests.plugin.decisions import music as cut
from tests.plugin.hosts import Run, at
from tests.plugin.plugins import (
    ALL_MOVED,
    CONTROLS,
    ROOT,
    STATED,
    build_host,
    compile_native,
    headers_are_there,
    in_python,
)

pytest.importorskip("ziglang", reason='the compiler is not installed: pip install -e ".[cross]"')
pytestmark = pytest.mark.skipif(
    not headers_are_there() or shutil.which("cmake") is None, reason="CMake or the plugins' headers are not installed"
)

WINE = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine")
WINDOWS = "windows-x86_64"
WINDOWS_BINARIES = {"clap": "mixwright.clap", "vst3": "mixwright.vst3/Contents/x86_64-win/mixwright.vst3"}
MOVED = ALL_MOVED | STATED | {"genre_jazz": 1.0}
ZIG = Path(sys.executable).with_name("python-zig")
WEIGHTS = (ROOT / "plugin" / "learn" / "network.weights").read_bytes()


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cross")


def bundles(preset: str, build: Path) -> Path:
    """The folder with a system's plugins, built once."""
    place, made = build / preset, build / f"plugins-{preset}"
    if not made.exists():
        for command in (
            ["cmake", "--preset", preset, "-B", str(place), f"-DMIXWRIGHT_ZIG={ZIG}", "-DMIXWRIGHT_WERROR=ON"],
            ["cmake", "--build", str(place)],
            ["cmake", "--install", str(place), "--prefix", str(made)],
        ):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return made


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_windows_bundles(build: Path) -> None:
    made = bundles(WINDOWS, build)
    weights = {"mixwright.clap.weights", "mixwright.vst3/Contents/Resources/network.weights"}
    assert files_in(made) == weights | set(WINDOWS_BINARIES.values())
    assert all((made / name).read_bytes() == WEIGHTS for name in weights)
    entries = {"clap": {"clap_entry"}, "vst3": {"GetPluginFactory", "InitDll", "ExitDll"}}
    for name, exports in entries.items():
        found = read_binary(made / WINDOWS_BINARIES[name])
        assert found == Binary("windows", "x86_64", library=True, signed=False, exports=frozenset(exports))


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_macos_bundles(machine: str, build: Path) -> None:
    made = bundles(f"macos-{machine}", build)
    entries = {"clap": {"clap_entry"}, "vst3": {"GetPluginFactory", "bundleEntry", "bundleExit"}}
    inside = {"Info.plist", "PkgInfo", "MacOS/mixwright", "Resources/network.weights"}
    assert files_in(made) == {f"mixwright.{name}/Contents/{file}" for name in entries for file in inside}
    for name, exports in entries.items():
        contents = made / f"mixwright.{name}" / "Contents"
        found = read_binary(contents / "MacOS" / "mixwright")
        assert (found.system, found.machine, found.library) == ("macos", machine, True)
        assert exports <= found.exports
        assert found.signed or machine == "x86_64"  # Apple's own processors run nothing unsigned
        with (contents / "Info.plist").open("rb") as file:
            info = plistlib.load(file)
        assert info["CFBundleExecutable"] == "mixwright"
        assert info["CFBundlePackageType"] == "BNDL"
        assert (contents / "Resources" / "network.weights").read_bytes() == WEIGHTS


@pytest.fixture(scope="module", params=list(WINDOWS_BINARIES))
def windows(
    request: pytest.FixtureRequest, build: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, list[str]]:
    """A format, and the command of our own host for it with the plugin, all for Windows."""
    if WINE is None:
        pytest.skip("Wine (wine64) is not installed")
    name, made = request.param, bundles(WINDOWS, build)
    compiler = [str(ZIG), "c++", "-target", "x86_64-windows-gnu", "-DNOMINMAX"]
    host = compile_native(f"{name}_host", tmp_path_factory.mktemp("host"), compiler=compiler)
    return name, [WINE, str(host), str(made / WINDOWS_BINARIES[name])]


@pytest.fixture(autouse=True)
def own_wine(monkeypatch: pytest.MonkeyPatch, build: Path) -> None:
    monkeypatch.setenv("WINEPREFIX", str(build / "wine"))
    monkeypatch.setenv("WINEDEBUG", "-all")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.mark.parametrize("block", [64, 333])
def test_windows_gives_pythons_samples(
    block: int, windows: tuple[str, list[str]], music: np.ndarray, tmp_path: Path
) -> None:
    run = Run(windows[1], tmp_path)
    changes = [(10_017, {"compressor_ratio": 3.5}), (77_777, {"low_eq": 3.0, "stereo_width": 0.9, "delay": 0.0})]
    events = [word for frame, values in [(0, MOVED), *changes] for word in at(frame, **values)]
    heard = run(music, block, *events)
    np.testing.assert_array_equal(heard, in_python(music, ALL_MOVED, {"jazz": 1.0}, changes, **STATED))
    assert "misread 0" in run.said


def test_windows_learns_what_linux_learns(windows: tuple[str, list[str]], plugins: Path, tmp_path: Path) -> None:
    name, (wine, host, plugin) = windows
    elsewhere = shutil.copytree(plugin.removesuffix(WINDOWS_BINARIES[name]), tmp_path / "Geräte")
    audio, rate = cut(next(path for path in SONGS if "cellar-door" in path.stem), 2, 18)
    told = []
    for command in ([wine, host, str(elsewhere / WINDOWS_BINARIES[name])], build_host(name, tmp_path, plugins)):
        run = Run(command, tmp_path)
        run(audio, 512, "--pace", "4", *at(0, learn=1.0, learn_seconds=10.0), rate=rate)
        told.append({name: value for name, value in run.told.items() if name in CONTROLS})
    assert told[0]["learn"] == 0.0
    assert len(told[0]) > 5
    assert told[0] == pytest.approx(told[1], abs=1e-3)
