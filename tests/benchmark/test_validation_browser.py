"""The validation page in a real browser: it opens from disk without an error, sorts, and fits a telephone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from mixwright.benchmark.validation_page import write_validation_page
from mixwright.benchmark.validation_result import Scores, TrackRow, Validation

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def row(name: str, balance: float, overall: float) -> TrackRow:
    before, after = Scores(50, 50, 50, 50, 50, {}), Scores(balance, 50, 50, overall, 50, {})
    return TrackRow(name, None, before, after)


def test_sorting_and_narrow_screens(tmp_path: Path) -> None:
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "these tests need Chromium (apt-get install chromium)"
        pytest.skip("no Chromium on this machine")
    long = "a-name-without-a-single-space-" * 6
    failed = TrackRow("failed", None, None, None, "cannot be read", "track")
    result = Validation("demo", (row("first", 90, 20), row(long, 40, 60), row("third", 60, 99), failed))
    write_validation_page(result, tmp_path / "page.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 380, "height": 800})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.goto((tmp_path / "page.html").as_uri())

        def names() -> list[str | None]:
            return [row.get_attribute("data-name") for row in page.query_selector_all("#tracks tbody tr")]

        assert names() == ["failed", "first", long, "third"]  # by overall, worst first
        page.click("#tracks th >> text=Balance")
        assert names() == ["failed", long, "third", "first"]
        page.click("#tracks th >> text=Balance")
        assert names() == ["first", "third", long, "failed"]
        page.click("#tracks th >> text=Track")
        assert names() == [long, "failed", "first", "third"]
        assert page.get_attribute("#tracks th:first-child", "aria-sort") == "ascending"
        # The tables scroll in their own boxes; the page itself does not.
        assert page.evaluate("document.documentElement.scrollWidth") == 380
        assert problems == []
        browser.close()
