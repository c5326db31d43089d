// The voicing of a blend of genres.
#pragma once

#include <cmath>

#include "math.hpp"
#include "parameters.hpp"

namespace mixwright {

// Frequencies and times meet in the logarithm, decibels in a straight line; a note value cannot lie between
// two and comes from the strongest genre. `weights` (kGenreCount) are >= 0 and need no sum; all at zero is an
// equal blend. Fills kVoicingCount figures in the order of VoicingField. No allocation, but libm: not per
// sample.
inline void blend_voicing(const double* weights, double* voicing) noexcept {
  double shares[kGenreCount], total = 0;
  for (int g = 0; g < kGenreCount; ++g) total += weights[g];
  for (int g = 0; g < kGenreCount; ++g) shares[g] = total > 0 ? weights[g] : 1.0;
  if (!(total > 0)) total = kGenreCount;
  if (std::fabs(total - 1.0) < 1e-9) total = 1.0;  // as it comes from a preset: no other last bit
  int strongest = 0, heard = 0;
  for (int g = 0; g < kGenreCount; ++g) {
    shares[g] /= total;
    if (shares[g] > shares[strongest]) strongest = g;
    if (shares[g] > 0) ++heard;
  }
  for (int v = 0; v < kVoicingCount; ++v) {
    const VoicingInfo& info = kVoicing[v];
    double value = kGenreVoicing[strongest][v];
    if (info.blend != Blend::kDominant && heard > 1) {
      const bool log = info.blend == Blend::kLog;
      value = 0;
      for (int g = 0; g < kGenreCount; ++g) {
        if (shares[g] > 0) value += shares[g] * (log ? std::log(kGenreVoicing[g][v]) : kGenreVoicing[g][v]);
      }
      if (log) value = std::exp(value);
    }
    voicing[v] = clamp(value, info.low, info.high);
  }
}

}  // namespace mixwright
