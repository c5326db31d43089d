"""The switching player in Chromium, sample by sample: what is heard, and that nothing clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.web.browser import PLANE_TEXT, chromium, plane, static_pages

RATE = 48_000
FADE = 240  # 5 ms
AHEAD = 480  # a fade begins 10 ms after it was asked for
# The player on three tones, rendered offline; what happens is done where rendering is suspended.
RENDER = """
async ({seconds, actions, length}) => {
  const { SwitchingPlayer } = await import("/static/audio/player.js");
  const context = new OfflineAudioContext(1, seconds * 48000, 48000);
  const tone = (hz, gain) => {
    const buffer = context.createBuffer(1, length, 48000), samples = buffer.getChannelData(0);
    for (let k = 0; k < samples.length; ++k) samples[k] = gain * Math.sin(2 * Math.PI * hz * k / 48000);
    return buffer;
  };
  const versions = new Map([["A", tone(440, .5)], ["B", tone(1000, .4)], ["C", tone(100, .3)]]);
  const player = new SwitchingPlayer(context, versions);
  const facts = [];
  for (const [at, what, ...rest] of actions) {
    context.suspend(at).then(() => {
      try { player[what](...rest); facts.push([at, player.now]); } finally { context.resume(); }
    });
  }
  const heard = (await context.startRendering()).getChannelData(0);
  return {heard: (PLANE_TEXT)(heard), events: player.events, seconds: player.secondsHeard(), facts};
}
""".replace("PLANE_TEXT", PLANE_TEXT)


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with static_pages() as address, chromium() as browser:
        made = browser.new_page()
        made.goto(f"{address}/static/theme.css")
        yield made


def render(page: Any, seconds: float, actions: list[list[Any]], length: int = 2 * RATE) -> tuple[np.ndarray, Any]:
    answer = page.evaluate(RENDER, {"seconds": seconds, "actions": actions, "length": length})
    return plane(answer["heard"]), answer


def tone(slot: str, frames: np.ndarray, length: int = 2 * RATE) -> np.ndarray:
    hz, gain = {"A": (440, 0.5), "B": (1000, 0.4), "C": (100, 0.3)}[slot]
    return (gain * np.sin(2 * np.pi * hz * (frames % length) / RATE)).astype(np.float32)


def block(at: float) -> int:
    """The frame at which rendering is suspended for that time: the next block of 128."""
    return int(np.ceil(round(at * RATE / 128, 6)) * 128)


def begin(actions: list[list[Any]]) -> int:
    """The frame at which the music starts: 30 ms after the first action, which comes at the next block."""
    return round(0.03 * RATE) + block(actions[0][0])


def test_before_and_after_a_switch_it_is_the_version_itself(page: Any) -> None:
    """The place in the music is kept to the sample, and no other version is mixed in."""
    actions = [[0.1, "hear", "A"], [0.8, "hear", "B"], [1.4, "hear", "C"]]
    heard, _ = render(page, 2.0, actions)
    start = begin(actions)
    frames = np.arange(len(heard)) - start
    switches = [block(at) + AHEAD for at, *_ in actions[1:]]
    edges = [start, *switches, len(heard)]
    for slot, first, last in zip("ABC", edges, edges[1:], strict=False):
        inside = slice(first + 2 * FADE + 2, last - 1)
        np.testing.assert_allclose(heard[inside], tone(slot, frames[inside]), rtol=0, atol=2e-7)
    assert np.abs(heard[: start - 1]).max() == 0.0


def test_a_switch_is_silent_in_its_middle_and_never_clicks(page: Any) -> None:
    actions = [[0.1, "hear", "A"], [0.8, "hear", "B"]]
    heard, _ = render(page, 1.5, actions)
    at = block(0.8) + AHEAD
    assert np.abs(heard[at + FADE - 2 : at + FADE + 3]).max() < 2e-4  # not both at once: BS.1534-3
    # A tone of 1 kHz at 0.4 moves by 0.052 a sample at most; a switch adds its ramp, 0.5 in 240 samples.
    assert np.abs(np.diff(heard)).max() < 0.4 * 2 * np.pi * 1000 / RATE + 0.5 * np.pi / 2 / FADE
    # and the ramps are raised cosines of 5 ms
    frames = np.arange(at, at + FADE) - begin(actions)
    ramp = 0.5 + 0.5 * np.cos(np.pi * np.arange(FADE) / FADE)
    np.testing.assert_allclose(heard[at : at + FADE], tone("A", frames) * ramp, rtol=0, atol=2e-3)


def test_a_fade_never_begins_where_sound_is_made_already(page: Any) -> None:
    """The audio thread is ahead of the clock that a page can read: a ramp that began at that time would be cut into."""
    heard, _ = render(page, 1.5, [[0.1, "hear", "A"], [0.6, "hear", "B"], [1.0, "stop"]])
    frames = np.arange(len(heard)) - block(0.1) - round(0.03 * RATE)
    for slot, at in (("A", 0.6), ("B", 1.0)):
        asked = slice(block(at), block(at) + AHEAD)
        np.testing.assert_allclose(heard[asked], tone(slot, frames[asked]), rtol=0, atol=2e-7)


def test_switching_faster_than_the_fades_is_kept_in_order(page: Any) -> None:
    """Ten switches within 30 ms: each waits for the one before, the last one is what is heard."""
    slots = ["B", "C", "A", "B", "C", "A", "B", "C", "B", "C"]
    actions = [[0.1, "hear", "A"]] + [[0.8 + 0.003 * k, "hear", slot] for k, slot in enumerate(slots)]
    heard, answer = render(page, 1.5, actions)
    frames = np.arange(len(heard)) - begin(actions)
    late = slice(round(1.0 * RATE), len(heard))
    np.testing.assert_allclose(heard[late], tone("C", frames[late]), rtol=0, atol=2e-7)
    assert np.abs(np.diff(heard)).max() < 0.06
    assert sum(answer["seconds"].values()) == pytest.approx(1.5 - begin(actions) / RATE, abs=0.02)


def test_the_loop_goes_round_without_a_gap(page: Any) -> None:
    """Half a second of whole periods: round and round it is one tone."""
    length = RATE // 2
    actions = [[0.1, "hear", "A"]]
    heard, _ = render(page, 2.5, actions, length)
    start = begin(actions)
    frames = np.arange(len(heard)) - start
    np.testing.assert_allclose(
        heard[start + FADE + 1 :], tone("A", frames[start + FADE + 1 :], length), rtol=0, atol=1e-6
    )


def test_a_part_is_looped_with_faded_ends(page: Any) -> None:
    actions = [[0.1, "hear", "B"], [0.5, "loop", 0.25, 1.0]]
    heard, answer = render(page, 3.0, actions)
    again = block(0.5) + round(0.03 * RATE)
    frames = np.arange(len(heard)) - again
    place = 0.25 * RATE + frames % (0.75 * RATE)
    inside = (
        (frames > FADE + 1) & (frames % (0.75 * RATE) > FADE + 1) & (frames % (0.75 * RATE) < 0.75 * RATE - FADE - 1)
    )
    np.testing.assert_allclose(heard[inside], tone("B", place[inside]), rtol=0, atol=1e-5)
    joins = again + round(0.75 * RATE) * np.arange(1, 3)
    for join in joins:
        assert np.abs(heard[join - 1 : join + 1]).max() < 1e-3
    assert np.abs(np.diff(heard)).max() < 0.06
    assert [event["what"] for event in answer["events"]] == ["play", "stop", "loop", "play"]


def test_a_part_is_at_least_half_a_second(page: Any) -> None:
    found = page.evaluate("""async () => {
      const { SwitchingPlayer } = await import("/static/audio/player.js");
      const context = new OfflineAudioContext(1, 48000, 48000);
      const player = new SwitchingPlayer(context, new Map([["A", context.createBuffer(1, 96000, 48000)]]));
      const regions = [];
      for (const [a, b] of [[.2, .3], [1.9, 2.5], [-1, 9], [1.5, .5]]) {
        player.loop(a, b);
        regions.push([...player.region]);
      }
      return regions;
    }""")
    assert found == [[0.2, 0.7], [1.5, 2.0], [0.0, 2.0], [1.5, 2.0]]


def test_stopping_keeps_the_place(page: Any) -> None:
    actions = [[0.1, "hear", "A"], [0.6, "stop"], [1.0, "start"]]
    heard, _ = render(page, 1.5, actions)
    stopped = block(0.6) + AHEAD
    again = block(1.0) + round(0.03 * RATE)
    assert np.abs(heard[stopped + FADE + 2 : again - 1]).max() == 0.0
    place = stopped - begin(actions)
    frames = np.arange(again + FADE + 2, len(heard)) - again + place
    np.testing.assert_allclose(heard[again + FADE + 2 :], tone("A", frames), rtol=0, atol=2e-6)


def test_a_start_waits_for_the_fade_before(page: Any) -> None:
    """Fades queue: stopped and started again behind six switches, it starts where the last of them has ended."""
    quick = [[0.8 + 0.003 * k, "hear", slot] for k, slot in enumerate("BCABCB")]
    actions = [[0.1, "hear", "A"], *quick, [0.818, "stop"], [0.821, "start"]]
    heard, answer = render(page, 1.5, actions)
    stopped = block(0.8) + AHEAD + len(quick) * 2 * FADE
    again = stopped + FADE
    assert [(event["what"], event["t"]) for event in answer["events"][-2:]] == [
        ("stop", pytest.approx(stopped / RATE, abs=1e-4)), ("play", pytest.approx(again / RATE, abs=1e-4)),
    ]  # fmt: skip
    frames = np.arange(again + FADE + 2, len(heard)) - again + stopped - begin(actions)
    np.testing.assert_allclose(heard[again + FADE + 2 :], tone("B", frames), rtol=0, atol=1e-5)
    assert np.abs(np.diff(heard)).max() < 0.06


def test_nothing_plays_or_is_noted_after_closing(page: Any) -> None:
    late = [[0.8, "hear", "B"], [0.9, "start"], [1.0, "loop", 0.2, 1.0], [1.1, "note", "underrun"], [1.2, "stop"]]
    heard, answer = render(page, 1.5, [[0.1, "hear", "A"], [0.6, "close"], *late])
    assert np.abs(heard[block(0.6) + AHEAD + FADE + 2 :]).max() == 0.0
    assert np.abs(np.diff(heard)).max() < 0.06
    assert [event["what"] for event in answer["events"]] == ["play", "stop"]
    assert answer["seconds"] == {"A": pytest.approx(0.48, abs=0.01), "B": 0, "C": 0}


def test_what_was_heard_is_counted(page: Any) -> None:
    actions = [[0.1, "hear", "A"], [0.63, "hear", "B"], [1.13, "stop"], [1.4, "hear", "C"]]
    _, answer = render(page, 2.0, actions)
    seconds = answer["seconds"]
    assert seconds["A"] == pytest.approx(0.51, abs=0.01)
    assert seconds["B"] == pytest.approx(0.5, abs=0.01)
    assert seconds["C"] == pytest.approx(0.57, abs=0.01)
    assert [(event["what"], event["slot"]) for event in answer["events"]] == [
        ("play", "A"), ("switch", "B"), ("stop", "B"), ("play", "C"),
    ]  # fmt: skip
    times = [event["t"] for event in answer["events"]]
    assert times == sorted(times)


def test_a_version_that_is_not_there(page: Any) -> None:
    with pytest.raises(Exception, match="there is no Z"):
        page.evaluate("""async () => {
          const { SwitchingPlayer } = await import("/static/audio/player.js");
          const context = new OfflineAudioContext(1, 48000, 48000);
          new SwitchingPlayer(context, new Map([["A", context.createBuffer(1, 48000, 48000)]])).hear("Z");
        }""")
