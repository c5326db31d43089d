// Stereo width: more or less side signal, above the bass only.
#pragma once

#include <cmath>

#include "math.hpp"

namespace mixwright {

// left + d and right - d with d = (width - 1) * high-passed side, so that the mono sum never changes and the
// bass stays where it is. First-order high-pass at bass_hz.
class Width {
 public:
  void prepare(double sample_rate) {
    sample_rate_ = sample_rate;
    set(bass_hz_);
    reset();
  }

  void reset() noexcept { low_ = 0; }

  void set(double bass_hz) noexcept {
    bass_hz_ = bass_hz;
    low_pass_ = static_cast<float>(one_pole(1 / (2 * kPi * bass_hz), sample_rate_));
  }

  // The width moves in a straight line: `from` at the tick's first frame, `slope` a frame. At 1 and still,
  // the output is the input, bit for bit.
  void process(float* l, float* r, int n, int offset, float from, float slope) noexcept {
    if (from == 1.0f && slope == 0.0f) return;
    float low = low_;
    for (int i = 0; i < n; ++i) {
      const float side = (l[i] - r[i]) * 0.5f;
      low += (side - low) * low_pass_;
      const float d = (from + slope * static_cast<float>(offset + i) - 1.0f) * (side - low);
      l[i] += d;
      r[i] -= d;
    }
    low_ = low;
  }

 private:
  double sample_rate_ = 44100, bass_hz_ = 150;
  float low_pass_ = 0, low_ = 0;
};

}  // namespace mixwright
