"""The layout of a training folder: which file is a mix, a stem or half of a pair, and whose song it is.

    rock/Artist - Title.flac                a mix
    rock/before/x.wav, rock/after/x.wav     a pair: the song before and after an engineer's work
    rock/Artist - Title/stems/kick.wav      a stem; its mix is rock/Artist - Title/mix.wav

A table in the top folder (CSV with the columns path and genre, such as mixes.csv and stems.csv) says more, and is
believed more than names are: artist, title, licence, source, split, synthetic. Its paths are files or folders. Where
nobody named a genre, it may have a column a genre with another program's scores instead.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...audio.paths import shown
from ...errors import ParameterError
from ...parameters import GENRES
from .names import canonical_genre, name_parts

__all__ = ["KINDS", "SOUND_ENDINGS", "DataFile", "find_files", "table_rows"]

KINDS = ("mix", "stem", "before", "after")
SOUND_ENDINGS = frozenset(
    f".{ending}"
    for ending in "wav wave w64 rf64 flac aif aiff aifc au caf ogg oga opus mp3 m4a mp4 aac wma webm".split()  # noqa: SIM905 (reads better)
)
STRUCTURE = frozenset({"mixes", "stems", "before", "after"})  # folder names that are no name of anybody
WHOLE_MIX = frozenset({"mix", "mixdown", "master"})  # in a song's folder, beside its stems


@dataclass(frozen=True)
class DataFile:
    """One sound file of a training folder and what is said about it; None is not known.

    `path` is relative to the folder, with slashes. `song` is the same for a mix and its stems, and for both halves of a
    pair. `artist_from` is table, name or folder. `table` is the CSV that names the file. `problem` says why it cannot
    be read, where that is known already.
    """

    path: str
    kind: str
    song: str
    genre: str | None = None
    artist: str | None = None
    artist_from: str | None = None
    title: str | None = None
    licence: str | None = None
    source: str | None = None
    split: str | None = None
    synthetic: bool = False
    table: str | None = None
    problem: str | None = None


def table_rows(table: Path) -> list[dict[str, str]]:
    """Rows of a CSV with a header, comma or semicolon, UTF-8; missing cells are empty.

    Errors
    ------
    ParameterError
        The file cannot be read as such a table.
    """
    try:
        text = table.read_text(encoding="utf-8-sig")
        header = text.partition("\n")[0]
        comma = ";" if ";" in header and "," not in header else ","
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma)
        return [{k.strip(): (v or "").strip() for k, v in row.items() if isinstance(k, str)} for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"{shown(table)}: cannot be read as CSV in UTF-8 ({error})") from None


def find_files(folder: Path) -> list[DataFile]:
    """Every sound file below a folder, sorted by path, and every table row that names a file that is not there.

    Hidden files and folders are left out. Links are followed.

    Errors
    ------
    ParameterError
        No such folder, no sound file in it, or a table that cannot be read or points out of the folder.
    """
    if not folder.is_dir():
        raise ParameterError(f"{shown(folder)}: there is no such folder")
    said = _tables(folder)
    used: set[str] = set()
    files = []
    for path in _walk(folder):
        file = _from_path(path)
        key = next((k for k in (path, *map(str, PurePosixPath(path).parents)) if k in said), None)
        if key is not None:
            used.add(key)
            file = _told(file, *said[key])
        files.append(file)
    for key in said.keys() - used:
        files.append(_told(_from_path(key), *said[key], problem=f"{shown(key)}: stands in the table and is not there"))
    if not files:
        raise ParameterError(
            f"{shown(folder)}: holds no sound file; one folder a genre is expected: {', '.join(GENRES)}"
        )
    return sorted(files, key=lambda file: file.path)


def _walk(folder: Path) -> Iterator[str]:
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SOUND_ENDINGS:
                yield Path(place, name).relative_to(folder).as_posix()


def _tables(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Path → (table's name, row) of every CSV in the top folder that has a column path, and genre or one a genre."""
    said: dict[str, tuple[str, dict[str, str]]] = {}
    for table in sorted(folder.glob("*.csv")):
        for row in table_rows(table):
            if "path" not in row or not {"genre", *GENRES} & set(row):
                break  # a table of something else
            path = PurePosixPath(row["path"].replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ParameterError(f"{table.name}: path={row['path']!r} must name something in the folder")
            said.setdefault(str(path), (table.name, row))
    return said


def _from_path(path: str) -> DataFile:
    """What folders and names alone say."""
    *folders, name = PurePosixPath(path).parts
    stem = PurePosixPath(name).stem
    lower = [folder.casefold() for folder in folders]
    known = [index for index, folder in enumerate(folders) if canonical_genre(folder) in GENRES]
    named = [index for index, folder in enumerate(lower) if folder not in STRUCTURE]
    at = next(iter(known or named), None)
    genre = None if at is None else canonical_genre(folders[at])
    inner = [] if at is None else [folders[index] for index in named if index > at]
    whole = stem.casefold() in WHOLE_MIX and bool(inner) and lower[-1] != "stems"
    kind = "stem" if "stems" in lower and not whole else next((w for w in ("after", "before") if w in lower), "mix")
    # A song that has a folder is called as its folder is.
    own = inner[-1] if inner and (kind == "stem" or whole) else stem
    outer = inner[:-1] if inner and (kind == "stem" or whole) else inner
    artist, title = name_parts(own)
    artist_from = "name" if artist else "folder" if outer else None
    problem = None if path.isprintable() or _is_text(path) else f"{shown(path)}: its name is not UTF-8: rename it"
    return DataFile(
        path=shown(path) if problem else path,
        kind=kind,
        song="/".join([genre or "", *outer, own]).casefold(),
        genre=genre,
        artist=artist or (outer[0] if outer else None),
        artist_from=artist_from,
        title=title,
        problem=problem,
    )


def _told(file: DataFile, table: str, row: dict[str, str], problem: str | None = None) -> DataFile:
    """What the table says goes over what the name says."""

    def cell(*names: str) -> str | None:
        return next((row[name] for name in names if row.get(name)), None)

    artist = cell("artist")
    return DataFile(
        path=file.path,
        kind=file.kind,
        song=file.song,
        genre=canonical_genre(row["genre"]) if row.get("genre") else file.genre,
        artist=artist or file.artist,
        artist_from="table" if artist else file.artist_from,
        title=cell("title") or file.title,
        licence=cell("licence", "license"),
        source=cell("source"),
        split=cell("split"),
        synthetic=row.get("synthetic", "").casefold() in ("true", "1", "yes"),
        table=table,
        problem=problem or file.problem,
    )


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
