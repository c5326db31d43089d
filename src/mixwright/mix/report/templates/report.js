// The A/B player: every clip runs from one start time, and only its switch gain opens or closes, so that nothing
// shifts when you switch. Switching fades out for 5 ms, then in for 5 ms, without a cross-fade (ITU-R BS.1534).
(() => {
  "use strict";
  const FADE_S = 0.005;
  const START_AHEAD_S = 0.02; // room to schedule all clips for the same sample
  const byId = (id) => document.getElementById(id);
  const player = byId("player");
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!player || !Context) return;

  const clips = JSON.parse(byId("player-data").textContent);
  const seek = byId("seek"), play = byId("play"), loop = byId("loop"), keys = byId("keys");
  const choices = [...player.querySelectorAll("[data-clip]")];
  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");

  let context = null, length = 0, heard = 0, looping = true, keysOn = true;
  let running = null; // { sources, gate, at: context time of the start, from: position at the start }
  let position = 0, switchedUntil = 0, frame = 0;

  function bytesOf(audio) {
    const text = atob(audio.getAttribute("src").split(",")[1]);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes.buffer;
  }

  const decode = (bytes) => new Promise((done, fail) => {
    const promise = context.decodeAudioData(bytes, done, fail);
    if (promise) promise.catch(fail);
  });

  function here() {
    if (!running) return position;
    const gone = Math.max(0, context.currentTime - running.at) + running.from;
    return looping ? gone % length : Math.min(gone, length);
  }

  function start(from) {
    const at = context.currentTime + START_AHEAD_S;
    const gate = context.createGain();
    gate.gain.setValueAtTime(0, at);
    gate.gain.linearRampToValueAtTime(1, at + FADE_S);
    gate.connect(context.destination);
    const sources = clips.map((clip, i) => {
      const source = context.createBufferSource(), level = context.createGain();
      source.buffer = clip.buffer;
      source.loop = looping;
      source.loopEnd = length;
      level.gain.value = Math.min(1, clip.gain); // attenuation only
      clip.door = context.createGain();
      clip.door.gain.setValueAtTime(i === heard ? 1 : 0, context.currentTime);
      source.connect(level).connect(clip.door).connect(gate);
      source.start(at, from);
      return source;
    });
    switchedUntil = at;
    running = { sources, gate, at, from };
    player.dataset.state = "playing";
    play.setAttribute("aria-label", "Pause");
    draw();
  }

  function stop() {
    if (!running) return;
    position = here();
    const now = context.currentTime;
    running.gate.gain.cancelScheduledValues(now);
    running.gate.gain.setValueAtTime(running.gate.gain.value, now);
    running.gate.gain.linearRampToValueAtTime(0, now + FADE_S);
    for (const source of running.sources) source.stop(now + FADE_S);
    running = null;
    player.dataset.state = "stopped";
    play.setAttribute("aria-label", "Play");
  }

  function toggle() {
    context.resume();
    if (running) stop();
    else start(position >= length - 0.01 ? 0 : position);
    draw();
  }

  function go(to) {
    const playing = running !== null;
    stop();
    position = Math.max(0, Math.min(to, length));
    if (playing) start(position >= length ? 0 : position);
    draw();
  }

  function choose(next) {
    if (next === heard || next >= clips.length) return;
    if (running) {
      const t = Math.max(context.currentTime + FADE_S, switchedUntil);
      const out = clips[heard].door.gain, into = clips[next].door.gain;
      out.setValueAtTime(1, t);
      out.linearRampToValueAtTime(0, t + FADE_S);
      into.setValueAtTime(0, t + FADE_S);
      into.linearRampToValueAtTime(1, t + 2 * FADE_S);
      switchedUntil = t + 2 * FADE_S;
    }
    heard = next;
    show();
  }

  function setLoop(on) {
    const from = here();
    looping = on;
    loop.setAttribute("aria-pressed", String(on));
    if (running) { running.sources.forEach((s) => { s.loop = on; }); running.from = from; running.at = context.currentTime; }
  }

  function show() {
    choices.forEach((button, i) => button.setAttribute("aria-pressed", String(i === heard)));
    byId("wave").querySelectorAll("path").forEach((path, i) => path.classList.toggle("heard", i === heard));
  }

  function draw() {
    if (running && !looping && here() >= length) { stop(); position = 0; }
    const at = here();
    byId("playhead").style.left = 100 * at / length + "%";
    byId("now").textContent = clock(at);
    seek.value = at;
    seek.setAttribute("aria-valuetext", clock(at) + " of " + clock(length));
    cancelAnimationFrame(frame);
    if (running) frame = requestAnimationFrame(draw);
  }

  function waveform(buffer, gain, loudest) {
    const steps = 250, channels = [];
    for (let c = 0; c < buffer.numberOfChannels; c++) channels.push(buffer.getChannelData(c));
    const frames = Math.min(buffer.length, Math.floor(length * buffer.sampleRate));
    let d = "";
    for (let k = 0; k < steps; k++) {
      let peak = 0;
      for (const samples of channels)
        for (let i = Math.floor(k * frames / steps), end = Math.floor((k + 1) * frames / steps); i < end; i++)
          peak = Math.max(peak, Math.abs(samples[i]));
      const half = Math.max(0.6, 48 * peak * gain / loudest);
      d += `M${(4 * k + 0.6).toFixed(1)} ${(50 - half).toFixed(1)}h2.8v${(2 * half).toFixed(1)}h-2.8z`;
    }
    return d;
  }

  function peakOf(buffer) {
    let peak = 0;
    for (let c = 0; c < buffer.numberOfChannels; c++)
      for (const sample of buffer.getChannelData(c)) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }

  // A mouse click leaves the focus where it was, so that space goes on meaning play.
  player.querySelectorAll("button").forEach((button) => button.addEventListener("mousedown", (event) => event.preventDefault()));
  play.addEventListener("click", toggle);
  choices.forEach((button, i) => button.addEventListener("click", () => choose(i)));
  loop.addEventListener("click", () => setLoop(!looping));
  keys.addEventListener("click", () => {
    keysOn = !keysOn;
    keys.setAttribute("aria-pressed", String(keysOn));
    keys.textContent = keysOn ? "Keys on" : "Keys off";
  });
  seek.addEventListener("input", () => go(Number(seek.value)));
  seek.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    go(here() + step * Math.min(1, length / 20));
  });
  document.addEventListener("keydown", (event) => {
    if (!keysOn || player.hidden || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === " " && !event.target.closest("button, a, summary, audio, pre, .scroll")) { event.preventDefault(); toggle(); }
    else if (key === "a") choose(0);
    else if (key === "b") choose(1);
    else if (key === "x") choose((heard + 1) % clips.length);
    else if (key === "l") setLoop(!looping);
  });

  async function prepare() {
    context = new Context();
    const sounds = [...byId("fallback").querySelectorAll("audio")];
    for (const [i, clip] of clips.entries()) clip.buffer = await decode(bytesOf(sounds[i]));
    length = Math.min(...clips.map((clip) => clip.buffer.duration));
    if (!(length > 0)) throw new Error("nothing to play");
    const loudest = Math.max(1e-6, ...clips.map((clip) => peakOf(clip.buffer) * clip.gain));
    for (const clip of clips) {
      const path = document.createElementNS(byId("wave").namespaceURI, "path");
      path.setAttribute("d", waveform(clip.buffer, clip.gain, loudest));
      byId("wave").append(path);
    }
    seek.max = length;
    byId("length").textContent = clock(length);
    byId("fallback").hidden = true;
    player.hidden = false;
    show();
    draw();
  }

  // Without decoding, the plain audio controls below stay.
  prepare().catch(() => {});
})();
