"""Feedback on the page: agree, mix, move a slider, export, rate, see what is kept, erase it; the switch of taste."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from tests.songs import song
from tests.web.browser import Console, Server, chromium, picture, scrolls_sideways, until
from tests.web.test_studio_page import FAINT, UNNAMED

from mixwright.home import FEEDBACK, TASTE
from mixwright.model.leaning import Lean, Leaning
from mixwright.store import EventRow, open_feedback

RATE = 48_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback") / "home"


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    made = Server(
        "studio", "--no-browser", "--port", "0", "--work", place.parent / "work", env={"MIXWRIGHT_HOME": str(place)}
    )
    yield made
    made.kill()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "Dull Song.wav"
    soundfile.write(path, 0.5 * song(3.0, RATE).T, RATE, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def mix(browser: Any, server: Server, file: Path) -> str:
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)
    identity = str(page.url.split("#")[1])
    page.close()
    return identity


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    """A page, and afterwards nothing kept."""
    made = browser.new_context(accept_downloads=True).new_page()
    yield made
    made.goto(server.address)
    made.evaluate("fetch('/api/feedback/erase', {method: 'POST', headers: {'X-Mixwright': '1'}})")
    made.context.close()


def panel(page: Any) -> Any:
    """The section, open."""
    found = page.locator("details.feedback")
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def agree(page: Any) -> None:
    panel(page).get_by_role("button", name="Agree, and keep my feedback").click()
    page.get_by_role("button", name="Stop keeping feedback").wait_for()


def events(place: Path) -> list[EventRow]:
    store = open_feedback(f"sqlite:///{place / FEEDBACK}")
    try:
        return store.events(pseudonym="me")
    finally:
        store.close()


def test_a_visit_of_who_gives_feedback(page: Any, server: Server, file: Path, place: Path) -> None:
    console = Console(page)
    page.goto(server.address)
    assert "It keeps no music" in panel(page).inner_text()
    assert not (place / FEEDBACK).exists()
    agree(page)
    assert "is kept" in page.locator("details.feedback summary").inner_text()
    picture(page, "feedback-drop")
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)
    panel(page).get_by_text("1 mix.").wait_for()
    page.get_by_label("High EQ", exact=True).fill("2")
    page.get_by_label("Low EQ", exact=True).fill("1")
    page.get_by_role("button", name="Undo", exact=True).click()
    panel(page).get_by_text("1 mix, 1 undo.").wait_for()
    assert page.locator(".rating").is_hidden()
    page.get_by_role("button", name="Export the mix").click()
    page.get_by_text("Ready:").wait_for(timeout=60_000)
    rating = page.locator(".rating")
    rating.get_by_text("How good is this mix?").wait_for()
    panel(page).get_by_text("1 mix, 1 mix that you kept, 1 export, 1 undo.").wait_for()
    rating.get_by_role("button", name="Keep this rating").click()
    assert rating.get_by_text("Thank you").is_hidden()  # a score is needed
    rating.get_by_text("8", exact=True).click()
    rating.get_by_label("A word about it, if you like").fill("A clear voice.")
    picture(page, "feedback-desk")
    rating.get_by_role("button", name="Keep this rating").click()
    rating.get_by_text("Kept: 8 of 10. Thank you.").wait_for()
    panel(page).get_by_text("1 rating, 1 export, 1 undo.").wait_for()
    found = {event.kind: event.data for event in events(place)}
    assert found["edit"]["kept"]["high_eq"] == 2.0
    assert found["edit"]["kept"]["low_eq"] == found["edit"]["proposed"]["low_eq"]
    assert found["undo"]["parameters"] == ["low_eq"]
    assert (found["rating"]["score"], found["rating"]["comment"]) == (8.0, "A clear voice.")
    assert "1 choice so far" in panel(page).inner_text()
    with page.expect_download() as download:
        panel(page).get_by_role("link", name="Download all of it").click()
    content = json.loads(Path(download.value.path()).read_text())
    assert sorted(event["kind"] for event in content["events"]) == ["edit", "export", "mix", "rating", "undo"]
    assert console.said == []


def test_erasing_asks_once_more(page: Any, server: Server, mix: str, place: Path) -> None:
    """By the keyboard; whoever thinks better of it, or presses Escape, keeps everything."""
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    agree(page)
    asked = page.get_by_role("group", name="Erase all of it?")
    for way_back in ("Enter", "Escape"):
        page.get_by_role("button", name="Erase all of it").focus()
        page.keyboard.press("Enter")
        asked.wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Keep it"
        page.keyboard.press(way_back)
        asked.wait_for(state="hidden")
        assert page.evaluate("document.activeElement.textContent") == "Erase all of it"
    assert page.get_by_role("button", name="Stop keeping feedback").is_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("button", name="Agree, and keep my feedback").wait_for()
    assert "is not kept" in page.locator("details.feedback summary").inner_text()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert events(place) == []


def test_who_did_not_agree_is_not_asked_and_nothing_is_sent(page: Any, server: Server, mix: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    page.get_by_label("Low EQ", exact=True).fill("1")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Export the mix").click()
    page.get_by_text("Ready:").wait_for(timeout=60_000)
    page.wait_for_timeout(2500)  # an undo would have gone by now
    assert [url.rsplit("/", 1)[1] for url in sent] == ["export"]
    assert page.locator(".rating").is_hidden()
    agree(page)
    page.locator(".rating").wait_for()  # now it is asked


def test_an_undo_is_not_lost_when_the_page_goes(page: Any, server: Server, mix: str, place: Path) -> None:
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    agree(page)
    for name in ("Low EQ", "Reverb"):
        page.get_by_label(name, exact=True).fill("0.3")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.goto("about:blank")
    for _ in range(100):
        undone = [event.data["parameters"] for event in events(place) if event.kind == "undo"]
        if undone:
            break
        page.wait_for_timeout(50)
    assert undone == [["reverb"], ["low_eq"]]


def test_a_store_that_fails_is_a_sentence(page: Any, server: Server, mix: str, place: Path) -> None:
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    agree(page)
    whole = (place / FEEDBACK).read_bytes()
    try:
        for path in place.glob(f"{FEEDBACK}*"):
            path.write_bytes(b"this is no database" * 1000)
        page.reload()
        page.locator(".desk").wait_for()
        panel(page).get_by_role("alert").get_by_text("the database cannot be used").wait_for()
    finally:
        for path in place.glob(f"{FEEDBACK}-*"):
            path.unlink()
        (place / FEEDBACK).write_bytes(whole)


def test_the_switch_of_taste(page: Any, server: Server, file: Path, place: Path) -> None:
    """Only where a taste leans; on, until somebody turns it off."""
    page.goto(server.address)
    page.locator(".field").wait_for()
    assert page.get_by_label("Use my taste").is_hidden()
    place.mkdir(exist_ok=True)
    (place / TASTE).write_text(Leaning(Lean({"presence": 0.2, "high_eq": 0.3}, 46)).to_json())
    page.reload()
    switch = page.get_by_label("Use my taste")
    switch.wait_for()
    assert switch.is_checked()
    words = page.locator("#taste-words").inner_text()
    assert words.endswith("from 46 choices")
    picture(page, "feedback-taste")
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)
    told = page.locator(".tasted").inner_text()
    assert told.startswith("With your taste: ")
    assert told.endswith("from 46 choices.")
    assert "from 46 choices" in panel(page).inner_text()
    page.get_by_role("button", name="Another song").click()
    page.get_by_label("Use my taste").uncheck()
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)
    assert page.locator(".tasted").count() == 0
    assert "--no-taste" not in page.locator("main").inner_text()


def test_feedback_has_names_and_can_be_read(browser: Any, server: Server, mix: str, page: Any) -> None:
    """Light, dark, and as narrow as a phone: everything open."""
    page.goto(server.address)
    page.locator(".field").wait_for()
    agree(page)
    for scheme, width in (("light", 1180), ("dark", 1180), ("light", 360), ("dark", 360)):
        one = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 740}).new_page()
        one.goto(f"{server.address}/#{mix}")
        one.locator(".desk").wait_for()
        one.get_by_role("button", name="Export the mix").click()
        one.locator(".rating").wait_for(timeout=60_000)
        one.locator(".scores").get_by_text("7", exact=True).click()
        panel(one).get_by_role("button", name="Erase all of it").click()
        assert one.evaluate(UNNAMED) == []
        assert one.evaluate(FAINT) == []
        assert not scrolls_sideways(one)
        small = one.evaluate("""() => [...document.querySelectorAll(".scores label, .feedback button, .feedback a")]
          .filter((e) => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44)).map((e) => e.outerHTML)""")
        assert small == []
        picture(one, f"feedback-{scheme}-{width}")
        one.context.close()


def test_a_score_is_given_by_the_keyboard(page: Any, server: Server, mix: str, place: Path) -> None:
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    agree(page)
    page.get_by_role("button", name="Export the mix").click()
    page.locator(".rating").wait_for(timeout=60_000)
    page.locator("#score-1").focus()
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("x 3 k space b")  # letters that are keys of the desk elsewhere
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".rating").get_by_text("Kept: 6 of 10.").wait_for()
    until(page, "document.activeElement.className === 'thanks'")
    (rating,) = [event.data for event in events(place) if event.kind == "rating"]
    assert (rating["score"], rating["comment"]) == (6.0, "x 3 k space b")
