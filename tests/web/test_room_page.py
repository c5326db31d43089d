"""The listening room in Chromium: whole visits by the page, as a listener takes them."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.browser import Console, Server, chromium, picture, scrolls_sideways, served
from tests.web.rooms import SONGS, SYSTEMS, make_test

from mixwright.listening.definition import KINDS
from mixwright.listening.manifest import load_manifest
from mixwright.store import AnswerRow, open_store


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def stored(folder: Path) -> list[AnswerRow]:
    store = open_store(f"sqlite:///{folder / 'answers.sqlite'}")
    try:
        return store.answers(load_manifest(folder).version)
    finally:
        store.close()


def room(folder: Path, *more: object) -> Any:
    return served("listen", "serve", folder, "--no-browser", "--port", "0", *more)


def enter(browser: Any, address: str, **how: Any) -> tuple[Any, Console]:
    """From the first page to the first trial."""
    page = browser.new_context(**how).new_page()
    console = Console(page)
    page.goto(address)
    page.get_by_role("button", name="Take part").click()
    page.get_by_role("button", name="I agree and take part").click()
    start_sound(page)
    return page, console


def start_sound(page: Any) -> None:
    page.get_by_label("Headphones or earphones").check()
    page.get_by_role("button", name="Start the sound").click()


def listen_to_all(page: Any, seconds: float = 0.6) -> list[str]:
    """Hear every version long enough."""
    page.locator("body[data-trial]").wait_for()
    slots = [door.get_attribute("data-slot") for door in page.locator(".door").all()]
    for slot in slots:
        page.locator(f".door[data-slot='{slot}']").click()
        page.wait_for_timeout(1000 * seconds + 100)
    return slots


def judge(page: Any, kind: str, choose: str = "I prefer A") -> None:
    """Answer the trial that is shown, and go on."""
    slots = listen_to_all(page)
    if kind == "preference":
        page.get_by_role("radio", name=choose).click()
    elif kind == "abx":
        page.get_by_role("radio", name="X is A").click()
    elif kind in ("multiple", "mushra"):
        for k, slot in enumerate(slot for slot in slots if len(slot) == 1):
            page.locator(f".door[data-slot='{slot}']").click()
            page.get_by_label(f"Rating of {slot}").fill(str(100 - 20 * k))
    else:
        page.get_by_role("radio", name="7", exact=True).click()
    page.locator("#next:enabled").click()
    page.locator("body[data-trial], #code").first.wait_for()


@pytest.mark.parametrize("kind", KINDS)
def test_a_visit_of_every_kind(kind: str, browser: Any, tmp_path: Path) -> None:
    more = {"abx": {"abx_trials": 5}}.get(kind, {})
    folder = make_test(tmp_path, kind, songs=1, **more)
    with room(folder) as server:
        page, console = enter(browser, server.address)
        page.locator("body[data-trial]").wait_for()
        picture(page, f"room-{kind}-training")
        trials = 0
        while page.locator("#code").count() == 0:
            judge(page, kind)
            trials += 1
            if trials == 1:
                picture(page, f"room-{kind}")
        assert page.locator("#code").inner_text().startswith("0001-")
        picture(page, "room-thanks")
        page.context.close()
    rows = stored(folder)
    assert len(rows) == trials == {"abx": 6, "rating": 4, "appropriateness": 4}.get(kind, 2)
    facts = rows[-1].facts
    assert facts["sample_rate"] == 48_000
    assert min(value for slot, value in facts["seconds_heard"].items() if slot != "Reference") >= 0.45
    assert {"play", "stop", "rate"} <= {event["what"] for event in rows[-1].events}
    assert rows[0].listener.device["transducer"] == "headphones"
    assert console.said == []


def test_three_simulated_listeners_to_the_result(browser: Any, tmp_path: Path) -> None:
    """They prefer the darker mix, whichever side it is on: known here by its place in the stored trial."""
    folder = make_test(tmp_path, songs=2, repeats=1, catch_trials=1)
    manifest = load_manifest(folder)
    with room(folder) as server:
        for number in range(3):
            page, _ = enter(browser, server.address)
            store = open_store(f"sqlite:///{folder / 'answers.sqlite'}")
            trials = store.listeners(manifest.version)[number].trials
            store.close()
            for trial in trials:
                heard = [manifest.stimulus(item) for item in trial["items"]]
                merit = [-2 if one.role == "broken" else -SYSTEMS.index(one.system) for one in heard]
                words = "No preference" if merit[0] == merit[1] else f"I prefer {'A' if merit[0] > merit[1] else 'B'}"
                page.locator("body[data-trial]").wait_for()
                judge(page, "preference", words)
                page.wait_for_function(
                    f"document.querySelectorAll('.door[aria-pressed=true]').length === 0 || {number}"
                )
            page.locator("#code").wait_for()
            page.context.close()
    assert len(stored(folder)) == 3 * len(trials)
    call = [sys.executable, "-m", "mixwright", "listen", "results", str(folder), "--json"]
    found = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    (pair,) = found["everyone"]["pairs"]
    assert (pair["first"], pair["wins"]["wins"], pair["wins"]["trials"]) == (SYSTEMS[0], 6, 6)
    assert found["exclusions"] == []
    assert found["consistency"]["wins"] == found["consistency"]["trials"] == 3


def test_nothing_sounds_before_a_gesture(browser: Any, tmp_path: Path) -> None:
    """Watched by a script that was there before the page: `evaluate` would count as a gesture itself."""
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder) as server:
        context = browser.new_context()
        context.add_init_script("""
          window.contexts = [];
          const Real = window.AudioContext;
          window.AudioContext = class extends Real {
            constructor(...how) {
              super(...how);
              window.contexts.push({made: this, active: navigator.userActivation.isActive});
            }
          };""")
        page = context.new_page()
        page.goto(server.address)
        page.get_by_role("button", name="Take part").click()
        page.get_by_role("button", name="I agree and take part").click()
        page.get_by_label("Headphones or earphones").check()
        assert page.evaluate("window.contexts.length") == 0
        page.get_by_role("button", name="Start the sound").click()
        page.locator("body[data-trial]").wait_for()
        found = page.evaluate("window.contexts.map(({made, active}) => [made.state, made.sampleRate, active])")
        assert found == [["running", 48_000, True]]
        page.reload()  # a new page needs a gesture again, and says so
        page.get_by_role("button", name="Start the sound").wait_for()
        assert page.evaluate("window.contexts.length") == 0
        context.close()


def test_a_reload_comes_back_to_the_same_trial(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=2, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        judge(page, "preference")
        page.get_by_text("2 of 2").wait_for()
        listen_to_all(page)
        page.reload()
        page.get_by_role("heading", name="Welcome back").wait_for()
        start_sound(page)
        page.get_by_text("2 of 2").wait_for()
        judge(page, "preference")
        page.locator("#code").wait_for()
        page.context.close()
    assert [row.number for row in stored(folder)] == [0, 1]


def test_an_answer_survives_the_servers_death(browser: Any, tmp_path: Path) -> None:
    """Killed while the listener listens, back after they answered: the answer arrives by itself, once."""
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        port = server.port()
        listen_to_all(page)
        server.kill()
        page.get_by_role("radio", name="I prefer B").click()
        page.locator("#next").click()
        page.get_by_text("The server cannot be reached").wait_for()
        picture(page, "room-offline")
        assert stored(folder) == []
        again = Server("listen", "serve", folder, "--no-browser", "--port", port)
        try:
            page.locator("#code").wait_for(timeout=20_000)
        finally:
            again.kill()
        page.context.close()
    (row,) = stored(folder)
    assert row.answer == {"preferred": "B"}


def test_an_answer_survives_a_reload_without_the_server(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        listen_to_all(page)
        page.route("**/api/answers", lambda route: route.abort())
        page.get_by_role("radio", name="No preference").click()
        page.locator("#next").click()
        page.get_by_text("The server cannot be reached").wait_for()
        page.unroute("**/api/answers")
        page.reload()
        page.locator("#code").wait_for()
        page.context.close()
    assert [row.answer for row in stored(folder)] == [{"preferred": "tie"}]


def test_by_the_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, "mushra", systems=2, songs=1)
    with room(folder) as server:
        page = browser.new_context().new_page()
        page.goto(server.address)

        def press(name: str, role: str = "button") -> None:
            page.get_by_role(role, name=name).wait_for()
            for _ in range(20):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.textContent || document.activeElement.value").strip() == name:
                    break
            page.keyboard.press("Enter")

        press("Take part")
        press("I agree and take part")
        page.get_by_label("Headphones or earphones").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        press("Start the sound")
        for trial in range(2):
            page.locator("body[data-trial]").wait_for()
            page.wait_for_timeout(200)
            page.keyboard.press("r")
            page.wait_for_timeout(300)
            for k, slot in enumerate("abcd"):
                page.keyboard.press(slot)
                page.wait_for_timeout(650)
                for _ in range(5 if k == 0 else 2):
                    page.keyboard.press("Shift+ArrowRight" if k == 0 else "ArrowLeft")
            page.locator("#next:enabled").wait_for()
            page.keyboard.press("Enter")
            page.locator(f"body[data-trial='{trial + 1}'], #code").first.wait_for()
        page.locator("#code").wait_for()
        page.context.close()
    assert stored(folder)[-1].answer == {"scores": {"A": 100, "B": 48, "C": 48, "D": 48}}


def test_only_what_plays_can_be_rated(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, "multiple", songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        page.locator("body[data-trial]").wait_for()
        sliders = [page.get_by_label(f"Rating of {slot}") for slot in "AB"]
        assert [slider.is_disabled() for slider in sliders] == [True, True]
        page.locator(".door[data-slot=B]").click()
        assert [slider.is_disabled() for slider in sliders] == [True, False]
        page.get_by_role("button", name="Stop").click()
        assert [slider.is_disabled() for slider in sliders] == [True, True]
        assert page.locator("#next").is_disabled()
        page.context.close()


def test_the_arrows_rate_what_is_heard(browser: Any, tmp_path: Path) -> None:
    """Also what was chosen by the mouse; nothing once it is stopped. A key that is held down is one press."""
    folder = make_test(tmp_path, "multiple", songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        page.locator("body[data-trial]").wait_for()
        sliders = [page.get_by_label(f"Rating of {slot}") for slot in "AB"]
        page.keyboard.press("a")
        page.locator(".door[data-slot=B]").click()
        page.keyboard.press("ArrowRight")
        assert [slider.input_value() for slider in sliders] == ["50", "51"]
        page.locator("h1").focus()
        for _ in range(4):
            page.keyboard.down("Space")
        page.keyboard.up("Space")
        page.get_by_role("button", name="Play").wait_for()
        page.keyboard.press("ArrowRight")
        assert [slider.input_value() for slider in sliders] == ["50", "51"]
        page.context.close()


def test_a_dragged_slider_is_noted_four_times_a_second(browser: Any, tmp_path: Path) -> None:
    """And where it came to rest: before a switch and before the answer, too."""
    folder = make_test(tmp_path, "multiple", songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        listen_to_all(page)
        moved = page.evaluate("""async () => {
          const [a, b] = document.querySelectorAll(".rate input");
          const wait = (ms) => new Promise((done) => setTimeout(done, ms));
          const move = (input, value) => {
            input.value = value;
            input.dispatchEvent(new Event("input"));
          };
          let moves = 0;
          for (const begun = performance.now(); performance.now() - begun < 1600; ++moves) {
            move(b, moves % 100);
            await wait(5);
          }
          await wait(400);
          move(b, 30);
          move(b, 31);
          document.querySelector(".door[data-slot=A]").click();
          await wait(400);
          move(a, 70);
          move(a, 71);
          document.getElementById("next").click();
          return moves;
        }""")
        page.locator("#code").wait_for()
        page.context.close()
    (row,) = stored(folder)
    assert row.answer == {"scores": {"A": 71, "B": 31}}
    assert moved > 60
    told = [(event["what"], event["slot"]) for event in row.events]
    at = told.index(("rate", "B"))
    dragged = [event["t"] for event in row.events[at:-6]]
    assert 6 <= len(dragged) <= 9  # of 1.6 s: the first, one every 0.25 s, the last
    assert min(later - earlier for earlier, later in itertools.pairwise(dragged)) > 0.2  # to within the clocks' steps
    assert told[at:-6] == [("rate", "B")] * len(dragged)
    assert told[-6:] == [
        ("rate", "B"), ("rate", "B"), ("switch", "A"), ("rate", "A"), ("rate", "A"), ("stop", "A"),
    ]  # fmt: skip


def test_nothing_plays_once_the_answer_is_given(browser: Any, tmp_path: Path) -> None:
    """The trial stays in sight while its answer is on the way; its buttons and keys do nothing more."""
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        listen_to_all(page)
        page.route("**/api/answers", lambda route: route.abort())
        page.get_by_role("radio", name="I prefer A").click()
        page.locator("#next").click()
        page.get_by_text("The server cannot be reached").wait_for()
        for key in ("a", "Space", "b", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        page.evaluate("document.querySelectorAll('.door, .play, [role=radio]').forEach((button) => button.click())")
        page.wait_for_timeout(300)
        assert page.locator(".door[aria-pressed=true]").count() == 0
        assert page.locator("#next").is_disabled()
        page.unroute("**/api/answers")
        page.locator("#code").wait_for()
        page.context.close()
    (row,) = stored(folder)
    assert row.answer == {"preferred": "A"}
    assert [event["what"] for event in row.events][-1] == "stop"


def test_the_page_knows_nothing(browser: Any, tmp_path: Path) -> None:
    """No name of a system or song, no role: not in the page, in what it keeps, or in any address that it asked."""
    folder = make_test(tmp_path, songs=2, catch_trials=2, training=False)
    with room(folder) as server:
        context = browser.new_context()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.goto(server.address)
        page.get_by_role("button", name="Take part").click()
        page.get_by_role("button", name="I agree and take part").click()
        start_sound(page)
        seen = ""
        while page.locator("#code").count() == 0:
            page.locator("body[data-trial]").wait_for()
            seen += page.content() + page.evaluate("JSON.stringify([sessionStorage, localStorage, document.cookie])")
            judge(page, "preference")
        context.close()
    told = (seen + "\n".join(asked)).lower()
    secret = [*SYSTEMS, *SONGS, "broken", "catch", "repeat"]
    assert [word for word in secret if word.lower() in told] == []


@pytest.mark.parametrize("kind", ["preference", "mushra", "rating"])
def test_a_phone(kind: str, browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, kind, songs=1)
    with room(folder) as server:
        page, _ = enter(
            browser, server.address, viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="dark"
        )
        page.locator("body[data-trial]").wait_for()
        assert not scrolls_sideways(page)
        picture(page, f"room-{kind}-phone")
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 40  # for a thumb
        page.context.close()


def test_the_headphone_check_by_the_page(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=1, headphone_check=True, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        for n in range(6):
            page.get_by_text(f"{n + 1} of 6").wait_for()
            assert page.get_by_role("button", name="Tone 1").is_disabled()
            page.get_by_role("button", name="Play the three tones").click()
            if n == 0:
                picture(page, "room-tones")
            page.get_by_role("button", name=f"Tone {1 + n % 3}").click()
        page.locator("body[data-trial]").wait_for()
        page.context.close()
    store = open_store(f"sqlite:///{folder / 'answers.sqlite'}")
    (listener,) = store.listeners(load_manifest(folder).version)
    store.close()
    assert listener.checks["headphones"]["answers"] == [1, 2, 3, 1, 2, 3]


def test_the_administrators_page(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder) as server:
        page, _ = enter(browser, server.address)
        judge(page, "preference")
        page.locator("#code").wait_for()
        page.goto(server.address + "/admin")
        page.get_by_text("1 answers of 1 listeners").wait_for()
        picture(page, "room-admin")
        page.context.close()


def test_a_public_room_asks_for_the_token(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=1, training=False)
    with room(folder, "--public") as server:
        assert server.process.stdout is not None
        token = server.process.stdout.readline().split()[-1]
        page = browser.new_context().new_page()
        page.goto(server.address + "/admin#here")
        assert page.url == server.address + "/login?to=/admin#here"
        page.get_by_label("The token that the server printed").fill("wrong")
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("That is not the token").wait_for()
        page.get_by_label("The token that the server printed").fill(token)
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("0 answers of 0 listeners").wait_for()
        assert page.url == server.address + "/admin#here"
        page.goto(server.address + "/login?to=/.//elsewhere.example/")
        page.get_by_label("The token that the server printed").fill(token)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url(server.address + "//elsewhere.example/")
        page.context.close()


def test_a_link_that_is_not_known_says_so(browser: Any, tmp_path: Path) -> None:
    folder = make_test(tmp_path, songs=1)
    with room(folder, "--invite-only") as server:
        page = browser.new_context().new_page()
        page.goto(server.address)
        page.get_by_text("by invitation").wait_for()
        page.goto(server.address + "/l/" + "x" * 32)
        page.get_by_role("alert").get_by_text("This link is not known").wait_for()
        page.context.close()
