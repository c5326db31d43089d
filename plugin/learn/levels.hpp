// Levels, dynamics and width of what is heard, as in analysis/levels.py and analysis/loudness.py; what a
// decision about compression and level is made on. In a worker: it allocates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "loudness.hpp"

namespace mixwright {

// Means of every `length` successive values, of each `step`-th window.
inline std::vector<double> window_means(const std::vector<double>& values, size_t length, size_t step) {
  std::vector<double> means;
  for (size_t start = 0; start + length <= values.size(); start += step) {
    double sum = 0;
    for (size_t k = 0; k < length; ++k) sum += values[start + k];
    means.push_back(sum / static_cast<double>(length));
  }
  return means;
}

inline double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

constexpr size_t kGateStep = 10, kMomentaryHops = 40, kShortTermHops = 300, kRangeSilenceHops = 150;

// Gated loudness in LUFS (BS.1770-5, annex 1) from energies per 10 ms; -inf where nothing passes the gates.
inline double integrated_lufs(const std::vector<double>& energies) {
  std::vector<double> blocks = window_means(energies, kMomentaryHops, kGateStep);
  const auto keep_above = [&blocks](double gate) {
    blocks.erase(std::remove_if(blocks.begin(), blocks.end(), [gate](double b) { return !(b > gate); }),
                 blocks.end());
  };
  keep_above(energy_of_lufs(-70.0));
  if (!blocks.empty()) keep_above(mean_of(blocks) * 0.1);
  return blocks.empty() ? -std::numeric_limits<double>::infinity() : lufs_of_energy(mean_of(blocks));
}

// Loudness range in LU (EBU Tech 3342, for files) from energies per 10 ms; 0 where nothing passes the gates.
inline double loudness_range_lu(std::vector<double> energies) {
  energies.insert(energies.end(), kRangeSilenceHops, 0.0);
  std::vector<double> windows = window_means(energies, kShortTermHops, kGateStep);
  for (int gate = 0; gate < 2 && !windows.empty(); ++gate) {
    const double least = gate == 0 ? energy_of_lufs(-70.0) : mean_of(windows) * 0.01;
    windows.erase(std::remove_if(windows.begin(), windows.end(), [least](double w) { return w < least; }),
                  windows.end());
  }
  if (windows.empty()) return 0.0;
  std::sort(windows.begin(), windows.end());
  const auto at = [&windows](double share) {
    return windows[static_cast<size_t>(std::nearbyint(static_cast<double>(windows.size() - 1) * share))];
  };
  return lufs_of_energy(at(0.95)) - lufs_of_energy(at(0.10));
}

class Levels {
 public:
  explicit Levels(double sample_rate) : sample_rate_(static_cast<int64_t>(sample_rate)) {
    meter_.prepare(sample_rate);
  }

  // right may be null (mono).
  void add(const float* left, const float* right, size_t frames) {
    for (size_t n = 0; n < frames; ++n) add(left[n], right != nullptr ? right[n] : left[n]);
    meter_.process(left, right, static_cast<int64_t>(frames), [this](double e) { energies.push_back(e); });
  }

  // The hop under way counts as it is.
  void finish() {
    if (samples_ > hop_start_) close_hop();
  }

  // NaN in silence.
  double crest_factor_db() const {
    const double mean = (square_[0] + square_[1]) / 2 / static_cast<double>(samples_);
    return mean > 0 ? 20 * std::log10(static_cast<double>(peak_)) - 10 * std::log10(mean)
                    : std::numeric_limits<double>::quiet_NaN();
  }

  // rms(S) / rms(M): 0 mono, inf without a middle.
  double stereo_width() const { return side_ > 0 ? std::sqrt(side_ / mid_) : 0.0; }

  // Of left and right; 0 when a channel is silent.
  double stereo_correlation() const {
    const double both = std::sqrt(square_[0] * square_[1]);
    return both > 0 ? std::min(1.0, std::max(-1.0, (mid_ - side_) / both)) : 0.0;
  }

  // Per 10 ms: K-weighted energies, sample peak over channels, mean square averaged over channels.
  std::vector<double> energies;
  std::vector<float> envelope_peak, envelope_ms;

 private:
  void add(float l, float r) {
    if (samples_ == hop_end_) close_hop();
    const double left = std::isfinite(l) ? static_cast<double>(l) : 0.0;
    const double right = std::isfinite(r) ? static_cast<double>(r) : 0.0;
    hop_peak_ = std::max(hop_peak_, static_cast<float>(std::max(std::fabs(left), std::fabs(right))));
    hop_square_ += left * left + right * right;
    square_[0] += left * left;
    square_[1] += right * right;
    mid_ += (left + right) * (left + right) / 4;
    side_ += (left - right) * (left - right) / 4;
    ++samples_;
  }

  void close_hop() {
    envelope_peak.push_back(hop_peak_);
    envelope_ms.push_back(static_cast<float>(hop_square_ / (2 * static_cast<double>(samples_ - hop_start_))));
    peak_ = std::max(peak_, hop_peak_);
    hop_peak_ = 0;
    hop_square_ = 0;
    hop_start_ = samples_;
    hop_end_ = boundary(++hop_ + 1);
  }

  // round(hop * sample_rate / 100), as in the loudness meter.
  int64_t boundary(int64_t hop) const { return (2 * hop * sample_rate_ + 100) / 200; }

  int64_t sample_rate_;
  LoudnessMeter meter_;
  int64_t samples_ = 0, hop_ = 0, hop_start_ = 0, hop_end_ = boundary(1);
  float hop_peak_ = 0, peak_ = 0;
  double hop_square_ = 0, square_[2] = {}, mid_ = 0, side_ = 0;
};

}  // namespace mixwright
