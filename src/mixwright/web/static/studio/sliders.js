// Ten sliders from the table: value, unit, range, neutral, and why it stands where it stands.
// @ts-check

import { el } from "../dom.js";
import { bound, setting } from "./format.js";

const STEPS = 200; // of a range, by the arrow keys; Shift takes ten
const ORIGIN = /** @type {Record<string, string>} */ ({ predicted: "heard", refined: "led to the target", set: "set by you", neutral: "left alone" });

/**
 * @param {import("./settings.js").Settings} settings
 * @param {{name: string, value: number, provenance: string, reason: string}[]} decided
 */
export function sliders(settings, decided) {
  const rows = settings.table.map((row, at) => {
    const why = decided.find((one) => one.name === row.name);
    const output = el("output", { for: `p-${row.name}` });
    const input = el("input", {
      type: "range", id: `p-${row.name}`, min: row.low, max: row.high, step: "any", "aria-describedby": `why-${row.name}`,
    });
    const mark = el("span", { class: "neutral", "aria-hidden": "true" });
    mark.style.setProperty("--at", String((row.neutral - row.low) / (row.high - row.low)));
    const chosen = el("span", { class: "decided", "aria-hidden": "true" });
    chosen.style.setProperty("--at", String((settings.decided[at] - row.low) / (row.high - row.low)));
    const origin = el("span", { class: "origin" });
    const reset = el("button", { class: "reset", "aria-label": `${row.label}: back to what was decided`, title: "Back to what was decided", onclick: () => settings.move(at, settings.decided[at], true) }, "↺");
    input.addEventListener("input", () => settings.move(at, Number(input.value), false));
    input.addEventListener("change", () => settings.move(at, Number(input.value), true));
    input.addEventListener("dblclick", () => settings.move(at, row.neutral, true));
    input.addEventListener("keydown", (event) => {
      const step = (row.high - row.low) / STEPS * (event.shiftKey ? 10 : 1);
      const way = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step }[event.key];
      const to = event.key === "Home" ? row.low : event.key === "End" ? row.high : event.key === "Delete" || event.key === "Backspace" ? row.neutral : way ? settings.values[at] + way : null;
      if (to === null || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      settings.move(at, to, true);
    });
    const element = el("div", { class: "slider" },
      el("div", { class: "name" }, el("label", { for: input.id }, row.label), origin),
      el("div", { class: "track" }, mark, chosen, input, el("span", { class: "ends", "aria-hidden": "true" }, el("span", {}, bound(row.low, row.unit)), el("span", {}, bound(row.high, row.unit)))),
      el("div", { class: "value" }, output, reset),
      el("p", { class: "why", id: `why-${row.name}`, title: row.description }, why?.reason ?? row.description));

    function update() {
      const value = settings.values[at], text = setting(value, row.unit);
      if (Number(input.value) !== value) input.value = String(value);
      input.setAttribute("aria-valuetext", text);
      output.textContent = text;
      const moved = Math.abs(value - settings.decided[at]) > 1e-9;
      origin.textContent = moved ? "set by you" : ORIGIN[why?.provenance ?? ""] ?? "";
      element.classList.toggle("moved", moved);
      element.classList.toggle("still", !moved && Math.abs(value - row.neutral) < 1e-9);
      reset.disabled = !moved;
    }
    return { element, update };
  });
  const update = () => rows.forEach((row) => row.update());
  settings.addEventListener("change", update);
  update();
  return el("div", { class: "sliders" }, ...rows.map((row) => row.element));
}
