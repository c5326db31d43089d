// Arguments are checked once, at this border, in the words of mixwright.errors: name, value, rule, unit.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include "math.hpp"

namespace mixwright {

// Raises ValueError in Python. NaN is in no range.
inline void check_range(const char* name, double value, double low, double high, const char* unit) {
  if (value >= low && value <= high) return;
  char text[160];
  std::snprintf(text, sizeof text, "%s=%.10g must be in [%.10g, %.10g]%s%s", name, value, low, high,
                *unit ? " " : "", unit);
  throw std::invalid_argument(text);
}

inline void check_format(double sample_rate, int channels) {
  check_range("sample_rate", sample_rate, kMinSampleRate, kMaxSampleRate, "Hz");
  check_range("channels", channels, 1, 2, "");
}

inline void check_channels(const char* name, size_t rows, int channels) {
  if (rows == static_cast<size_t>(channels)) return;
  throw std::invalid_argument(std::string(name) + ".shape[0]=" + std::to_string(rows) + " must be " +
                              std::to_string(channels) + " channels");
}

inline void check_frames(const char* name, size_t frames, size_t expected) {
  if (frames == expected) return;
  throw std::invalid_argument(std::string(name) + ".shape[1]=" + std::to_string(frames) + " must be " +
                              std::to_string(expected) + " frames");
}

inline void check_count(const char* name, size_t count, size_t expected) {
  if (count == expected) return;
  throw std::invalid_argument(std::string(name) + " has " + std::to_string(count) + " numbers, must have " +
                              std::to_string(expected));
}

}  // namespace mixwright
