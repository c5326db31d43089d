// Reverb: a diffused, slowly moving network of eight delay lines; a room or plate at constant loudness.
#pragma once

#include <algorithm>

#include "math.hpp"
#include "reverb_design.hpp"
#include "ring.hpp"

namespace mixwright {

// Feedback delay network after Jot & Chaigne (1991): orthogonal (Hadamard) feedback, every line's loss in
// proportion to its length, so that all modes at one frequency decay together and none is left ringing.
//   input -> low cut -> pre-delay -> 4 allpasses a channel -> 8 lines -> channel sums
// Lines 0-3 belong to the left channel, 4-7 to the right; the feedback joins them. The network works along
// time (a chunk is shorter than any delay); only the damping filters run across the lines.
class Reverb {
 public:
  using Settings = reverb::Settings;

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
    target_ = reverb::design(settings, sample_rate_, length_, depth_);
    target_predelay_ = std::min(std::max(0, frames(settings.predelay_ms)), frames(kMaxPredelayMs));
  }

  // Nothing sounds and nothing is coming: process() returns at once.
  bool asleep() const { return asleep_; }

  // out = dry + wet * reverb, n <= 32 frames of which the first is frame `tick_offset` of its tick.
  // wet_start and wet_end are the wet level at the edges of the tick (the same for all chunks of a tick); in
  // between it is a straight line. While both are 0 the dry sound is untouched and nothing is fed.
  // Without `dry` only the wet sound is left.
  MIXWRIGHT_CLONES
  void process(float* l, float* r, int n, int tick_offset, float wet_start, float wet_end,
               bool dry = true) noexcept {
    const bool fed = wet_start > 0 || wet_end > 0;
    const bool waking = asleep_;
    if (waking && !(fed && sounds(l, r, n))) {
      if (!dry) silence(l, r, n);
      return;
    }
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
        out[c] = tail * reverb::kTap + load(in[c] + i) * reverb::kEarly;
      }
      store(wet[0] + i, out[0] + out[1] * reverb::kCross);
      store(wet[1] + i, out[1] + out[0] * reverb::kCross);
    }

    for (int i = 0; i < padded; i += kWidth) feed_back(x, in, i);
    for (int j = 0; j < kLines; ++j) lines_[j].write(tick_offset, x[j], n);

    if (!dry) silence(l, r, n);
    if (fed) {
      const float step = wet_end - wet_start;
      for (int i = 0; i < n; ++i) l[i] += (wet_start + step * place[i]) * wet[0][i];
      for (int i = 0; i < n; ++i) r[i] += (wet_start + step * place[i]) * wet[1][i];
    }
    if (tick_offset + n == kTick) finish_tick();
  }

 private:
  static constexpr int kLines = reverb::kLines, kDiffusers = 4, kWidth = 8;
  // Chosen to spread evenly on a logarithmic scale, dealt so that both channels have the same mean length.
  static constexpr double kLineMs[kLines] = {27.1, 49.3, 58.7, 80.9, 31.7, 42.3, 68.3, 75.1};
  // Movement of the lines: a triangle of this height, rising one frame in 32 * kSubsteps (0.8 cents).
  static constexpr double kDepthMs[kLines] = {0.31, 0.25, 0.35, 0.28, 0.27, 0.33, 0.24, 0.3};
  static constexpr int kSubsteps = 64;
  static constexpr double kDiffuserMs[2 * kDiffusers] = {4.3, 6.1, 9.7, 14.3, 4.7, 6.7, 8.9, 13.1};
  static constexpr float kDiffusion = 0.62f;
  static constexpr double kMaxPredelayMs = 250.0;
  static constexpr float kSilence = 1e-8f;  // -160 dBFS, inside a network some 10 dB below its output

  typedef float Vec __attribute__((vector_size(32)));
  typedef float AnyVec __attribute__((vector_size(32), aligned(4), may_alias));  // wherever eight floats lie

  typedef float Vec4 __attribute__((vector_size(16)));
  typedef float AnyVec4 __attribute__((vector_size(16), aligned(4), may_alias));

  static const AnyVec4& load4(const float* x) { return *reinterpret_cast<const AnyVec4*>(x); }
  static void store4(float* x, const Vec4& v) { *reinterpret_cast<AnyVec4*>(x) = v; }
  static const AnyVec& load(const float* x) { return *reinterpret_cast<const AnyVec*>(x); }
  static void store(float* x, const Vec& v) { *reinterpret_cast<AnyVec*>(x) = v; }

  int frames(double ms) const { return static_cast<int>(ms * 0.001 * sample_rate_ + 0.5); }

  void start_tick(bool snap) {
    if (snap) {
      now_ = target_;
      predelay_from_ = predelay_to_ = target_predelay_;
    } else {
      glide();
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

  void glide() {
    for (int j = 0; j < kLines; ++j) {
      now_.pole[j] += (target_.pole[j] - now_.pole[j]) * smoothing_;
      now_.feed[j] += (target_.feed[j] - now_.feed[j]) * smoothing_;
    }
    now_.cut += (target_.cut - now_.cut) * smoothing_;
    now_.gain += (target_.gain - now_.gain) * smoothing_;
    // A new pre-delay waits for the cross-fade to the last one.
    if (predelay_from_ == predelay_to_) {
      predelay_to_ = target_predelay_;
      fade_tick_ = 0;
    } else if (++fade_tick_ == fade_ticks_) {
      predelay_from_ = predelay_to_;
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

  // Four by four: eight wide, compilers without AVX take the shuffles apart into scalars.
  static inline __attribute__((always_inline)) void transpose(Vec4* v) {
    const Vec4 a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5),
               b = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
    const Vec4 c = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7),
               d = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    v[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    v[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    v[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
  }

  // The eight one-poles run side by side, a frame at a time.
  void damp(float (*x)[kTick], int n) {
    const Vec4 pole_a = load4(now_.pole), pole_b = load4(now_.pole + 4);
    const Vec4 feed_a = load4(now_.feed), feed_b = load4(now_.feed + 4);
    Vec4 a = load4(damp_state_), b = load4(damp_state_ + 4);
    for (int i = 0; i < n; i += 4) {
      Vec4 v[4], w[4];
      for (int j = 0; j < 4; ++j) v[j] = load4(x[j] + i);
      for (int j = 0; j < 4; ++j) w[j] = load4(x[j + 4] + i);
      transpose(v);
      transpose(w);
      if (n - i >= 4) {
        for (int k = 0; k < 4; ++k) {
          v[k] = a = a * pole_a + v[k] * feed_a;
          w[k] = b = b * pole_b + w[k] * feed_b;
        }
      } else {
        for (int k = 0; k < n - i; ++k) {
          v[k] = a = a * pole_a + v[k] * feed_a;
          w[k] = b = b * pole_b + w[k] * feed_b;
        }
      }
      transpose(v);
      transpose(w);
      for (int j = 0; j < 4; ++j) store4(x[j] + i, v[j]);
      for (int j = 0; j < 4; ++j) store4(x[j + 4] + i, w[j]);
    }
    store4(damp_state_, a);
    store4(damp_state_ + 4, b);
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
      const Vec feed = load(in[j / 4] + i) * (j & 2 ? -reverb::kInjection : reverb::kInjection);
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

  struct Cut {
    float x[2] = {}, y[2] = {};
  };

  double sample_rate_ = 48000;
  Settings settings_;
  reverb::Coefficients now_, target_;
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
