"""The pages of the servers and the written pages have the same colours."""

from __future__ import annotations

import re
from importlib import resources


def tokens(package: str, *path: str) -> list[tuple[str, str]]:
    """Custom properties in the order of the file: those of the light scheme, then those of the dark one."""
    text = resources.files(package).joinpath(*path).read_text(encoding="utf-8")
    return re.findall(r"(--[a-z-]+): (#[0-9a-f]{6,8});", text)


def test_the_colours_are_the_reports() -> None:
    page, theme = tokens("mixwright.charts", "templates", "page.css"), tokens("mixwright.web", "static", "theme.css")
    assert len(theme) > 30
    assert theme == page[: len(theme)]  # what comes then is for paper
