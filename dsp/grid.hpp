// The canonical grid of parameter values: a value from a host's float, a preset or a slider lands on the same
// bits.
#pragma once

#include <cmath>

#include "math.hpp"
#include "parameters.hpp"

namespace mixwright {

// Steps on each side of neutral. With a round number, what people write (1.5 dB, 1.05) lies on the grid; low,
// neutral and high are exact; both sides together fit 16 bits, and a value that went through a 32-bit float
// comes back to where it was.
constexpr double kGridSteps = 30000.0;

// The nearest value on the grid, inside the range; a value that is not a number becomes neutral.
inline double on_grid(const ParameterInfo& p, double value) {
  if (!(value == value)) return p.neutral;
  value = clamp(value, p.low, p.high);
  if (value == p.neutral) return p.neutral;
  const double span = value > p.neutral ? p.high - p.neutral : p.neutral - p.low;
  return p.neutral + span * std::nearbyint((value - p.neutral) / span * kGridSteps) / kGridSteps;
}

inline double on_grid(int parameter, double value) { return on_grid(kParameters[parameter], value); }

}  // namespace mixwright
