// Reverb: a diffused, slowly moving network of eight delay lines; a room or plate at constant loudness.
#pragma once

#include <algorithm>
#include <cmath>

#include "math.hpp"
#include "ring.hpp"

namespace mixwright {

// Feedback delay network after Jot & Chaigne (1991): orthogonal (Hadamard) feedback, every line's loss in
// proportion to its length, so that all modes at one frequency decay together and none is left ringing.
//   input -> low cut -> pre-delay -> 4 allpasses a channel -> 8 lines -> channel sums
// Lines 0-3 belong to the left channel, 4-7 to the right; the feedback joins them. The network works along
// time (a chunk is shorter than any delay); only the damping filters run across the lines.
class Reverb {
 public:
  struct Settings {
    double decay_s = 1.2;      // RT60 at 1 kHz
    double predelay_ms = 20;   // 0..250
    double damping_hz = 6000;  // where the decay time is half of decay_s
    double low_cut_hz = 200;   // -3 dB; 12 dB an octave below it
  };

  void prepare(double sample_rate) {
    sample_rate_ = clamp(sample_rate, kMinSampleRate, kMaxSampleRate);
    int longest = 0;
    const auto hold = [&longest](Ring& ring, int delay) {
      ring.prepare(delay);
      longest = std::max(longest, ring.size());
    };
    for (int j = 0; j < kLines; ++j) {
      depth_[j] = std::max(2, frames(kDepthMs[j]));
      length_[j] = next_prime(frames(kLineMs[j]));
      hold(lines_[j], length_[j] + depth_[j] + 4);
    }
    for (int j = 0; j < 2 * kDiffusers; ++j) {
      // A chunk reads what earlier chunks wrote, so never shorter than a tick.
      diffuser_length_[j] = next_prime(std::max(kTick, frames(kDiffuserMs[j])));
      hold(diffusers_[j], diffuser_length_[j]);
    }
    for (Ring& ring : predelay_) hold(ring, frames(kMaxPredelayMs));
    ticks_to_sleep_ = longest / kTick + 1;
    smoothing_ = static_cast<float>(one_pole(0.03, sample_rate_ / kTick));
    fade_ticks_ = std::max(1, frames(20.0) / kTick);
    set(settings_);
    reset();
  }

  void reset() {
    for (Ring& ring : lines_) ring.reset();
    for (Ring& ring : diffusers_) ring.reset();
    for (Ring& ring : predelay_) ring.reset();
    for (int j = 0; j < kLines; ++j) phase_[j] = 2 * depth_[j] * kSubsteps / 13 * (5 * j % 13);
    sleep();
  }

  // Heard from the next tick on, gliding over some tens of milliseconds; at once if nothing sounds.
  void set(const Settings& settings) {
    settings_ = settings;
    const double decay = clamp(settings.decay_s, 0.05, 30.0);
    const double damping = clamp(settings.damping_hz, 200.0, 0.5 * kMaxSampleRate);
    const double damping_point = std::min(damping, 0.45 * sample_rate_);
    const double reference = std::min(1000.0, 0.5 * damping_point);
    const double turn = 2 * kPi / sample_rate_;
    const double cos_damping = std::cos(turn * damping_point), cos_reference = std::cos(turn * reference);
    // Where damping_hz is above the sample rate's range, the loss follows the filter's own square law.
    const double share = (damping_point / damping) * (damping_point / damping);
    // For small losses the bass outlasts the reference by this much; never let it be three times as much.
    const double square = (reference / damping_point) * (reference / damping_point);
    const double bass = std::min(3 * square / (1 - square), 1.0 / 3);
    for (int j = 0; j < kLines; ++j) {
      const double gain = std::pow(10.0, -3.0 * (length_[j] + 0.5 * depth_[j]) / (sample_rate_ * decay));
      // A one-pole low-pass that loses gain^share more at damping than at the reference, and no more than
      // gain^bass at the reference itself.
      const double low = pole(1.0, cos_reference, std::pow(gain, 2 * bass));
      const double p = std::min(pole(cos_reference, cos_damping, std::pow(gain, 2 * share)), low);
      const double dc = gain * std::sqrt(1 - 2 * p * cos_reference + p * p) / (1 - p);
      target_.pole[j] = static_cast<float>(p);
      target_.feed[j] = static_cast<float>(dc * (1 - p));
    }
    // Two equal one-poles: each 1.5 dB down at low_cut_hz.
    const double corner = clamp(settings.low_cut_hz, 1.0, 0.4 * sample_rate_) * 0.64359425290558263;
    target_.cut = static_cast<float>(std::exp(-turn * corner));
    target_.gain = static_cast<float>(injection_gain(corner));
    target_predelay_ = std::min(std::max(0, frames(settings.predelay_ms)), frames(kMaxPredelayMs));
  }

  // Nothing sounds and nothing is coming: process() returns at once.
  bool asleep() const { return asleep_; }

  // out = dry + wet * reverb, n <= 32 frames of which the first is frame `tick_offset` of its tick.
  // wet_start and wet_end are the wet level at the edges of the tick (the same for all chunks of a tick); in
  // between it is a straight line. While both are 0 the dry sound is untouched and nothing is fed.
  MIXWRIGHT_CLONES
  void process(float* l, float* r, int n, int tick_offset, float wet_start, float wet_end) noexcept {
    const bool fed = wet_start > 0 || wet_end > 0;
    const bool waking = asleep_;
    if (waking && !(fed && sounds(l, r, n))) return;
    asleep_ = false;
    if (tick_offset == 0 || waking) start_tick(waking);
    const int padded = (n + kWidth - 1) / kWidth * kWidth;

    alignas(32) float place[kTick];  // of each frame in the tick, 0..1
    for (int i = 0; i < kTick; ++i) place[i] = static_cast<float>(tick_offset + i) * (1.0f / kTick);

    alignas(32) float in[2][kTick] = {};
    if (fed) {
      // The feed fades with the wet level's first and last tick: a gate would click inside the tail.
      const float from = wet_start > 0 ? now_.gain : 0.0f;
      const float step = (wet_end > 0 ? now_.gain : 0.0f) - from;
      for (int i = 0; i < n; ++i) in[0][i] = l[i] * (from + step * place[i]);
      for (int i = 0; i < n; ++i) in[1][i] = r[i] * (from + step * place[i]);
    }
    low_cut(in, n);
    for (int c = 0; c < 2; ++c) {
      predelay(predelay_[c], in[c], tick_offset, n, place);
      for (int k = 0; k < kDiffusers; ++k) diffuse(kDiffusers * c + k, in[c], tick_offset, n, padded);
    }

    alignas(32) float x[kLines][kTick];
    for (int j = 0; j < kLines; ++j) read_line(j, x[j], tick_offset, padded, place);

    damp(x, n);
    alignas(32) float wet[2][kTick];
    for (int i = 0; i < padded; i += kWidth) {
      Vec out[2];
      for (int c = 0; c < 2; ++c) {
        const float (*line)[kTick] = x + 4 * c;
        const Vec tail = load(line[0] + i) - load(line[1] + i) + load(line[2] + i) - load(line[3] + i);
        out[c] = tail * kTap + load(in[c] + i) * kEarly;
      }
      store(wet[0] + i, out[0] + out[1] * kCross);
      store(wet[1] + i, out[1] + out[0] * kCross);
    }

    for (int i = 0; i < padded; i += kWidth) feed_back(x, in, i);
    for (int j = 0; j < kLines; ++j) lines_[j].write(tick_offset, x[j], n);

    if (fed) {
      const float step = wet_end - wet_start;
      for (int i = 0; i < n; ++i) l[i] += (wet_start + step * place[i]) * wet[0][i];
      for (int i = 0; i < n; ++i) r[i] += (wet_start + step * place[i]) * wet[1][i];
    }
    if (tick_offset + n == kTick) finish_tick();
  }

 private:
  static constexpr int kLines = 8, kDiffusers = 4, kWidth = 8;
  // Chosen to spread evenly on a logarithmic scale, dealt so that both channels have the same mean length.
  static constexpr double kLineMs[kLines] = {27.1, 49.3, 58.7, 80.9, 31.7, 42.3, 68.3, 75.1};
  // Movement of the lines: a triangle of this height, rising one frame in 32 * kSubsteps (0.8 cents).
  static constexpr double kDepthMs[kLines] = {0.31, 0.25, 0.35, 0.28, 0.27, 0.33, 0.24, 0.3};
  static constexpr int kSubsteps = 64;
  static constexpr double kDiffuserMs[2 * kDiffusers] = {4.3, 6.1, 9.7, 14.3, 4.7, 6.7, 8.9, 13.1};
  static constexpr float kDiffusion = 0.62f;
  static constexpr double kMaxPredelayMs = 250.0;
  static constexpr float kInjection = 0.5f, kTap = 0.5f, kEarly = 0.35f;
  // A little of the other channel: correlation 0.16 keeps the mono sum within 3 dB in every octave.
  static constexpr float kCross = 0.08f;
  static constexpr double kLevelDb = -6.0;
  static constexpr float kSilence = 1e-8f;  // -160 dBFS, inside a network some 10 dB below its output

  typedef float Vec __attribute__((vector_size(32)));
  typedef float AnyVec __attribute__((vector_size(32), aligned(4), may_alias));  // wherever eight floats lie

  struct Coefficients {
    alignas(32) float pole[kLines] = {}, feed[kLines] = {};
    float cut = 0, gain = 0;
  };

  static const AnyVec& load(const float* x) { return *reinterpret_cast<const AnyVec*>(x); }
  static void store(float* x, const Vec& v) { *reinterpret_cast<AnyVec*>(x) = v; }

  // The p of |H|^2 = (1-p)^2 / (1 - 2 p cos w + p^2) at which |H|^2 falls by `ratio` from one frequency to a
  // higher one: a quadratic; where no one-pole is that steep, the limit.
  static double pole(double cos_from, double cos_to, double ratio) {
    const double b = (cos_from - ratio * cos_to) / std::max(1 - ratio, 1e-9);
    return b > 1 ? b - std::sqrt(b * b - 1) : 1.0;
  }

  int frames(double ms) const { return static_cast<int>(ms * 0.001 * sample_rate_ + 0.5); }

  static bool sounds(const float* l, const float* r, int n) {
    for (int i = 0; i < n; ++i) {
      if (l[i] != 0 || r[i] != 0) return true;
    }
    return false;
  }

  void start_tick(bool snap) {
    const float rate = snap ? 1.0f : smoothing_;
    for (int j = 0; j < kLines; ++j) {
      now_.pole[j] += (target_.pole[j] - now_.pole[j]) * rate;
      now_.feed[j] += (target_.feed[j] - now_.feed[j]) * rate;
    }
    now_.cut += (target_.cut - now_.cut) * rate;
    now_.gain += (target_.gain - now_.gain) * rate;
    if (snap) now_ = target_;

    if (snap) {
      predelay_from_ = predelay_to_ = target_predelay_;
    } else if (predelay_from_ == predelay_to_) {
      predelay_to_ = target_predelay_;
      fade_tick_ = 0;
    } else if (++fade_tick_ == fade_ticks_) {
      predelay_from_ = predelay_to_;
    }

    for (int j = 0; j < kLines; ++j) {
      const int half = depth_[j] * kSubsteps;
      phase_[j] = phase_[j] + 1 == 2 * half ? 0 : phase_[j] + 1;
      // A turn of the triangle falls on a tick, so inside a tick the delay moves one way by 1/kSubsteps and
      // never passes a whole frame.
      const bool rising = phase_[j] < half;
      const int from = rising ? phase_[j] : 2 * half - phase_[j], to = rising ? from + 1 : from - 1;
      const int whole = (rising ? from : to) / kSubsteps;
      delay_[j] = length_[j] + whole;
      weights(static_cast<float>(from - whole * kSubsteps) * (1.0f / kSubsteps), weight_[j]);
      weights(static_cast<float>(to - whole * kSubsteps) * (1.0f / kSubsteps), weight_step_[j]);
      for (int k = 0; k < 4; ++k) weight_step_[j][k] -= weight_[j][k];
    }
  }

  // Cubic Lagrange, oldest frame first; `f` frames before the third of four.
  static void weights(float f, float* w) {
    const float up = f + 1, down = f - 1, far = f - 2;
    w[0] = up * f * down * (1.0f / 6);
    w[1] = up * f * far * -0.5f;
    w[2] = up * down * far * 0.5f;
    w[3] = f * down * far * (-1.0f / 6);
  }

  // Two one-pole high-passes in a row.
  void low_cut(float (*x)[kTick], int n) {
    const float p = now_.cut, scale = 0.5f * (1.0f + p);
    Cut a = cut_[0], b = cut_[1];
    for (int i = 0; i < n; ++i) {
      for (int c = 0; c < 2; ++c) {
        const float first = p * a.y[c] + scale * (x[c][i] - a.x[c]);
        const float second = p * b.y[c] + scale * (first - b.x[c]);
        a.x[c] = x[c][i];
        a.y[c] = b.x[c] = first;
        b.y[c] = x[c][i] = second;
      }
    }
    cut_[0] = a;
    cut_[1] = b;
  }

  void predelay(Ring& ring, float* x, int offset, int n, const float* place) {
    ring.write(offset, x, n);
    const float* from = ring.read(offset, predelay_from_);
    Ring::copy(x, from, n);
    if (predelay_from_ == predelay_to_) return;
    const float* to = ring.read(offset, predelay_to_);
    const float whole = static_cast<float>(fade_tick_), scale = 1.0f / static_cast<float>(fade_ticks_);
    for (int i = 0; i < n; ++i) x[i] += (to[i] - x[i]) * ((whole + place[i]) * scale);
  }

  // Schroeder allpass: keeps the level of every frequency, smears the time.
  void diffuse(int k, float* x, int offset, int n, int padded) {
    const float* past = diffusers_[k].read(offset, diffuser_length_[k]);
    alignas(32) float kept[kTick];
    for (int i = 0; i < padded; i += kWidth) {
      const Vec z = load(past + i), w = load(x + i) + z * kDiffusion;
      store(kept + i, w);
      store(x + i, z - w * kDiffusion);
    }
    diffusers_[k].write(offset, kept, n);
  }

  void read_line(int j, float* x, int offset, int padded, const float* place) const {
    const float* past = lines_[j].read(offset, delay_[j] + 2);
    const float *w = weight_[j], *step = weight_step_[j];
    for (int i = 0; i < padded; i += kWidth) {
      const Vec a = load(past + i), b = load(past + i + 1), c = load(past + i + 2), d = load(past + i + 3);
      const Vec here = a * w[0] + b * w[1] + c * w[2] + d * w[3];
      const Vec change = a * step[0] + b * step[1] + c * step[2] + d * step[3];
      store(x + i, here + change * load(place + i));
    }
  }

  static inline __attribute__((always_inline)) void transpose(Vec* v) {
    for (int j = 0; j < kLines; j += 2) {
      const Vec a = v[j], b = v[j + 1];
      v[j] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
      v[j + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int j = 0; j < kLines; j += j % 4 == 1 ? 3 : 1) {
      const Vec a = v[j], b = v[j + 2];
      v[j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      v[j + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int j = 0; j < 4; ++j) {
      const Vec a = v[j], b = v[j + 4];
      v[j] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
      v[j + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }

  // The eight one-poles run side by side, a frame at a time.
  void damp(float (*x)[kTick], int n) {
    const Vec pole = load(now_.pole), feed = load(now_.feed);
    Vec state = load(damp_state_);
    for (int i = 0; i < n; i += kWidth) {
      Vec v[kLines];
      for (int j = 0; j < kLines; ++j) v[j] = load(x[j] + i);
      transpose(v);
      const int count = std::min(kWidth, n - i);
      for (int k = 0; k < count; ++k) v[k] = state = state * pole + v[k] * feed;
      transpose(v);
      for (int j = 0; j < kLines; ++j) store(x[j] + i, v[j]);
    }
    store(damp_state_, state);
  }

  // x <- H x / sqrt(8) and the input on top, with signs that keep an impulse's echoes of both polarities.
  static inline __attribute__((always_inline)) void feed_back(float (*x)[kTick], const float (*in)[kTick],
                                                              int i) {
    Vec a[kLines];
    for (int j = 0; j < kLines; ++j) a[j] = load(x[j] + i);
    for (int half = 1; half < kLines; half *= 2) {
      for (int j = 0; j < kLines; ++j) {
        if (j & half) continue;
        const Vec sum = a[j] + a[j + half], difference = a[j] - a[j + half];
        a[j] = sum;
        a[j + half] = difference;
      }
    }
    for (int j = 0; j < kLines; ++j) {
      const Vec feed = load(in[j / 4] + i) * (j & 2 ? -kInjection : kInjection);
      store(x[j] + i, a[j] * 0.35355339059327373f + feed);
    }
  }

  // A tick in which every memory is below the threshold is written as zeros; when all of every memory is
  // zero, the network sleeps, and nothing is lost by not running it.
  void finish_tick() {
    bool quiet = true;
    for (int j = 0; j < kLines && quiet; ++j) quiet = is_quiet(lines_[j]);
    for (int j = 0; j < 2 * kDiffusers && quiet; ++j) quiet = is_quiet(diffusers_[j]);
    for (int j = 0; j < 2 && quiet; ++j) quiet = is_quiet(predelay_[j]);
    if (quiet) {
      static constexpr float kZeros[kTick] = {};
      for (Ring& ring : lines_) ring.write(0, kZeros, kTick);
      for (Ring& ring : diffusers_) ring.write(0, kZeros, kTick);
      for (Ring& ring : predelay_) ring.write(0, kZeros, kTick);
    }
    quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
    for (Ring& ring : lines_) ring.next_tick();
    for (Ring& ring : diffusers_) ring.next_tick();
    for (Ring& ring : predelay_) ring.next_tick();
    if (quiet_ticks_ >= ticks_to_sleep_) sleep();
  }

  static bool is_quiet(const Ring& ring) {
    const float* x = ring.read(0, 0);
    float peak = 0;
    for (int i = 0; i < kTick; ++i) peak = maximum(peak, x[i] < 0 ? -x[i] : x[i]);
    return peak < kSilence;
  }

  void sleep() {
    for (float& s : damp_state_) s = 0;
    for (Cut& cut : cut_) cut = {};
    quiet_ticks_ = 0;
    asleep_ = true;
  }

  // The gain before the network at which pink noise, 20 Hz to 20 kHz, leaves it at kLevelDb. Line powers in
  // the steady state: what the Hadamard matrix hands on is shared evenly, so with G the power gain of a line
  // and b its input, the sum S of G(S/8 + b) over the lines solves S = sum(G b) / (1 - mean(G)).
  double injection_gain(double cut_corner) const {
    const double top = std::min(20000.0, 0.45 * sample_rate_);
    double input = 0, output = 0;
    for (double hz = 20.0; hz < top; hz *= 1.2599210498948732) {
      const double w = 2 * kPi * hz / sample_rate_, cos_w = std::cos(w);
      const double middle = 1.125 * std::cos(0.5 * w) - 0.125 * std::cos(1.5 * w);
      const double moving = 0.5 * (1 + middle * middle);  // power that the interpolation keeps, on average
      const double b = static_cast<double>(kInjection) * static_cast<double>(kInjection);
      double sum = 0, mean = 0;
      for (int j = 0; j < kLines; ++j) {
        const double p = static_cast<double>(target_.pole[j]), q = static_cast<double>(target_.feed[j]);
        const double power = moving * q * q / (1 - 2 * p * cos_w + p * p);
        sum += power * b;
        mean += power / kLines;
      }
      const double line = sum / kLines / (1 - std::min(mean, 0.9999));  // average power of a line's end
      const double cut = 1 / (1 + cut_corner * cut_corner / (hz * hz));
      const double channel =
          4 * static_cast<double>(kTap * kTap) * line + static_cast<double>(kEarly * kEarly);
      input += 1;
      output += cut * cut * channel * (1 + static_cast<double>(kCross * kCross));
    }
    return db_to_gain(kLevelDb) * std::sqrt(input / output);
  }

  struct Cut {
    float x[2] = {}, y[2] = {};
  };

  double sample_rate_ = 48000;
  Settings settings_;
  Coefficients now_, target_;
  Ring lines_[kLines], diffusers_[2 * kDiffusers], predelay_[2];
  int length_[kLines] = {}, depth_[kLines] = {}, phase_[kLines] = {}, delay_[kLines] = {};
  int diffuser_length_[2 * kDiffusers] = {};
  float weight_[kLines][4] = {}, weight_step_[kLines][4] = {};
  alignas(32) float damp_state_[kLines] = {};
  Cut cut_[2];
  int target_predelay_ = 0, predelay_from_ = 0, predelay_to_ = 0, fade_tick_ = 0, fade_ticks_ = 1;
  float smoothing_ = 1;
  int quiet_ticks_ = 0, ticks_to_sleep_ = 1;
  bool asleep_ = true;
};

}  // namespace mixwright
