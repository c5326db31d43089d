// The canonical grid of parameter values: a value from a host's float, a preset or a slider lands on the same
// bits.
#pragma once

#include <cmath>

#include "math.hpp"
#include "parameters.hpp"

namespace mixwright {

// 2^15 steps on each side of neutral, so that low, neutral and high are exact and a value that went through a
// 32-bit float comes back to where it was.
constexpr double kGridSteps = 32768.0;

// The nearest value on the grid, inside the range; a value that is not a number becomes neutral.
inline double on_grid(int parameter, double value) {
  const ParameterInfo& p = kParameters[parameter];
  if (!(value == value)) return p.neutral;
  value = clamp(value, p.low, p.high);
  if (value == p.neutral) return p.neutral;
  const double span = value > p.neutral ? p.high - p.neutral : p.neutral - p.low;
  return p.neutral + span * (std::nearbyint((value - p.neutral) / span * kGridSteps) / kGridSteps);
}

}  // namespace mixwright
