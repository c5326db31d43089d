"""Windows, what is summed up of them, the page, and the metrics: figures by hand, and never one without its n."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.feedback.made_events import GOOD, NOW, edited, mixed, rated, some_weeks, songs

from mixwright.charts import HEIGHT, WIDTH
from mixwright.errors import ParameterError
from mixwright.feedback.alerts import RULES, alerts_of
from mixwright.feedback.monitor_page import render_monitor
from mixwright.feedback.monitor_words import text_lines
from mixwright.feedback.monitoring import RECENT, monitor
from mixwright.feedback.prometheus import exposition
from mixwright.feedback.reference import make_reference

DAY = timedelta(days=1)
SAMPLE = re.compile(r'(mixwright_[a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? (\S+)')


def samples(text: str) -> dict[tuple[str, str], float]:
    """Metrics by name and labels, held to the format: HELP and TYPE before, each metric in one piece, none twice."""
    found: dict[tuple[str, str], float] = {}
    seen: list[str] = []
    lines = text.splitlines()
    assert text.endswith("\n")
    for number, line in enumerate(lines):
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in seen
            seen.append(name)
            assert lines[number + 1] == f"# TYPE {name} gauge"
        elif not line.startswith("# "):
            matched = SAMPLE.fullmatch(line)
            assert matched, line
            assert matched[1] == seen[-1]
            assert (matched[1], matched[2] or "") not in found
            found[matched[1], matched[2] or ""] = float(matched[3])
    return found


def test_figures_by_hand() -> None:
    ratios, errors = (0.9, 1.0, 1.1, 1.3), (0.0, 0.2, -0.4, 0.6)
    rows = [
        mixed(f"{k}", NOW - DAY, figures={**GOOD, "rms_ratio": r, "loudness_error": e}, at_bounds=["width"] * (k == 3))
        for k, (r, e) in enumerate(zip(ratios, errors, strict=True))
    ]
    one = monitor(rows, NOW).whole
    assert (one.mixes, one.songs, one.at_bounds, one.parameters) == (4, 4, 1, 40)
    assert one.at_bounds_rate == 1 / 40
    rms, loudness = one.figure("rms_ratio"), one.figure("loudness_error")
    assert rms is not None
    assert loudness is not None
    assert (rms.spread.n, rms.missed, rms.bound) == (4, 1, "0.8 to 1.2 ×")
    assert (rms.spread.low, rms.spread.median, rms.spread.high) == pytest.approx((0.975, 1.05, 1.15))
    assert loudness.missed == 1
    assert one.rms_change is not None
    assert one.rms_change.median == pytest.approx(0.1)
    assert one.loudness_error_lu is not None
    assert one.loudness_error_lu.median == pytest.approx(0.3)
    bounds = one.figure("parameters_at_bounds")
    assert bounds is not None
    assert bounds.missed is None
    assert one.figure("pesq_wb") is None
    assert one.ratings is None
    assert one.edits.n == 0


def test_a_song_counts_once_where_people_and_drift_are_concerned() -> None:
    rows = [mixed(f"{k}", NOW - DAY, song="the same") for k in range(30)]
    rows += [edited("first", NOW - DAY, 0.3, song="the same"), edited("second", NOW - DAY / 2, 0.0, song="the same")]
    found = monitor(rows, NOW, reference=make_reference(songs(np.random.default_rng(0), 40)))
    assert (found.whole.mixes, found.whole.songs) == (30, 1)
    assert (found.whole.edits.n, found.whole.edits.unchanged) == (1, 1)
    assert found.drift is not None
    assert (found.drift.n, found.drift.tests) == (1, ())


def test_the_edit_distance_is_over_eight_parameters() -> None:
    rows = [edited("a", NOW - DAY, 0.25), edited("b", NOW - DAY, 0.0005)]
    edits = monitor(rows, NOW).whole.edits
    assert (edits.n, edits.unchanged) == (2, 1)
    assert edits.distance is not None
    assert edits.distance.median == pytest.approx((0.25 + 0.0005) / 2)


def test_ratings_have_students_interval() -> None:
    rows = [rated(f"{k}", NOW - DAY, score) for k, score in enumerate((6.0, 7.0, 9.0))]
    ratings = monitor(rows, NOW).whole.ratings
    assert ratings is not None
    assert ratings.low is not None
    half = 4.302653 * np.std([6, 7, 9], ddof=1) / 3**0.5  # t of two degrees of freedom, 97.5 %
    assert ratings.low == pytest.approx(22 / 3 - half, abs=1e-5)
    assert ratings.high == 10  # held to the scale
    single = monitor(rows[:1], NOW).whole.ratings
    assert single is not None
    assert (single.n, single.mean, single.low, single.high) == (1, 6.0, None, None)


def test_windows_are_iso_weeks_and_part_all_that_is_inside() -> None:
    rows = some_weeks(60)
    late = [mixed("too old", NOW - 28.5 * DAY), mixed("to come", NOW + DAY)]
    found = monitor([late[0], *rows, late[1]], NOW)
    assert [week.name for week in found.weeks] == [f"2026-W{k}" for k in range(45, 50)]
    assert found.weeks[-1].since == datetime(2026, 11, 30, tzinfo=UTC)
    for before, after in zip(found.weeks, found.weeks[1:], strict=False):
        assert before.until == after.since
    assert sum(week.mixes for week in found.weeks) == found.whole.mixes == 60
    assert sum(model.mixes for model in found.models) == 60
    assert [model.name for model in found.models] == ["network a", "network b"]
    assert found.whole.models == {"network a": 42, "network b": 18}
    assert found.recent.mixes == RECENT
    assert found.recent.since == found.mixes[-RECENT].made
    new_year = monitor([mixed("x", datetime(2027, 1, 2, tzinfo=UTC))], datetime(2027, 1, 3, tzinfo=UTC), days=7)
    assert [week.name for week in new_year.weeks] == ["2026-W52", "2026-W53"]


def test_days_are_compared_with_as_many_before() -> None:
    then = [edited(f"then {k}", NOW - 40 * DAY, 0.05 + 0.001 * k) for k in range(10)]
    now = [edited(f"now {k}", NOW - 4 * DAY, 0.2 + 0.001 * k) for k in range(10)]
    change = monitor([*then, *now], NOW).edits
    assert (change.n_then, change.n_now) == (10, 10)
    assert change.then == pytest.approx(0.0545)
    assert change.now == pytest.approx(0.2045)
    assert change.chance is not None
    assert change.chance < 0.001
    assert monitor([*then[:7], *now], NOW).edits.chance is None  # too few before
    same = [edited(f"same {k}", NOW - (1 if k % 2 else 40) * DAY, 0.1) for k in range(20)]
    assert monitor(sorted(same, key=lambda row: row.made), NOW).edits.chance == 1.0


@pytest.mark.parametrize("days", [0, 3651])
def test_days_have_bounds(days: int) -> None:
    with pytest.raises(ParameterError, match=f"days={days} must be in"):
        monitor([], NOW, days=days)


def test_everything_is_plain_json() -> None:
    found = monitor(some_weeks(30), NOW, reference=make_reference(songs(np.random.default_rng(0), 40)))
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["made"] == "2026-12-02T12:00:00+00:00"
    assert len(data["mixes"]) == 30
    assert data["mixes"][0]["figures"]["rms_ratio"] == found.mixes[0].figures["rms_ratio"]
    assert data["drift"]["tests"][0]["n"] == 30


@pytest.mark.parametrize("count", [0, 1, 3, 70, 900])
@pytest.mark.parametrize("days", [1, 28, 400])
def test_the_page_draws_what_there_is(count: int, days: int) -> None:
    until = NOW
    rows = some_weeks(count, days=0.95 * days, until=until) if count else []
    found = monitor(rows, until, days=days, reference=make_reference(songs(np.random.default_rng(0), 40)))
    page = render_monitor(found, alerts_of(found))
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    # RMS, loudness, bounds and genres of every mix; edits from the second, ratings from the first on.
    assert len(drawings) == {0: 0, 1: 5}.get(count, 6)
    for svg in drawings:
        drawn = ElementTree.fromstring(svg)
        assert drawn.get("aria-labelledby")
        for path in (node.get("d") or "" for node in drawn.iter("path")):
            assert re.fullmatch(r"(M[\d. ]+(h0|V400|H1000|L[\d. ]+Z?))+", path), path
            numbers = [float(x) for x in re.findall(r"[\d.]+", re.sub(r"h0|[VH]\d+", "", path))]
            assert max(numbers[0::2]) <= WIDTH
            assert max(numbers[1::2]) <= HEIGHT
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "<script" not in page
    assert ("No mix was kept in the last" in page) is (count == 0)
    assert len(page) < 400_000


def test_a_models_name_is_text_and_no_markup() -> None:
    rows = [mixed("a", NOW - DAY, model='<b>"x"</b>'), mixed("b", NOW - DAY, model="back\\slash\nline")]
    found = monitor(rows, NOW)
    page = render_monitor(found, [])
    assert "<b>&#34;" not in page
    assert "&lt;b&gt;&#34;x&#34;&lt;/b&gt;" in page
    metrics = samples(exposition(found))
    assert metrics["mixwright_model_mixes", r'model="<b>\"x\"</b>"'] == 1
    assert metrics["mixwright_model_mixes", r'model="back\\slash\nline"'] == 1


def test_no_figure_stands_without_n() -> None:
    found = monitor(some_weeks(40), NOW)
    text = "\n".join(text_lines(found, []))
    for said in ("RMS changed by", "loudness off by", "edited by"):
        assert re.search(rf"{said} \S+ .*?; n = \d+\)", text), said
    assert re.search(r"rated \d\.\d of 10 \(n = 14, 95 % interval", text)
    assert re.search(r"at their bounds: \d+\.\d % \(\d+ of 400\)", text)
    assert re.search(r"Kept as proposed: \d+\.\d % \(\d+ of 20\)", text)
    assert "Genres of 40 mixes" in text


def test_metrics_are_what_was_found() -> None:
    reference = make_reference(songs(np.random.default_rng(0), 240))
    rows = [*some_weeks(60), mixed("loud", NOW - DAY / 9, figures={**GOOD, "rms_ratio": 1.4})]
    found = monitor(rows, NOW, reference=reference)
    metrics = samples(exposition(found))
    assert metrics["mixwright_mixes", ""] == 61
    assert metrics["mixwright_updated_seconds", ""] == NOW.timestamp()
    assert metrics["mixwright_criterion_missed_ratio", 'criterion="rms_ratio"'] == pytest.approx(1 / 61)
    assert metrics["mixwright_parameters_at_bounds_ratio", ""] == found.whole.at_bounds / 610
    assert metrics["mixwright_edit_distance_n", ""] == 30
    assert found.whole.ratings is not None
    assert metrics["mixwright_rating_mean", ""] == found.whole.ratings.mean
    assert found.drift is not None
    assert metrics["mixwright_drift_psi", 'feature="stereo_width"'] == found.drift.tests[5].psi
    alerts = {alert.rule for alert in alerts_of(found)}
    assert "rms_ratio" in alerts
    for rule in RULES:
        assert metrics["mixwright_alert", f'rule="{rule.name}"'] == (rule.name in alerts)
    assert sum(value for (name, _), value in metrics.items() if name == "mixwright_genre_ratio") == pytest.approx(1)


def test_what_is_not_known_is_no_metric() -> None:
    metrics = samples(exposition(monitor([], NOW)))
    assert metrics["mixwright_mixes", ""] == 0
    assert {name for name, _ in metrics} == {
        f"mixwright_{name}"
        for name in ("window_days", "updated_seconds", "mixes", "songs", "genre_mixes", "ratings", "alert")
    }
