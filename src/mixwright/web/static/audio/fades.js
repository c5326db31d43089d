// Switching without a click and without a cross-fade: 5 ms out, then 5 ms in (ITU-R BS.1534-3, section 5.3).
// @ts-check

export const FADE_S = 0.005;
const AHEAD_S = 0.01; // the audio thread is ahead of `currentTime` by what it makes at once; a ramp that began there would jump
const POINTS = 65;
const IN = Float32Array.from({ length: POINTS }, (_, k) => 0.5 - 0.5 * Math.cos((Math.PI * k) / (POINTS - 1)));
const OUT = IN.slice().reverse();

/**
 * When the next fade may begin: where no sound is made yet, and no other fade is under way.
 * @param {BaseAudioContext} context
 * @param {number} busyUntil the end of the fade before
 * @returns {number}
 */
export function soonest(context, busyUntil) {
  return Math.max(context.currentTime + AHEAD_S, busyUntil);
}

/**
 * Close one door, then open another, no sooner than `at`. Either may be missing. Returns when the second is open.
 * @param {GainNode | null} from
 * @param {GainNode | null} to
 * @param {number} at on the context's clock
 * @returns {number}
 */
export function passDoors(from, to, at) {
  let when = at;
  if (from) {
    from.gain.setValueCurveAtTime(OUT, when, FADE_S);
    when += FADE_S;
  }
  if (to) {
    to.gain.setValueCurveAtTime(IN, when, FADE_S);
    when += FADE_S;
  }
  return when;
}

/**
 * A part of a buffer with raised-cosine ends, which can be looped without a click.
 * @param {BaseAudioContext} context
 * @param {AudioBuffer} buffer
 * @param {number} start in s
 * @param {number} end in s
 * @returns {AudioBuffer}
 */
export function part(context, buffer, start, end) {
  const rate = buffer.sampleRate;
  const first = Math.round(start * rate), frames = Math.max(1, Math.round(end * rate) - first);
  const made = context.createBuffer(buffer.numberOfChannels, frames, rate);
  const fade = Math.min(Math.round(FADE_S * rate), frames >> 1);
  for (let c = 0; c < buffer.numberOfChannels; ++c) {
    const samples = buffer.getChannelData(c).slice(first, first + frames);
    for (let k = 0; k < fade; ++k) {
      const gain = 0.5 - 0.5 * Math.cos((Math.PI * (k + 0.5)) / fade);
      samples[k] *= gain;
      samples[frames - 1 - k] *= gain;
    }
    made.copyToChannel(samples, c);
  }
  return made;
}
