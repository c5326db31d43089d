// What is asked in each kind of test. Only what plays can be rated; a choice needs all of it heard.
// @ts-check

import { el } from "../dom.js";

/**
 * @typedef {{element: HTMLElement, update(playing: string | null, heard: Set<string>): void, missing(): string,
 *   answer(): import("./types.js").Answer, pick(step: number, playing: string | null): void}} Question
 */

/**
 * @param {import("./types.js").State["kind"]} kind
 * @param {import("./types.js").Trial} trial
 * @param {() => void} changed
 * @returns {Question}
 */
export function makeQuestion(kind, trial, changed) {
  const asked = kind === "preference" || kind === "abx" ? choice(kind, trial, changed)
    : kind === "multiple" || kind === "mushra" ? sliders(kind, trial, changed)
    : grades(trial, changed);
  const confidence = kind === "preference" ? sureness() : null;
  const comment = el("textarea", { rows: 2, maxlength: 2000, id: "comment" });
  const more = trial.training ? null : el(
    "details", { class: "more" }, el("summary", {}, "Say more, if you like"),
    confidence && confidence.element,
    el("label", { for: "comment" }, "What did you hear?"), comment,
  );
  const element = el("section", { class: "question", "aria-label": trial.question }, asked.element, more);
  return {
    ...asked,
    element,
    answer() {
      /** @type {import("./types.js").Answer} */
      const answer = asked.answer();
      const sure = confidence?.value();
      if (sure) answer.confidence = sure;
      if (comment.value.trim()) answer.comment = comment.value.trim();
      return answer;
    },
  };
}

/** How sure, 1 to 5. */
function sureness() {
  const buttons = [1, 2, 3, 4, 5].map((n) => el("label", { class: "choice" }, el("input", { type: "radio", name: "sure", value: n }), String(n)));
  const element = el("fieldset", { class: "sure" }, el("legend", {}, "How sure are you? 1 is guessing, 5 is certain."), ...buttons);
  return { element, value: () => Number(/** @type {HTMLInputElement | null} */ (element.querySelector(":checked"))?.value ?? 0) };
}

/**
 * A or B, or neither; X is A or B.
 * @param {"preference" | "abx"} kind
 * @param {import("./types.js").Trial} trial
 * @param {() => void} changed
 */
function choice(kind, trial, changed) {
  /** @type {string | null} */
  let chosen = null;
  const [a, b] = trial.items.map((item) => item.slot);
  /** @type {[string, string][]} */
  const all = kind === "abx" ? [[a, `X is ${a}`], [b, `X is ${b}`]]
    : [[a, `I prefer ${a}`], .../** @type {[string, string][]} */ (trial.ties ? [["tie", "No preference"]] : []), [b, `I prefer ${b}`]];
  const buttons = all.map(([value, text]) => el("button", { role: "radio", "aria-checked": "false", "data-value": value, onclick: () => choose(value) }, text));
  /** @param {string} value */
  function choose(value) {
    chosen = value;
    buttons.forEach((button) => button.setAttribute("aria-checked", String(button.dataset.value === value)));
    changed();
  }
  return {
    element: el("div", { class: "choices", role: "radiogroup", "aria-label": trial.question }, ...buttons),
    /** @param {string | null} _ @param {Set<string>} heard */
    update(_, heard) {
      const wanted = trial.items.length + (trial.x ? 1 : 0);
      buttons.forEach((button) => { button.disabled = heard.size < wanted; });
    },
    missing: () => (chosen === null ? "Then choose." : ""),
    answer: () => /** @type {import("./types.js").Answer} */ (kind === "abx" ? { x_is: chosen } : { preferred: chosen }),
    /** @param {number} step */
    pick(step) {
      if (buttons[0].disabled) return;
      const at = all.findIndex(([value]) => value === chosen);
      choose(all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step < 0 ? 0 : all.length - 1) : at + Math.sign(step)))][0]);
    },
  };
}

/**
 * A slider for each item, which moves only while its item is heard.
 * @param {"multiple" | "mushra"} kind
 * @param {import("./types.js").Trial} trial
 * @param {() => void} changed
 */
function sliders(kind, trial, changed) {
  const scale = trial.scale ?? { low: 0, high: 100, step: 1, labels: [] };
  /** @type {Map<string, {input: HTMLInputElement, output: HTMLOutputElement, row: HTMLElement, rated: boolean}>} */
  const rows = new Map();
  for (const { slot } of trial.items) {
    const output = el("output", {}, "–");
    const input = el("input", {
      type: "range", min: scale.low, max: scale.high, step: scale.step, value: (scale.low + scale.high) / 2,
      "aria-label": `Rating of ${slot}`, disabled: true,
    });
    const row = el("div", { class: "rate", "data-slot": slot }, el("span", { class: "slot" }, slot), input, output);
    const entry = { input, output, row, rated: false };
    const rated = () => {
      entry.rated = true;
      output.textContent = input.value;
      changed();
    };
    input.addEventListener("input", rated);
    rows.set(slot, entry);
  }
  const labels = el("div", { class: scale.labels.length > 2 ? "labels fifths" : "labels ends", "aria-hidden": "true" }, ...scale.labels.map((text) => el("span", {}, text)));
  return {
    element: el("div", { class: "sliders", role: "group", "aria-label": trial.question }, el("div", { class: "rate head" }, el("span", {}), labels, el("span", {})), ...[...rows.values()].map((entry) => entry.row)),
    /** @param {string | null} playing */
    update(playing) {
      rows.forEach(({ input, row }, slot) => {
        input.disabled = slot !== playing;
        row.classList.toggle("heard", slot === playing);
      });
    },
    missing() {
      const left = [...rows].filter(([, entry]) => !entry.rated).map(([slot]) => slot);
      if (left.length) return `Rate ${left.join(", ")} while you hear it.`;
      const best = Math.max(...[...rows.values()].map((entry) => Number(entry.input.value)));
      return kind === "mushra" && best < scale.high ? "One of them is the reference itself: give that one 100." : "";
    },
    answer: () => ({ scores: Object.fromEntries([...rows].map(([slot, entry]) => [slot, Number(entry.input.value)])) }),
    /** @param {number} step @param {string | null} playing */
    pick(step, playing) {
      const entry = playing === null ? undefined : rows.get(playing);
      if (!entry || entry.input.disabled) return;
      entry.input.value = String(Number(entry.input.value) + step);
      entry.input.dispatchEvent(new Event("input"));
    },
  };
}

/**
 * From 1 to 10.
 * @param {import("./types.js").Trial} trial
 * @param {() => void} changed
 */
function grades(trial, changed) {
  const scale = trial.scale ?? { low: 1, high: 10, step: 1, labels: [] };
  let chosen = 0;
  const values = Array.from({ length: scale.high - scale.low + 1 }, (_, k) => scale.low + k);
  const buttons = values.map((n) => el("button", { role: "radio", "aria-checked": "false", class: "grade", onclick: () => choose(n) }, String(n)));
  /** @param {number} n */
  function choose(n) {
    chosen = n;
    buttons.forEach((button, k) => button.setAttribute("aria-checked", String(values[k] === n)));
    changed();
  }
  return {
    element: el("div", {},
      el("div", { class: "grades", role: "radiogroup", "aria-label": trial.question }, ...buttons),
      el("div", { class: "labels ends", "aria-hidden": "true" }, ...scale.labels.map((text) => el("span", {}, text)))),
    /** @param {string | null} playing @param {Set<string>} heard */
    update(playing, heard) {
      buttons.forEach((button) => { button.disabled = playing === null && heard.size === 0; });
    },
    missing: () => (chosen ? "" : "Then rate it."),
    answer: () => ({ score: chosen }),
    /** @param {number} step */
    pick(step) {
      if (!buttons[0].disabled) choose(Math.min(scale.high, Math.max(scale.low, chosen + Math.sign(step))));
    },
  };
}
