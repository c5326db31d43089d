"""Fetch freely licensed music from Debian's packages to learn from: a folder with sound files and a mixes.csv.

    python tools/debian_music.py TRACKS.csv FOLDER [--add PACKAGE]... [--leave-out PACKAGE]... [--not-by WORD]...

TRACKS.csv names the tracks: package, file (as its path ends), seconds, sample_rate, licence, and one column a genre
with another program's scores. `--add` takes a package's other music too, without a genre. Each package is fetched with
`apt-get download` and unpacked with `dpkg -x`, neither of which needs to be root or changes the system; its music is
kept in FOLDER/PACKAGE/, the rest is thrown away. A package that is there is not fetched again. The copyright
file of each package is kept beside its music: what is made from it must give the credit that it asks for.

The artist of a track is the one in its tags, else the package's name: of most packages all music is by the same people.
`--not-by` keeps apart whoever is to be tested with: no track is taken whose tags or name hold that word.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import soundfile

from mixwright.audio import atomic_path
from mixwright.parameters import GENRES

SHORTEST_S = 40.0  # jingles and effects are shorter
LOWEST_RATE_HZ = 32_000
SMALLEST_BYTES = 600_000
ENDINGS = (".ogg", ".oga", ".mp3", ".flac", ".opus", ".wav")
COLUMNS = ("path", "split", "genre", *GENRES, "artist", "title", "licence", "source")
# Whose music is in the test split of the development set or among the bundled songs.
TESTED_PACKAGES = (
    *("hedgewars-data", "starfighter-data", "flare-game", "performous", "wordwarvi-sound", "cavepacker-data"),
    *("hyperrogue-music", "biniax2-data"),
)
TESTED_WORDS = (
    *("remaxim", "jordach", "holizna", "hedgewars", "macleod", "tryad", "starfighter", "cameron", "gerhardy", "savino"),
    *("tuzsuzov",),
)


@dataclass(frozen=True)
class Track:
    """A track that a table asks for; `ending` is how its path in the package ends."""

    package: str
    ending: str
    licence: str = ""
    scores: dict[str, str] = field(default_factory=dict)


def read_tracks(table: Path, leave_out: Iterable[str]) -> list[Track]:
    """The tracks that are long enough, of packages that are not left out."""
    tracks = []
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            long_enough = float(row.get("seconds") or 0) >= SHORTEST_S
            fine_enough = int(float(row.get("sample_rate") or 0)) >= LOWEST_RATE_HZ
            if row["package"] not in leave_out and long_enough and fine_enough:
                scores = {genre: row.get(genre) or "0" for genre in GENRES}
                tracks.append(Track(row["package"], row["file"], row.get("licence") or "", scores))
    return tracks


def fetch(package: str, folder: Path, tracks: Sequence[Track], everything: bool) -> Path:
    """The package's tracks and copyright in FOLDER/PACKAGE, whole or not at all; effects are not kept.

    Raises subprocess.CalledProcessError where apt-get does not know it or cannot reach it."""
    place = folder / package
    if place.is_dir():
        return place
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as temporary:
        work = Path(temporary)
        subprocess.run(["apt-get", "download", package], cwd=work, check=True, capture_output=True, text=True)
        (archive,) = work.glob("*.deb")
        subprocess.run(["dpkg", "-x", archive.name, "all"], cwd=work, check=True, capture_output=True, text=True)
        kept = work / "kept"
        kept.mkdir()
        for path in sorted((work / "all").rglob("*")):
            inside = path.relative_to(work / "all")
            if path.is_symlink() or not path.is_file():
                continue
            music = path.suffix.lower() in ENDINGS and (
                _track(path, tracks) is not None or (everything and path.stat().st_size >= SMALLEST_BYTES)
            )
            if music or inside.parts[-2:] == (package, "copyright"):
                target = kept / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
        kept.rename(place)
    return place


def rows_of(
    package: str, place: Path, tracks: Sequence[Track], everything: bool, not_by: Sequence[str]
) -> Iterator[dict[str, str]]:
    """The table's rows of one package; `everything` takes its other long tracks too."""
    for path in sorted(place.rglob("*")):
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        track = _track(path, tracks)
        if track is None and (not everything or path.stat().st_size < SMALLEST_BYTES):
            continue
        try:
            with soundfile.SoundFile(path) as file:
                artist, title = file.artist, file.title
                words = " ".join((path.name, artist, title, file.comment, file.copyright)).casefold()
                short = min(file.frames, 10**9) / file.samplerate < SHORTEST_S or file.samplerate < LOWEST_RATE_HZ
        except (soundfile.LibsndfileError, RuntimeError) as error:
            print(f"{path.name}: {error}: left out", file=sys.stderr)
            continue
        if short or any(word.casefold() in words for word in not_by):
            continue
        track = track or Track(package, path.name)
        yield {
            "path": path.relative_to(place.parent).as_posix(),
            "split": "train",
            "genre": "",
            **{genre: track.scores.get(genre, "0") for genre in GENRES},
            "artist": artist or package,
            "title": title or path.stem,
            "licence": track.licence or f"as in the Debian package {package}",
            "source": f"Debian: {package}",
        }


def _track(path: Path, tracks: Sequence[Track]) -> Track | None:
    return next((t for t in tracks if path.as_posix().endswith("/" + t.ending.lstrip("/"))), None)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fetch music from Debian's packages, with a mixes.csv.")
    parser.add_argument("tracks", type=Path, help="the table of tracks (.csv)")
    parser.add_argument("folder", type=Path, help="where the music and mixes.csv go")
    parser.add_argument("--add", action="append", default=[], metavar="PACKAGE", help="take all music of it")
    parser.add_argument("--leave-out", action="append", default=[], metavar="PACKAGE")
    parser.add_argument(
        "--not-by", action="append", default=[], metavar="WORD", help="no track with it in tags or name"
    )
    parser.add_argument("--tested", action="store_true", help="take even what the project's own tests are made of")
    options = parser.parse_args(arguments)
    leave_out = {*options.leave_out, *(() if options.tested else TESTED_PACKAGES)}
    not_by = [*options.not_by, *(() if options.tested else TESTED_WORDS)]
    tracks = read_tracks(options.tracks, leave_out)
    packages = sorted({t.package for t in tracks} | (set(options.add) - leave_out))
    options.folder.mkdir(parents=True, exist_ok=True)
    rows, failed = [], []
    for number, package in enumerate(packages, 1):
        print(f"{number} of {len(packages)}: {package}", file=sys.stderr, flush=True)
        own = [t for t in tracks if t.package == package]
        try:
            place = fetch(package, options.folder, own, package in options.add)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            reason = getattr(error, "stderr", None) or str(error)
            failed.append(f"{package}: {' '.join(reason.split())[:160]}")
            continue
        rows += list(rows_of(package, place, own, package in options.add, not_by))
    with (
        atomic_path(options.folder / "mixes.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"Wrote {options.folder / 'mixes.csv'}: {len(rows)} tracks of {len({r['source'] for r in rows})} packages")
    for line in failed:
        print(f"not fetched: {line}", file=sys.stderr)
    return 1 if failed and not rows else 0


if __name__ == "__main__":
    sys.exit(main())
