// Figures as the report writes them.
// @ts-check

const THIN = "\u2009", MINUS = "\u2212", UNKNOWN = "\u2013";

/**
 * @param {number | null | undefined} value
 * @param {number} decimals
 * @param {boolean} [signed]
 */
export function number(value, decimals, signed = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const digits = Math.abs(value).toFixed(decimals);
  if (Number(digits) === 0) return digits;
  return (value < 0 ? MINUS : signed ? "+" : "") + digits;
}

/** @param {number | null | undefined} value @param {string} unit */
export function setting(value, unit) {
  if (value === null || value === undefined) return UNKNOWN;
  if (unit === "wet") return `${number(100 * value, value === 0 || value >= 0.0995 ? 0 : 1)}${THIN}%`;
  if (unit === "dB") return `${number(value, 1, true)}${THIN}dB`;
  if (unit === ":1") return `${number(value, 1)}:1`;
  if (unit === "×") return `${number(value, 2)}×`;
  return `${number(value, 1)}${unit ? THIN + unit : ""}`;
}

/** @param {number | null | undefined} value @param {string} unit */
export function measured(value, unit) {
  if (unit === "Hz" && value !== null && value !== undefined && value >= 999.5) return `${number(value / 1000, 2)}${THIN}kHz`;
  const decimals = unit === "Hz" || unit === "BPM" ? 0 : unit === "" ? 2 : 1;
  return `${number(value, decimals)}${unit ? THIN + unit : ""}`;
}

/** @param {number} value @param {string} unit */
export function bound(value, unit) {
  if (unit === "wet") return `${Math.round(value * 100)}${THIN}%`;
  const plain = `${unit === "dB" && value > 0 ? "+" : value < 0 ? MINUS : ""}${Math.abs(value)}`;
  return unit === "×" || unit === ":1" ? plain + unit : `${plain}${THIN}${unit}`;
}

/** @param {number} seconds */
export function clock(seconds) {
  const total = Math.floor(seconds + 1e-6);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

/** @param {string} name */
export function words(name) {
  const plain = name.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
