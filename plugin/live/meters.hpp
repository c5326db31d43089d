// What goes in and comes out, between the audio thread that measures and another one that shows it.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>

#include "math.hpp"

namespace mixwright {

// Peaks are of samples, held since the last reading, left and right; silence is -infinity.
struct LiveReading {
  double input_peak_dbfs[2], output_peak_dbfs[2];
  double gain_reduction_db;  // the deepest since the last reading, <= 0
  double momentary_lufs;     // of what came out in the last 400 ms
};

// measure_...() on the audio thread, read() on one other; neither waits for the other, nothing allocates.
class LiveMeters {
 public:
  void measure_input(const float* const* in, int64_t frames) noexcept {
    for (int c = 0; c < 2; ++c) hold_highest(&input_[c], peak(in[c], frames));
  }

  void measure_output(const float* const* out, int64_t frames, double gain_reduction_db) noexcept {
    for (int c = 0; c < 2; ++c) hold_highest(&output_[c], peak(out[c], frames));
    hold_highest(&reduction_db_, static_cast<float>(-gain_reduction_db));
  }

  LiveReading read(double momentary_lufs) noexcept {
    LiveReading reading;
    for (int c = 0; c < 2; ++c) {
      reading.input_peak_dbfs[c] = dbfs(take(&input_[c]));
      reading.output_peak_dbfs[c] = dbfs(take(&output_[c]));
    }
    reading.gain_reduction_db = 0.0 - static_cast<double>(take(&reduction_db_));  // no -0
    reading.momentary_lufs = momentary_lufs;
    return reading;
  }

 private:
  // As in the chain, a sample that is not finite counts as silence.
  static float peak(const float* samples, int64_t frames) noexcept {
    float highest = 0.0f;
    for (int64_t i = 0; i < frames; ++i) {
      const float size = std::fabs(samples[i]);
      highest = is_finite(size) ? maximum(highest, size) : highest;
    }
    return highest;
  }

  // Ends at once: the reader changes a value only downward, and seldom.
  static void hold_highest(std::atomic<float>* held, float value) noexcept {
    float seen = held->load(std::memory_order_relaxed);
    while (value > seen && !held->compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
  }

  static float take(std::atomic<float>* held) noexcept {
    return held->exchange(0.0f, std::memory_order_relaxed);
  }

  static double dbfs(float peak) noexcept { return 20.0 * std::log10(static_cast<double>(peak)); }

  static_assert(std::atomic<float>::is_always_lock_free);
  std::atomic<float> input_[2] = {}, output_[2] = {}, reduction_db_{0.0f};
};

}  // namespace mixwright
