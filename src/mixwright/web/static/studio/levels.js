// Loudness from the energies that the chain's meters give: BS.1770-5, annex 1, as `analysis/loudness.py` has it.
// @ts-check

const BLOCK_HOPS = 40, STEP_HOPS = 10;
const ABSOLUTE = energy(-70), RELATIVE = 0.1;

/** @param {number} lufs */
function energy(lufs) {
  return 10 ** ((lufs + 0.691) / 10);
}

/**
 * Integrated loudness in LUFS, gated; -Infinity for silence.
 * @param {ArrayLike<number>} energies mean squares of 10 ms, K-weighted, summed over channels
 * @returns {number}
 */
export function integratedLufs(energies) {
  const sums = new Float64Array(energies.length + 1);
  for (let k = 0; k < energies.length; ++k) sums[k + 1] = sums[k] + energies[k];
  const blocks = [];
  for (let k = 0; k + BLOCK_HOPS <= energies.length; k += STEP_HOPS) {
    const mean = (sums[k + BLOCK_HOPS] - sums[k]) / BLOCK_HOPS;
    if (mean > ABSOLUTE) blocks.push(mean);
  }
  if (!blocks.length) return -Infinity;
  const gate = (blocks.reduce((a, b) => a + b, 0) / blocks.length) * RELATIVE;
  const loud = blocks.filter((mean) => mean > gate);
  return -0.691 + 10 * Math.log10(loud.reduce((a, b) => a + b, 0) / loud.length);
}

/**
 * Gains (at most 1) that make two signals equally loud, both below full scale.
 * @param {{lufs: number, peak: number}} a
 * @param {{lufs: number, peak: number}} b
 * @returns {[number, number]}
 */
export function matchingGains(a, b) {
  if (!Number.isFinite(a.lufs) || !Number.isFinite(b.lufs)) return [1, 1];
  const matched = Math.min(a.lufs, b.lufs);
  const gains = [10 ** ((matched - a.lufs) / 20), 10 ** ((matched - b.lufs) / 20)];
  const safe = Math.min(1, 0.98 / Math.max(a.peak * gains[0], b.peak * gains[1], 1e-9));
  return [gains[0] * safe, gains[1] * safe];
}
