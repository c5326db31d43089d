// A song or a folder of stems from the user's disk to the server.
// @ts-check

import { ask, ServerError } from "../dom.js";

const SOUND = /\.(wav|flac|ogg|oga|opus|mp3|aiff?|w64|rf64|caf|m4a|aac)$/i;

/** @typedef {{kind: "song" | "stems", title: string, files: File[]}} Dropped */

/**
 * What was dropped: one file is a song; a folder, or several files, are stems.
 * @param {DataTransfer} data
 * @returns {Promise<Dropped>}
 */
export async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  const folder = entries.find((entry) => entry?.isDirectory);
  if (!folder) return sorted([...data.files], "");
  const reader = /** @type {FileSystemDirectoryEntry} */ (folder).createReader();
  /** @type {FileSystemEntry[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // a hundred at a time
    if (!some.length) break;
    found.push(...some);
  }
  const files = await Promise.all(found.filter((entry) => entry.isFile).map((entry) =>
    new Promise((/** @type {(file: File) => void} */ done, failed) => /** @type {FileSystemFileEntry} */ (entry).file(done, failed))));
  return sorted(files, folder.name, true);
}

/**
 * @param {File[]} files
 * @param {string} folder
 * @param {boolean} [stems] also when there is one
 * @returns {Dropped}
 */
export function sorted(files, folder, stems = false) {
  const sounds = files.filter((file) => SOUND.test(file.name) && !file.name.startsWith("."));
  if (!sounds.length) throw new Error(files.length ? "There is no sound file among these." : "Nothing was dropped.");
  const title = folder || sounds[0].name.replace(SOUND, "");
  return { kind: sounds.length > 1 || stems ? "stems" : "song", title, files: sounds };
}

/**
 * Send everything; the song's name on the server comes back.
 * @param {Dropped} what
 * @param {{upload_bytes: number, stems: number}} limits
 * @param {(share: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function send(what, limits, progress, signal) {
  const large = what.files.find((file) => file.size > limits.upload_bytes);
  if (large) throw new Error(`${large.name} is larger than ${Math.round(limits.upload_bytes / 1e6)} MB.`);
  if (what.files.length > limits.stems) throw new Error(`${what.files.length} stems are more than ${limits.stems}.`);
  const { id } = await ask("/api/songs", { content: { kind: what.kind, title: what.title.slice(0, 200) }, signal });
  const all = what.files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const file of what.files) {
    await put(`/api/songs/${id}/files?name=${encodeURIComponent(file.name)}`, file, (bytes) => progress((before + bytes) / all), signal);
    before += file.size;
  }
  return id;
}

/**
 * One file, with its progress, which `fetch` does not tell.
 * @param {string} path
 * @param {File} file
 * @param {(bytes: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function put(path, file, progress, signal) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.setRequestHeader("X-Mixwright", "1");
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => {
      if (request.status === 200) return done();
      let sentence = `The server answered ${request.status}.`;
      try {
        sentence = `${file.name}: ${JSON.parse(request.responseText).error}.`;
      } catch { /* the sentence above */ }
      failed(new ServerError(sentence, request.status));
    };
    request.onerror = () => failed(new ServerError("The server cannot be reached.", 0));
    signal.addEventListener("abort", () => { request.abort(); failed(new DOMException("stopped", "AbortError")); });
    request.send(file);
  });
}
