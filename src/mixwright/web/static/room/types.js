// What the server tells the page.
// @ts-check

/**
 * @typedef {{slot: string, url: string}} Item
 * @typedef {{low: number, high: number, step: number, labels: string[]}} Scale
 * @typedef {{number: number, training: boolean, question: string, genre: string | null, items: Item[],
 *   reference: string | null, x: string | null, ties: boolean, scale: Scale | null, least_seconds: number,
 *   seconds: number}} Trial
 * @typedef {{title: string, kind: "preference" | "abx" | "multiple" | "mushra" | "rating" | "appropriateness",
 *   question: string, consent: {version: string, text: string, given: boolean},
 *   headphones: {wanted: boolean, done: boolean}, step: "consent" | "headphones" | "training" | "trial" | "done",
 *   done: number, total: number, listener: string, trial: Trial | null, code: string | null}} State
 * @typedef {{preferred?: string, x_is?: string, scores?: Record<string, number>, score?: number, confidence?: number,
 *   comment?: string}} Answer
 */

export {};
