// Which EQ brings the spectrum of a mix inside the spread of its target, near to where the network put it: as
// model/tone.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "chain.hpp"
#include "grid.hpp"
#include "learn/target.hpp"

namespace mixwright {

constexpr int kEqParameters[] = {k_low_eq, k_mid_eq, k_high_eq, k_presence};

// A parameter's value from its position in [-1, 1] around neutral, and back.
inline double from_position(int parameter, double position) {
  const ParameterInfo& p = kParameters[parameter];
  const double span = position > 0 ? p.high - p.neutral : p.neutral - p.low;
  return p.neutral + span * clamp(position, -1.0, 1.0);
}

inline double to_position(int parameter, double value) {
  const ParameterInfo& p = kParameters[parameter];
  const double span = value > p.neutral ? p.high - p.neutral : p.neutral - p.low;
  return span > 0 ? (value - p.neutral) / span : 0.0;
}

class ToneSolver {
 public:
  // `deviation` must outlive this.
  ToneSolver(const Deviation& deviation, const double* voicing, double sample_rate)
      : deviation_(deviation), settings_(Chain::equalizer_settings(voicing)), sample_rate_(sample_rate) {
    for (int k = 0; k < kBands; ++k) {
      low_[k] = curve_db(k, from_position(kEqParameters[k], -1.0));
      high_[k] = curve_db(k, from_position(kEqParameters[k], 1.0));
    }
  }

  // Gain of one band of the equaliser in dB, at the centre of each third octave, with a value of its
  // parameter.
  PerBand curve_db(int band, double value) const {
    const int parameter = kEqParameters[band];
    const double held = on_grid(parameter, value),
                 gain = parameter == k_presence ? Chain::presence_db(held) : held;
    PerBand curve;
    if (gain == 0.0) return curve;
    const Biquad filter =
        Equalizer::design(static_cast<Equalizer::Band>(band), gain, settings_, sample_rate_);
    for (int b = 0; b < third_octaves(sample_rate_); ++b)
      curve[b] = gain_to_db(magnitude_squared(filter, kNominalHz[b], sample_rate_)) / 2;
    return curve;
  }

  // Moves the four values from where they are: least squares on what lies outside the spread, plus `price`
  // (of the way from neutral to a bound, in units of one band that lies one spread outside) for every move. A
  // parameter that has nothing to measure where it works goes to neutral.
  void solve(double* values, double price) const {
    double begin[kBands];
    PerBand before[kBands], moved = deviation_.db;
    std::vector<int> free;
    for (int k = 0; k < kBands; ++k) {
      const int parameter = kEqParameters[k];
      begin[k] = kParameters[parameter].neutral;
      if (reaches(k)) {
        begin[k] = values[parameter];
        free.push_back(k);
      }
      before[k] = curve_db(k, begin[k]);
      moved += before[k];
    }
    for (;;) {
      double found[kBands];
      std::copy(begin, begin + kBands, found);
      least_squares(free, before, begin, price, found);
      // A band that would move its own region further away, for the sake of its neighbours, stays out.
      std::vector<int> right;
      for (const int k : free) {
        PerBand change = curve_db(k, found[k]);
        change -= before[k];
        if (!(region_db(change, moved) * (found[k] - begin[k]) > 0)) right.push_back(k);
      }
      if (right.size() == free.size()) {
        for (int k = 0; k < kBands; ++k) values[kEqParameters[k]] = found[k];
        return;
      }
      free = std::move(right);
    }
  }

 private:
  static constexpr int kBands = Equalizer::kBands, kSteps = 60;
  static constexpr double kLeastCoverage = 0.3;

  bool reaches(int band) const {
    double all = 0, measured = 0;
    for (int b = 0; b < kOctaveBands; ++b) {
      all += std::fabs(high_[band][b]);
      if (deviation_.weight[b] > 0) measured += std::fabs(high_[band][b]);
    }
    return measured > kLeastCoverage * all;
  }

  // Fills `found` for the free bands, which begin at `begin`; the others stand with their curves `before`.
  void least_squares(const std::vector<int>& free, const PerBand* before, const double* begin, double price,
                     double* found) const {
    const double total = deviation_.total_weight();
    if (free.empty() || !(total > 0)) return;
    PerBand given, importance;
    for (int k = 0; k < kBands; ++k)
      if (std::find(free.begin(), free.end(), k) == free.end()) given += before[k];
    for (int b = 0; b < kOctaveBands; ++b)
      importance[b] = deviation_.weight[b] / total / (deviation_.spread_db[b] * deviation_.spread_db[b]);
    const size_t count = free.size();
    std::vector<double> middle(count), position;
    for (size_t i = 0; i < count; ++i) middle[i] = to_position(kEqParameters[free[i]], begin[free[i]]);
    position = middle;
    std::vector<PerBand> shapes(count);
    for (int step = 0; step < kSteps; ++step) {
      PerBand change = given;
      for (size_t i = 0; i < count; ++i) {
        // Position -1 is the low end, 1 the high end; the curve of a negative position is the low end's.
        shapes[i] = position[i] > 0 ? high_[free[i]] : low_[free[i]];
        if (!(position[i] > 0)) shapes[i] *= -1.0;
        const double level = deviation_.mean(shapes[i]);
        for (int b = 0; b < kOctaveBands; ++b) {
          shapes[i][b] -= level;
          change[b] += position[i] * shapes[i][b];
        }
      }
      // Each band is led to the nearest point of its own spread: a bound from above on the cost.
      const PerBand outside = deviation_.excess_db(change);
      double curvature[kBands][kBands] = {}, gradient[kBands] = {};
      for (size_t i = 0; i < count; ++i) {
        gradient[i] = price * (position[i] - middle[i]);
        for (int b = 0; b < kOctaveBands; ++b) {
          gradient[i] += shapes[i][b] * importance[b] * outside[b];
          for (size_t j = 0; j < count; ++j) curvature[i][j] += shapes[i][b] * importance[b] * shapes[j][b];
        }
        curvature[i][i] += price;
      }
      eliminate(curvature, gradient, count);
      for (size_t i = 0; i < count; ++i) position[i] = clamp(position[i] - gradient[i], -1.0, 1.0);
    }
    for (size_t i = 0; i < count; ++i) found[free[i]] = from_position(kEqParameters[free[i]], position[i]);
  }

  // Solves a x = b for a symmetric positive definite a; b becomes x.
  static void eliminate(double (&a)[kBands][kBands], double (&b)[kBands], size_t count) {
    for (size_t i = 0; i < count; ++i)
      for (size_t row = i + 1; row < count; ++row) {
        const double factor = a[row][i] / a[i][i];
        for (size_t column = i; column < count; ++column) a[row][column] -= factor * a[i][column];
        b[row] -= factor * b[i];
      }
    for (size_t i = count; i-- > 0;) {
      for (size_t column = i + 1; column < count; ++column) b[i] -= a[i][column] * b[column];
      b[i] /= a[i][i];
    }
  }

  // Deviation of the region that a curve reaches, weighted by the curve; 0 for a flat curve.
  double region_db(const PerBand& curve, const PerBand& deviation_db) const {
    double sum = 0, total = 0;
    for (int b = 0; b < kOctaveBands; ++b) {
      const double share = std::fabs(curve[b]) * deviation_.weight[b];
      sum += share * deviation_db[b];
      total += share;
    }
    return total > 0 ? sum / total : 0.0;
  }

  const Deviation& deviation_;
  Equalizer::Settings settings_;
  double sample_rate_;
  PerBand low_[kBands], high_[kBands];
};

}  // namespace mixwright
