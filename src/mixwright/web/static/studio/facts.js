// What was measured, in tables; the stems and what was done to them.
// @ts-check

import { el } from "../dom.js";
import { measured, number, words } from "./format.js";

/** @param {any} mix */
export function genreWords(mix) {
  const [first] = Object.entries(mix.genre.probabilities).sort(([, a], [, b]) => b - a);
  if (!first) return mix.genre.sentence || "";
  return mix.genre.sentence || (mix.genre.sure ? `It sounds like ${words(first[0])}.` : `Perhaps ${words(first[0])}; not sure enough to act on it.`);
}

/** @param {any} mix */
export function measurements(mix) {
  /** @param {string[]} cells @param {boolean} head */
  const row = (cells, head = false) => el("tr", {}, ...cells.map((text, k) => el(head || k === 0 ? "th" : "td", { scope: head ? "col" : k === 0 ? "row" : null }, text)));
  return el("details", { class: "figures" }, el("summary", {}, "All measurements"),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, row(["", "before", "after delivery"], true)),
      el("tbody", {}, ...mix.measurements.map((/** @type {any} */ m) => row([m.label, measured(m.before, m.unit), measured(m.after, m.unit)]))))),
    el("ul", { class: "criteria" }, ...mix.criteria.filter((/** @type {any} */ c) => c.passed !== null).map((/** @type {any} */ c) =>
      el("li", { class: c.passed ? "met" : "missed" }, `${words(c.name)}: ${measured(c.value, c.unit)} (${c.bound})${c.passed ? "" : ", missed"}`))));
}

/** @param {any} mix */
export function stemTable(mix) {
  if (!mix.stems.length) return null;
  return el("section", { class: "stems" }, el("h2", {}, "The stems"), el("p", { class: "soft" }, mix.stems_sentence),
    el("ul", {}, ...mix.stems.map((/** @type {any} */ stem) => el("li", {},
      el("p", {}, el("strong", {}, stem.name), ` ${words(stem.role)}, ${stem.muted ? "muted" : `${number(stem.gain_db, 1, true)}\u2009dB`}`),
      ...stem.reasons.map((/** @type {string} */ reason) => el("p", { class: "soft" }, reason))))));
}
