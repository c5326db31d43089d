// How far a test is, for the administrator.
// @ts-check

import { ask, byId, el, ServerError } from "../dom.js";

const LOOK_MS = 10000;
const NAMES = { listeners: "Links", consented: "Agreed", finished: "Finished", answers: "Answers" };

async function look() {
  try {
    const told = await ask("/api/admin/progress");
    byId("title").textContent = told.title;
    byId("counts").replaceChildren(
      ...Object.entries(NAMES).map(([key, name]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(told.counts[key])))),
    );
    byId("results").replaceChildren(...told.results.map((/** @type {string} */ line) => el("li", {}, line)));
  } catch (error) {
    if (error instanceof ServerError && error.status === 401) location.replace("/login?to=/admin");
    byId("results").replaceChildren(el("li", { class: "error" }, error instanceof Error ? error.message : String(error)));
  }
}

look();
setInterval(look, LOOK_MS);
