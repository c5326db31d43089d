// The chain's WebAssembly: made, and given a preset. The AudioWorklet and the worker beside the page both call it so.
// @ts-check

/**
 * @typedef {{parameters: number[], voicing: number[], programme_lufs: number, tempo_bpm: number, makeup_trim_db: number}} Preset
 * @typedef {{memory: WebAssembly.Memory, _initialize(): void, prepare(rate: number, channels: number): number, reset(): void,
 *   input(channel: number): number, output(channel: number): number, process(frames: number): void,
 *   set_parameter(number: number, value: number): void, voicing(): number, set_voicing(): void,
 *   set_programme_lufs(lufs: number): void, set_tempo_bpm(bpm: number): void, set_makeup_trim_db(db: number): void,
 *   gain_reduction_db(): number, energies(): number, measure(which: number, frames: number): number}} Chain
 */

/**
 * @param {WebAssembly.Module} module
 * @returns {Chain}
 */
export function instantiate(module) {
  // The C library would write to a terminal through these; the chain writes nothing.
  /** @type {WebAssembly.Imports} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  /** @type {Chain} */
  const chain = /** @type {any} */ (new WebAssembly.Instance(module, imports).exports);
  chain._initialize();
  return chain;
}

/**
 * What a preset lacks stays as it is.
 * @param {Chain} chain prepared
 * @param {Partial<Preset>} preset
 */
export function load(chain, preset) {
  if (preset.voicing) {
    new Float64Array(chain.memory.buffer, chain.voicing(), preset.voicing.length).set(preset.voicing);
    chain.set_voicing();
  }
  if (preset.programme_lufs !== undefined) chain.set_programme_lufs(preset.programme_lufs);
  if (preset.tempo_bpm !== undefined) chain.set_tempo_bpm(preset.tempo_bpm);
  if (preset.makeup_trim_db !== undefined) chain.set_makeup_trim_db(preset.makeup_trim_db);
  preset.parameters?.forEach((value, number) => chain.set_parameter(number, value));
}
