// "Use my taste": there where one was learned that leans.
// @ts-check

import { el } from "../dom.js";

/**
 * The switch, with the taste's words beside it, and whether it is to be seen.
 * @param {import("./feedback.js").Feedback} feedback
 */
export function tasteSwitch(feedback) {
  const { leans, words } = feedback.state.taste;
  /** @type {HTMLInputElement} */
  const box = el("input", { type: "checkbox", id: "use-taste", "aria-describedby": "taste-words", checked: feedback.wanted, onchange: () => { feedback.wanted = box.checked; } });
  return el("p", { class: "row taste-choice", hidden: !leans }, box, el("label", { for: "use-taste" }, "Use my taste"), el("span", { class: "soft", id: "taste-words" }, words));
}

/**
 * What taste did to a mix; nothing where it did nothing.
 * @param {{taste?: string}} mix
 */
export function tasteWords(mix) {
  return mix.taste ? el("p", { class: "soft tasted" }, `With your taste: ${mix.taste}.`) : null;
}
