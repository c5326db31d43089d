// A job on the server, to its end, also where the server is away meanwhile.
// @ts-check

import { ask, request, sentence, ServerError } from "../dom.js";
import { insist } from "../insist.js";

const SILENT_MS = 40000; // the server says every 15 s that it is still here

/**
 * The result of a job. One that the server does not know any more, since it was started anew, is ordered again.
 * @param {string | null} job under way already
 * @param {(() => Promise<string>) | null} order has it begun; the job's name
 * @param {(stage: string, done: number | null) => void} progress
 * @param {(trouble: string) => void} tell why it waits for the server; empty when it does not any more
 * @param {AbortSignal} signal ends the watching, not the job
 * @returns {Promise<any>}
 */
export async function result(job, order, progress, tell, signal) {
  for (let known = job; ; known = null) {
    if (known === null && !order) throw new Error("The server was started anew and does not know this job any more.");
    const name = known ?? (await insist(/** @type {() => Promise<string>} */ (order), tell, signal));
    try {
      return await insist(() => watch(name, (stage, share) => { tell(""); progress(stage, share); }, signal), tell, signal);
    } catch (error) {
      if (!(error instanceof ServerError && error.status === 404)) throw error;
    }
  }
}

/** @param {string} job */
export function stop(job) {
  ask(`/api/jobs/${job}`, { method: "DELETE" }).catch(() => {});
}

/**
 * Watch a job over one connection; a ServerError with status 0 where it breaks off.
 * @param {string} job
 * @param {(stage: string, done: number | null) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function watch(job, progress, signal) {
  const { body } = await request(`/api/jobs/${job}/events`, { signal });
  if (body) {
    for await (const [name, data] of events(body)) {
      if (name === "progress") progress(data.stage, data.done);
      else if (name === "done") return data;
      else if (name === "failed") throw new Error(sentence(data.error));
    }
  }
  signal.throwIfAborted();
  throw new ServerError("The server went away.", 0);
}

/**
 * Server-sent events, until the connection breaks or is silent for too long. Not by EventSource, which does not say whether
 * a server is away or has refused.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<[string, any]>}
 */
async function* events(body) {
  const reader = body.getReader(), decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const silence = setTimeout(() => reader.cancel().catch(() => {}), SILENT_MS);
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true })).finally(() => clearTimeout(silence));
      if (done) return;
      const whole = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = whole.pop() ?? "";
      for (const event of whole) {
        const found = /^event: (\w+)\ndata: (.*)$/.exec(event);
        if (found) yield [found[1], JSON.parse(found[2])];
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
