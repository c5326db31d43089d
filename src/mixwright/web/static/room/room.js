// A listener's way through a test: consent, sound, headphones, training, trials, thanks. The server knows where they are.
// @ts-check

import { ask, byId, el, ServerError } from "../dom.js";
import { Sound } from "../audio/sound.js";
import { headphoneCheck } from "./headphones.js";
import { pending, save } from "./saving.js";
import { runTrial } from "./trial.js";

/** @typedef {import("./types.js").State} State */

const base = location.pathname.replace(/\/$/, "");
const main = byId("main");
const sound = new Sound();
const VOLUME = "mixwright-volume";

/** @param {...(Node | string)} children */
function show(...children) {
  main.replaceChildren(...children);
  const heading = main.querySelector("h1, h2");
  if (heading instanceof HTMLElement) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

/** @param {unknown} error */
function fail(error) {
  console.error(error);
  show(
    el("h1", {}, "Something is in the way"),
    el("p", { class: "error", role: "alert" }, error instanceof Error ? error.message : String(error)),
    el("p", {}, el("button", { class: "primary", onclick: () => location.reload() }, "Try again")),
    el("p", { class: "soft" }, "Every answer that you gave is saved. The test goes on where you were."),
  );
}

/** @param {State} state */
function place(state) {
  document.title = state.title;
  const progress = /** @type {HTMLProgressElement} */ (byId("progress"));
  progress.hidden = state.total === 0 || state.step === "consent";
  progress.max = Math.max(1, state.total);
  progress.value = state.done;
  byId("count").textContent = state.step === "trial" ? `${state.done + 1} of ${state.total}` : "";
}

/** @returns {number} */
function volume() {
  const kept = Number(sessionStorage.getItem(VOLUME) ?? "1");
  return Number.isFinite(kept) && kept > 0 ? Math.min(1, kept) : 1;
}

/** @param {State} state @returns {Promise<State>} */
function consent(state) {
  return new Promise((done, failed) => {
    const agree = el("button", { class: "primary" }, "I agree and take part");
    agree.addEventListener("click", () => {
      agree.disabled = true;
      ask(`${base}/api/consent`, { content: { version: state.consent.version, agreed: true } }).then(done, failed);
    });
    show(
      el("h1", {}, state.title),
      ...state.consent.text.split(/\n{2,}/).map((text) => el("p", { class: "lead" }, text.trim())),
      el("p", { class: "soft" }, `You are listener ${state.listener}.`),
      el("p", {}, agree),
    );
  });
}

/**
 * The sound begins in a gesture; here the listener also says how they listen.
 * @param {State} state
 */
function begin(state) {
  return new Promise((/** @type {(value: void) => void} */ done) => {
    const how = (/** @type {string} */ value, /** @type {string} */ text) =>
      el("label", { class: "choice" }, el("input", { type: "radio", name: "how", value, required: true }), text);
    const told = el("p", { role: "alert" });
    const form = el(
      "form", { class: "stack" },
      el("fieldset", {}, el("legend", {}, "How do you listen?"), how("headphones", "Headphones or earphones"), how("loudspeakers", "Loudspeakers")),
      el("p", { class: "soft" }, "Stay with them, and with the volume of your device, until the end."),
      told,
      el("button", { class: "primary" }, "Start the sound"),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const transducer = String(new FormData(form).get("how") ?? "");
      try {
        await sound.start(volume());
        await ask(`${base}/api/device`, {
          content: { ...sound.facts(), user_agent: navigator.userAgent.slice(0, 400), transducer },
        });
        done();
      } catch (error) {
        told.textContent = error instanceof ServerError ? error.message : "This browser gives no sound to the page.";
      }
    });
    show(el("h1", {}, state.done ? "Welcome back" : "Sound"), form);
  });
}

/** @param {State} state */
function thanks(state) {
  const copied = el("span", { role: "status", class: "soft" });
  const code = state.code;
  show(
    el("h1", {}, "That was all. Thank you."),
    el("p", { class: "lead" }, "Your answers are saved. You may close this page."),
    ...(code === null ? [] : [
      el("p", {}, "Your completion code:"),
      el("p", { class: "code" }, el("output", { id: "code" }, code), el("button", {
        onclick: () => navigator.clipboard.writeText(code).then(
          () => { copied.textContent = "Copied."; }, () => { copied.textContent = "Please copy it by hand."; }),
      }, "Copy"), copied),
    ]),
    el("p", { class: "soft" }, `If you want your answers deleted later, tell us your number: ${state.listener}.`),
  );
}

/** @param {State} state @param {{trial: number, [name: string]: unknown}} message @returns {Promise<State>} */
async function send(state, message) {
  const saving = byId("saving");
  saving.textContent = "Saving…";
  try {
    return await save(base, message, (waiting) => {
      saving.classList.toggle("waiting", waiting);
      saving.textContent = waiting
        ? "The server cannot be reached. Your answer is kept here and sent again by itself; please leave this page open."
        : "";
    });
  } catch (error) {
    if (error instanceof ServerError && error.status === 409) return ask(`${base}/api/state`);
    throw error;
  } finally {
    saving.classList.remove("waiting");
    saving.textContent = "";
  }
}

async function run() {
  /** @type {State} */
  let state = await ask(`${base}/api/state`);
  const kept = pending(base);
  if (kept) state = await send(state, kept);
  for (;;) {
    place(state);
    if (state.step === "done") return thanks(state);
    if (state.step === "consent") {
      state = await consent(state);
      continue;
    }
    if (!sound.running) await begin(state);
    if (state.step === "headphones") {
      state = await headphoneCheck(base, sound, show);
      continue;
    }
    const message = await runTrial(state, sound, show, volume, (level) => {
      sound.setVolume(level);
      sessionStorage.setItem(VOLUME, String(level));
    });
    state = await send(state, message);
  }
}

run().catch(fail);
