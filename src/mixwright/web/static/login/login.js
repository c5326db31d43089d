// Shows the administrator's token to the server once, and goes on to where it was needed.
// @ts-check

import { ask, byId } from "../dom.js";

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = /** @type {HTMLInputElement} */ (byId("token")).value.trim();
  try {
    await ask("/api/login", { content: { token } });
    const to = new URLSearchParams(location.search).get("to") ?? "/";
    const target = new URL(to, location.origin);
    target.hash ||= location.hash; // the browser kept it when it was led here
    location.replace(target.origin === location.origin ? target.href : "/");
  } catch (error) {
    byId("told").textContent = error instanceof Error ? error.message : String(error);
  }
});
