// Switching without a click and without a cross-fade: 5 ms out, then 5 ms in (ITU-R BS.1534-3, section 5.3).
// @ts-check

export const FADE_S = 0.005;
const POINTS = 65;
const IN = Float32Array.from({ length: POINTS }, (_, k) => 0.5 - 0.5 * Math.cos((Math.PI * k) / (POINTS - 1)));
const OUT = IN.slice().reverse();

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
