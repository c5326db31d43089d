"""docs/data.md names every column of the index and every finding, and none that is not there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pyarrow.parquet
import pytest

from mixwright.training.data import findings
from mixwright.training.data.columns import write_rows

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def named(heading: str, column: int) -> set[str]:
    """What stands in backquotes in a column of the table below a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {name for cells in rows for name in re.findall(r"`(\w+)`", cells[column])}


def test_every_column_is_told(tmp_path: Path) -> None:
    write_rows([], tmp_path / "i.parquet")
    columns = set(pyarrow.parquet.read_schema(tmp_path / "i.parquet").names)
    assert named("The index", 0) == columns - {"artist_from"}  # told beside the artist
    assert "artist_from" in named("The index", 1)


@pytest.mark.parametrize("level", findings.LEVELS)
def test_every_finding_is_told(level: str) -> None:
    source = inspect.getsource(findings)
    names = set(re.findall(r'Finding\(\s*(?:"\w+"|level|[^,]+), "(\w+)"', source)) | set(
        re.findall(r'^\s+\("(\w+)", (?:lambda|_one)', source, re.MULTILINE)
    )
    assert len(names) > 20
    assert named("What `check` finds", 0) == names
    assert f"| {level} |" in PAGE
