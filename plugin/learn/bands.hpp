// Third octaves and mel bands as in analysis/bands.py: which bin belongs to which band, and how much of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace mixwright {

constexpr int kOctaveBands = 30, kBassBands = 12;  // 25 Hz to 20 kHz; those below 400 Hz
constexpr double kNominalHz[kOctaveBands] = {25,   31.5, 40,   50,   63,   80,   100,   125,   160,   200,
                                             250,  315,  400,  500,  630,  800,  1000,  1250,  1600,  2000,
                                             2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000};
constexpr int kKilohertz = 16;  // the band of 1000 Hz

// Numbers, one a third octave.
struct PerBand {
  double at[kOctaveBands] = {};

  double& operator[](int band) { return at[band]; }
  double operator[](int band) const { return at[band]; }
  PerBand& operator+=(const PerBand& other) {
    for (int band = 0; band < kOctaveBands; ++band) at[band] += other.at[band];
    return *this;
  }
  PerBand& operator-=(const PerBand& other) {
    for (int band = 0; band < kOctaveBands; ++band) at[band] -= other.at[band];
    return *this;
  }
  PerBand& operator*=(double factor) {
    for (double& value : at) value *= factor;
    return *this;
  }
};

// How many third octaves have their centre below the Nyquist frequency.
inline int third_octaves(double sample_rate) {
  int bands = 0;
  while (bands < kOctaveBands && kNominalHz[bands] < sample_rate / 2) ++bands;
  return bands;
}

// The power of a band from the power of the bins, each a rectangle `spacing` Hz wide (IEC 61260-1, base 10).
inline double third_octave_power(const std::vector<double>& bins, double spacing, int band) {
  const double centre = 1000.0 * std::pow(10.0, (band - kKilohertz) / 10.0), half = std::pow(10.0, 0.05);
  const double low = centre / half, high = centre * half;
  double sum = 0;
  for (size_t k = 0; k < bins.size(); ++k) {
    const double hz = static_cast<double>(k) * spacing;
    const double overlap = std::min(hz + spacing / 2, high) - std::max(hz - spacing / 2, low);
    sum += bins[k] * std::min(1.0, std::max(0.0, overlap / spacing));
  }
  return sum;
}

// Triangles of equal area on Slaney's mel scale, from 0 to high_hz.
class MelBands {
 public:
  MelBands(int count, double high_hz, size_t bins, double spacing) {
    std::vector<double> corners;
    const double top = to_mel(high_hz);
    for (int k = 0; k < count + 2; ++k) corners.push_back(to_hz(top * k / (count + 1)));
    for (size_t band = 0; band + 2 < corners.size(); ++band) {
      const double low = corners[band], centre = corners[band + 1], high = corners[band + 2];
      Band made;
      for (size_t k = 0; k < bins; ++k) {
        const double hz = static_cast<double>(k) * spacing;
        const double weight = std::min((hz - low) / (centre - low), (high - hz) / (high - centre));
        if (hz > high_hz || weight <= 0) continue;
        if (made.weights.empty()) made.first = k;
        made.weights.push_back(weight * 2.0 / (high - low));
      }
      bands_.push_back(made);
    }
  }

  double power(const std::vector<double>& bins, int band) const {
    const Band& b = bands_[static_cast<size_t>(band)];
    double sum = 0;
    for (size_t k = 0; k < b.weights.size(); ++k) sum += b.weights[k] * bins[b.first + k];
    return sum;
  }

 private:
  struct Band {
    size_t first = 0;
    std::vector<double> weights;
  };

  static constexpr double kBreakHz = 1000.0, kBreak = 15.0;
  static double step() { return std::log(6.4) / 27.0; }
  static double to_mel(double hz) {
    return hz < kBreakHz ? hz * kBreak / kBreakHz : kBreak + std::log(hz / kBreakHz) / step();
  }
  static double to_hz(double mel) {
    return mel < kBreak ? mel * kBreakHz / kBreak : kBreakHz * std::exp((mel - kBreak) * step());
  }

  std::vector<Band> bands_;
};

}  // namespace mixwright
