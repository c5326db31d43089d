// What is heard: a button for each version, play and stop, the place in the music, and a part to loop.
// @ts-check

import { el } from "../dom.js";
import { SHORTEST_LOOP_S } from "../audio/player.js";

/**
 * @param {import("../audio/player.js").SwitchingPlayer} player
 * @param {string[]} slots
 * @param {number} seconds
 */
export function transport(player, slots, seconds) {
  const doors = slots.map((slot) => el("button", {
    class: slot.length > 1 ? "door named" : "door", "data-slot": slot, "aria-pressed": "false",
    onclick: () => player.hear(slot),
  }, slot));
  const play = el("button", { class: "play", onclick: () => (player.playing ? player.stop() : player.start()) }, "Play");
  const place = el("progress", { class: "place", max: seconds, value: 0, "aria-label": "Place in the music" });
  const from = slider("From", 0), to = slider("to", seconds);
  const length = el("span", { class: "soft" });

  /** @param {string} name @param {number} value */
  function slider(name, value) {
    return el("input", {
      type: "range", min: 0, max: seconds, step: 0.1, value, "aria-label": `Loop ${name.toLowerCase()}, in seconds`,
      onchange: () => {
        let first = Number(from.value), last = Number(to.value);
        if (last - first < SHORTEST_LOOP_S) last = first + SHORTEST_LOOP_S;
        player.loop(first, last);
        from.value = String(player.region[0]);
        to.value = String(player.region[1]);
        update();
      },
    });
  }

  function update() {
    doors.forEach((door) => {
      const heard = player.playing && player.slot === door.dataset.slot;
      door.setAttribute("aria-pressed", String(heard));
    });
    play.textContent = player.playing ? "Stop" : "Play";
    place.value = player.now;
    const [start, end] = player.region;
    length.textContent = `${start.toFixed(1)} to ${end.toFixed(1)} s`;
  }

  const element = el(
    "section", { class: "transport", "aria-label": "Listen" },
    el("div", { class: "doors", role: "group", "aria-label": "What you hear" }, ...doors),
    el("div", { class: "line" }, play, place),
    el("details", { class: "loop" }, el("summary", {}, "Loop a part"), el("div", { class: "line" }, from, to, length)),
  );
  return { element, update };
}
