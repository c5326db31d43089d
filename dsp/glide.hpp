// How parameters move: settled values, glides after a change, and trajectories over time.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "grid.hpp"
#include "math.hpp"

namespace mixwright {

// All movement is decided at tick starts, as a value for the tick's first frame and one for its end. Of a
// table of `kCount` rows.
template <int kCount, const ParameterInfo (&kTable)[kCount]>
class TableGlide {
 public:
  TableGlide() {
    for (int p = 0; p < kCount; ++p) target_[p] = now_[p] = next_[p] = kTable[p].neutral;
  }

  void prepare(double sample_rate) {
    step_ = one_pole(0.020, sample_rate / kTick);
    reset();
  }

  // The first tick after a reset starts at the values set, without a glide.
  void reset() noexcept { snap_ = true; }

  void set(int parameter, double value) noexcept { target_[parameter] = on_grid(kTable[parameter], value); }
  double target(int parameter) const noexcept { return target_[parameter]; }

  // Breakpoints over time: `frames` ascends, `values` holds kCount numbers for each. Straight lines
  // between, the first and last value beyond. An empty trajectory goes back to the values that were set.
  // Allocates; never call it while process runs.
  void set_trajectory(const int64_t* frames, const double* values, size_t points) {
    frames_.assign(frames, frames + points);
    values_.resize(points * kCount);
    for (size_t i = 0; i < values_.size(); ++i) values_[i] = on_grid(kTable[i % kCount], values[i]);
    segment_ = 0;
  }

  void tick(int64_t frame) noexcept {
    if (!frames_.empty()) {
      for (int p = 0; p < kCount; ++p) now_[p] = next_[p];
      if (snap_) read_trajectory(frame, now_);
      read_trajectory(frame + kTick, next_);
      snap_ = false;
      return;
    }
    for (int p = 0; p < kCount; ++p) {
      const double span = kTable[p].high - kTable[p].low;
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
    const double* a = &values_[segment_ * kCount];
    const bool between = segment_ < last && frame > frames_[segment_];
    const double* b = between ? a + kCount : a;
    const double length = between ? static_cast<double>(frames_[segment_ + 1] - frames_[segment_]) : 1.0;
    const double t = between ? static_cast<double>(frame - frames_[segment_]) / length : 0.0;
    for (int p = 0; p < kCount; ++p) out[p] = a[p] + (b[p] - a[p]) * t;
  }

  double step_ = 1;
  double target_[kCount], now_[kCount], next_[kCount];
  bool snap_ = true;
  std::vector<int64_t> frames_;
  std::vector<double> values_;
  size_t segment_ = 0;
};

using Glide = TableGlide<kParameterCount, kParameters>;

}  // namespace mixwright
