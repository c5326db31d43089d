"""The training table of extracted pairs: a column a figure, in Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...audio import atomic_path
from ...errors import AudioWriteError, ParameterError
from ...parameters import PARAMETERS

if TYPE_CHECKING:
    import pyarrow

__all__ = ["FORMAT", "read_rows", "write_rows"]

FORMAT = b"mixwright-pairs-1"
_TEXT = ("before", "after", "before_sha256", "after_sha256", "assumed_voicing", "error", "genre", "compression_kind")
_FLAGS = ("explained", "genre_sure", "compression_linked", "compression_found", "ceiling_found")
_WHOLE = ("lag_samples", "polarity")
_LISTS = ("eq_hz", "eq_db", "eq_coherence")
_PARAMETERS = [f"{p.name}{ending}" for p in PARAMETERS for ending in ("", "_confidence", "_without_db")]
_COMPRESSION = ("threshold_dbfs", "ratio", "attack_ms", "release_ms", "makeup_db")
_NUMBERS = (
    *("residual_db", "untouched_db", "gain_db"),
    *_PARAMETERS,
    *(f"compression_{name}{ending}" for name in _COMPRESSION for ending in ("", "_confidence")),
    *("compression_knee_db", "compression_movement_db", "compression_residual_db", "compression_share"),
    *("ceiling_level_db", "ceiling_share", "ceiling_share_before", "ceiling_residual_db", "ceiling_confidence"),
)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of an earlier table; none where there is no file.

    Errors
    ------
    ParameterError
        pyarrow is not installed, or the file is not a table of extracted pairs.
    """
    arrow = _arrow()
    import pyarrow.parquet

    if not path.exists():
        return []
    try:
        table = pyarrow.parquet.read_table(path)
    except (arrow.ArrowException, OSError) as error:
        raise ParameterError(f"{path}: exists and is not a Parquet table ({str(error).splitlines()[0]})") from None
    if (table.schema.metadata or {}).get(b"format") != FORMAT:
        raise ParameterError(f"{path}: exists and is not a table of extracted pairs; choose another name")
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def write_rows(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the table, whole or not at all; what a row does not name is null.

    Errors
    ------
    AudioWriteError
        The file cannot be written.
    """
    arrow = _arrow()
    import pyarrow.parquet

    table = arrow.Table.from_pylist(list(rows), schema=_schema())
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            pyarrow.parquet.write_table(table, file)
    except OSError as error:
        raise AudioWriteError(f"{path}: cannot be written ({error.strerror or error})") from None


def _schema() -> pyarrow.Schema:
    arrow = _arrow()
    kinds = (
        (_TEXT, arrow.string()),
        (_FLAGS, arrow.bool_()),
        (_WHOLE, arrow.int64()),
        (_NUMBERS, arrow.float64()),
        (("ceiling_kind",), arrow.string()),
        (_LISTS, arrow.list_(arrow.float64())),
    )
    return arrow.schema([(name, kind) for names, kind in kinds for name in names], metadata={b"format": FORMAT})


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise ParameterError('a table of pairs needs pyarrow: pip install "mixwright[data]"') from None
    return pyarrow
