"""The studio in Chromium: from a dropped song to an export, and what is heard when a slider moves."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tests.songs import song
from tests.web.browser import PLANE_TEXT, Console, Server, chromium, picture, plane, scrolls_sideways, served, until

from mixwright.chain import BalanceStage
from mixwright.metrics.pairs import loudness
from mixwright.parameters import Parameters, Preset
from mixwright.parameters.preset_file import preset_from

RATE = 48_000
# The page's own engine in an OfflineAudioContext: what a listener of that mix would be given, sample by sample.
LISTEN = """
async ({id, seconds, parameters, side, at, later}) => {
  const { Engine } = await import("/static/studio/engine.js");
  const mix = await (await fetch(`/api/mixes/${id}`)).json();
  const bytes = await (await fetch(`/api/mixes/${id}/source`)).arrayBuffer();
  const context = new OfflineAudioContext(mix.channels, seconds * mix.sample_rate, mix.sample_rate);
  const module = await WebAssembly.compileStreaming(fetch("/static/chain.wasm"));
  const engine = new Engine(context, await context.decodeAudioData(bytes), module);
  const chain = parameters ? {...mix.chain, parameters} : mix.chain;
  const levels = new Promise((done) => engine.addEventListener("levels", done, {once: true}));
  await engine.prepare(chain, [mix.passage.start_s, mix.passage.end_s]);
  await levels;
  for (const name of ["source", "mix"]) {  // at once: before the first sample there is no time to glide there in
    const { gain } = engine.levels[name];
    gain.cancelScheduledValues(0);
    gain.setValueAtTime(engine.gains[name], 0);
  }
  engine.hear(side);
  engine.play();
  if (later) {
    context.suspend(at).then(async () => {
      engine.chain.port.postMessage({parameters: later});
      await new Promise((done) => setTimeout(done, 100));
      context.resume();
    });
  }
  const heard = await context.startRendering();
  const text = PLANE_TEXT;
  const planes = Array.from({length: mix.channels}, (_, c) => text(heard.getChannelData(c)));
  return {planes, gains: [engine.gains.source, engine.gains.mix], lufs: engine.lufs};
}
""".replace("PLANE_TEXT", PLANE_TEXT)
# Controls without a name.
UNNAMED = """() => [...document.querySelectorAll("button, input, select, a, [role=slider], meter")]
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
  .map((e) => e.outerHTML)"""
# Texts that stand out from what is under them by less than 4.5:1.
FAINT = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const under = (e) => {
    for (; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] === undefined || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll("main :is(p, label, h1, h2, button, output, span)")) {
    if (!e.textContent.trim() || !e.offsetParent || e.closest("[aria-hidden=true], :disabled")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(under(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([e.textContent.trim().slice(0, 40), ratio.toFixed(2)]);
  }
  return found;
}"""
DROP = """(content) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "Dropped.wav", {type: "audio/wav"}));
  const event = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
  document.querySelector(".field").dispatchEvent(event);
}"""
START = round(0.02 * RATE)  # how far ahead the engine starts
FADES = round(0.03 * RATE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served("studio", "--no-browser", "--port", "0", "--work", tmp_path_factory.mktemp("studio")) as made:
        yield made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "Dull Song.wav"
    audio = 0.5 * song(5.0, RATE)
    soundfile.write(path, audio.T, RATE, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def mix(browser: Any, server: Server, file: Path) -> str:
    """A mix that is there already: the end of its address."""
    page = browser.new_page()
    drop(page, server, file)
    identity = str(page.url.split("#")[1])
    page.close()
    return identity


def drop(page: Any, server: Server, file: Path) -> None:
    page.goto(server.address)
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)


def open_mix(browser: Any, server: Server, mix: str, **how: Any) -> tuple[Any, Console]:
    page = browser.new_context(**how).new_page()
    console = Console(page)
    page.goto(f"{server.address}/#{mix}")
    page.locator(".desk").wait_for()
    page.get_by_text("Equally loud").wait_for()
    return page, console


def listen(page: Any, mix: str, seconds: float = 4.0, **how: Any) -> tuple[np.ndarray, Any]:
    asked = {"id": mix, "seconds": seconds, "parameters": None, "side": "mix", "at": None, "later": None, **how}
    answer = page.evaluate(LISTEN, asked)
    return np.stack([plane(text) for text in answer["planes"]]), answer


def facts(page: Any, mix: str) -> dict[str, Any]:
    return dict(page.evaluate("async (id) => (await fetch(`/api/mixes/${id}`)).json()", mix))


def source(file: Path) -> np.ndarray:
    return np.ascontiguousarray(soundfile.read(file, dtype="float32")[0].T)


def slider(page: Any, label: str) -> Any:
    return page.get_by_label(label, exact=True)


def test_a_whole_visit_from_drop_to_export(browser: Any, server: Server, file: Path, tmp_path: Path) -> None:
    page = browser.new_context(accept_downloads=True).new_page()
    console = Console(page)
    page.goto(server.address)
    picture(page, "studio-drop")
    page.locator("#one").set_input_files(file)
    page.locator(".desk").wait_for(timeout=60_000)
    assert page.locator("h1").inner_text() == "Dull Song"
    assert page.locator(".slider").count() == 10
    reasons = [row.inner_text() for row in page.locator(".why").all()]
    assert all(len(reason) > 10 for reason in reasons)
    assert page.locator(".chart").count() >= 2
    page.get_by_role("button", name="Play").click()
    until(page, "parseFloat(document.querySelector('.wave').getAttribute('aria-valuenow')) >= 1")
    slider(page, "High EQ").fill("2")
    page.get_by_text("set by you").first.wait_for()
    picture(page, "studio-desk")
    page.get_by_label("Format").select_option("flac")
    page.get_by_role("button", name="Export the mix").click()
    page.get_by_text("Ready:").wait_for(timeout=60_000)
    saved = {}
    for name in ("Download the mix", "Preset", "Report"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    assert [path.name for path in saved.values()] == [
        "Dull Song.mix.flac", "Dull Song.preset.json", "Dull Song.report.html",
    ]  # fmt: skip
    audio, rate = soundfile.read(saved["Download the mix"])
    assert (rate, audio.shape) == (RATE, (5 * RATE, 2))
    preset = preset_from(json.loads(saved["Preset"].read_text()))
    assert preset.parameters["high_eq"] == 2.0
    assert preset.origin("high_eq") == "set"
    assert console.said == []
    page.context.close()


def test_what_is_played_is_the_chain(browser: Any, server: Server, mix: str, file: Path) -> None:
    """Within −120 dBFS of the Python render through the page's own graph: level and fades taken away."""
    page, _ = open_mix(browser, server, mix)
    found = facts(page, mix)
    stage = BalanceStage(preset_from(found["preset"]), RATE, 2)
    wanted = stage.process(source(file))
    heard, answer = listen(page, mix)
    frames = heard.shape[1] - START
    scaled = answer["gains"][1] * wanted[:, :frames]
    np.testing.assert_allclose(heard[:, START:][:, FADES:], scaled[:, FADES:], rtol=0, atol=1e-6)
    dry, _ = listen(page, mix, side="source")
    np.testing.assert_allclose(
        dry[:, START:][:, FADES:], answer["gains"][0] * source(file)[:, :frames][:, FADES:], rtol=0, atol=1e-6
    )
    page.context.close()


@pytest.mark.parametrize(("name", "value", "low", "high"), [("high_eq", 3.0, 15_000, 20_000), ("low_eq", -3.0, 20, 90)])
def test_a_slider_changes_the_sound_as_it_says(
    name: str, value: float, low: float, high: float, browser: Any, server: Server, mix: str
) -> None:
    """Measured in what comes out: 3 dB at the end of the shelf, from the block of the message on."""
    page, _ = open_mix(browser, server, mix)
    names = [row["name"] for row in facts(page, mix)["parameters"]]
    neutral = [float(Parameters()[n]) for n in names]
    moved = [value if n == name else v for n, v in zip(names, neutral, strict=True)]
    plain, _ = listen(page, mix, parameters=neutral)
    heard, _ = listen(page, mix, parameters=neutral, at=2.0, later=moved)
    at = 2 * RATE
    assert np.array_equal(plain[:, :at], heard[:, :at])
    power = [
        np.abs(np.fft.rfft(x[0, at + RATE // 4 :] * np.hanning(x.shape[1] - at - RATE // 4))) ** 2
        for x in (plain, heard)
    ]
    hz = np.fft.rfftfreq(plain.shape[1] - at - RATE // 4, 1 / RATE)
    inside = (hz > low) & (hz < high)
    assert 10 * np.log10(power[1][inside].sum() / power[0][inside].sum()) == pytest.approx(value, abs=0.6)
    page.context.close()


def test_a_slider_is_heard_within_ten_milliseconds(browser: Any, server: Server, mix: str) -> None:
    """Beyond the audio buffer: a slider's event is in the chain's hands before the next block of 128 is made."""
    page, _ = open_mix(browser, server, mix)
    names = [row["name"] for row in facts(page, mix)["parameters"]]
    neutral = [float(Parameters()[n]) for n in names]
    moved = [3.0 if n == "high_eq" else v for n, v in zip(names, neutral, strict=True)]
    plain, _ = listen(page, mix, parameters=neutral)
    heard, _ = listen(page, mix, parameters=neutral, at=2.0, later=moved)
    first = int(np.argmax(np.any(plain != heard, axis=0)))
    assert 0 <= first - 2 * RATE < RATE // 100
    page.context.close()


def test_both_sides_are_equally_loud(browser: Any, server: Server, mix: str) -> None:
    """As another meter than the page's reads it, over the passage that is matched; also after a slider moved."""
    page, _ = open_mix(browser, server, mix)
    names = [row["name"] for row in facts(page, mix)["parameters"]]
    loud = [{"low_eq": 3.0, "high_eq": 3.0, "output_level": 1.1}.get(n, float(Parameters()[n])) for n in names]
    for parameters in (None, loud):
        levels = [
            loudness(listen(page, mix, 5.0, parameters=parameters, side=side)[0], RATE) for side in ("source", "mix")
        ]
        assert levels[0] == pytest.approx(levels[1], abs=0.1)
    _, answer = listen(page, mix, parameters=loud)
    assert max(answer["gains"]) <= 1.0  # by turning down only
    page.context.close()


def test_a_switch_neither_clicks_nor_overlaps(browser: Any, server: Server, mix: str) -> None:
    page, _ = open_mix(browser, server, mix)
    found = page.evaluate("""async () => {
      const { passDoors, FADE_S } = await import("/static/audio/fades.js");
      const context = new OfflineAudioContext(2, 48000, 48000);
      const doors = [1, 0].map((gain) => new GainNode(context, {gain}));
      const one = new ConstantSourceNode(context), merger = new ChannelMergerNode(context, {numberOfInputs: 2});
      doors.forEach((door, c) => one.connect(door).connect(merger, 0, c));
      merger.connect(context.destination);
      one.start();
      passDoors(doors[0], doors[1], 0.5);
      const heard = await context.startRendering();
      const both = [heard.getChannelData(0), heard.getChannelData(1)];
      return {overlap: Math.max(...both[0].map((x, k) => Math.min(x, both[1][k]))), fade: FADE_S,
              step: Math.max(...both.map((p) => Math.max(...p.slice(1).map((x, k) => Math.abs(x - p[k])))))};
    }""")
    assert found["fade"] == 0.005
    assert found["overlap"] < 1e-3
    assert found["step"] < np.pi / 2 / 240 + 1e-3
    page.context.close()


def test_nothing_sounds_before_a_gesture(browser: Any, server: Server, mix: str) -> None:
    """The context that the page makes sleeps until Play. It says so by itself: whatever Playwright asks a page counts
    as a gesture there."""
    context = browser.new_context()
    context.add_init_script("""
      const Real = window.AudioContext;
      window.AudioContext = class extends Real {
        constructor(...how) {
          super(...how);
          setTimeout(() => console.log("a second later " + this.state), 1000);
          this.addEventListener("statechange", () => console.log("now " + this.state));
        }
      };""")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(lambda message: message.text.startswith("a second later")):
        page.goto(f"{server.address}/#{mix}")
    assert said == ["a second later suspended"]
    with page.expect_console_message(lambda message: message.text == "now running"):
        page.get_by_role("button", name="Play").click()
    context.close()


def test_undo_redo_and_settings_to_compare(browser: Any, server: Server, mix: str) -> None:
    page, _ = open_mix(browser, server, mix)
    eq, decided = slider(page, "Low EQ"), slider(page, "Low EQ").input_value()
    eq.fill("1.5")
    slider(page, "Reverb").fill("0.1")
    page.get_by_role("button", name="Keep this one").click()
    page.keyboard.press("Control+z")
    assert float(slider(page, "Reverb").input_value()) == 0.0
    page.keyboard.press("Control+z")
    assert eq.input_value() == decided
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.keyboard.press("Control+Shift+z")
    assert float(eq.input_value()) == 1.5
    page.get_by_role("button", name="Neutral", exact=True).click()
    assert float(eq.input_value()) == 0.0
    page.get_by_role("button", name="C", exact=True).click()
    assert (float(eq.input_value()), float(slider(page, "Reverb").input_value())) == (1.5, 0.1)
    page.get_by_role("button", name="Decided", exact=True).click()
    assert eq.input_value() == decided
    page.keyboard.press("3")
    assert float(eq.input_value()) == 1.5
    page.get_by_role("button", name="Low EQ: back to what was decided").click()
    assert eq.input_value() == decided
    page.context.close()


def test_a_preset_file_is_loaded_or_refused(browser: Any, server: Server, mix: str, tmp_path: Path) -> None:
    page, _ = open_mix(browser, server, mix)
    good, foreign, broken = tmp_path / "good.json", tmp_path / "foreign.json", tmp_path / "broken.json"
    good.write_text(Preset(Parameters(mid_eq=-1.0)).to_json())
    foreign.write_text('{"format": "mixwright-preset", "parameters": {"low_eq": 40}}')
    broken.write_text("{")
    page.locator("#preset-file").set_input_files(good)
    until(page, "document.getElementById('p-mid_eq').value === '-1'")
    for path, told in ((foreign, "low_eq in that preset must be"), (broken, "is not JSON")):
        page.locator("#preset-file").set_input_files(path)
        page.get_by_role("alert").get_by_text(told).wait_for()
        assert slider(page, "Mid EQ").input_value() == "-1"
    page.context.close()


def test_by_the_keyboard(browser: Any, server: Server, mix: str) -> None:
    page, _ = open_mix(browser, server, mix)
    page.locator("h1").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("a")
    assert page.get_by_role("radio", name="Source").get_attribute("aria-checked") == "true"
    page.keyboard.press("x")
    assert page.get_by_role("radio", name="Mix").get_attribute("aria-checked") == "true"
    eq = slider(page, "High EQ")
    eq.focus()
    page.keyboard.press("End")
    assert float(eq.input_value()) == 3.0
    assert "3.0" in eq.get_attribute("aria-valuetext")
    page.keyboard.press("Shift+ArrowLeft")
    assert float(eq.input_value()) == pytest.approx(2.7)
    page.keyboard.press("Delete")
    assert float(eq.input_value()) == 0.0
    wave = page.get_by_role("slider", name="Place in the song")
    wave.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    until(
        page, "Number(document.querySelector('.wave').getAttribute('aria-valuenow')) >= 1"
    )  # drawn with the next frame
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    page.context.close()


def test_everything_has_a_name_and_can_be_read(browser: Any, server: Server, mix: str) -> None:
    """Each control has a name; each text stands out by 4.5:1 (WCAG 2.2, 1.4.3), light and dark."""
    for scheme in ("light", "dark"):
        page, _ = open_mix(browser, server, mix, color_scheme=scheme)
        assert page.evaluate(UNNAMED) == []
        assert page.locator("h1").count() == 1
        assert page.evaluate(FAINT) == []
        page.context.close()


def test_a_reload_comes_back_to_the_mix(browser: Any, server: Server, mix: str) -> None:
    page, _ = open_mix(browser, server, mix)
    page.reload()
    page.locator(".desk h1").get_by_text("Dull Song").wait_for()
    page.get_by_role("button", name="Another song").click()
    page.get_by_text("Made before").wait_for()
    page.locator(".recent").get_by_role("button", name="Dull Song").first.click()
    page.locator(".desk").wait_for()
    page.context.close()


def test_a_folder_of_stems(browser: Any, server: Server, tmp_path: Path) -> None:
    stems = tmp_path / "Band"
    stems.mkdir()
    for k, name in enumerate(("drums", "bass", "Lead Vocal")):
        soundfile.write(stems / f"{name}.wav", 0.3 * song(3.0, RATE, seed=k).T, RATE, subtype="FLOAT")
    (stems / "notes.txt").write_text("no sound")
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#many").set_input_files(stems)
    page.locator(".desk").wait_for(timeout=60_000)
    assert page.locator("h1").inner_text() == "Band"
    assert sorted(row.inner_text() for row in page.locator(".stems strong").all()) == ["Lead Vocal", "bass", "drums"]
    picture(page, "studio-stems")
    page.close()


def test_files_can_be_dropped(browser: Any, server: Server, file: Path) -> None:
    page = browser.new_page()
    page.goto(server.address)
    page.locator(".field").wait_for()
    content = base64.b64encode(file.read_bytes()).decode()
    page.evaluate(DROP, content)
    page.locator(".desk h1").get_by_text("Dropped").wait_for(timeout=60_000)
    page.close()


def test_what_goes_wrong_is_a_sentence(browser: Any, server: Server, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(server.address)
    text = tmp_path / "notes.txt"
    text.write_text("no sound")
    page.locator("#one").set_input_files(text)
    page.get_by_role("alert").get_by_text("There is no sound file among these.").wait_for()
    fake = tmp_path / "fake.wav"
    fake.write_text("not a sound at all, but called so")
    page.locator("#one").set_input_files(fake)
    page.get_by_role("alert").get_by_text("no sound file").wait_for()
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros((RATE, 2)), RATE)
    page.locator("#one").set_input_files(silent)
    page.get_by_role("alert").get_by_text("silent").wait_for(timeout=30_000)
    page.goto(server.address + "/#nosuchmixnosuchmixnos")
    page.get_by_role("alert").get_by_text("no such mix").wait_for()
    page.close()


def test_a_reload_in_the_middle_finds_the_job_again(browser: Any, server: Server, tmp_path: Path) -> None:
    long = tmp_path / "Long Song.wav"
    soundfile.write(long, np.tile(0.3 * song(5.0, RATE), 36).T, RATE)
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#one").set_input_files(long)
    until(page, "location.hash.startsWith('#job=')")
    page.reload()
    page.locator(".working").get_by_role("button", name="Stop").wait_for()
    page.locator(".desk h1").get_by_text("Long Song").wait_for(timeout=60_000)
    page.close()


def test_mixing_can_be_stopped(browser: Any, server: Server, tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    audio = np.tile(0.3 * song(5.0, RATE), 24)
    soundfile.write(long, audio.T, RATE)
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#one").set_input_files(long)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Drop a song here").wait_for()
    assert page.locator(".error:visible").count() == 0
    page.close()


def test_the_keyboard_stays_in_the_page(browser: Any, server: Server, mix: str, tmp_path: Path) -> None:
    """After Stop, and from a mix to another song, the next Tab is at the beginning of what is shown."""
    long = tmp_path / "long.wav"
    soundfile.write(long, np.tile(0.3 * song(5.0, RATE), 24).T, RATE)
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#one").set_input_files(long)
    until(page, "location.hash.startsWith('#job=')")
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_text("Drop a song here").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Hear what your mix asks for"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "one"
    page.locator(".recent").get_by_role("button", name="Dull Song").first.press("Enter")
    page.locator(".desk").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Dull Song"
    page.get_by_role("button", name="Another song").press("Enter")
    page.get_by_text("Drop a song here").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.close()


def test_the_skip_link_leads_into_the_mix(browser: Any, server: Server, mix: str) -> None:
    page, console = open_mix(browser, server, mix)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.wait_for_timeout(300)
    assert page.locator(".desk").count() == 1
    assert page.url.endswith(f"#{mix}")
    assert console.said == []
    page.context.close()


@pytest.mark.parametrize("first", ["", "nosuchmixnosuchmixnos"])
def test_of_two_choices_the_later_one_is_shown(first: str, browser: Any, server: Server, mix: str) -> None:
    """The answer to the first comes after the second is open: the list of mixes, or that there is no such mix."""
    page = browser.new_page()
    page.goto(server.address)
    page.locator(".field").wait_for()
    held: list[Any] = []
    page.route(f"**/api/mixes{first and '/'}{first}", lambda route: held.append(route))
    page.evaluate(f"location.hash = '{first or 'unknown'}'")
    for _ in range(100):
        page.wait_for_timeout(20)
        if held:
            break
    page.evaluate(f"location.hash = '{mix}'")
    page.locator(".desk").wait_for()
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    assert page.locator(".desk h1").inner_text() == "Dull Song"
    assert page.url.endswith(f"#{mix}")
    page.close()


def test_a_job_that_ends_later_leaves_the_open_mix_alone(
    browser: Any, server: Server, mix: str, tmp_path: Path
) -> None:
    short = tmp_path / "Another.wav"
    soundfile.write(short, 0.3 * song(3.0, RATE).T, RATE)
    page = browser.new_page()
    page.goto(server.address)
    page.locator("#one").set_input_files(short)
    until(page, "location.hash.startsWith('#job=')")
    page.evaluate(f"location.hash = '{mix}'")
    page.locator(".desk").wait_for()
    listed = "async () => (await (await fetch('/api/mixes')).json()).some((row) => row.title === 'Another')"
    until(page, f"({listed})()", 60)
    page.wait_for_timeout(300)
    assert page.locator(".desk h1").inner_text() == "Dull Song"
    assert page.url.endswith(f"#{mix}")
    page.go_back()  # to the job, which is over, and from there to its mix
    page.locator(".desk h1").get_by_text("Another").wait_for()
    page.close()


def test_a_phone(browser: Any, server: Server, mix: str) -> None:
    page, _ = open_mix(
        browser, server, mix, viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="dark"
    )
    assert not scrolls_sideways(page)
    picture(page, "studio-phone")
    page.goto(server.address + "/#")
    page.get_by_text("Drop a song here").wait_for()
    assert not scrolls_sideways(page)
    page.context.close()


def test_a_song_at_another_rate_and_in_mono(browser: Any, server: Server, tmp_path: Path) -> None:
    mono = tmp_path / "mono.wav"
    soundfile.write(mono, 0.5 * song(3.0, 44_100, channels=1)[0], 44_100, subtype="FLOAT")
    page = browser.new_page()
    console = Console(page)
    drop(page, server, mono)
    page.get_by_text("Equally loud").wait_for()
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    heard, answer = listen(page, page.url.split("#")[1], 2.0)
    assert len(heard) == 1
    stage = BalanceStage(preset_from(facts(page, page.url.split("#")[1])["preset"]), 44_100, 1)
    wanted = stage.process(source_mono(mono)) * answer["gains"][1]
    start = round(0.02 * 44_100)
    np.testing.assert_allclose(heard[:, start:][:, 1500:80_000], wanted[:, 1500:80_000], rtol=0, atol=1e-6)
    assert console.said == []
    page.close()


def source_mono(file: Path) -> np.ndarray:
    return soundfile.read(io.BytesIO(file.read_bytes()), dtype="float32")[0][None]


def own_server(work: Path, port: int = 0) -> Any:
    """A server that a test may kill; on the same port and folder it is the one that comes back."""
    return served("studio", "--no-browser", "--port", port, "--work", work)


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_mix_goes_on_when_the_server_is_back(end: str, browser: Any, tmp_path: Path) -> None:
    """A server that was started anew has forgotten its jobs: the page tells it, waits, and has the song mixed again; so
    also a page that was loaded anew meanwhile."""
    long = tmp_path / "Long Song.wav"
    soundfile.write(long, np.tile(0.3 * song(5.0, RATE), 24).T, RATE)
    page = browser.new_page()
    with own_server(tmp_path / "work") as server:
        page.goto(server.address)
        page.locator("#one").set_input_files(long)
        until(page, "location.hash.startsWith('#job=')")
        page.reload()
        page.locator(".working").get_by_role("button", name="Stop").wait_for()
        getattr(server, end)()
        page.get_by_text("The server cannot be reached. Trying again…").wait_for()
        picture(page, "studio-away")
        with own_server(tmp_path / "work", server.port()):
            page.locator(".desk h1").get_by_text("Long Song").wait_for(timeout=60_000)
    page.close()


def test_a_lost_connection_does_not_mix_twice(browser: Any, server: Server, file: Path) -> None:
    page = browser.new_page()
    lost: list[str] = []
    ordered: list[str] = []
    page.on("request", lambda request: ordered.append(request.url) if request.url.endswith("/mix") else None)

    def events(route: Any) -> None:
        lost.append(route.request.url)
        if len(lost) < 8:  # a browser by itself gives up before
            route.abort()
        else:
            route.continue_()

    page.route("**/events", events)
    page.add_init_script("""
      const later = setTimeout;
      setTimeout = (what, ms) => later(what, ms > 9000 ? ms : Math.min(ms, 100));""")
    drop(page, server, file)
    assert len(lost) == 8
    assert len(ordered) == 1
    page.close()


def test_an_export_waits_for_the_server(browser: Any, tmp_path: Path, file: Path) -> None:
    """Gone while it exports, and gone before: the mix stays open as it was, and the file comes when it is back."""
    work = tmp_path / "work"
    with own_server(work) as server:
        page = browser.new_page()
        drop(page, server, file)
        page.evaluate("window.same = true")
        slider(page, "High EQ").fill("2")
        wave = page.get_by_role("slider", name="Place in the song")
        wave.press("ArrowRight")
        with page.expect_response("**/export"):
            page.get_by_role("button", name="Export the mix").press("Enter")
        server.kill()
    page.get_by_text("Trying again…").wait_for()
    with own_server(work, server.port()) as again:
        page.get_by_text("Ready:").wait_for(timeout=60_000)
        again.kill()
        page.get_by_label("Format").select_option("flac")
        page.get_by_role("button", name="Export the mix").press("Enter")
        page.get_by_text("The server cannot be reached. Trying again…").wait_for()
        picture(page, "studio-export-away")
    with own_server(work, server.port()):
        page.get_by_text("Trying again…").wait_for(state="hidden", timeout=60_000)
        until(page, "document.querySelector('.export progress').hidden", 60)
        assert page.get_by_text("Ready:").is_visible()
        assert page.evaluate("document.activeElement.textContent") == "Export the mix"
        assert page.locator(".error:visible").count() == 0
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the mix").click()
        assert download.value.suggested_filename == "Dull Song.mix.flac"
        with page.expect_download() as download:
            page.get_by_role("link", name="Preset").click()
        download.value.save_as(tmp_path / "preset.json")
    assert preset_from(json.loads((tmp_path / "preset.json").read_text())).parameters["high_eq"] == 2.0
    assert page.evaluate("window.same")
    assert slider(page, "High EQ").input_value() == "2"
    assert wave.get_attribute("aria-valuenow") == "2"
    page.close()


def test_a_mix_opens_when_the_server_is_back(browser: Any, server: Server, mix: str) -> None:
    page = browser.new_page()
    page.goto(server.address)
    page.locator(".field").wait_for()
    page.route(f"**/api/mixes/{mix}/source", lambda route: route.abort())
    page.evaluate(f"location.hash = '{mix}'")
    page.get_by_text("The server cannot be reached. Trying again…").wait_for()
    page.unroute(f"**/api/mixes/{mix}/source")
    page.locator(".desk h1").get_by_text("Dull Song").wait_for()
    assert page.url.endswith(f"#{mix}")
    page.close()
