"""The AudioWorklet in Chromium: an OfflineAudioContext gives the native chain's samples."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.plugin.plugins import ALL_MOVED, STATED
from tests.songs import song
from tests.web.browser import PLANE_TEXT, chromium, plane, static_pages

from mixwright.chain import BalanceStage
from mixwright.parameters import Parameters, Preset, blend_voicing

PRESET = Preset(Parameters(ALL_MOVED), blend_voicing({"jazz": 0.7, "rock": 0.3}), **STATED)
RENDER = """
async ({audio, rate, preset, later, at}) => {
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const planes = audio.map(floats);
  const context = new OfflineAudioContext(planes.length, planes[0].length, rate);
  await context.audioWorklet.addModule("/static/chain_worklet.js");
  const module = await WebAssembly.compileStreaming(fetch("/static/chain.wasm"));
  const node = new AudioWorkletNode(context, "mixwright-chain",
    {outputChannelCount: [planes.length], processorOptions: {module, preset}});
  let deepest = 0;
  node.port.onmessage = (event) => { deepest = Math.min(deepest, event.data.gain_reduction_db); };
  const buffer = context.createBuffer(planes.length, planes[0].length, rate);
  planes.forEach((plane, c) => buffer.copyToChannel(plane, c));
  const source = new AudioBufferSourceNode(context, {buffer});
  source.connect(node).connect(context.destination);
  source.start();
  if (later) {
    context.suspend(at / rate).then(async () => {
      node.port.postMessage(later);
      await new Promise((done) => setTimeout(done, 100));
      context.resume();
    });
  }
  const heard = await context.startRendering();
  const text = PLANE_TEXT;
  return {heard: planes.map((_, c) => text(heard.getChannelData(c))), deepest};
}
""".replace("PLANE_TEXT", PLANE_TEXT)


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A page of a server that has the worklet and the module."""
    with static_pages() as address, chromium() as browser:
        made = browser.new_page()
        made.goto(f"{address}/static/theme.css")  # any page of the origin
        yield made


def message(preset: Preset) -> dict[str, Any]:
    return {
        "parameters": list(preset.parameters.vector()),
        "voicing": list(preset.voicing.vector()),
        **{name: getattr(preset, name) for name in ("programme_lufs", "tempo_bpm", "makeup_trim_db")},
    }


def render(
    page: Any, audio: np.ndarray, rate: int, later: dict[str, Any] | None = None, at: int = 0
) -> tuple[np.ndarray, float]:
    """What comes out, (channels, samples), and the deepest reduction that the node told."""
    planes = [base64.b64encode(np.ascontiguousarray(channel).tobytes()).decode() for channel in audio]
    asked = {"audio": planes, "rate": rate, "preset": message(PRESET), "later": later, "at": at}
    answer = page.evaluate(RENDER, json.loads(json.dumps(asked)))
    heard = np.stack([plane(text) for text in answer["heard"]])
    return heard, answer["deepest"]


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 2), (48_000, 1)])
def test_the_browser_gives_the_native_chains_samples(rate: int, channels: int, page: Any) -> None:
    audio = song(4.0, rate, channels=channels)
    heard, deepest = render(page, audio, rate)
    wanted = BalanceStage(PRESET, rate, channels).process(audio)
    np.testing.assert_array_equal(heard, wanted)
    assert -20 < deepest < 0


def test_a_slider_that_moves_is_glided_to_at_its_block(page: Any) -> None:
    rate, at = 48_000, 128 * 400
    audio = song(2.0, rate)
    moved = Parameters(PRESET.parameters, low_eq=-2.5, reverb=0.02)
    heard, _ = render(page, audio, rate, {"parameters": list(moved.vector())}, at)
    stage = BalanceStage(PRESET, rate, 2)
    before = stage.process(np.ascontiguousarray(audio[:, :at]))
    stage.glide_to(moved)
    after = stage.process(np.ascontiguousarray(audio[:, at:]))
    np.testing.assert_array_equal(heard, np.concatenate([before, after], axis=1))
