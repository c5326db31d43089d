// The ten values as they are edited: undo and redo, settings that are kept to compare, back to what was decided.
// @ts-check

const MOST_STEPS = 200;

/** @typedef {{name: string, label: string, low: number, neutral: number, high: number, unit: string, aspect: string,
 *   description: string}} Parameter */

export class Settings extends EventTarget {
  /** @param {Parameter[]} table @param {number[]} decided */
  constructor(table, decided) {
    super();
    this.table = table;
    this.decided = decided;
    this.values = [...decided];
    /** @type {number[][]} */
    this.past = [];
    /** @type {number[][]} */
    this.future = [];
    /** @type {number[] | null} */
    this.before = null; // where a movement began
    /** @type {{name: string, values: number[]}[]} */
    this.kept = [];
  }

  /**
   * Move one value. Movements of one gesture are one step back: `done` ends it.
   * @param {number} at
   * @param {number} value
   * @param {boolean} done
   */
  move(at, value, done) {
    const { low, high } = this.table[at];
    if (!Number.isFinite(value)) return;
    this.before ??= [...this.values];
    this.values[at] = Math.min(high, Math.max(low, value));
    if (done) this.commit();
    this.changed();
  }

  /**
   * A whole setting at once.
   * @param {number[]} values
   */
  take(values) {
    this.before ??= [...this.values];
    this.values = values.map((value, k) => Math.min(this.table[k].high, Math.max(this.table[k].low, value)));
    this.commit();
    this.changed();
  }

  commit() {
    if (this.before && this.before.some((value, k) => value !== this.values[k])) {
      this.past.push(this.before);
      if (this.past.length > MOST_STEPS) this.past.shift();
      this.future = [];
    }
    this.before = null;
  }

  undo() {
    this.commit();
    const last = this.past.pop();
    if (!last) return;
    const names = this.table.filter((_, k) => last[k] !== this.values[k]).map(({ name }) => name);
    this.future.push([...this.values]);
    this.values = last;
    this.changed();
    this.dispatchEvent(new CustomEvent("undone", { detail: names }));
  }

  redo() {
    const next = this.future.pop();
    if (!next) return;
    this.past.push([...this.values]);
    this.values = next;
    this.changed();
  }

  /** Keep the present setting under the next letter, to come back to. */
  keep() {
    this.kept.push({ name: String.fromCharCode(67 + this.kept.length), values: [...this.values] });
    this.changed();
  }

  /** @param {number[]} values */
  same(values) {
    return values.every((value, k) => Math.abs(value - this.values[k]) < 1e-9);
  }

  /** The values by name. */
  named() {
    return Object.fromEntries(this.table.map((row, k) => [row.name, this.values[k]]));
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The ten values of a preset file, for this song; throws a sentence where it is none.
 * @param {string} text
 * @param {Parameter[]} table
 * @returns {number[]}
 */
export function readPreset(text, table) {
  /** @type {any} */
  let preset;
  try {
    preset = JSON.parse(text);
  } catch {
    throw new Error("That is no preset: it is not JSON.");
  }
  if (preset?.format !== "mixwright-preset" || typeof preset.parameters !== "object") {
    throw new Error("That is no preset of Mixwright.");
  }
  return table.map(({ name, low, high, neutral }) => {
    const value = preset.parameters[name] ?? neutral;
    if (typeof value !== "number" || !(value >= low && value <= high)) {
      throw new Error(`${name} in that preset must be in [${low}, ${high}].`);
    }
    return value;
  });
}
