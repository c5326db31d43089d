// Play, source or mix, loop, and what the meters say.
// @ts-check

import { el } from "../dom.js";
import { clock, number } from "./format.js";

/**
 * @param {import("./engine.js").Engine} engine
 * @param {any} mix
 */
export function transport(engine, mix) {
  const play = el("button", { class: "play primary", onclick: toggle }, "Play");
  const time = el("span", { class: "time" });
  const source = side("source", "Source"), processed = side("mix", "Mix");
  const loop = el("button", { "aria-pressed": "false", onclick: () => engine.setLoop(engine.loop ? null : [mix.passage.start_s, mix.passage.end_s]) }, "Loop the loudest part");
  const meter = el("meter", { min: 0, max: 12, value: 0, "aria-label": "Gain reduction in dB" });
  const reduction = el("span", { class: "figure" });
  const levels = el("span", { class: "soft levels", role: "status" });
  const sleeping = el("p", { class: "notice", hidden: true }, "The browser keeps the sound back until you press Play.");

  /** @param {import("./engine.js").Side} which @param {string} name */
  function side(which, name) {
    return el("button", { role: "radio", "aria-checked": "false", "data-side": which, onclick: () => engine.hear(which) }, name);
  }

  async function toggle() {
    if (engine.playing) return engine.pause();
    const { context } = engine;
    if (context instanceof AudioContext && context.state !== "running") await context.resume();
    sleeping.hidden = context.state === "running";
    engine.play();
  }

  function update() {
    play.textContent = engine.playing ? "Pause" : "Play";
    source.setAttribute("aria-checked", String(engine.side === "source"));
    processed.setAttribute("aria-checked", String(engine.side === "mix"));
    loop.setAttribute("aria-pressed", String(engine.loop !== null));
    const { before, after } = engine.lufs;
    levels.textContent = !Number.isFinite(before) ? "Matching levels…"
      : `${engine.matched ? "Equally loud" : "Matching levels…"} ${Math.abs(after - before) < 0.05 ? "" : ` (by itself the mix is ${number(Math.abs(after - before), 1)}\u2009LU ${after < before ? "softer" : "louder"})`}`;
  }
  for (const event of ["transport", "levels"]) engine.addEventListener(event, update);
  engine.addEventListener("meter", () => {
    meter.value = Math.min(12, -engine.reduction);
    reduction.textContent = `${number(engine.reduction, 1)}\u2009dB`;
  });
  update();

  const element = el("div", { class: "transport" },
    el("div", { class: "row" }, play, el("div", { class: "sides", role: "radiogroup", "aria-label": "What you hear" }, source, processed), loop, time),
    el("div", { class: "row meters" }, el("span", { class: "soft" }, "Compression"), meter, reduction, levels), sleeping);
  return {
    element, toggle,
    tick() {
      const text = `${clock(engine.now)} / ${clock(engine.duration)}`;
      if (time.textContent !== text) time.textContent = text;
    },
  };
}
