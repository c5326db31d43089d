// Six times three tones: which is the quietest? The server knows, and the page does not.
// @ts-check

import { ask, el } from "../dom.js";
import { load } from "../audio/sound.js";

/**
 * @param {string} base
 * @param {import("../audio/sound.js").Sound} sound
 * @param {(...children: (Node | string)[]) => void} show
 * @returns {Promise<import("./types.js").State>}
 */
export async function headphoneCheck(base, sound, show) {
  const context = sound.context, out = sound.volume;
  if (!context || !out) throw new Error("There is no sound yet.");
  const told = await ask(`${base}/api/headphones/start`, { method: "POST" });
  /** @type {Map<string, string>} */
  const addresses = new Map(told.tones.map((/** @type {{n: number, url: string}} */ tone) => [String(tone.n), tone.url]));
  const buffers = await load(context, addresses, () => {});
  /** @type {number[]} */
  const answers = [];
  for (const [n, buffer] of buffers) answers.push(await one(Number(n), buffers.size, buffer));
  return ask(`${base}/api/headphones`, { content: { answers } });

  /** @param {number} n @param {number} all @param {AudioBuffer} buffer @returns {Promise<number>} */
  function one(n, all, buffer) {
    return new Promise((done) => {
      /** @type {AudioBufferSourceNode | null} */
      let source = null;
      const choices = [1, 2, 3].map((k) => el("button", { disabled: true, onclick: () => choose(k) }, `Tone ${k}`));
      const play = el("button", { class: "primary", onclick: start }, "Play the three tones");
      show(
        el("h1", {}, "Three tones"),
        el("p", { class: "lead" }, told.question),
        el("p", { class: "soft" }, `${n} of ${all}`),
        el("p", {}, play),
        el("div", { class: "row", role: "group", "aria-label": told.question }, ...choices),
      );
      function start() {
        source?.stop();
        source = new AudioBufferSourceNode(/** @type {AudioContext} */ (context), { buffer });
        source.connect(/** @type {GainNode} */ (out));
        source.start();
        choices.forEach((button) => { button.disabled = false; });
      }
      /** @param {number} k */
      function choose(k) {
        source?.stop();
        done(k);
      }
    });
  }
}
