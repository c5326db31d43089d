// A second-order Butterworth high-pass that can be off, bit for bit.
#pragma once

#include <cmath>

#include "math.hpp"

namespace mixwright {

// State variable filter after A. Simper, Linear Trapezoidal Integrated State Variable Filter With Low Noise
// Optimisation, Cytomic, 2011: no transient of its own when the corner moves. -3 dB at the corner, 12 dB an
// octave below.
class HighPass {
 public:
  void prepare(double sample_rate) {
    sample_rate_ = sample_rate;
    fade_step_ = static_cast<float>(kTick / (0.020 * sample_rate));
    reset();
  }

  void reset() noexcept {
    for (State& s : state_) s = State{};
    fresh_ = true;
    mix_ = next_mix_ = 0.0f;
  }

  // Call at the start of each tick: the corner moves in a straight line to `hz` until its end; `on` fades in
  // and out over 20 ms, so that the turn of the phase does not click.
  void tick(double hz, bool on) noexcept {
    const double wanted = std::tan(kPi * clamp(hz, 1.0, 0.45 * sample_rate_) / sample_rate_);
    g_ = fresh_ ? wanted : next_g_;
    next_g_ = wanted;
    mix_ = next_mix_;
    const float goal = on ? 1.0f : 0.0f;
    if (fresh_) mix_ = next_mix_ = goal;
    next_mix_ = goal > mix_ ? (mix_ + fade_step_ < 1.0f ? mix_ + fade_step_ : 1.0f)
                            : (mix_ - fade_step_ > 0.0f && !on ? mix_ - fade_step_ : goal);
    if (off()) {
      for (State& s : state_) s = State{};
    }
    fresh_ = false;
  }

  // True when the output is the input.
  bool off() const noexcept { return mix_ == 0.0f && next_mix_ == 0.0f; }

  // n frames that lie in one tick, from its frame `offset` on; in place.
  void process(float* l, float* r, int n, int offset) noexcept {
    if (off()) return;
    const double slope = (next_g_ - g_) / kTick;
    const float fade = (next_mix_ - mix_) * (1.0f / kTick);
    float* const x[2] = {l, r};
    for (int i = 0; i < n; ++i) {
      const double g = g_ + slope * (offset + i), scale = 1.0 / (1.0 + g * (g + kDamping));
      const float mix = mix_ + fade * static_cast<float>(offset + i);
      for (int c = 0; c < 2; ++c) {
        State& s = state_[c];
        const double in = static_cast<double>(x[c][i]);
        const double high = (in - (g + kDamping) * s.band - s.low) * scale;
        const double band = g * high + s.band, low = g * band + s.low;
        s.band = g * high + band;
        s.low = g * band + low;
        x[c][i] =
            mix == 1.0f ? static_cast<float>(high) : x[c][i] + mix * (static_cast<float>(high) - x[c][i]);
      }
    }
  }

 private:
  static constexpr double kDamping = 1.4142135623730951;  // 1 / Q of Butterworth

  struct State {
    double band = 0, low = 0;
  };

  double sample_rate_ = 44100, g_ = 0, next_g_ = 0;
  State state_[2];
  float mix_ = 0, next_mix_ = 0, fade_step_ = 1;
  bool fresh_ = true;
};

}  // namespace mixwright
