"""Templates of the pages: strict, escaped, with the chart's own beside those of their package."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from .path import HEIGHT, WIDTH
from .style import CHART_TEMPLATE, chart_template

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page_environment", "page_resource"]


def page_environment(package: str, *, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """Jinja over the folder `templates` of a package; `finalize` is given every value that is printed."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(lambda name: page_resource(package, name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    made.globals.update(width=WIDTH, height=HEIGHT)
    return made


@cache
def page_resource(package: str, name: str) -> str:
    """The text of a file in the folder `templates` of a package, or of the chart's template."""
    if name == CHART_TEMPLATE:
        return chart_template()
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")
