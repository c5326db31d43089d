// The page's one AudioContext: made in a user's gesture, watched for dropouts.
// @ts-check

const RATE = 48000; // the sounds' own: nothing is resampled
const LOOK_EVERY_MS = 250;
const LATE_S = 0.06; // the audio clock fell behind the other clock by more than timers do

/** @typedef {AudioContext & {playbackStats?: {underrunEvents?: number}, playoutStats?: {fallbackFramesEvents?: number}}} Context */

export class Sound extends EventTarget {
  constructor() {
    super();
    /** @type {Context | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this.volume = null;
    this.underruns = 0;
    this.told = 0; // what the browser itself counts
    /** @type {{audio: number, wall: number} | null} */
    this.last = null;
    this.expected = false;
  }

  /** Whether sound can come out now. */
  get running() {
    return this.context?.state === "running";
  }

  /**
   * Make the context, or wake it; call it in a gesture.
   * @param {number} [volume] 0 to 1
   */
  async start(volume = 1) {
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
      this.volume = new GainNode(this.context, { gain: volume });
      this.volume.connect(this.context.destination);
      this.context.addEventListener("statechange", () => this.dispatchEvent(new Event("change")));
      setInterval(() => this.look(), LOOK_EVERY_MS);
    }
    await this.context.resume();
    this.dispatchEvent(new Event("change"));
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    if (this.volume && Number.isFinite(volume)) {
      this.volume.gain.setTargetAtTime(Math.min(1, Math.max(0, volume)), this.volume.context.currentTime, 0.02);
    }
  }

  /**
   * The browser's own count of dropouts where it has one; else the audio clock against the other one: it stands still
   * while no sound can be made.
   */
  look() {
    const { context } = this;
    if (!context || context.state !== "running" || document.visibilityState !== "visible") {
      this.last = null;
      return;
    }
    const counted = context.playbackStats?.underrunEvents ?? context.playoutStats?.fallbackFramesEvents;
    const now = { audio: context.currentTime, wall: performance.now() / 1000 };
    let more = 0;
    if (counted !== undefined) {
      more = counted - this.told;
      this.told = counted;
    } else if (this.last && now.wall - this.last.wall - (now.audio - this.last.audio) > LATE_S) {
      more = 1;
    }
    this.last = now;
    if (more > 0 && this.expected) {
      this.underruns += more;
      this.dispatchEvent(new Event("underrun"));
    }
  }

  /** What is stored with answers. */
  facts() {
    const { context } = this;
    return {
      sample_rate: context?.sampleRate ?? null,
      output_latency_s: context ? context.outputLatency || context.baseLatency || null : null,
    };
  }
}

/**
 * Sounds by their addresses, decoded.
 * @param {BaseAudioContext} context
 * @param {Map<string, string>} addresses by slot
 * @param {(done: number, all: number) => void} progress
 * @returns {Promise<Map<string, AudioBuffer>>}
 */
export async function load(context, addresses, progress) {
  let done = 0;
  const loaded = await Promise.all([...addresses].map(async ([slot, address]) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error("A sound could not be loaded.");
    const buffer = await context.decodeAudioData(await response.arrayBuffer());
    progress(++done, addresses.size);
    return /** @type {[string, AudioBuffer]} */ ([slot, buffer]);
  }));
  return new Map(loaded);
}
