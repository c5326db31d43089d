// Elements in one expression, and fetching with the header that says the page is ours.
// @ts-check

/**
 * @typedef {string | Node | null | undefined | false} Child
 * @typedef {{[name: string]: string | number | boolean | EventListener | undefined | null}} Attributes
 */

/**
 * An element with attributes (a function is a listener, true an empty attribute, false and null none) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) made.append(child);
  return made;
}

/**
 * The element with that id, which the page must have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** What a server refused: its sentence, and HTTP's status; 0 where it could not be reached. */
export class ServerError extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** @typedef {{method?: string, content?: unknown, body?: BodyInit, signal?: AbortSignal}} How */

/**
 * Ask the server; the answer's JSON. Throws a ServerError.
 * @param {string} path
 * @param {How} [how]
 * @returns {Promise<any>}
 */
export async function ask(path, how = {}) {
  return (await request(path, how)).json().catch((error) => lost(error, how.signal));
}

/**
 * A file's bytes. Throws a ServerError.
 * @param {string} path
 * @param {How} [how]
 * @returns {Promise<ArrayBuffer>}
 */
export async function bytes(path, how = {}) {
  return (await request(path, how)).arrayBuffer().catch((error) => lost(error, how.signal));
}

/**
 * The answer, where it is none that refuses. Throws a ServerError.
 * @param {string} path
 * @param {How} [how]
 * @returns {Promise<Response>}
 */
export async function request(path, how = {}) {
  const { method, content, body, signal } = how;
  /** @type {Record<string, string>} */
  const headers = { "X-Mixwright": "1" };
  if (content !== undefined) headers["Content-Type"] = "application/json";
  const sent = content === undefined ? body : JSON.stringify(content);
  const response = await fetch(path, { method: method ?? (sent === undefined ? "GET" : "POST"), headers, body: sent, signal })
    .catch((error) => lost(error, signal));
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new ServerError(sentence(answer.error ?? `the server answered ${response.status}`), response.status);
}

/**
 * No answer, or half of one.
 * @param {unknown} error
 * @param {AbortSignal} [signal]
 * @returns {never}
 */
function lost(error, signal) {
  if (signal?.aborted) throw error;
  throw new ServerError("The server cannot be reached.", 0);
}

/** @param {string} text */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
