// Feedback as the page knows it: whether it is kept, how much there is, what was learned; and what is sent of it.
// @ts-check

import { ask, ServerError } from "../dom.js";

/**
 * @typedef {{leans: boolean, words: string, choices: number}} Taste
 * @typedef {{offered: boolean, consent: string, version: string, agreed: boolean, since: string | null, shared: boolean,
 *   counts: Record<string, number>, taste: Taste}} State
 */

const SEND_AFTER_MS = 2000; // undos that come one after the other go together
const MOST_UNDOS = 200;

/** Tells "change" whenever the server said something new. */
export class Feedback extends EventTarget {
  constructor() {
    super();
    /** @type {State} */
    this.state = { offered: false, consent: "", version: "", agreed: false, since: null, shared: false, counts: {}, taste: { leans: false, words: "", choices: 0 } };
    this.problem = "";
    this.wanted = true; // what the switch "Use my taste" says
    /** @type {{mix: string, undos: string[][]} | null} */
    this.waiting = null;
    /** @type {number | undefined} */
    this.timer = undefined;
    addEventListener("pagehide", () => this.flush(true));
  }

  /** Whether a mix is to lean to the taste that there is. */
  get taste() {
    return this.state.taste.leans && this.wanted;
  }

  /** Ask anew; a page without an answer goes on. */
  async load() {
    await this.take(() => ask("/api/feedback")).catch(() => {});
  }

  /** @param {boolean} agree */
  agree(agree) {
    return this.take(() => ask("/api/feedback/consent", { content: { agree } }));
  }

  erase() {
    this.forget();
    return this.take(() => ask("/api/feedback/erase", { method: "POST" }));
  }

  /** @param {string} mix @param {number} score @param {string} comment */
  rate(mix, score, comment) {
    return this.take(() => ask("/api/feedback/ratings", { content: { mix, score, comment } }), false);
  }

  /**
   * That one step was taken back; sent a little later.
   * @param {string} mix
   * @param {string[]} names of the parameters that it changed
   */
  undone(mix, names) {
    if (!this.state.agreed || !names.length) return;
    if (this.waiting && (this.waiting.mix !== mix || this.waiting.undos.length >= MOST_UNDOS)) this.flush();
    this.waiting ??= { mix, undos: [] };
    this.waiting.undos.push(names);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), SEND_AFTER_MS);
  }

  /** Send what waits. @param {boolean} [leaving] the page may be gone before the answer comes */
  flush(leaving = false) {
    const content = this.waiting;
    this.forget();
    if (!content) return;
    if (!leaving) {
      this.take(() => ask("/api/feedback/undos", { content })).catch(() => {});
      return;
    }
    fetch("/api/feedback/undos", {
      method: "POST", keepalive: true, body: JSON.stringify(content), headers: { "X-Mixwright": "1", "Content-Type": "application/json" },
    }).catch(() => {});
  }

  forget() {
    clearTimeout(this.timer);
    this.waiting = null;
  }

  /**
   * What the server answers is the state from now on; where it refuses, its sentence is the problem, and thrown.
   * @param {() => Promise<State>} question
   * @param {boolean} [told] whether the problem is shown with the state
   */
  async take(question, told = true) {
    try {
      this.state = await question();
      this.problem = "";
    } catch (error) {
      if (told && error instanceof ServerError) {
        this.problem = error.message;
        this.state.offered ||= error.status === 503; // there is a database, which does not answer
      }
      throw error;
    } finally {
      this.dispatchEvent(new Event("change"));
    }
  }
}
