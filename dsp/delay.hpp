// Stereo delay: echoes in time with the song that cross from left to right and back, darker each time.
#pragma once

#include <algorithm>
#include <cmath>

#include "math.hpp"
#include "ring.hpp"

namespace mixwright {

// Ping-pong: the mono sum enters the first line, each line feeds the other. An echo is panned, not thrown to
// one side, so that both channels carry it in phase and the mono sum keeps it:
//   mono -> [+] -> low cut -> high cut -> line 0 -> line 1 by way of the same filters -> back to [+]
class StereoDelay {
 public:
  struct Settings {
    double time_s = 0.375;      // 0.01..2
    double feedback = 0.3;      // 0..0.9: each echo is this much of the last
    double low_cut_hz = 200;    // -3 dB, 6 dB an octave, at every pass
    double high_cut_hz = 6000;  // likewise
  };

  void prepare(double sample_rate) {
    sample_rate_ = clamp(sample_rate, kMinSampleRate, kMaxSampleRate);
    for (Ring& ring : lines_) ring.prepare(frames(kMaxTime));
    fade_ticks_ = std::max(1, frames(0.05) / kTick);
    smoothing_ = static_cast<float>(one_pole(0.03, sample_rate_ / kTick));
    set(settings_);
    reset();
  }

  void reset() {
    for (Ring& ring : lines_) ring.reset();
    sleep();
  }

  // Heard from the next tick on: a new time by a cross-fade of 50 ms, the rest gliding; at once if nothing
  // sounds.
  void set(const Settings& settings) {
    settings_ = settings;
    target_delay_ = frames(clamp(settings.time_s, kMinTime, kMaxTime));
    const double limit = 0.45 * sample_rate_;
    const double low = std::tan(kPi * clamp(settings.low_cut_hz, 1.0, limit) / sample_rate_);
    const double high = std::tan(kPi * clamp(settings.high_cut_hz, 20.0, limit) / sample_rate_);
    target_.feedback = static_cast<float>(clamp(settings.feedback, 0.0, 0.9));
    // Bilinear one-poles: exactly 3 dB down at their corners.
    target_.low_pole = static_cast<float>((1 - low) / (1 + low));
    target_.high_pole = static_cast<float>((1 - high) / (1 + high));
  }

  // Nothing sounds and nothing is coming: process() returns at once.
  bool asleep() const { return asleep_; }

  // out = dry + wet * echoes, n <= 32 frames of which the first is frame `tick_offset` of its tick.
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

    float place[kTick];  // of each frame in the tick, 0..1
    for (int i = 0; i < kTick; ++i) place[i] = static_cast<float>(tick_offset + i) * (1.0f / kTick);

    float echo[2][kTick], in[2][kTick] = {};
    for (int c = 0; c < 2; ++c) read_line(lines_[c], echo[c], tick_offset, n, place);
    if (fed) {
      // The feed fades with the wet level's first and last tick: a gate would click inside the echoes.
      const float from = wet_start > 0 ? 0.5f : 0.0f, step = (wet_end > 0 ? 0.5f : 0.0f) - from;
      for (int i = 0; i < n; ++i) in[0][i] = (l[i] + r[i]) * (from + step * place[i]);
    }
    const float feedback = now_.feedback;
    for (int i = 0; i < n; ++i) in[0][i] += echo[1][i] * feedback;
    for (int i = 0; i < n; ++i) in[1][i] = echo[0][i] * feedback;
    filter(in, n);
    for (int c = 0; c < 2; ++c) lines_[c].write(tick_offset, in[c], n);

    if (!dry) silence(l, r, n);
    if (fed) {
      const float step = wet_end - wet_start;
      for (int i = 0; i < n; ++i) {
        l[i] += (wet_start + step * place[i]) * (echo[0][i] * kNear + echo[1][i] * kFar);
      }
      for (int i = 0; i < n; ++i) {
        r[i] += (wet_start + step * place[i]) * (echo[1][i] * kNear + echo[0][i] * kFar);
      }
    }
    if (tick_offset + n == kTick) finish_tick();
  }

 private:
  static constexpr double kMinTime = 0.01, kMaxTime = 2.0;  // the least is longer than a tick at any rate
  // Constant power, half way to the side: 22.5 degrees.
  static constexpr float kNear = 0.92387953251128674f, kFar = 0.38268343236508977f;
  static constexpr float kSilence = 1e-8f;  // -160 dBFS

  struct Coefficients {
    float feedback = 0, low_pole = 0, high_pole = 0;
  };
  struct Filter {
    float x = 0, low = 0, high = 0;
  };

  int frames(double seconds) const { return static_cast<int>(seconds * sample_rate_ + 0.5); }

  void start_tick(bool snap) {
    if (snap) {
      now_ = target_;
      delay_from_ = delay_to_ = target_delay_;
      return;
    }
    now_.feedback += (target_.feedback - now_.feedback) * smoothing_;
    now_.low_pole += (target_.low_pole - now_.low_pole) * smoothing_;
    now_.high_pole += (target_.high_pole - now_.high_pole) * smoothing_;
    if (delay_from_ == delay_to_) {
      delay_to_ = target_delay_;
      fade_tick_ = 0;
    } else if (++fade_tick_ == fade_ticks_) {
      delay_from_ = delay_to_;
    }
  }

  void read_line(const Ring& ring, float* x, int offset, int n, const float* place) const {
    Ring::copy(x, ring.read(offset, delay_from_), n);
    if (delay_from_ == delay_to_) return;
    const float* to = ring.read(offset, delay_to_);
    const float whole = static_cast<float>(fade_tick_), scale = 1.0f / static_cast<float>(fade_ticks_);
    for (int i = 0; i < n; ++i) x[i] += (to[i] - x[i]) * ((whole + place[i]) * scale);
  }

  void filter(float (*x)[kTick], int n) {
    const float lp = now_.low_pole, hp = now_.high_pole;
    const float low_scale = 0.5f * (1.0f + lp), high_scale = 0.5f * (1.0f - hp);
    Filter f[2] = {filter_[0], filter_[1]};
    for (int i = 0; i < n; ++i) {
      for (int c = 0; c < 2; ++c) {
        const float low = lp * f[c].low + low_scale * (x[c][i] - f[c].x);
        const float high = hp * f[c].high + high_scale * (low + f[c].low);
        f[c].x = x[c][i];
        f[c].low = low;
        f[c].high = x[c][i] = high;
      }
    }
    filter_[0] = f[0];
    filter_[1] = f[1];
  }

  // A tick in which both lines are below the threshold is written as zeros; when both are zero throughout,
  // the delay sleeps, and nothing is lost by not running it.
  void finish_tick() {
    bool quiet = true;
    for (int c = 0; c < 2 && quiet; ++c) {
      const float* x = lines_[c].read(0, 0);
      float peak = 0;
      for (int i = 0; i < kTick; ++i) peak = maximum(peak, x[i] < 0 ? -x[i] : x[i]);
      quiet = peak < kSilence;
    }
    if (quiet) {
      static constexpr float kZeros[kTick] = {};
      for (Ring& ring : lines_) ring.write(0, kZeros, kTick);
    }
    quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
    for (Ring& ring : lines_) ring.next_tick();
    if (quiet_ticks_ * kTick >= lines_[0].size()) sleep();
  }

  void sleep() {
    for (Filter& f : filter_) f = {};
    quiet_ticks_ = 0;
    asleep_ = true;
  }

  double sample_rate_ = 48000;
  Settings settings_;
  Coefficients now_, target_;
  Ring lines_[2];
  Filter filter_[2];
  int target_delay_ = 0, delay_from_ = 0, delay_to_ = 0, fade_tick_ = 0, fade_ticks_ = 1;
  float smoothing_ = 1;
  int quiet_ticks_ = 0;
  bool asleep_ = true;
};

}  // namespace mixwright
