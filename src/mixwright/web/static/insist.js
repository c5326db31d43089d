// Asking a server that may be away: again, ever less often, until it answers.
// @ts-check

import { ServerError } from "./dom.js";

const FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 8000;
const PASSING = [0, 429, 502, 503, 504]; // not reached, too busy, or a proxy that does not reach it

/** @param {unknown} error @returns {boolean} whether it may be gone the next time */
export function mayPass(error) {
  return error instanceof ServerError && PASSING.includes(error.status);
}

/** @param {string} trouble @returns {string} */
export function trying(trouble) {
  return `${trouble} Trying again…`;
}

/**
 * Try until it works, or fails for good.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {(trouble: string) => void} tell why it waits; empty when it does not any more
 * @param {AbortSignal} [signal] ends it
 * @param {(error: unknown) => boolean} [passing] which failures are tried again
 * @returns {Promise<T>}
 */
export async function insist(attempt, tell, signal, passing = mayPass) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    const begun = performance.now();
    try {
      const found = await attempt();
      tell("");
      return found;
    } catch (error) {
      signal?.throwIfAborted();
      if (!passing(error)) {
        tell("");
        throw error;
      }
      tell(error instanceof Error ? error.message : String(error));
    }
    if (performance.now() - begun > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS; // it was there for a while
    await pause(wait, signal);
    signal?.throwIfAborted();
  }
}

/**
 * Until the time is over, the network is back, or nobody wants it any more.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 */
function pause(ms, signal) {
  return new Promise((/** @type {(value: void) => void} */ done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal?.removeEventListener("abort", over);
      done();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
    signal?.addEventListener("abort", over);
  });
}
