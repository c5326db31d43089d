"""The page in a real browser: opens from disk, fits every screen, plays in step, obeys the keyboard."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_demo import demo, unsure, wav

from mixwright.mix.report import Clip, render_report

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FADE_S = 0.005  # BS.1534: out, then in, no cross-fade

# Records what the player asks of WebAudio, without changing it.
SPY = """
window.asked = { starts: [], events: [], levels: [] };
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when, offset) {
  asked.starts.push([when, offset, this.loop]);
  return start.apply(this, arguments);
};
for (const name of ["setValueAtTime", "linearRampToValueAtTime"]) {
  const original = AudioParam.prototype[name];
  AudioParam.prototype[name] = function (value, time) {
    asked.events.push([name.slice(0, 3), value, time]);
    return original.apply(this, arguments);
  };
}
const setter = Object.getOwnPropertyDescriptor(AudioParam.prototype, "value").set;
Object.defineProperty(AudioParam.prototype, "value", {
  get: Object.getOwnPropertyDescriptor(AudioParam.prototype, "value").get,
  set(x) { asked.levels.push(x); setter.call(this, x); },
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "these tests need Chromium (apt-get install chromium)"
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(demo()), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url))
    opened.add_init_script(SPY)
    opened.goto(file.as_uri())
    opened.wait_for_selector("#player:not([hidden])")
    yield opened
    opened.close()
    assert complaints == []


def heard(page: Page) -> str | None:
    return page.text_content("[data-clip][aria-pressed=true]")


def wait_until(page: Page, condition: str) -> None:
    """Playwright's own wait evaluates a string in the page, which the page's security policy forbids."""
    look = f"const look = () => ({condition}) ? done() : Date.now() > end ? fail(end) : setTimeout(look, 5);"
    page.evaluate(f"new Promise((done, fail) => {{ const end = Date.now() + 5000; {look} look(); }})")


def state(page: Page) -> str | None:
    return page.get_attribute("#player", "data-state")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_fits_the_screen(browser: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    """No sideways scrolling, also with a name that has nowhere to break, and no text cut off."""
    long = "SongWithAVeryLongNameAndNoSpaces" * 8
    data = replace(unsure(), title=long + ".flac", subtitle=long, summary=[long], warnings=[long])
    data = replace(data, clips=[Clip(long[:40], "audio/wav", wav(220)), Clip("After", "audio/wav", wav(330))])
    file = tmp_path / "long.html"
    file.write_text(render_report(data), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(file.as_uri())
    page.wait_for_selector("#player:not([hidden])")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll('body *')].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.right > innerWidth + 0.5 && !e.closest('pre, .scroll, .unseen');
    }).map((e) => e.tagName + '.' + e.className)"""
    assert page.evaluate(outside) == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(250, 250, 249)", "dark": "rgb(19, 21, 23)"}[scheme]
    page.close()


def test_axis_labels_do_not_touch(browser: Browser, file: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(file.as_uri())
    touching = """[...document.querySelectorAll('.x-labels')].flatMap((row) => {
      const boxes = [...row.children].map((e) => e.getBoundingClientRect()).filter((b) => b.width);
      return boxes.slice(1).filter((b, i) => b.left < boxes[i].right + 3).map((b) => b.left);
    })"""
    assert page.evaluate(touching) == []
    page.close()


def test_nothing_plays_before_it_is_asked(page: Page) -> None:
    page.wait_for_timeout(200)
    assert page.evaluate("asked.starts") == []
    assert page.text_content("#now") == "0:00"
    assert page.evaluate("[...document.querySelectorAll('audio')].every((a) => a.paused && !a.autoplay)")


def test_both_clips_start_on_the_same_sample_and_are_only_attenuated(page: Page) -> None:
    page.click("#play")
    assert state(page) == "playing"
    first, second = page.evaluate("asked.starts")
    assert first == second
    assert first[1:] == [0, True]
    levels = page.evaluate("asked.levels")
    assert levels == pytest.approx([10 ** (-1.5 / 20), 1.0], abs=1e-6)  # float32 in WebAudio
    wait_until(page, "Number(document.getElementById('seek').value) > 0.3")
    page.click("#play")
    assert state(page) == "stopped"
    stopped_at = page.input_value("#seek")
    page.wait_for_timeout(100)
    assert page.input_value("#seek") == stopped_at


def test_switching_fades_out_then_in_without_restarting(page: Page) -> None:
    page.click("#play")
    wait_until(page, "Number(document.getElementById('seek').value) > 0.2")
    page.evaluate("asked.events.length = 0")
    page.click("[data-clip='1']")
    assert heard(page) == "After"
    (_, one, t0), (down, zero, t1), (_, shut, t2), (up, full, t3) = page.evaluate("asked.events")
    assert (down, up) == ("lin", "lin")
    assert (one, zero, shut, full) == (1, 0, 0, 1)
    assert [t1 - t0, t2 - t1, t3 - t2] == pytest.approx([FADE_S, 0, FADE_S], abs=1e-9)
    # A second switch in the same instant waits for the first.
    page.evaluate(
        "asked.events.length = 0; for (const k of ['x', 'x']) document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key: k, bubbles: true}))"
    )
    times = [event[2] for event in page.evaluate("asked.events")]
    assert times == sorted(times)
    assert len(page.evaluate("asked.starts")) == 2


def test_keyboard(page: Page) -> None:
    page.keyboard.press("Space")
    assert state(page) == "playing"
    assert page.evaluate("scrollY") == 0
    for key, clip in (("b", "After"), ("a", "Before"), ("x", "After"), ("X", "Before"), ("x", "After")):
        page.keyboard.press(key)
        assert heard(page) == clip
    page.keyboard.press("Space")
    assert state(page) == "stopped"
    page.keyboard.press("l")
    assert page.get_attribute("#loop", "aria-pressed") == "false"
    page.keyboard.press("Control+a")
    assert heard(page) == "After"


def test_space_still_plays_after_a_click_on_a_button(page: Page) -> None:
    page.click("[data-clip='1']")
    page.keyboard.press("Space")
    assert (state(page), heard(page)) == ("playing", "After")


def test_shortcuts_can_be_turned_off(page: Page) -> None:
    """WCAG 2.1.4: single-letter shortcuts need an off switch."""
    page.click("#keys")
    page.keyboard.press("b")
    page.keyboard.press("Space")
    assert heard(page) == "Before"
    assert state(page) != "playing"


def test_every_control_is_reached_and_worked_by_tab(page: Page) -> None:
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.clip || ''"))
    assert [name for name in reached if name in ("seek", "play", "0", "1", "loop", "keys")] == [
        "seek", "play", "0", "1", "loop", "keys",
    ]  # fmt: skip
    page.focus("[data-clip='1']")
    page.keyboard.press("Space")  # on a focused button, space presses the button
    assert heard(page) == "After"
    assert state(page) != "playing"


def test_position_can_be_moved_while_playing_and_while_stopped(page: Page) -> None:
    page.focus("#seek")
    page.keyboard.press("ArrowRight")
    assert float(page.input_value("#seek")) == pytest.approx(0.1, abs=0.011)  # a twentieth of 2 s; step 0.01
    page.fill("#seek", "1.5")
    page.click("#play")
    assert page.evaluate("asked.starts.map((s) => s[1])") == [1.5, 1.5]
    page.fill("#seek", "0.5")
    assert page.evaluate("asked.starts.slice(2).map((s) => s[1])") == [0.5, 0.5]
    assert state(page) == "playing"


def test_loop_goes_round_and_without_it_the_end_is_the_end(page: Page) -> None:
    page.fill("#seek", "1.9")
    page.click("#play")
    wait_until(page, "Number(document.getElementById('seek').value) < 1")
    assert state(page) == "playing"
    page.click("#play")
    page.click("#loop")
    page.fill("#seek", "1.9")
    page.click("#play")
    page.wait_for_selector("#player[data-state=stopped]")
    assert page.text_content("#now") == "0:00"


@pytest.mark.parametrize("missing", ["webaudio", "decoder"])
def test_without_webaudio_the_plain_players_stay(browser: Browser, tmp_path: Path, missing: str) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    data = demo()
    if missing == "webaudio":
        page.add_init_script("delete window.AudioContext; delete window.webkitAudioContext;")
    else:
        data = replace(data, clips=[Clip("Before", "audio/wav", b"not audio"), data.clips[1]])
    file = tmp_path / "report.html"
    file.write_text(render_report(data), encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_timeout(200)
    assert not page.is_visible("#player")
    assert page.locator("audio[controls]:visible").count() == 2
    assert page.evaluate(
        """async () => { const a = document.querySelectorAll('audio')[1]; a.preload = 'metadata'; a.load();
        await new Promise((done) => a.addEventListener('loadedmetadata', done)); return a.duration; }"""
    ) == pytest.approx(2.0, abs=0.01)
    assert errors == []
    page.close()


def test_the_preset_can_be_downloaded(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as waiting:
        page.click("#preset-link")
    assert waiting.value.suggested_filename == "Night Bus (rough mix 3).preset.json"
    waiting.value.save_as(tmp_path / "preset.json")
    saved = json.loads((tmp_path / "preset.json").read_text(encoding="utf-8"))
    assert saved == json.loads(demo().preset_json)


def test_prints(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("#listen")
    assert page.is_visible("#chart-tone svg")
