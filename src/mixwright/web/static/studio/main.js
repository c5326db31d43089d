// The studio: drop a song, watch it being heard, hear what was decided, change it, take it with you.
// @ts-check

import { ask, byId, bytes, el, ServerError } from "../dom.js";
import { insist, trying } from "../insist.js";
import { Engine } from "./engine.js";
import { dropScreen } from "./drop.js";
import { desk } from "./desk.js";
import { Feedback } from "./feedback.js";
import { feedbackPanel } from "./feedback_panel.js";
import { result, stop } from "./job.js";
import { send } from "./upload.js";
import { words } from "./format.js";

const main = byId("main"), another = byId("another");
const feedback = new Feedback(), panel = feedbackPanel(feedback, tell);
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
 * @param {...HTMLElement} below what stands under it
 */
function show(view, leave, ...below) {
  const held = document.activeElement !== null && document.activeElement !== document.body;
  main.replaceChildren(view, ...below);
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
  const [recent] = await Promise.all([ask("/api/mixes", { signal: left }).catch(() => []), feedback.load()]);
  if (left.aborted) return;
  show(dropScreen(table, recent, complaint, {
    mix: (what, genre) => { if (!left.aborted) work(what, genre); },
    open: (id) => { location.hash = id; },
  }, feedback), false, panel);
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
  const ended = new AbortController();
  left.addEventListener("abort", () => ended.abort());
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const stage = el("p", { class: "stage", "aria-live": "polite" }, "Uploading…");
  show(el("section", { class: "working" },
    el("h1", {}, title), el("p", { class: "soft" }, detail), stage, bar,
    el("p", {}, el("button", { onclick: () => ended.abort() }, "Stop"))), false);
  return {
    signal: ended.signal, // aborted when it is stopped or left
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
    await follow(null, { song, genre, taste: feedback.taste }, shown, left);
  } catch (error) {
    if (!left.aborted) await start(left, shown.signal.aborted ? "" : sentence(error));
  }
}

/**
 * Watch a job to its end, and open what came of it. Who leaves it does not stop it.
 * @param {string | null} job under way already
 * @param {{song: string, genre: string, taste: boolean} | null} wanted of what it is; a server that has forgotten the job is asked anew
 * @param {ReturnType<typeof working>} shown
 * @param {AbortSignal} left
 */
async function follow(job, wanted, shown, left) {
  const order = wanted && (async () => {
    job = String((await ask(`/api/songs/${wanted.song}/mix`, { content: { genre: wanted.genre, taste: wanted.taste } })).job);
    if (!left.aborted) history.replaceState(wanted, "", `#${JOB}${job}`);
    return job;
  });
  try {
    const { mix } = await result(job, order, (name, share) => shown.tell(`${words(name)}…`, share),
      (trouble) => { if (trouble) shown.tell(trying(trouble), null); }, shown.signal);
    if (!left.aborted) location.replace(`#${mix}`);
  } catch (error) {
    if (left.aborted) return;
    const stopped = shown.signal.aborted;
    if (stopped && job) stop(job);
    history.replaceState(null, "", location.pathname);
    await start(left, stopped ? "" : sentence(error));
  }
}

/** @param {string} id @param {AbortSignal} left */
async function openMix(id, left) {
  const stage = el("p", { role: "status" }, "Opening…");
  show(el("section", { class: "working" }, stage, el("progress", { "aria-label": "Opening" })), true);
  const fetched = () => Promise.all([
    ask(`/api/mixes/${id}`, { signal: left }), bytes(`/api/mixes/${id}/source`, { signal: left }),
    bytes("/static/chain.wasm", { signal: left })]);
  try {
    const [mix, music, code] = await insist(fetched, (trouble) => { stage.textContent = trouble ? trying(trouble) : "Opening…"; }, left);
    const module = await WebAssembly.compile(code);
    if (left.aborted) return;
    const context = contextAt(mix.sample_rate);
    const engine = new Engine(context, await context.decodeAudioData(music), module);
    await engine.prepare(mix.chain, [mix.passage.start_s, mix.passage.end_s]);
    await feedback.load();
    const made = desk(table, mix, engine, tell, feedback, left);
    const close = () => { made.close(); engine.close(); context.close().catch(() => {}); };
    if (left.aborted) return close();
    left.addEventListener("abort", close);
    document.title = `${mix.title}: Mixwright studio`;
    show(made.element, true, panel);
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
  if (id.startsWith(JOB)) follow(id.slice(JOB.length), history.state, working(left, "Your song", ""), left);
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
