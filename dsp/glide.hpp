// How the ten parameters move: settled values, glides after a change, and trajectories over time.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "grid.hpp"
#include "math.hpp"

namespace mixwright {

// All movement is decided at tick starts, as a value for the tick's first frame and one for its end.
class Glide {
 public:
  Glide() {
    for (int p = 0; p < kParameterCount; ++p) target_[p] = now_[p] = next_[p] = kParameters[p].neutral;
  }

  void prepare(double sample_rate) {
    step_ = one_pole(0.020, sample_rate / kTick);
    reset();
  }

  // The first tick after a reset starts at the values set, without a glide.
  void reset() noexcept { snap_ = true; }

  void set(int parameter, double value) noexcept { target_[parameter] = on_grid(parameter, value); }
  double target(int parameter) const noexcept { return target_[parameter]; }

  // Breakpoints over time: `frames` ascends, `values` holds kParameterCount numbers for each. Straight lines
  // between, the first and last value beyond. An empty trajectory goes back to the values that were set.
  // Allocates; never call it while process runs.
  void set_trajectory(const int64_t* frames, const double* values, size_t points) {
    frames_.assign(frames, frames + points);
    values_.resize(points * kParameterCount);
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i] = on_grid(static_cast<int>(i % kParameterCount), values[i]);
    segment_ = 0;
  }

  void tick(int64_t frame) noexcept {
    if (!frames_.empty()) {
      for (int p = 0; p < kParameterCount; ++p) now_[p] = next_[p];
      if (snap_) read_trajectory(frame, now_);
      read_trajectory(frame + kTick, next_);
      snap_ = false;
      return;
    }
    for (int p = 0; p < kParameterCount; ++p) {
      const double span = kParameters[p].high - kParameters[p].low;
      now_[p] = snap_ ? target_[p] : next_[p];
      next_[p] = now_[p] + (target_[p] - now_[p]) * step_;
      // Arrives when the rest is too small to hear.
      if (std::fabs(target_[p] - next_[p]) < 1e-4 * span) next_[p] = target_[p];
    }
    snap_ = false;
  }

  double now(int parameter) const noexcept { return now_[parameter]; }
  double next(int parameter) const noexcept { return next_[parameter]; }
  bool still(int parameter) const noexcept { return now_[parameter] == next_[parameter]; }

 private:
  void read_trajectory(int64_t frame, double* out) noexcept {
    const size_t last = frames_.size() - 1;
    while (segment_ < last && frames_[segment_ + 1] <= frame) ++segment_;
    while (segment_ > 0 && frames_[segment_] > frame) --segment_;
    const double* a = &values_[segment_ * kParameterCount];
    const bool between = segment_ < last && frame > frames_[segment_];
    const double* b = between ? a + kParameterCount : a;
    const double length = between ? static_cast<double>(frames_[segment_ + 1] - frames_[segment_]) : 1.0;
    const double t = between ? static_cast<double>(frame - frames_[segment_]) / length : 0.0;
    for (int p = 0; p < kParameterCount; ++p) out[p] = a[p] + (b[p] - a[p]) * t;
  }

  double step_ = 1;
  double target_[kParameterCount], now_[kParameterCount], next_[kParameterCount];
  bool snap_ = true;
  std::vector<int64_t> frames_;
  std::vector<double> values_;
  size_t segment_ = 0;
};

}  // namespace mixwright
