"""From a slider to the ear, in a running Chromium: python -m bench.studio. Needs Chromium and Playwright.

A tone runs through the page's own engine into a recorder; a slider of the page is moved; the first sample that is not
as before is looked for. The time is that of the audio clock, from the event on.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import soundfile
from tests.web.browser import chromium, served

RATE, TIMES = 48_000, 60
# Records beside the page's sound what comes out of its chain, and when a slider moved, on the same clock.
RECORD = """
async (times) => {
  const code = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    process([input]) { if (input[0]) this.port.postMessage([currentFrame, input[0].slice()]); return true; } });`;
  const chain = window.heardChain, context = chain.context;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], {type: "text/javascript"})));
  const recorder = new AudioWorkletNode(context, "recorder", {numberOfOutputs: 0});
  const blocks = [], moves = [];
  recorder.port.onmessage = (event) => blocks.push(event.data);
  chain.connect(recorder);
  const slider = document.getElementById("p-output_level");
  for (let k = 0; k < times; ++k) {
    await new Promise((done) => setTimeout(done, 150 + 37 * Math.random()));
    slider.value = k % 2 ? "0.9" : "1.1";
    moves.push(context.currentTime);
    slider.dispatchEvent(new Event("input"));
  }
  await new Promise((done) => setTimeout(done, 500));
  return {moves, rate: context.sampleRate, base: context.baseLatency, output: context.outputLatency,
          first: blocks[0][0], heard: blocks.flatMap(([, samples]) => [...samples])};
}
"""
# The page keeps its nodes to itself; the constructor shows the chain to the recorder.
SHOW = """
const Node = window.AudioWorkletNode;
window.AudioWorkletNode = class extends Node {
  constructor(...how) { super(...how); if (how[1] === "mixwright-chain") window.heardChain = this; }
};
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        song = Path(place) / "tone.wav"
        tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(40 * RATE) / RATE)
        soundfile.write(song, np.stack([tone, tone], axis=1), RATE, subtype="FLOAT")
        with served("studio", "--no-browser", "--port", "0", "--work", Path(place) / "work") as server:
            context = browser.new_context(bypass_csp=True)
            context.add_init_script(SHOW)
            page = context.new_page()
            page.goto(server.address)
            page.locator("#one").set_input_files(song)
            page.locator(".desk").wait_for(timeout=60_000)
            page.get_by_role("button", name="Play").click()
            page.wait_for_timeout(500)
            found = page.evaluate(RECORD, TIMES)
    heard, first = np.array(found["heard"]), found["first"]
    period = RATE // 1000
    delays = []
    for moment in found["moves"]:
        at = round(moment * RATE) - first
        # one period before it tells what each sample would have been
        changed = np.abs(heard[at : at + RATE // 5] - heard[at - period : at + RATE // 5 - period]) > 1e-5
        delays.append(1000 * int(np.argmax(changed)) / RATE)
    low, middle, high, most = np.quantile(delays, [0.0, 0.5, 0.95, 1.0])
    figures = f"median {middle:.2f} ms ({low:.2f} to {most:.2f}), p95 {high:.2f}, n={len(delays)}"
    print(f"slider to the first sample that the chain made differently: {figures}")
    print(f"the browser's own buffer: {1000 * found['base']:.1f} ms, output latency {1000 * found['output']:.1f} ms")


if __name__ == "__main__":
    main()
