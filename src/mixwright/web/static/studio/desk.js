// A mix, open on the desk: the transport, the ten sliders, the pictures, and what can be taken away.
// @ts-check

import { el } from "../dom.js";
import { genreChart, loudnessChart, toneChart } from "./charts.js";
import { exportPanel } from "./export.js";
import { genreWords, measurements, stemTable } from "./facts.js";
import { Settings, readPreset } from "./settings.js";
import { sliders } from "./sliders.js";
import { tasteWords } from "./taste.js";
import { transport } from "./transport.js";
import { waveform } from "./waveform.js";

/**
 * @param {any} table
 * @param {any} mix
 * @param {import("./engine.js").Engine} engine
 * @param {(text: string) => void} tell
 * @param {import("./feedback.js").Feedback} feedback
 * @param {AbortSignal} left
 */
export function desk(table, mix, engine, tell, feedback, left) {
  const settings = new Settings(table.parameters, mix.parameters.map((/** @type {any} */ row) => row.value));
  const bar = transport(engine, mix);
  const wave = waveform(mix, engine);
  const kept = el("div", { class: "kept", role: "group", "aria-label": "Settings to compare" });
  const undo = el("button", { onclick: () => settings.undo(), title: "Ctrl+Z" }, "Undo");
  const redo = el("button", { onclick: () => settings.redo(), title: "Ctrl+Shift+Z" }, "Redo");
  const complaint = el("p", { class: "error", role: "alert", hidden: true });
  const file = el("input", { type: "file", id: "preset-file", class: "unseen", accept: ".json,application/json", onchange: async () => {
    try {
      const text = await file.files?.[0]?.text();
      if (text !== undefined) settings.take(readPreset(text, table.parameters));
      complaint.hidden = true;
    } catch (error) {
      complaint.textContent = error instanceof Error ? error.message : String(error);
      complaint.hidden = false;
    }
    file.value = "";
  } });

  function refresh() {
    engine.set([...settings.values]);
    undo.disabled = settings.past.length === 0 && settings.before === null;
    redo.disabled = settings.future.length === 0;
    /** @type {[string, number[]][]} */
    const all = [["Decided", settings.decided], ["Neutral", settings.table.map((row) => row.neutral)],
      ...settings.kept.map(({ name, values }) => /** @type {[string, number[]]} */ ([name, values]))];
    kept.replaceChildren(...all.map(([name, values]) => el("button", {
      class: "chip", "aria-pressed": String(settings.same(values)), "data-kept": name,
      onclick: () => { settings.take([...values]); engine.hear("mix"); },
    }, name)), el("button", { class: "chip plus", onclick: () => { settings.keep(); tell("Kept."); } }, "Keep this one"));
  }
  settings.addEventListener("change", refresh);
  settings.addEventListener("undone", (event) => feedback.undone(mix.id, /** @type {CustomEvent} */ (event).detail));
  refresh();

  let frame = requestAnimationFrame(function step() {
    wave.update();
    bar.tick();
    frame = requestAnimationFrame(step);
  });

  /** @param {KeyboardEvent} event */
  function keys(event) {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest("textarea, select, input:not([type=range])")) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && key === "z") event.shiftKey ? settings.redo() : settings.undo();
    else if ((event.ctrlKey || event.metaKey) && key === "y") settings.redo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === " " && !target?.closest("button, summary, a, label")) bar.toggle();
    else if (key === "1" || key === "a") engine.hear("source");
    else if (key === "2" || key === "b") engine.hear("mix");
    else if (/^[3-9]$/.test(key) && settings.kept[Number(key) - 3]) settings.take([...settings.kept[Number(key) - 3].values]);
    else if (key === "x") engine.hear(engine.side === "mix" ? "source" : "mix");
    else if (key === "k") settings.keep();
    else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", keys);

  const charts = [mix.ltas && toneChart(mix.ltas), mix.loudness && loudnessChart(mix.loudness, mix.duration_s), genreChart(mix.genre, mix.duration_s)];
  const element = el("div", { class: "desk" },
    el("section", { class: "head" },
      el("h1", { tabindex: -1 }, mix.title),
      el("p", { class: "lead" }, mix.summary[0]),
      el("p", { class: "soft" }, genreWords(mix)), tasteWords(mix),
      ...mix.warnings.map((/** @type {string} */ warning) => el("p", { class: "notice" }, warning)),
      mix.moves ? el("p", { class: "notice" }, "This mix moves during the song; the sliders hold its average, and moving one makes it stand still.") : null),
    el("section", { class: "listen", "aria-label": "Listen" }, wave.element, bar.element),
    el("section", { class: "edit", "aria-label": "The ten parameters" },
      el("div", { class: "bar" }, el("h2", {}, "The mix"), el("div", { class: "row" }, undo, redo, el("label", { class: "button", for: "preset-file" }, "Load a preset"), file)),
      complaint, kept, sliders(settings, mix.parameters)),
    exportPanel(mix, settings, tell, feedback, left),
    el("section", { class: "pictures", "aria-label": "What was heard" }, el("h2", {}, "What was heard"), ...charts.filter((chart) => chart)),
    stemTable(mix),
    measurements(mix),
    el("details", { class: "keys" }, el("summary", {}, "Keys"), el("ul", {}, ...[
      ["Space", "play and pause"], ["A", "hear the source"], ["B", "hear the mix"], ["X", "the other of both"], ["K", "keep this setting"],
      ["3–9", "a setting that was kept"], ["Ctrl+Z", "undo"], ["Ctrl+Shift+Z", "redo"],
    ].map(([key, text]) => el("li", {}, el("kbd", {}, key), ` ${text}`)))));

  return {
    element,
    close() {
      feedback.flush();
      cancelAnimationFrame(frame);
      document.removeEventListener("keydown", keys);
    },
  };
}
