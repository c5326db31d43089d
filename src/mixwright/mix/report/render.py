"""From the report's data to one HTML page that opens anywhere, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mixwright.charts import Chart, page_environment, page_resource, page_style
from mixwright.mix.report import wording
from mixwright.mix.report.charts import loudness_chart, movement_path, reduction_chart, tone_chart
from mixwright.mix.report.data import ParameterRow, ReportData
from mixwright.mix.report.heard_charts import genre_chart, map_paths
from mixwright.mix.report.wording import known, number, quantity, setting

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGE = "mixwright.mix.report"
LEAST_GENRE = 0.05  # genres heard less than this are summed as "other"

# What HTML cannot carry: C0 controls except tab and line ends, and lone surrogates (undecodable file names).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Decision:
    """One parameter as the page shows it; places are percentages along its range.

    `path` draws its movement over the song, which ends at `end_text`; `span_text` says between which values. Empty
    where it stands still.
    """

    row: ParameterRow
    value_text: str
    decibels: str
    low_text: str
    neutral_text: str
    high_text: str
    value_at: float | None
    neutral_at: float
    changed: bool
    low_at: float | None = None
    high_at: float | None = None
    span_text: str = ""
    path: str = ""
    end_text: str = ""
    listened: tuple[str, ...] = ()  # shades of the map, faintest first
    listened_end: str = ""


@dataclass(frozen=True)
class GenreShare:
    """A genre in words, its share as text, and its percentage of the bar."""

    name: str
    text: str
    percent: float


def render_report(data: ReportData) -> str:
    """The report as one self-contained HTML document (str, UTF-8 safe): no network, no other file.

    Every text in `data` is escaped; the page's own script is admitted by its hash in a content security
    policy, so that nothing else can run.
    """
    environment = _environment()
    script = page_resource(PACKAGE, "report.js")
    page = environment.get_template("report.html.j2").render(
        data=data,
        charts=_charts(data),
        decisions=[decision(row) for row in data.parameters],
        genres=genre_shares(data.genre or {}),
        criteria_met=sum(bool(c.passed) for c in data.criteria),
        criteria_judged=sum(c.passed is not None for c in data.criteria),
        clip_sources=[f"data:{clip.mime};base64,{_base64(clip.data)}" for clip in data.clips],
        player=_json_for_script(
            [{"label": _printable(clip.label), "gain": 10.0 ** (clip.gain_db / 20.0)} for clip in data.clips]
        ),
        preset_link="data:application/json;base64," + _base64(_printable(data.preset_json).encode()),
        preset_name=_file_name(data.title),
        style=page_style(),
        script=script,
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return str(page)


def decision(row: ParameterRow) -> Decision:
    """A parameter's row; it counts as changed if the reader could tell its value from neutral."""
    value, neutral = setting(row.value, row.unit), setting(row.neutral, row.unit)
    span = row.high - row.low

    def place(x: float) -> float:
        return round(100.0 * min(max((x - row.low) / span, 0.0), 1.0), 2) if span > 0 else 50.0

    movement = [(s, v) for s, v in row.movement if known(s) and known(v)]
    low, high = (end((v for _, v in movement), default=row.value) for end in (min, max))
    changed = any(known(v) and setting(v, row.unit) != neutral for v in (row.value, low, high))
    return Decision(
        row=row,
        value_text=value,
        decibels=wording.factor_in_db(row.value, row.unit) if changed else "",
        low_text=wording.bound(row.low, row.unit),
        neutral_text=wording.bound(row.neutral, row.unit),
        high_text=wording.bound(row.high, row.unit),
        value_at=place(row.value) if known(row.value) else None,
        neutral_at=place(row.neutral),
        changed=changed,
        low_at=place(low) if known(low) else None,
        high_at=place(high) if known(high) else None,
        span_text=f"{setting(low, row.unit)} to {setting(high, row.unit)}" if movement else "",
        path=movement_path(movement, row.low, row.high),
        end_text=wording.clock(movement[-1][0]) if movement else "",
        listened=map_paths(row.listened) if changed and row.listened is not None else (),
        listened_end=wording.clock(row.listened.end_s) if row.listened is not None else "",
    )


def genre_shares(weights: Mapping[str, float]) -> list[GenreShare]:
    """Genres by falling weight, those under 5 % joined as "Other"; what is not positive is left out."""
    heard = {name: float(weight) for name, weight in weights.items() if known(weight) and weight > 0.0}
    total = sum(heard.values())
    if not heard:
        return []
    ordered = sorted(heard.items(), key=lambda item: -item[1])
    shares = [(wording.name_in_words(name), weight / total) for name, weight in ordered]
    large = [share for share in shares if share[1] >= LEAST_GENRE] or shares[:1]
    rest = 1.0 - sum(share for _, share in large)
    if rest >= 0.005:
        large.append(("Other", rest))
    return [
        GenreShare(name, f"{number(100.0 * share, 0)}{wording.THIN}%", round(100.0 * share, 2)) for name, share in large
    ]


def _charts(data: ReportData) -> dict[str, Chart]:
    passages = data.genre_passages
    drawn = {
        "genre": genre_chart(passages) if passages is not None and len(passages.seconds) > 1 else None,
        "tone": tone_chart(data.ltas) if data.ltas is not None else None,
        "loudness": loudness_chart(data.loudness) if data.loudness is not None else None,
        "reduction": reduction_chart(data.gain_reduction) if data.gain_reduction is not None else None,
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


@cache
def _environment() -> Environment:
    environment = page_environment(PACKAGE, finalize=_printable)
    environment.filters.update(quantity=quantity, number=number, setting=setting)
    return environment


def _printable(value: Any) -> Any:
    """Text without what HTML cannot carry; escaped markup and numbers pass unchanged."""
    return _UNPRINTABLE.sub("\ufffd", value) if type(value) is str else value


def _json_for_script(value: Any) -> str:
    """JSON that cannot end the script element around it."""
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _file_name(title: str) -> str:
    """A file name for the preset: the song's, without what file systems refuse."""
    stem = re.sub(r"\.[A-Za-z0-9]{2,4}$", "", title)
    stem = re.sub(r"[^\w .()-]+", "_", _printable(stem)).strip(" ._")
    return f"{stem[:80] or 'mix'}.preset.json"
