// The balance stage as an AudioWorklet node: `new AudioWorkletNode(context, "mixwright-chain", {processorOptions:
// {module, preset}})`. `module` is chain.wasm, compiled; a preset, there or as a message later, has `parameters`
// (numbers in the order of the table), `voicing` (likewise), `programme_lufs`, `tempo_bpm` and `makeup_trim_db`, and what it
// lacks stays as it is. What comes later is glided to. The node tells its owner the compressor's reduction in dB.
// @ts-check

import { instantiate, load } from "./chain.js";

/** @typedef {Partial<import("./chain.js").Preset>} Preset */

const FRAMES_BETWEEN_METERS = 2048;

class ChainProcessor extends AudioWorkletProcessor {
  /** @param {{processorOptions: {module: WebAssembly.Module, preset?: Preset}}} options */
  constructor(options) {
    super();
    const { module, preset } = options.processorOptions;
    this.chain = instantiate(module);
    this.channels = 0;
    /** @type {Preset} */
    this.preset = {};
    this.reduction = 0;
    this.untilMeter = FRAMES_BETWEEN_METERS;
    this.take(preset ?? {});
    this.port.onmessage = (event) => this.take(event.data);
  }

  /** @param {Preset} preset */
  take(preset) {
    Object.assign(this.preset, preset);
    if (this.channels > 0) load(this.chain, preset);
  }

  /** @param {number} channels */
  begin(channels) {
    this.channels = channels;
    this.chain.prepare(sampleRate, channels);
    load(this.chain, this.preset);
    this.chain.reset();
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process(inputs, outputs) {
    const [input] = inputs, [output] = outputs, { chain } = this;
    const channels = Math.min(output.length, 2), frames = output[0].length;
    if (channels !== this.channels) this.begin(channels);
    for (let c = 0; c < channels; ++c) {
      const to = new Float32Array(chain.memory.buffer, chain.input(c), frames);
      const from = input[Math.min(c, input.length - 1)];
      if (from) to.set(from);
      else to.fill(0); // nothing is connected: the tails ring out
    }
    chain.process(frames);
    for (let c = 0; c < channels; ++c) {
      output[c].set(new Float32Array(chain.memory.buffer, chain.output(c), frames));
    }
    this.meter(frames);
    return true;
  }

  /** @param {number} frames */
  meter(frames) {
    this.reduction = Math.min(this.reduction, this.chain.gain_reduction_db());
    this.untilMeter -= frames;
    if (this.untilMeter > 0) return;
    this.port.postMessage({ gain_reduction_db: this.reduction });
    this.reduction = 0;
    this.untilMeter = FRAMES_BETWEEN_METERS;
  }
}

registerProcessor("mixwright-chain", ChainProcessor);
