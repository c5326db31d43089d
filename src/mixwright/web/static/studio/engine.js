// What is heard: the source and the chain beside each other, the same moment of the music, equally loud; one door is open.
// @ts-check

import { passDoors, soonest } from "../audio/fades.js";
import { matchingGains } from "./levels.js";

const SETTLE_S = 0.02; // of a level that follows the chain
const START_AHEAD_S = 0.02;

/** @typedef {"source" | "mix"} Side */

export class Engine extends EventTarget {
  /** @param {AudioContext | OfflineAudioContext} context @param {AudioBuffer} buffer @param {WebAssembly.Module} module */
  constructor(context, buffer, module) {
    super();
    this.context = context;
    this.buffer = buffer;
    this.module = module;
    /** @type {import("../chain.js").Preset | null} */
    this.preset = null;
    /** @type {Side} */
    this.side = "mix";
    /** @type {AudioBufferSourceNode | null} */
    this.playing = null;
    this.startedAt = 0;
    this.startedFrom = 0;
    this.position = 0;
    /** @type {[number, number] | null} */
    this.loop = null;
    this.busyUntil = 0;
    this.reduction = 0;
    this.measured = 0;
    this.asked = 0;
    this.matched = false; // whether the level belongs to what is heard now
    this.lufs = { before: NaN, after: NaN };
    this.gains = { source: 1, mix: 1 };
    this.levels = { source: new GainNode(context), mix: new GainNode(context) };
    this.doors = { source: new GainNode(context, { gain: 0 }), mix: new GainNode(context, { gain: 1 }) };
    this.out = new GainNode(context);
    this.out.connect(context.destination);
  }

  /**
   * Load the chain into the context and connect everything.
   * @param {import("../chain.js").Preset} preset
   * @param {[number, number]} passage in s; what the levels are matched on
   */
  async prepare(preset, passage) {
    const { context, buffer, module } = this;
    await context.audioWorklet.addModule("/static/chain_worklet.js");
    const channels = Math.min(2, buffer.numberOfChannels);
    this.preset = preset;
    this.chain = new AudioWorkletNode(context, "mixwright-chain", {
      numberOfInputs: 1, outputChannelCount: [channels], processorOptions: { module, preset },
      channelCount: channels, channelCountMode: "explicit",
    });
    this.chain.port.onmessage = (event) => {
      this.reduction = event.data.gain_reduction_db;
      this.dispatchEvent(new Event("meter"));
    };
    this.chain.connect(this.levels.mix).connect(this.doors.mix).connect(this.out);
    this.levels.source.connect(this.doors.source).connect(this.out);
    this.worker = new Worker("/static/studio/level_worker.js", { type: "module" });
    this.worker.onmessage = (event) => this.match(event.data);
    const [first, last] = passage.map((s) => Math.round(s * buffer.sampleRate));
    const planes = Array.from({ length: channels }, (_, c) => buffer.getChannelData(c).slice(first, last));
    this.worker.postMessage({ module, rate: buffer.sampleRate, planes });
    this.measure();
  }

  /** @param {number[]} parameters in the order of the table; heard from the chain's next block on */
  set(parameters) {
    if (!this.preset || !this.chain) return;
    this.chain.port.postMessage({ parameters });
    this.preset = { ...this.preset, parameters };
    this.measure();
  }

  /** Ask how loud the passage is now; while an answer is awaited, the newest question waits alone. */
  measure() {
    this.matched = false;
    this.wanted = true;
    if (this.asked > this.measured) return;
    this.wanted = false;
    this.worker?.postMessage({ id: ++this.asked, chain: this.preset, rate: this.buffer.sampleRate });
  }

  /** @param {{id: number, before: {lufs: number, peak: number}, after: {lufs: number, peak: number}}} found */
  match({ id, before, after }) {
    this.measured = id;
    this.lufs = { before: before.lufs, after: after.lufs };
    const [source, mix] = matchingGains(before, after);
    this.gains = { source, mix };
    const now = this.context.currentTime;
    this.levels.source.gain.setTargetAtTime(source, now, SETTLE_S);
    this.levels.mix.gain.setTargetAtTime(mix, now, SETTLE_S);
    this.matched = !this.wanted;
    if (this.wanted) this.measure();
    this.dispatchEvent(new Event("levels"));
  }

  get duration() {
    return this.buffer.duration;
  }

  /** Where the music is, in s. */
  get now() {
    if (!this.playing) return this.position;
    const gone = Math.max(0, this.context.currentTime - this.startedAt) + this.startedFrom;
    if (!this.loop) return Math.min(gone, this.duration);
    const [start, end] = this.loop;
    return gone < end ? gone : start + ((gone - start) % (end - start));
  }

  play() {
    if (this.playing) return;
    const source = new AudioBufferSourceNode(this.context, { buffer: this.buffer });
    if (this.loop) {
      source.loop = true;
      [source.loopStart, source.loopEnd] = this.loop;
      if (this.position < this.loop[0] || this.position >= this.loop[1]) this.position = this.loop[0];
    } else if (this.position >= this.duration - 0.05) {
      this.position = 0;
    }
    source.connect(this.levels.source);
    if (this.chain) source.connect(this.chain);
    this.startedAt = this.context.currentTime + START_AHEAD_S;
    this.startedFrom = this.position;
    source.start(this.startedAt, this.position);
    source.onended = () => { if (this.playing === source) this.pause(); };
    this.playing = source;
    this.dispatchEvent(new Event("transport"));
  }

  pause() {
    if (!this.playing) return;
    this.position = this.now;
    const source = this.playing;
    this.playing = null;
    source.stop();
    source.disconnect();
    this.dispatchEvent(new Event("transport"));
  }

  /** @param {number} seconds */
  seek(seconds) {
    const played = this.playing !== null;
    this.pause();
    this.position = Math.min(Math.max(0, seconds), this.duration);
    if (played) this.play();
    else this.dispatchEvent(new Event("transport"));
  }

  /** @param {[number, number] | null} loop in s */
  setLoop(loop) {
    const played = this.playing !== null;
    this.pause();
    this.loop = loop;
    if (played) this.play();
    else this.dispatchEvent(new Event("transport"));
  }

  /** @param {Side} side */
  hear(side) {
    if (side === this.side) return;
    const at = soonest(this.context, this.busyUntil);
    this.busyUntil = passDoors(this.doors[this.side], this.doors[side], at);
    this.side = side;
    this.dispatchEvent(new Event("transport"));
  }

  close() {
    this.pause();
    this.worker?.terminate();
    this.chain?.disconnect();
    this.out.disconnect();
  }
}
