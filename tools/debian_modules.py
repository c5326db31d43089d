"""Fetch tracker modules from Debian's packages, to learn balance from: a folder with the modules and a modules.csv.

    python tools/debian_modules.py MODULES.csv FOLDER [--tested]

MODULES.csv names them: package and file. Each package is fetched with `apt-get download` and unpacked with `dpkg -x`,
neither of which needs to be root or changes the system; its modules and its copyright file are kept in
FOLDER/PACKAGE/. A package that is there is not fetched again. Modules seldom say by whom they are: the artist is taken
to be one for a package, by name where it is known. Packages with music of the tested songs' artists are left out.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mixwright.audio import atomic_path
from mixwright.training.stems.songs import MODULES

ARTISTS = {"pekka-kana-2-data": "Janne Kivilahti", "gl-117-data": "Thomas A. Drexl"}
# Whose music is in the test split of the multitracks.
TESTED = {
    "heroes-sound-tracks": "Alexel / Realtech",
    "biniax2-data": "Jordan Tuzsuzov",
    "pingus-data": "Pingus project contributors",
}
COLUMNS = ("path", "artist", "split", "licence", "source")


def fetch(package: str, folder: Path, files: Sequence[str]) -> Path:
    """The package's modules and copyright in FOLDER/PACKAGE, whole or not at all.

    Raises subprocess.CalledProcessError where apt-get does not know it or cannot reach it."""
    place = folder / package
    if place.is_dir():
        return place
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as temporary:
        work = Path(temporary)
        subprocess.run(["apt-get", "download", package], cwd=work, check=True, capture_output=True, text=True)
        (archive,) = work.glob("*.deb")
        subprocess.run(["dpkg", "-x", archive.name, "all"], cwd=work, check=True, capture_output=True, text=True)
        for name in (*files, f"usr/share/doc/{package}/copyright"):
            source, target = work / "all" / name.lstrip("/"), work / "kept" / name.lstrip("/")
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(source, target)
        (work / "kept").rename(place)
    return place


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fetch tracker modules from Debian's packages, with a modules.csv.")
    parser.add_argument("modules", type=Path, help="the table of modules (.csv): package, file")
    parser.add_argument("folder", type=Path, help="where the modules and modules.csv go")
    parser.add_argument("--tested", action="store_true", help="take even those by the tested songs' artists")
    options = parser.parse_args(arguments)
    wanted: dict[str, list[str]] = {}
    with options.modules.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if options.tested or row["package"] not in TESTED:
                wanted.setdefault(row["package"], []).append(row["file"])
    options.folder.mkdir(parents=True, exist_ok=True)
    rows, failed = [], []
    for number, (package, files) in enumerate(sorted(wanted.items()), 1):
        print(f"{number} of {len(wanted)}: {package}", file=sys.stderr, flush=True)
        try:
            place = fetch(package, options.folder, files)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            reason = getattr(error, "stderr", None) or str(error)
            failed.append(f"{package}: {' '.join(reason.split())[:160]}")
            continue
        for name in sorted(files):
            if (place / name.lstrip("/")).is_file():
                rows.append(
                    {
                        "path": f"{package}/{name.lstrip('/')}",
                        "artist": ARTISTS.get(package) or TESTED.get(package) or package,
                        "split": "test" if package in TESTED else "train",
                        "licence": f"as in the Debian package {package}",
                        "source": f"Debian: {package}",
                    }
                )
    with atomic_path(options.folder / MODULES) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"Wrote {options.folder / MODULES}: {len(rows)} modules of {len({r['source'] for r in rows})} packages")
    for line in failed:
        print(f"not fetched: {line}", file=sys.stderr)
    return 1 if failed and not rows else 0


if __name__ == "__main__":
    sys.exit(main())
