// The first page: who wants to take part gets a link of their own.
// @ts-check

import { ask, byId } from "../dom.js";

const words = byId("words"), begin = /** @type {HTMLButtonElement} */ (byId("begin"));

/** @param {unknown} error */
function tell(error) {
  words.textContent = error instanceof Error ? error.message : String(error);
}

async function main() {
  const room = await ask("/api/room");
  byId("title").textContent = room.title;
  document.title = room.title;
  words.textContent = room.open
    ? "You will hear short pieces of music and say what you think of them. Headphones and a quiet room are best."
    : "This test is by invitation. Please use the link that you were sent.";
  begin.hidden = !room.open;
  begin.addEventListener("click", async () => {
    begin.disabled = true;
    try {
      location.assign((await ask("/api/enrol", { method: "POST" })).link);
    } catch (error) {
      begin.disabled = false;
      tell(error);
    }
  });
}

main().catch(tell);
