// The whole song as a wave, before and after; a place to click, or to reach by the arrow keys.
// @ts-check

import { el } from "../dom.js";
import { clock } from "./format.js";
import { draw } from "./svg.js";

const W = 1000, H = 96;

/**
 * @param {any} mix
 * @param {import("./engine.js").Engine} engine
 */
export function waveform(mix, engine) {
  const duration = mix.duration_s;
  const [start, end] = [mix.passage.start_s, mix.passage.end_s].map((s) => (W * s) / duration);
  const head = draw("line", { class: "head", x1: 0, x2: 0, y1: 0, y2: H });
  const svg = draw("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "passage", x: start, width: Math.max(2, end - start), y: 0, height: H }),
    draw("path", { class: "after", d: outline(mix.waveform.after.peaks) }),
    draw("path", { class: "before", d: outline(mix.waveform.before.peaks) }),
    head);
  const element = el("div", {
    class: "wave", role: "slider", tabindex: 0, "aria-label": "Place in the song", "aria-valuemin": 0,
    "aria-valuemax": Math.round(duration), "aria-valuenow": 0,
  }, /** @type {any} */ (svg));

  let held = false;
  const seek = (/** @type {PointerEvent} */ event) => {
    const box = element.getBoundingClientRect();
    engine.seek((duration * (event.clientX - box.left)) / box.width);
  };
  element.addEventListener("pointerdown", (event) => { held = true; element.setPointerCapture(event.pointerId); seek(event); });
  element.addEventListener("pointermove", (event) => { if (held) seek(event); });
  element.addEventListener("pointerup", () => { held = false; });
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 2, ArrowUp: 10, ArrowLeft: -2, ArrowDown: -10, PageUp: 30, PageDown: -30 }[event.key];
    if (step) engine.seek(engine.now + step);
    else if (event.key === "Home") engine.seek(0);
    else return;
    event.preventDefault();
  });

  function update() {
    const now = engine.now, x = String((W * now) / duration);
    head.setAttribute("x1", x);
    head.setAttribute("x2", x);
    element.setAttribute("aria-valuenow", String(Math.round(now)));
    element.setAttribute("aria-valuetext", `${clock(now)} of ${clock(duration)}`);
  }
  return { element, update };
}

/** @param {number[]} peaks */
function outline(peaks) {
  const x = (/** @type {number} */ k) => ((W * (k + 0.5)) / peaks.length).toFixed(1);
  const up = peaks.map((peak, k) => `${x(k)} ${((H / 2) * (1 - Math.min(1, peak))).toFixed(1)}`);
  const down = peaks.map((peak, k) => `${x(k)} ${((H / 2) * (1 + Math.min(1, peak))).toFixed(1)}`).reverse();
  return `M${[...up, ...down].join("L")}Z`;
}
