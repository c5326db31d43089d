// Answers reach the server once: kept in the tab until it has said so, sent again when it cannot be reached, also after
// a reload. The attempt's number tells the server that an answer came before.
// @ts-check

import { ask, ServerError } from "../dom.js";
import { insist } from "../insist.js";

const KEY = "mixwright-pending";

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
  try {
    return await insist(
      () => ask(`${base}/api/answers`, { content: message }), (trouble) => tell(trouble !== ""), undefined,
      (error) => error instanceof ServerError && (error.status === 0 || error.status === 429 || error.status >= 500),
    );
  } finally {
    keep(null);
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
