// Plays the loudest passage through the chain, beside the page, and says how loud it is before and after.
// @ts-check

import { instantiate, load } from "../chain.js";
import { integratedLufs } from "./levels.js";

const BLOCK = 4096;

/** @type {{chain: import("../chain.js").Chain, planes: Float32Array[]} | null} */
let ready = null;

/** @type {any} */ (self).onmessage = (/** @type {MessageEvent} */ event) => {
  const { module, rate, planes, chain: preset, id } = event.data;
  if (module) {
    const chain = instantiate(module);
    ready = chain.prepare(rate, planes.length) ? { chain, planes } : null;
    return;
  }
  if (ready) self.postMessage({ id, ...measure(ready.chain, ready.planes, preset, event.data.rate) });
};

/**
 * @param {import("../chain.js").Chain} chain
 * @param {Float32Array[]} planes
 * @param {import("../chain.js").Preset} preset
 * @param {number} rate
 */
function measure(chain, planes, preset, rate) {
  chain.prepare(rate, planes.length); // the meters begin anew
  load(chain, preset);
  chain.reset();
  /** @type {[number[], number[]]} */
  const energies = [[], []];
  const peaks = [0, 0];
  for (let at = 0; at < planes[0].length; at += BLOCK) {
    const frames = Math.min(BLOCK, planes[0].length - at);
    planes.forEach((plane, c) => view(chain, chain.input(c), frames).set(plane.subarray(at, at + frames)));
    chain.process(frames);
    for (const which of [0, 1]) {
      const count = chain.measure(which, frames);
      energies[which].push(...new Float64Array(chain.memory.buffer, chain.energies(), count));
      for (let c = 0; c < planes.length; ++c) {
        for (const x of view(chain, which ? chain.output(c) : chain.input(c), frames)) {
          peaks[which] = Math.max(peaks[which], Math.abs(x));
        }
      }
    }
  }
  return {
    before: { lufs: integratedLufs(energies[0]), peak: peaks[0] },
    after: { lufs: integratedLufs(energies[1]), peak: peaks[1] },
  };
}

/** @param {import("../chain.js").Chain} chain @param {number} at @param {number} frames */
function view(chain, at, frames) {
  return new Float32Array(chain.memory.buffer, at, frames);
}
