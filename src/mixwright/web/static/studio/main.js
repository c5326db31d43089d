// The studio: drop a song, watch it being heard, hear what was decided, change it, take it with you.
// @ts-check

import { ask, byId, el, ServerError } from "../dom.js";
import { Engine } from "./engine.js";
import { dropScreen } from "./drop.js";
import { desk } from "./desk.js";
import { send, watch } from "./upload.js";
import { words } from "./format.js";

const main = byId("main"), another = byId("another");
/** @type {any} */
let table = null;
let newest = new AbortController();

/**
 * Something new is chosen: what was chosen before ends wherever it is, and shows nothing any more.
 * @returns {AbortSignal} aborted when this is left in its turn
 */
function choose() {
  newest.abort();
  newest = new AbortController();
  return newest.signal;
}

/**
 * A new view. Whoever was in the old one with the keyboard is at the beginning of the new one.
 * @param {HTMLElement} view
 * @param {boolean} leave whether there is a way to another song
 */
function show(view, leave) {
  const held = document.activeElement !== null && document.activeElement !== document.body;
  main.replaceChildren(view);
  if (held) {
    const heading = main.querySelector("h1") ?? main;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  another.hidden = !leave;
  scrollTo(0, 0);
}

/** @param {string} text */
function tell(text) {
  byId("told").textContent = text;
}

/** @param {unknown} error */
function sentence(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {AbortSignal} left @param {string} [complaint] */
async function start(left, complaint = "") {
  document.title = "Mixwright studio";
  const recent = await ask("/api/mixes", { signal: left }).catch(() => []);
  if (left.aborted) return;
  show(dropScreen(table, recent, complaint, {
    mix: (what, genre) => { if (!left.aborted) work(what, genre); },
    open: (id) => { location.hash = id; },
  }), false);
  if (complaint) tell(complaint);
}

const JOB = "job="; // in the address: a reload finds the job again

/**
 * What is going on, with a way to stop it.
 * @param {AbortSignal} left
 * @param {string} title
 * @param {string} detail
 */
function working(left, title, detail) {
  const stop = new AbortController();
  left.addEventListener("abort", () => stop.abort());
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const stage = el("p", { class: "stage", "aria-live": "polite" }, "Uploading…");
  show(el("section", { class: "working" },
    el("h1", {}, title), el("p", { class: "soft" }, detail), stage, bar,
    el("p", {}, el("button", { onclick: () => stop.abort() }, "Stop"))), false);
  return {
    signal: stop.signal, // aborted when it is stopped or left
    /** @param {string} text @param {number | null} share */
    tell(text, share) {
      stage.textContent = text;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
    },
  };
}

/**
 * Send, and have it mixed.
 * @param {import("./upload.js").Dropped} what
 * @param {string} genre
 */
async function work(what, genre) {
  const left = choose();
  const shown = working(left, what.title, what.kind === "stems" ? `${what.files.length} stems` : what.files[0].name);
  try {
    const song = await send(what, table.limits, (share) => shown.tell("Uploading…", share), shown.signal);
    const { job } = await ask(`/api/songs/${song}/mix`, { content: { genre } });
    if (left.aborted) return;
    history.replaceState(null, "", `#${JOB}${job}`);
    await follow(job, shown, left);
  } catch (error) {
    if (!left.aborted) await start(left, shown.signal.aborted ? "" : sentence(error));
  }
}

/**
 * Watch a job to its end, and open what came of it. Who leaves it does not stop it.
 * @param {string} job
 * @param {ReturnType<typeof working>} shown
 * @param {AbortSignal} left
 */
async function follow(job, shown, left) {
  try {
    const { mix } = await watch(job, (name, share) => shown.tell(`${words(name)}…`, share), shown.signal);
    if (!left.aborted) location.replace(`#${mix}`);
  } catch (error) {
    if (left.aborted) return;
    const stopped = shown.signal.aborted;
    if (stopped) ask(`/api/jobs/${job}`, { method: "DELETE" }).catch(() => {});
    history.replaceState(null, "", location.pathname);
    await start(left, stopped ? "" : sentence(error));
  }
}

/** @param {string} id @param {AbortSignal} left */
async function openMix(id, left) {
  show(el("section", { class: "working" }, el("p", { role: "status" }, "Opening…"), el("progress", { "aria-label": "Opening" })), true);
  try {
    const mix = await ask(`/api/mixes/${id}`, { signal: left });
    const [bytes, module] = await Promise.all([
      fetch(`/api/mixes/${id}/source`, { signal: left }).then((response) => {
        if (!response.ok) throw new ServerError("The music is not here any more.", response.status);
        return response.arrayBuffer();
      }),
      WebAssembly.compileStreaming(fetch("/static/chain.wasm")),
    ]);
    if (left.aborted) return;
    const context = contextAt(mix.sample_rate);
    const engine = new Engine(context, await context.decodeAudioData(bytes), module);
    await engine.prepare(mix.chain, [mix.passage.start_s, mix.passage.end_s]);
    const made = desk(table, mix, engine, tell);
    const close = () => { made.close(); engine.close(); context.close().catch(() => {}); };
    if (left.aborted) return close();
    left.addEventListener("abort", close);
    document.title = `${mix.title}: Mixwright studio`;
    show(made.element, true);
    tell(`${mix.title} is open. ${mix.summary.join(" ")}`);
  } catch (error) {
    if (left.aborted) return;
    history.replaceState(null, "", location.pathname);
    await start(left, sentence(error));
  }
}

/**
 * At the song's own rate nothing is resampled; it sleeps until somebody presses play.
 * @param {number} rate
 */
function contextAt(rate) {
  if (!window.AudioContext || !window.AudioWorkletNode) throw new Error("This browser has no AudioWorklet; a current one does.");
  try {
    return new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" }); // a rate that this browser does not have
  }
}

function route() {
  const id = location.hash.slice(1), left = choose();
  if (id.startsWith(JOB)) follow(id.slice(JOB.length), working(left, "Your song", ""), left);
  else if (id) openMix(id, left);
  else start(left);
}

another.addEventListener("click", () => { location.hash = ""; });
addEventListener("hashchange", route);
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is the mix's
  main.focus();
});
// A file that misses the field would be opened in place of the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());

ask("/api/table").then((found) => { table = found; route(); }, (error) => {
  if (error instanceof ServerError && error.status === 401) location.replace("/login");
  else show(el("p", { class: "error", role: "alert" }, sentence(error)), false);
});
