"""Drawings, and the look that every page shares: axes, paths, a chart's template, one style sheet."""

from __future__ import annotations

from .axis import Axis, Series, Tick, value_axis
from .chart import Chart, Curve
from .pages import page_environment, page_resource
from .path import HEIGHT, MOST_POINTS, WIDTH, band, line, thin
from .style import CHART_TEMPLATE, chart_template, page_style

__all__ = [
    "CHART_TEMPLATE",
    "HEIGHT",
    "MOST_POINTS",
    "WIDTH",
    "Axis",
    "Chart",
    "Curve",
    "Series",
    "Tick",
    "band",
    "chart_template",
    "line",
    "page_environment",
    "page_resource",
    "page_style",
    "thin",
    "value_axis",
]
