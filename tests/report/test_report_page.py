"""The page as text: nothing from outside, nothing unescaped, nothing that needs a network."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_demo import bare, demo, gain_reduction, loudness, unsure

from mixwright.charts import page_style
from mixwright.errors import ParameterError
from mixwright.mix.report import (
    Clip,
    Criterion,
    Delivery,
    Measurement,
    ParameterRow,
    ReportData,
    render_report,
)
from mixwright.mix.report.render import genre_shares

VOID = {"meta", "link", "input", "br", "img", "hr"}
STYLE = page_style()
SCRIPT = resources.files("mixwright.mix.report").joinpath("templates", "report.js").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Elements, attributes, headings and text of a document; fails on an element closed out of order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.data: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            self.data[self.tags[-1][1].get("id") or "program"] = data
        elif self._open[-1:] != ["style"]:
            self.text.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def words(self) -> str:
        return " ".join("".join(self.text).split())


DEMO = render_report(demo())
DEMO_TAGS = [tag for tag, _ in Page(DEMO).tags]


def normal(text: str) -> str:
    """Text as the page can carry it: control characters replaced, white space joined as in a browser."""
    printable = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", text)
    return " ".join(printable.split())


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec=None, categories=("Cs", "Cc", "Ll", "Po", "Sm")), max_size=20),
    st.sampled_from(["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title>", "&lt;"]),
    st.sampled_from(["]]>", "<!--", "</script", "' onload='x", "{% raw %}", "{{ 7*7 }}"]),
)


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_no_text_becomes_markup(first: str, second: str, third: str) -> None:
    row = ParameterRow(first, second, third, 1.0, 0.0, 0.5, 2.0, "predicted", first)
    data = ReportData(
        title=first,
        subtitle=second,
        genre={first: 0.6, second: 0.4},
        genre_sentence=third,
        summary=[first, second],
        warnings=[third],
        clips=[Clip(second, "audio/wav", b"RIFF"), Clip(third, "audio/wav", b"RIFF")],
        parameters=[row],
        measurements=[Measurement(first, second, 1.0, 2.0, sentence=third)],
        delivery=Delivery(-14.0, -1.0, 0.0, -14.0, sentence=first),
        criteria=[Criterion(first, 1.0, second, third, False, first)],
        preset_json=first + "{}",
        version=second,
        software={first: third},
    )
    page = Page(render_report(data))
    # The elements are those of the template, whatever the text says.
    assert page.count("script") == 2
    assert page.count("img") == 0
    assert page.count("h1") == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert normal(first) in page.words()
    assert normal(second + " ") in page.words()
    assert [clip["label"] for clip in json.loads(page.data["player-data"])] == [
        re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", text) for text in (second, third)
    ]


def test_only_what_moves_has_a_curve() -> None:
    page = Page(DEMO)
    curves = [attributes for name, attributes in page.tags if name == "path" and attributes.get("class") == "way"]
    assert len(curves) == 1
    assert "High EQ over the song" in page.words()
    assert "+0.4 dB to +2.1 dB" in page.words()
    assert "3:34" in page.words()
    still = Page(render_report(replace(demo(), parameters=[replace(row, movement=()) for row in demo().parameters])))
    assert not [1 for name, attributes in still.tags if attributes.get("class") == "way"]
    assert "over the song" not in still.words()


def test_a_script_in_the_title_stays_text() -> None:
    html = render_report(replace(demo(), title="<script>alert(1)</script>"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_clip_label_cannot_end_the_data_of_the_player() -> None:
    label = "</script x><script>alert(1)</script><!-- &amp;"
    page = Page(render_report(replace(demo(), clips=[Clip(label, "audio/wav", b"RIFF")])))
    assert page.count("script") == 2
    assert not set("<>&") & set(page.data["player-data"])
    assert json.loads(page.data["player-data"])[0]["label"] == label


def test_text_that_is_not_unicode_can_be_written() -> None:
    """A file name with undecodable bytes reaches us with lone surrogates, which UTF-8 refuses."""
    render_report(replace(demo(), title="caf\udce9.wav", preset_json='{"name": "\udce9"}')).encode("utf-8")


@pytest.mark.parametrize("data", [demo(), bare(), unsure()], ids=["demo", "bare", "unsure"])
def test_nothing_comes_from_outside(data: ReportData) -> None:
    html = render_report(data)
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html
    for tag, attributes in Page(html).tags:
        for name in ("src", "href", "action", "poster", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name)


def test_only_our_script_may_run() -> None:
    """The policy admits the script by hash; a changed script without its hash would leave the page dead."""
    import hashlib

    page = Page(DEMO)
    policy = next(a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(page.data["program"].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'")
    assert "</" not in SCRIPT


def test_headings_are_in_order_and_landmarks_are_there() -> None:
    levels = [int(tag[1]) for tag in DEMO_TAGS if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    for landmark in ("header", "main", "footer"):
        assert DEMO_TAGS.count(landmark) == 1
    page = Page(DEMO)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
    for tag, attributes in page.tags:
        if tag == "svg":
            assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"


def test_everything_given_is_said() -> None:
    words, data = Page(DEMO).words(), demo()
    said = [data.title, data.subtitle, data.genre_sentence, *data.summary, *data.warnings]
    said += [text for row in data.parameters for text in (row.label, row.reason)]
    said += [text for m in data.measurements for text in (m.label, m.sentence)]
    said += [text for c in data.criteria for text in (c.name, c.bound, c.sentence)]
    assert [text for text in said if normal(text) not in words] == []
    assert "6 of 7 met; 1 could not be judged here" in words
    assert "7 of 10 settings moved" in words
    assert words.count("left alone") == 3 + 1  # three parameters, and the summary's own words


def test_unknown_figures_are_a_dash() -> None:
    rows = [Measurement(f"m{i}", "dB", bad, None) for i, bad in enumerate((np.nan, np.inf, -np.inf))]
    parameter = ParameterRow("low_eq", "Low EQ", "dB", np.nan, -3, 0, 3, "neutral", "Unknown.")
    html = render_report(replace(bare(), measurements=rows, parameters=[parameter], delivery=Delivery(*[None] * 4)))
    words = Page(html).words()
    assert words.count("–") >= 9 + 1 + 5
    assert re.search(r"\b(nan|inf|None)\b", words) is None


def test_a_report_without_anything_but_a_title() -> None:
    page = Page(render_report(bare()))
    assert page.count("section") == 0
    assert page.words().startswith("untitled – mix report")


def test_unsure_is_said() -> None:
    words = Page(render_report(unsure())).words()
    assert "Genre: unsure No genre stood out" in words
    assert "Heard as" not in words


def test_genre_shares_add_up_and_small_ones_are_joined() -> None:
    shares = genre_shares({"hip_hop": 0.5, "pop": 0.3, "jazz": 0.04, "rock": np.nan, "classical": -1.0})
    assert [share.name for share in shares] == ["Hip hop", "Pop", "Other"]
    assert sum(share.percent for share in shares) == pytest.approx(100.0, abs=0.02)  # two decimals each
    assert genre_shares({}) == []


def test_three_hours_stay_small() -> None:
    """Series are thinned: without the clips a 3 h report is under 200 kB, as much as a photograph."""
    long = replace(demo(), clips=[], loudness=loudness(10_800.0), gain_reduction=gain_reduction(10_800.0))
    assert len(render_report(long).encode()) < 200_000


def test_the_preset_is_in_the_page_and_in_its_link() -> None:
    page = Page(DEMO)
    link = next(a for t, a in page.tags if t == "a" and "download" in a)
    assert base64.b64decode(str(link["href"]).split(",")[1]).decode() == demo().preset_json
    assert link["download"] == "Night Bus (rough mix 3).preset.json"


@pytest.mark.parametrize(
    ("gain_db", "mime"),
    [(0.1, "audio/wav"), (float("nan"), "audio/wav"), (0, "text/html"), (0, "audio/wav;x,")],
)
def test_a_clip_is_only_attenuated_and_only_audio(gain_db: float, mime: str) -> None:
    with pytest.raises(ParameterError, match="must be"):
        Clip("Before", mime, b"", gain_db)


def test_import_does_not_load_the_template_engine() -> None:
    code = "import sys, mixwright.mix.report; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(scheme: int) -> None:
    """WCAG 2.2 AA: 4.5:1 for text, 3:1 for lines and marks that carry meaning."""
    block = re.findall(r":root \{(.*?)\}", STYLE, re.S)[scheme]
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", block))
    text = [("ink", "paper"), ("ink", "panel"), ("soft", "paper"), ("soft", "panel"), ("accent", "panel")]
    text += [("accent", "wash"), ("on-accent", "accent"), ("good", "paper"), ("bad", "paper")]
    text += [("caution", "caution-wash"), ("ink", "caution-wash"), ("paper", "ink")]
    assert [pair for pair in text if _contrast(colour[pair[0]], colour[pair[1]]) < 4.5] == []
    marks = ("before", "accent", "target", "limiter")
    assert [name for name in marks if _contrast(colour[name], colour["paper"]) < 3.0] == []
