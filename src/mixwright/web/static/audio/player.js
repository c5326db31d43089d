// Several versions of one passage, all running from the same moment in a loop, of which one is heard. Switching keeps the
// place in the music, to the sample. Keeps count of what was heard for how long, and of everything that happened.
// @ts-check

import { FADE_S, part, passDoors, soonest } from "./fades.js";

const START_AHEAD_S = 0.03; // room to start all sources at the same sample
const RATE_EVERY_MS = 250; // a slider that is dragged moves a hundred times a second
export const SHORTEST_LOOP_S = 0.5; // BS.1534-3

/** @typedef {{t: number, what: "play" | "stop" | "switch" | "loop" | "rate" | "underrun", slot?: string}} PlayerEvent */

export class SwitchingPlayer extends EventTarget {
  /**
   * @param {AudioContext | OfflineAudioContext} context
   * @param {Map<string, AudioBuffer>} versions by slot; equally long
   * @param {AudioNode} [out]
   */
  constructor(context, versions, out = context.destination) {
    super();
    this.context = context;
    this.versions = versions;
    this.out = out;
    this.length = Math.min(...[...versions.values()].map((buffer) => buffer.duration));
    /** @type {[number, number]} */
    this.region = [0, this.length];
    /** @type {string | null} */
    this.slot = null; // what is heard, or would be
    /** @type {PlayerEvent[]} */
    this.events = [];
    /** @type {Map<string, number>} */
    this.seconds = new Map([...versions.keys()].map((slot) => [slot, 0]));
    /** @type {{sources: AudioBufferSourceNode[], doors: Map<string, GainNode>, at: number, from: number} | null} */
    this.running = null;
    this.busyUntil = 0; // no door may move before that
    this.heardSince = 0;
    this.position = 0;
    this.closed = false;
    this.ratedAt = -Infinity;
    this.rating = 0; // the timer of a rating that is not noted yet
  }

  get playing() {
    return this.running !== null;
  }

  /** Where the music is, in s from the passage's beginning. */
  get now() {
    return this.placeAt(this.context.currentTime);
  }

  /** @param {number} time on the context's clock */
  placeAt(time) {
    if (!this.running) return this.position;
    const [start, end] = this.region;
    const gone = Math.max(0, time - this.running.at) + this.running.from;
    return start + (gone % (end - start));
  }

  /**
   * Hear a version: starts where nothing plays yet, switches where something does.
   * @param {string} slot
   */
  hear(slot) {
    if (!this.versions.has(slot)) throw new RangeError(`there is no ${slot}`);
    if (this.closed) return;
    if (!this.running) {
      this.slot = slot;
      this.start();
      return;
    }
    if (slot === this.slot) return;
    this.settle();
    const { doors } = this.running;
    const at = soonest(this.context, this.busyUntil);
    this.count(at + FADE_S);
    this.busyUntil = passDoors(doors.get(this.slot ?? "") ?? null, doors.get(slot) ?? null, at);
    this.slot = slot;
    this.note("switch", at);
  }

  /** Play on from where it stopped. */
  start() {
    if (this.running || this.closed) return;
    const { context } = this;
    const [start, end] = this.region;
    const slot = this.slot ?? [...this.versions.keys()][0];
    const at = Math.max(context.currentTime + START_AHEAD_S, this.busyUntil);
    const from = Math.min(Math.max(this.position - start, 0), end - start) % (end - start);
    /** @type {Map<string, GainNode>} */
    const doors = new Map();
    const sources = [...this.versions].map(([name, buffer]) => {
      const whole = start === 0 && end === this.length;
      const source = new AudioBufferSourceNode(context, {
        buffer: whole ? buffer : part(context, buffer, start, end), loop: true,
      });
      const door = new GainNode(context, { gain: 0 });
      source.connect(door).connect(this.out);
      source.start(at, from);
      doors.set(name, door);
      return source;
    });
    this.running = { sources, doors, at, from };
    this.slot = slot;
    this.busyUntil = passDoors(null, doors.get(slot) ?? null, at);
    this.heardSince = at;
    this.note("play", at);
  }

  /** Stop, and keep the place. */
  stop() {
    if (!this.running) return;
    this.settle();
    const { sources, doors } = this.running;
    const at = soonest(this.context, this.busyUntil);
    this.position = this.placeAt(at);
    this.count(at);
    const end = passDoors(doors.get(this.slot ?? "") ?? null, null, at);
    sources.forEach((source) => source.stop(end));
    this.running = null;
    this.busyUntil = end;
    this.note("stop", at);
  }

  /**
   * Loop a part of the passage, at least half a second; the whole of it without arguments.
   * @param {number} [start]
   * @param {number} [end]
   */
  loop(start = 0, end = this.length) {
    if (this.closed) return;
    const first = Math.min(Math.max(0, start), this.length - SHORTEST_LOOP_S);
    const last = Math.max(Math.min(end, this.length), first + SHORTEST_LOOP_S);
    if (first === this.region[0] && last === this.region[1]) return;
    const played = this.playing;
    this.stop();
    this.region = [Math.max(0, first), Math.min(last, this.length)];
    this.position = this.region[0];
    this.note("loop", this.context.currentTime);
    if (played) this.start();
  }

  /** Fall silent for good: whatever is asked later does nothing and is not noted. */
  close() {
    this.stop();
    this.settle();
    this.closed = true;
  }

  /** A rating moved: noted at once, then four times a second while it goes on, and where it came to rest. */
  rated() {
    if (this.closed || this.rating) return;
    const wait = this.ratedAt + RATE_EVERY_MS - performance.now();
    if (wait > 0) this.rating = setTimeout(() => this.settle(), wait);
    else this.noteRating();
  }

  /** Note a rating that waits, before something else happens. */
  settle() {
    if (this.rating) this.noteRating();
  }

  noteRating() {
    clearTimeout(this.rating);
    this.rating = 0;
    this.ratedAt = performance.now();
    this.note("rate");
  }

  /** Seconds that each version was heard until now. */
  secondsHeard() {
    if (this.running) this.count(Math.max(this.context.currentTime, this.heardSince));
    return Object.fromEntries([...this.seconds].map(([slot, s]) => [slot, Math.round(s * 1000) / 1000]));
  }

  /**
   * Add what was heard until a moment to the version that was heard.
   * @param {number} until
   */
  count(until) {
    if (this.slot !== null) {
      this.seconds.set(this.slot, (this.seconds.get(this.slot) ?? 0) + Math.max(0, until - this.heardSince));
    }
    this.heardSince = until;
  }

  /**
   * @param {PlayerEvent["what"]} what
   * @param {number} [at]
   */
  note(what, at = this.context.currentTime) {
    if (this.closed) return;
    this.events.push({ t: Math.round(at * 1e4) / 1e4, what, slot: this.slot ?? undefined });
    this.dispatchEvent(new Event("change"));
  }
}
