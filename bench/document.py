"""Figures go into documents by script only: each table stands between two marks that carry its name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DOCS", "write_section"]

DOCS = Path(__file__).parents[1] / "docs"


def write_section(page: Path, name: str, text: str) -> None:
    """Put text between `<!-- begin NAME -->` and `<!-- end NAME -->`; ValueError where a page has not both, once."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    content = page.read_text(encoding="utf-8")
    if content.count(begin) != 1 or content.count(end) != 1:
        raise ValueError(f"{page.name}: the marks of {name!r} must be there once")
    before, rest = content.split(begin)
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end)[1]}", encoding="utf-8")
