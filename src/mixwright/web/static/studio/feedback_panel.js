// "Your feedback": what may be kept, what is, what was learned from it; agree, stop, take it away, erase it.
// @ts-check

import { el } from "../dom.js";

const KINDS = /** @type {[string, string, string][]} */ ([
  ["mix", "mix", "mixes"], ["edit", "mix that you kept", "mixes that you kept"], ["choice", "choice", "choices"],
  ["rating", "rating", "ratings"], ["export", "export", "exports"], ["undo", "undo", "undos"], ["comment", "comment", "comments"],
]);

/**
 * How much there is, in words; empty where there is nothing.
 * @param {Record<string, number>} counts
 */
export function countWords(counts) {
  return KINDS.filter(([kind]) => counts[kind]).map(([kind, one, many]) => `${counts[kind]} ${counts[kind] === 1 ? one : many}`).join(", ");
}

/**
 * @param {import("./feedback.js").Feedback} feedback
 * @param {(text: string) => void} tell
 */
export function feedbackPanel(feedback, tell) {
  const short = el("span", { class: "soft" });
  const summary = el("summary", {}, "Your feedback ", short);
  const consent = el("p", { class: "terms" });
  const shared = el("p", { class: "notice" }, "Everybody who has this studio's token gives feedback as one, and can see and erase what is here.");
  const agree = el("button", { onclick: () => act(() => feedback.agree(!feedback.state.agreed), () => (feedback.state.agreed ? "Feedback is kept from now on." : "Nothing more is kept.")) });
  const kept = el("p", { class: "counts" }), taste = el("p", { class: "learned" });
  const take = el("a", { class: "button", href: "/api/feedback/export", download: true }, "Download all of it");
  const erase = el("button", { onclick: () => sure(true) }, "Erase all of it");
  const question = el("span", {});
  const no = el("button", { onclick: () => sure(false) }, "Keep it");
  const yes = el("button", { class: "danger", onclick: () => act(() => feedback.erase(), () => "All feedback is erased.").then(() => { asking.hidden = true; summary.focus(); }) }, "Erase");
  const asking = el("div", { class: "row asking", role: "group", "aria-label": "Erase all of it?", hidden: true }, question, yes, no);
  const complaint = el("p", { class: "error", role: "alert", hidden: true });
  const element = el("details", { class: "feedback" }, summary,
    el("div", { class: "inside" }, complaint, consent, shared, el("p", { class: "row" }, agree), kept, taste, el("p", { class: "row" }, take, erase), asking));
  asking.addEventListener("keydown", (event) => { if (event.key === "Escape") sure(false); });

  /** @param {boolean} asked */
  function sure(asked) {
    const { agreed, counts, taste: learned } = feedback.state;
    question.textContent = `Erase ${[countWords(counts), learned.words && "what was learned", agreed && "your agreement"].filter(Boolean).join(", ")}? This cannot be undone.`;
    asking.hidden = !asked;
    (asked ? no : erase).focus();
  }

  /** @param {() => Promise<void>} deed @param {() => string} said */
  async function act(deed, said) {
    try {
      await deed();
      tell(said());
    } catch { /* the complaint says it */ }
  }

  function update() {
    const { offered, agreed, since, counts, taste: learned } = feedback.state;
    const words = countWords(counts);
    element.hidden = !offered;
    short.textContent = agreed ? "is kept" : "is not kept";
    consent.textContent = feedback.state.consent;
    shared.hidden = !feedback.state.shared;
    agree.textContent = agreed ? "Stop keeping feedback" : "Agree, and keep my feedback";
    agree.classList.toggle("primary", !agreed);
    kept.textContent = words ? `Kept${agreed && since ? ` (you agreed on ${since})` : ""}: ${words}.` : agreed ? "Nothing is there yet: mix a song." : "Nothing is kept.";
    taste.textContent = learned.words && `Your taste: ${learned.words}${/[.)]$/.test(learned.words) ? "" : "."}`;
    take.hidden = !words;
    erase.hidden = !words && !agreed && !learned.words;
    if (erase.hidden) asking.hidden = true;
    complaint.textContent = feedback.problem;
    complaint.hidden = !feedback.problem;
  }
  feedback.addEventListener("change", update);
  update();
  return element;
}
