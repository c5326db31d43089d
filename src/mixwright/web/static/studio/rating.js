// "How good is this mix?": from 1 to 10, with a word about it; asked after an export of who gives feedback.
// @ts-check

import { el } from "../dom.js";

const MOST_CHARACTERS = 2000;

/**
 * @param {string} mix
 * @param {import("./feedback.js").Feedback} feedback
 * @param {(text: string) => void} tell
 * @param {AbortSignal} closed
 */
export function ratingForm(mix, feedback, tell, closed) {
  let asked = false;
  const scores = Array.from({ length: 10 }, (_, k) => {
    const id = `score-${k + 1}`;
    return el("span", {}, el("input", { type: "radio", class: "unseen", name: "score", id, value: k + 1, required: true }), el("label", { for: id }, String(k + 1)));
  });
  const comment = el("textarea", { id: "rating-comment", rows: 2, maxlength: MOST_CHARACTERS });
  const complaint = el("p", { class: "error", role: "alert", hidden: true });
  const send = el("button", { type: "submit" }, "Keep this rating");
  const form = el("form", { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); rate(); } },
    el("fieldset", { "aria-describedby": "score-ends" }, el("legend", {}, "How good is this mix?"), el("div", { class: "scores" }, ...scores),
      el("p", { class: "soft ends-of-scale", id: "score-ends" }, el("span", {}, "1: I would not use it"), el("span", {}, "10: nothing to improve"))),
    el("p", { class: "comment" }, el("label", { for: comment.id }, "A word about it, if you like"), comment),
    complaint, el("p", {}, send));
  const thanks = el("p", { class: "thanks", tabindex: -1, hidden: true });
  const element = el("div", { class: "rating", hidden: true }, form, thanks);

  async function rate() {
    const score = Number(new FormData(form).get("score"));
    send.disabled = true;
    complaint.hidden = true;
    try {
      await feedback.rate(mix, score, comment.value);
      thanks.textContent = `Kept: ${score} of 10. Thank you.`;
      thanks.hidden = false;
      form.hidden = true;
      thanks.focus();
      tell(thanks.textContent);
    } catch (error) {
      complaint.textContent = error instanceof Error ? error.message : String(error);
      complaint.hidden = false;
    } finally {
      send.disabled = false;
    }
  }

  function update() {
    element.hidden = !asked || !feedback.state.agreed;
  }
  feedback.addEventListener("change", update, { signal: closed });
  return {
    element,
    /** Ask, anew for each export. */
    ask() {
      asked = true;
      form.reset();
      form.hidden = false;
      thanks.hidden = true;
      update();
    },
  };
}
