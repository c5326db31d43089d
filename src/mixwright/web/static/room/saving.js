// Answers reach the server once: kept in the tab until it has said so, sent again when it cannot be reached, also after
// a reload. The attempt's number tells the server that an answer came before.
// @ts-check

import { ask, ServerError } from "../dom.js";

const KEY = "mixwright-pending";
const FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 8000;

/**
 * @param {string} base the listener's link
 * @returns {{trial: number, [name: string]: unknown} | null} an answer that was not confirmed before the page went
 */
export function pending(base) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return kept && kept.base === base ? kept.message : null;
  } catch {
    return null;
  }
}

/**
 * Send until the server has it; its state comes back. Throws a ServerError where the server refuses for good.
 * @param {string} base
 * @param {{trial: number, [name: string]: unknown}} message
 * @param {(waiting: boolean) => void} tell whether the page waits for the server to come back
 * @returns {Promise<import("./types.js").State>}
 */
export async function save(base, message, tell) {
  keep({ base, message });
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    try {
      const state = await ask(`${base}/api/answers`, { content: message });
      keep(null);
      tell(false);
      return state;
    } catch (error) {
      const again = error instanceof ServerError && (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!again) {
        keep(null);
        tell(false);
        throw error;
      }
      tell(true);
      await new Promise((done) => {
        const timer = setTimeout(done, wait);
        addEventListener("online", () => { clearTimeout(timer); done(undefined); }, { once: true });
      });
    }
  }
}

/** @param {unknown} what */
function keep(what) {
  try {
    if (what === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(what));
  } catch {
    // a browser that keeps nothing: the answer lives as long as the page
  }
}
