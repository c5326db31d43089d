"""The index on disk: a row a file, a column a fact, in Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...audio import atomic_path
from ...audio.paths import shown
from ...errors import AudioWriteError, ParameterError
from .measuring import FIGURES

__all__ = ["SAID", "Row", "read_index", "read_rows", "write_rows"]

Row = dict[str, Any]

FORMAT = b"mixwright-index-1"  # counts up when a figure is measured in another way: then all is measured again
# What folders, names, tables and tags say; found anew at every run.
SAID = ("path", "kind", "song", "genre", "artist", "artist_from", "title", "licence", "source", "split", "split_from")
_TEXT = (*SAID, "table", "error", "remarks", "file_sha256", "content_sha256")
_TAGS = ("tag_title", "tag_artist", "tag_genre", "tag_license")
_FLAGS = ("synthetic", "mono_in_stereo")
_WHOLE = ("bytes", "modified_ns", "sample_rate", "channels", "clipped_samples", "nonfinite_samples", "near_duplicates")
_NUMBERS = ("duration_s", *FIGURES, "silent_share", "cutoff_hz")


def read_index(path: str | Path) -> list[Row]:
    """The rows of a complete index, sorted by path.

    Errors
    ------
    ParameterError
        No such file, pyarrow is not installed, the file is not an index, or indexing was interrupted.
    """
    path = Path(path)
    if not path.is_file():
        raise ParameterError(
            f"{shown(path)}: there is no such index; make it: mixwright data index FOLDER -o {path.name}"
        )
    rows = read_rows(path)
    left = sum(row["error"] is None and row["content_sha256"] is None for row in rows)
    if left:
        raise ParameterError(f"{shown(path)}: {left} of {len(rows)} files are not measured yet; run index again")
    return rows


def read_rows(path: Path) -> list[Row]:
    """Rows of an earlier index, finished or not; none where there is no file.

    Errors
    ------
    ParameterError
        pyarrow is not installed, or the file is not an index of this format.
    """
    arrow = _arrow()
    import pyarrow.parquet

    if not path.exists():
        return []
    try:
        table = pyarrow.parquet.read_table(path)
    except (arrow.ArrowException, OSError) as error:
        raise ParameterError(f"{shown(path)}: is not a Parquet table ({str(error).splitlines()[0]})") from None
    written = (table.schema.metadata or {}).get(b"format", b"")
    if not written.startswith(b"mixwright-index-"):
        raise ParameterError(f"{shown(path)}: is not an index of music made by `mixwright data index`")
    if written != FORMAT:
        raise ParameterError(
            f"{shown(path)}: was made by another version of Mixwright; make it anew under another name"
        )
    rows: list[Row] = table.to_pylist()
    return rows


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write the table, whole or not at all; what a row does not name is null.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    arrow = _arrow()
    import pyarrow.parquet

    kinds = (
        ((*_TEXT, *_TAGS), arrow.string()),
        (_FLAGS, arrow.bool_()),
        (_WHOLE, arrow.int64()),
        (_NUMBERS, arrow.float64()),
        (("ltas_db",), arrow.list_(arrow.float64())),
        (("fingerprint",), arrow.binary()),
    )
    schema = arrow.schema([(name, kind) for names, kind in kinds for name in names], metadata={b"format": FORMAT})
    table = arrow.Table.from_pylist(list(rows), schema=schema)
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            pyarrow.parquet.write_table(table, file)
    except OSError as error:
        raise AudioWriteError(f"{shown(path)}: cannot be written ({error.strerror or error})") from None


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise ParameterError('an index of music needs pyarrow: pip install "mixwright[data]"') from None
    return pyarrow
