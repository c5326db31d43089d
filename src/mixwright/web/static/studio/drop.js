// The first screen: where a song or stems are dropped, and what was made before.
// @ts-check

import { el } from "../dom.js";
import { clock, words } from "./format.js";
import { tasteSwitch } from "./taste.js";
import { dropped, sorted } from "./upload.js";

/**
 * @param {any} table
 * @param {{id: string, title: string, duration_s: number}[]} recent
 * @param {string} complaint
 * @param {{mix(what: import("./upload.js").Dropped, genre: string): void, open(id: string): void}} then
 * @param {import("./feedback.js").Feedback} feedback
 */
export function dropScreen(table, recent, complaint, then, feedback) {
  const told = el("p", { class: "error", role: "alert", hidden: !complaint }, complaint);
  const genre = el("select", { id: "genre" }, el("option", { value: "auto" }, "as it is heard"),
    ...table.genres.map((/** @type {string} */ name) => el("option", { value: name }, words(name))));
  /** @type {HTMLInputElement} */
  const one = el("input", { type: "file", id: "one", class: "unseen", accept: "audio/*,.wav,.flac,.ogg,.mp3,.aif,.aiff,.m4a", onchange: () => take(() => sorted([...(one.files ?? [])], "")) });
  /** @type {HTMLInputElement} */
  const many = el("input", { type: "file", id: "many", class: "unseen", multiple: true, webkitdirectory: true, onchange: () => take(() => {
    const files = [...(many.files ?? [])].filter((file) => file.webkitRelativePath.split("/").length === 2);
    return sorted(files, files[0]?.webkitRelativePath.split("/")[0] ?? "", true);
  }) });

  let taken = 0; // a folder that is still read gives way to what is chosen later

  /** @param {() => import("./upload.js").Dropped | Promise<import("./upload.js").Dropped>} find */
  async function take(find) {
    const number = ++taken;
    try {
      const what = await find();
      if (number === taken) then.mix(what, genre.value);
    } catch (error) {
      if (number !== taken) return;
      told.textContent = error instanceof Error ? error.message : String(error);
      told.hidden = false;
    }
  }

  const field = el("div", { class: "field", "data-drop": true },
    el("p", { class: "big" }, "Drop a song here, or a folder of stems"),
    el("p", { class: "row" },
      el("label", { class: "button primary", for: "one" }, "Choose a song"), one,
      el("label", { class: "button", for: "many" }, "Choose a folder of stems"), many),
    el("p", { class: "soft" }, "WAV, FLAC, OGG, MP3, AIFF, M4A. It stays on the machine that runs this studio."));
  let inside = 0;
  field.addEventListener("dragenter", () => { inside += 1; field.classList.add("over"); });
  field.addEventListener("dragleave", () => { inside -= 1; if (!inside) field.classList.remove("over"); });
  field.addEventListener("dragover", (event) => event.preventDefault());
  field.addEventListener("drop", (event) => {
    event.preventDefault();
    inside = 0;
    field.classList.remove("over");
    const data = event.dataTransfer;
    if (data) take(() => dropped(data));
  });

  return el("section", { class: "drop" },
    el("h1", {}, "Hear what your mix asks for"),
    el("p", { class: "lead" }, "Mixwright listens, decides ten musical parameters and says why. Then the sliders are yours: what you move, you hear at once."),
    told, field,
    el("p", { class: "row genre-choice" }, el("label", { for: "genre" }, "Mix it as"), genre),
    tasteSwitch(feedback),
    recent.length ? el("section", { class: "recent" }, el("h2", {}, "Made before"),
      el("ul", {}, ...recent.slice(0, 8).map((mix) => el("li", {}, el("button", { onclick: () => then.open(mix.id) }, mix.title), el("span", { class: "soft" }, clock(mix.duration_s)))))) : null);
}
