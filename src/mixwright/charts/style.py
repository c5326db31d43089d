"""The style sheet of every page, and the template of a chart, as text."""

from __future__ import annotations

from functools import cache
from importlib import resources

__all__ = ["CHART_TEMPLATE", "chart_template", "page_style"]

CHART_TEMPLATE = "chart.html.j2"  # its macro draw(id, chart) needs the globals width and height


def page_style() -> str:
    """CSS: colours for light and dark, type, sections, charts, tables, print."""
    return _text("page.css")


def chart_template() -> str:
    """Jinja: the macro `draw(id, chart)`."""
    return _text(CHART_TEMPLATE)


@cache
def _text(name: str) -> str:
    return resources.files("mixwright.charts").joinpath("templates", name).read_text(encoding="utf-8")
