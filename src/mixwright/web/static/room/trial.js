// One trial: the player, what is asked, and when it may be answered.
// @ts-check

import { el } from "../dom.js";
import { load } from "../audio/sound.js";
import { SwitchingPlayer } from "../audio/player.js";
import { bindKeys, keyHelp } from "./keys.js";
import { makeQuestion } from "./questions.js";
import { transport } from "./transport.js";

export const REFERENCE = "Reference", X = "X";
const HOW = {
  preference: "Two mixes of the same piece play together; you hear one at a time, and can go from one to the other as often as you like. Say which you prefer, or that you have no preference.",
  abx: "A and B differ. X is one of the two. Compare as often as you like, and say which one it is.",
  multiple: "Several mixes of the same piece play together, and you hear one at a time. Rate each while you hear it.",
  mushra: "Compare each with the reference and rate how near it comes. One of them is the reference itself: give that one 100. Rate each while you hear it.",
  rating: "Listen to the mix, and rate it from 1 to 10.",
  appropriateness: "Listen to the mix, and say from 1 to 10 how well it suits the genre that is named.",
};

/**
 * Show a trial until it is answered; what is to be sent comes back.
 * @param {import("./types.js").State} state
 * @param {import("../audio/sound.js").Sound} sound
 * @param {(...children: (Node | string)[]) => void} show
 * @param {() => number} volume
 * @param {(level: number) => void} setVolume
 * @returns {Promise<{trial: number, [name: string]: unknown}>}
 */
export async function runTrial(state, sound, show, volume, setVolume) {
  const { trial, kind } = state;
  const { context, volume: out } = sound;
  if (!trial || !context || !out) throw new Error("There is no trial.");
  const loading = el("progress", { max: 1, value: 0, "aria-label": "Loading the sounds" });
  show(el("h1", {}, trial.training ? "First, to get to know it" : trial.question), el("p", { role: "status" }, "Loading the sounds…"), loading);
  /** @type {Map<string, string>} */
  const addresses = new Map();
  if (trial.reference) addresses.set(REFERENCE, trial.reference);
  for (const item of trial.items) addresses.set(item.slot, item.url);
  if (trial.x) addresses.set(X, trial.x);
  const buffers = await load(context, addresses, (done, all) => { loading.value = done / all; });

  const player = new SwitchingPlayer(context, buffers, out);
  const begun = performance.now(), dropouts = sound.underruns;
  sound.expected = true;
  const dropped = () => player.note("underrun");
  sound.addEventListener("underrun", dropped);

  const slots = trial.items.map((item) => item.slot);
  const judged = trial.x ? [...slots, X] : slots;
  const question = makeQuestion(kind, trial, () => { player.rated(); update(); });
  const controls = transport(player, [...buffers.keys()], trial.seconds);
  const hint = el("p", { class: "hint soft", role: "status" });
  const next = el("button", { class: "primary", id: "next" }, trial.training ? "Go on" : "Save and go on");
  const level = el("input", { type: "range", min: 0.05, max: 1, step: 0.01, value: volume(), id: "volume" });
  level.addEventListener("input", () => setVolume(Number(level.value)));

  show(
    el("h1", {}, trial.training ? "First, to get to know it" : trial.question),
    trial.training ? el("p", { class: "lead" }, HOW[kind]) : "",
    trial.training ? el("p", { class: "soft" }, "This one does not count. Set the volume now; it stays as it is for the whole test.") : "",
    trial.training ? el("p", { class: "volume" }, el("label", { for: "volume" }, "Volume"), level) : "",
    trial.genre ? el("p", { class: "lead" }, `Genre: ${trial.genre.replace("_", "-")}`) : "",
    controls.element,
    trial.training ? el("p", { class: "asked" }, trial.question) : "",
    question.element,
    hint,
    el("p", { class: "go" }, next),
    keyHelp(kind, slots, Boolean(trial.reference), Boolean(trial.x)),
  );

  /** What is missing before the trial can be answered; empty when nothing is. */
  const missing = () => {
    const heard = player.secondsHeard();
    const short = judged.filter((slot) => (heard[slot] ?? 0) < trial.least_seconds);
    if (short.length) return `Listen to ${list(short)} a little${short.length < judged.length ? " longer" : ""} first.`;
    return question.missing();
  };

  const update = () => {
    if (player.closed) return;
    controls.update();
    question.update(player.playing ? player.slot : null, new Set(
      judged.filter((slot) => (player.secondsHeard()[slot] ?? 0) >= trial.least_seconds)));
    const left = missing();
    hint.textContent = left;
    next.disabled = left !== "";
  };

  document.body.dataset.trial = String(trial.number); // there while it can be answered
  player.addEventListener("change", update);
  const ticking = setInterval(update, 100);
  update();

  return new Promise((done) => {
    const finish = () => {
      player.close();
      for (const part of [controls.element, question.element]) part.inert = true; // shown until the answer is saved
      delete document.body.dataset.trial;
      clearInterval(ticking);
      unbind();
      sound.removeEventListener("underrun", dropped);
      sound.expected = false;
      next.disabled = true;
      done({
        trial: trial.number,
        attempt: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`,
        answer: question.answer(),
        facts: {
          seconds_heard: player.secondsHeard(),
          response_ms: Math.round(performance.now() - begun),
          underruns: sound.underruns - dropouts,
          ...sound.facts(),
        },
        events: player.events.slice(0, 5000),
      });
    };

    const unbind = bindKeys({
      hear: (slot) => player.hear(slot),
      heard: () => (player.playing ? player.slot : null),
      toggle: () => (player.playing ? player.stop() : player.start()),
      slots, reference: trial.reference ? REFERENCE : null, x: trial.x ? X : null,
      question, go: () => { if (!next.disabled) finish(); },
    });
    next.addEventListener("click", finish);
  });
}

/** @param {string[]} names */
function list(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
