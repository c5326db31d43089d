// Everything by the keyboard, but for texts that are being written.
// @ts-check

import { el } from "../dom.js";

/**
 * @param {{hear(slot: string): void, heard(): string | null, toggle(): void, slots: string[], reference: string | null, x: string | null,
 *   question: import("./questions.js").Question, go(): void}} what
 * @returns {() => void} undoes it
 */
export function bindKeys(what) {
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (event.ctrlKey || event.metaKey || event.altKey || target?.closest("textarea, input[type=text]")) return;
    // A button or summary that has the focus is pressed, unless it is so already: then the key is free.
    const button = target?.closest("button, summary");
    const idle = button?.getAttribute("aria-pressed") === "true" || button?.getAttribute("aria-checked") === "true";
    const wanted = Boolean(button) && !idle;
    const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const byNumber = /^[1-9]$/.test(letter) ? what.slots[Number(letter) - 1] : undefined;
    const slot = what.slots.includes(letter) ? letter : byNumber
      ?? (letter === "X" ? what.x : null) ?? (letter === "R" || letter === "0" ? what.reference : null);
    if (slot) {
      what.hear(slot);
    } else if (letter === " " && !wanted) {
      if (!event.repeat) what.toggle();
    } else if (letter === "Enter" && !wanted) {
      if (!event.repeat) what.go();
    } else if (letter.startsWith("Arrow") && !target?.closest("input")) {
      const up = letter === "ArrowRight" || letter === "ArrowUp";
      what.question.pick((up ? 1 : -1) * (event.shiftKey ? 10 : 1), what.heard());
    } else {
      return;
    }
    event.preventDefault();
  }
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

/**
 * @param {string} kind
 * @param {string[]} slots
 * @param {boolean} reference
 * @param {boolean} x
 */
export function keyHelp(kind, slots, reference, x) {
  const key = (/** @type {string} */ name) => el("kbd", {}, name);
  /** @param {string} names @param {string} text */
  const line = (names, text) => el("li", {}, ...names.split(" ").map(key), ` ${text}`);
  return el("details", { class: "keys" }, el("summary", {}, "Keys"), el("ul", {},
    line(slots.join(" "), "hear it (or its number)"),
    x ? line("X", "hear X") : null,
    reference ? line("R", "hear the reference") : null,
    line("Space", "play and stop"),
    line("← →", kind === "multiple" || kind === "mushra" ? "rate what you hear, with Shift by ten" : "choose"),
    line("Enter", "save and go on")));
}
