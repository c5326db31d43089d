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
/** @type {{close(): void} | null} */
let open = null;

/** @param {...(Node | string)} children */
function show(...children) {
  main.replaceChildren(...children);
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

/** @param {string} [complaint] */
async function start(complaint) {
  open?.close();
  open = null;
  another.hidden = true;
  document.title = "Mixwright studio";
  const recent = await ask("/api/mixes").catch(() => []);
  show(dropScreen(table, recent, complaint ?? "", { mix: (what, genre) => work(what, genre), open: (id) => { location.hash = id; } }));
  if (complaint) tell(complaint);
}

const JOB = "job="; // in the address: a reload finds the job again

/**
 * What is going on, with a way to stop it.
 * @param {string} title
 * @param {string} detail
 */
function working(title, detail) {
  const stop = new AbortController();
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const stage = el("p", { class: "stage", "aria-live": "polite" }, "Uploading…");
  show(el("section", { class: "working" },
    el("h1", {}, title), el("p", { class: "soft" }, detail), stage, bar,
    el("p", {}, el("button", { onclick: () => stop.abort() }, "Stop"))));
  return {
    signal: stop.signal,
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
  const shown = working(what.title, what.kind === "stems" ? `${what.files.length} stems` : what.files[0].name);
  try {
    const song = await send(what, table.limits, (share) => shown.tell("Uploading…", share), shown.signal);
    const { job } = await ask(`/api/songs/${song}/mix`, { content: { genre } });
    history.replaceState(null, "", `#${JOB}${job}`);
    await follow(job, shown);
  } catch (error) {
    await start(shown.signal.aborted ? undefined : sentence(error));
  }
}

/**
 * Watch a job to its end, and open what came of it.
 * @param {string} job
 * @param {ReturnType<typeof working>} shown
 */
async function follow(job, shown) {
  try {
    const { mix } = await watch(job, (name, share) => shown.tell(`${words(name)}…`, share), shown.signal);
    location.replace(`#${mix}`);
  } catch (error) {
    history.replaceState(null, "", location.pathname);
    await start(shown.signal.aborted ? undefined : sentence(error));
  }
}

/** @param {string} id */
async function openMix(id) {
  open?.close();
  open = null;
  another.hidden = false;
  show(el("section", { class: "working" }, el("p", { role: "status" }, "Opening…"), el("progress", { "aria-label": "Opening" })));
  try {
    const mix = await ask(`/api/mixes/${id}`);
    document.title = `${mix.title}: Mixwright studio`;
    const [bytes, module] = await Promise.all([
      fetch(`/api/mixes/${id}/source`).then((response) => {
        if (!response.ok) throw new ServerError("The music is not here any more.", response.status);
        return response.arrayBuffer();
      }),
      WebAssembly.compileStreaming(fetch("/static/chain.wasm")),
    ]);
    if (location.hash.slice(1) !== id) return;
    const context = contextAt(mix.sample_rate);
    const engine = new Engine(context, await context.decodeAudioData(bytes), module);
    await engine.prepare(mix.chain, [mix.passage.start_s, mix.passage.end_s]);
    const made = desk(table, mix, engine, tell);
    open = { close: () => { made.close(); engine.close(); context.close().catch(() => {}); } };
    show(made.element);
    tell(`${mix.title} is open. ${mix.summary.join(" ")}`);
  } catch (error) {
    history.replaceState(null, "", location.pathname);
    await start(sentence(error));
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
  const id = location.hash.slice(1);
  if (id.startsWith(JOB)) follow(id.slice(JOB.length), working("Your song", ""));
  else if (id) openMix(id);
  else start();
}

another.addEventListener("click", () => { location.hash = ""; });
addEventListener("hashchange", route);
// A file that misses the field would be opened in place of the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());

ask("/api/table").then((found) => { table = found; route(); }, (error) => {
  if (error instanceof ServerError && error.status === 401) location.replace("/login");
  else show(el("p", { class: "error", role: "alert" }, sentence(error)));
});
