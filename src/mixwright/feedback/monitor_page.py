"""What was monitored as one HTML file: sentences, tables, and plots that are drawn in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from .. import __version__
from ..charts import page_environment, page_resource, page_style
from . import monitor_words as words
from .alerts import Alert
from .monitor_charts import charts_of
from .monitoring import Monitored

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_monitor"]

PACKAGE = "mixwright.feedback"


def render_monitor(monitored: Monitored, alerts: Sequence[Alert]) -> str:
    """The page as text; it needs no network and no other file."""
    short = [words.EMPTY.format(days=monitored.days), words.HOW] if monitored.empty else words.short_lines(monitored)
    return _environment().get_template("monitor.html.j2").render(
        m=monitored,
        short=short,
        alerts=list(alerts),
        charts=charts_of(monitored),
        style=page_style() + page_resource(PACKAGE, "monitor.css"),
        version=__version__,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    made = page_environment(PACKAGE)
    made.filters.update(change=words.change_text, number=words.number, share=words.share_text, spread=words.spread_text)
    return made
