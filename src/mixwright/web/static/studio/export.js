// Taking it away: the mix as it is now, its preset and its report.
// @ts-check

import { ask, el } from "../dom.js";
import { trying } from "../insist.js";
import { number, words } from "./format.js";
import { result } from "./job.js";
import { ratingForm } from "./rating.js";

/**
 * @param {any} mix
 * @param {import("./settings.js").Settings} settings
 * @param {(text: string) => void} tell
 * @param {import("./feedback.js").Feedback} feedback
 * @param {AbortSignal} left
 */
export function exportPanel(mix, settings, tell, feedback, left) {
  /** @param {string} id @param {string} label @param {[string, string][]} options */
  const choice = (id, label, options) => {
    const select = el("select", { id }, ...options.map(([value, text]) => el("option", { value }, text)));
    return { select, field: el("p", { class: "option" }, el("label", { for: id }, label), select) };
  };
  const format = choice("format", "Format", [["wav", "WAV, 24 bit"], ["flac", "FLAC, 24 bit"], ["mp3", "MP3"], ["ogg", "OGG"]]);
  const loudness = choice("loudness", "Loudness", [["", `As decided (${number(mix.delivery.target_lufs, 1)} LUFS)`], ["streaming", "Streaming (−14 LUFS)"], ["broadcast", "Broadcast (−23 LUFS)"], ["keep", "As the song is"]]);
  const go = el("button", { class: "primary", onclick: run }, "Export the mix");
  const bar = el("progress", { max: 1, hidden: true, "aria-label": "Exporting" });
  const waiting = el("p", { class: "notice", role: "status", hidden: true });
  const told = el("div", { class: "exported" });
  const rating = ratingForm(mix.id, feedback, tell, left);

  /** @param {string} trouble */
  function wait(trouble) {
    waiting.textContent = trouble && trying(trouble);
    waiting.hidden = !trouble;
  }

  async function run() {
    if (!bar.hidden) return;
    go.setAttribute("aria-disabled", "true"); // and not `disabled`, which would take the keyboard's place
    bar.hidden = false;
    const content = { parameters: settings.named(), format: format.select.value, loudness: loudness.select.value || null };
    try {
      const found = await result(null, async () => (await ask(`/api/mixes/${mix.id}/export`, { content })).job, (stage, share) => {
        tell(`${words(stage)}…`);
        if (share === null) bar.removeAttribute("value");
        else bar.value = share;
      }, wait, left);
      const at = `/api/exports/${found.file}`;
      told.replaceChildren(
        el("p", {}, `Ready: ${number(found.integrated_lufs, 1)} LUFS, ${number(found.true_peak_dbtp, 1)} dBTP.`),
        ...found.warnings.map((/** @type {string} */ text) => el("p", { class: "notice" }, text)),
        el("p", { class: "row" },
          el("a", { class: "button primary", href: `${at}/audio`, download: true }, "Download the mix"),
          el("a", { class: "button", href: `${at}/preset`, download: true }, "Preset"),
          el("a", { class: "button", href: `${at}/report`, download: true }, "Report")));
      tell("The export is ready.");
      rating.ask();
      feedback.load();
    } catch (error) {
      if (left.aborted) return;
      told.replaceChildren(el("p", { class: "error", role: "alert" }, error instanceof Error ? error.message : String(error)));
    } finally {
      go.removeAttribute("aria-disabled");
      bar.hidden = true;
    }
  }

  return el("section", { class: "export", "aria-label": "Export" }, el("h2", {}, "Take it with you"),
    el("div", { class: "row" }, format.field, loudness.field, go), bar, waiting, told, rating.element,
    el("p", { class: "soft" }, "The export is what you hear now, with your values, brought to its loudness under a true-peak ceiling. The preset gives the same mix in your DAW and on the command line."));
}
