// The song in pictures: spectrum before, after and aimed at; loudness over time; genre over time.
// @ts-check

import { el } from "../dom.js";
import { clock, number, words } from "./format.js";
import { draw, line, ticks } from "./svg.js";

const W = 640, H = 240, LEFT = 44, RIGHT = 12, TOP = 10, BOTTOM = 28;

/**
 * @param {string} title
 * @param {string} description for who does not see it
 * @param {[string, string][]} legend class and words
 * @param {SVGElement[]} drawn
 */
function chart(title, description, legend, drawn) {
  const svg = draw("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": description }, ...drawn);
  return el("figure", { class: "chart" },
    el("figcaption", {}, el("h3", {}, title), el("p", { class: "legend", "aria-hidden": "true" }, ...legend.map(([kind, text]) => el("span", { class: kind }, text)))),
    svg);
}

/**
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @param {[number, string][]} across
 * @param {[number, string][]} up
 */
function grid(x, y, across, up) {
  return [
    ...up.flatMap(([value, text]) => [
      draw("line", { class: "grid", x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }),
      draw("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, text)]),
    ...across.flatMap(([value, text]) => [
      draw("line", { class: "grid", x1: x(value), x2: x(value), y1: TOP, y2: H - BOTTOM }),
      draw("text", { x: x(value), y: H - 8, "text-anchor": "middle" }, text)]),
  ];
}

/** @param {any} ltas */
export function toneChart(ltas) {
  const shown = [...ltas.before_db, ...ltas.after_db, ...(ltas.target_db ?? [])].filter((v) => v !== null && v > -60);
  const low = Math.min(...shown) - 2, high = Math.max(...shown) + 2;
  const x = (/** @type {number} */ hz) => LEFT + ((W - LEFT - RIGHT) * Math.log(hz / 25)) / Math.log(20000 / 25);
  const y = (/** @type {number} */ db) => TOP + ((H - TOP - BOTTOM) * (high - Math.max(db, low))) / (high - low);
  /** @param {(number | null)[]} values */
  const curve = (values) => line(ltas.hz.map(x), values.map((v) => (v === null ? null : y(v))));
  const drawn = grid(x, y,
    /** @type {[number, string][]} */ ([[31.5, "31"], [63, "63"], [125, "125"], [250, "250"], [500, "500"], [1000, "1k"], [2000, "2k"], [4000, "4k"], [8000, "8k"], [16000, "16k"]]),
    ticks(low, high, 5).map((v) => [v, number(v, 0)]));
  if (ltas.target_db && ltas.spread_db) {
    const known = ltas.hz.map((/** @type {number} */ _, /** @type {number} */ k) => k).filter((/** @type {number} */ k) => ltas.target_db[k] !== null);
    const upper = known.map((/** @type {number} */ k) => `${x(ltas.hz[k]).toFixed(1)},${y(ltas.target_db[k] + ltas.spread_db[k]).toFixed(1)}`);
    const lower = known.map((/** @type {number} */ k) => `${x(ltas.hz[k]).toFixed(1)},${y(ltas.target_db[k] - ltas.spread_db[k]).toFixed(1)}`).reverse();
    drawn.push(draw("polygon", { class: "spread", points: [...upper, ...lower].join(" ") }), draw("path", { class: "target", d: curve(ltas.target_db) }));
  }
  drawn.push(draw("path", { class: "before", d: curve(ltas.before_db) }), draw("path", { class: "after", d: curve(ltas.after_db) }));
  const moved = ltas.hz.map((/** @type {number} */ hz, /** @type {number} */ k) => [hz, ltas.after_db[k] - ltas.before_db[k]])
    .reduce((/** @type {number[]} */ a, /** @type {number[]} */ b) => (Math.abs(b[1]) > Math.abs(a[1]) ? b : a), [0, 0]);
  return chart("Tone", `Spectrum per third octave at equal level. The largest change is ${number(moved[1], 1, true)} dB at ${Math.round(moved[0])} Hz.`,
    [["before", "before"], ["after", "after"], ...(ltas.target_db ? /** @type {[string, string][]} */ ([["target", ltas.target_label.toLowerCase()]]) : [])], drawn);
}

/** @param {any} loudness @param {number} duration */
export function loudnessChart(loudness, duration) {
  const values = [...loudness.before, ...loudness.after].map((row) => row[1]).filter((v) => v !== null && v > -60);
  if (values.length < 2) return null;
  const low = Math.floor(Math.min(...values) - 1), high = Math.ceil(Math.max(...values, loudness.target_lufs ?? -99) + 1);
  const x = (/** @type {number} */ s) => LEFT + ((W - LEFT - RIGHT) * s) / duration;
  const y = (/** @type {number} */ v) => TOP + ((H - TOP - BOTTOM) * (high - Math.max(v, low))) / (high - low);
  /** @param {[number, number | null][]} rows */
  const curve = (rows) => line(rows.map(([s]) => x(s)), rows.map(([, v]) => (v === null ? null : y(v))));
  const drawn = grid(x, y, ticks(0, duration, 6).map((s) => [s, clock(s)]), ticks(low, high, 5).map((v) => [v, number(v, 0)]));
  if (loudness.target_lufs !== null) drawn.push(draw("line", { class: "target", x1: LEFT, x2: W - RIGHT, y1: y(loudness.target_lufs), y2: y(loudness.target_lufs) }));
  drawn.push(draw("path", { class: "before", d: curve(loudness.before) }), draw("path", { class: "after", d: curve(loudness.after) }));
  return chart("Loudness", `Short-term loudness over the song, from ${number(loudness.before_lufs, 1)} LUFS before to ${number(loudness.after_lufs, 1)} LUFS after delivery.`,
    [["before", `before (${number(loudness.before_lufs, 1)} LUFS)`], ["after", `delivered (${number(loudness.after_lufs, 1)} LUFS)`]], drawn);
}

/** @param {any} genre @param {number} duration */
export function genreChart(genre, duration) {
  if (!genre.passages || genre.passages.seconds.length < 2) return null;
  const { seconds, shares } = genre.passages;
  const names = Object.keys(shares).sort((a, b) => sum(shares[b]) - sum(shares[a]));
  const x = (/** @type {number} */ s) => LEFT + ((W - LEFT - RIGHT) * s) / duration;
  const y = (/** @type {number} */ v) => TOP + (H - TOP - BOTTOM) * (1 - v);
  const drawn = grid(x, y, ticks(0, duration, 6).map((s) => [s, clock(s)]), [0, 0.5, 1].map((v) => [v, `${100 * v}`]));
  const floor = seconds.map(() => 0);
  const times = [0, ...seconds, duration];
  names.forEach((name, k) => {
    const top = floor.map((/** @type {number} */ v, /** @type {number} */ j) => v + shares[name][j]);
    const ends = (/** @type {number[]} */ v) => [v[0], ...v, v[v.length - 1]];
    const up = ends(top).map((v, j) => `${x(times[j]).toFixed(1)},${y(v).toFixed(1)}`);
    const down = ends(floor).map((v, j) => `${x(times[j]).toFixed(1)},${y(v).toFixed(1)}`).reverse();
    drawn.push(draw("polygon", { class: `genre g${k}`, points: [...up, ...down].join(" ") }));
    top.forEach((/** @type {number} */ v, /** @type {number} */ j) => { floor[j] = v; });
  });
  return chart("Genre", `What it sounds like over the song, in percent: mostly ${words(names[0])}.`,
    names.map((name, k) => /** @type {[string, string]} */ ([`genre g${k}`, words(name)])), drawn);
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}
