// The spectrum of what is heard, as in analysis/spectrum.py and analysis/mel.py: third octaves of the whole,
// and the mel windows that the network hears. In a worker: it allocates.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "learn/bands.hpp"
#include "learn/fourier.hpp"
#include "learn/network.hpp"

namespace mixwright {

// To the nearest number of 11 bits, as the analysis keeps levels.
inline float rounded_to_half(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits += 0xfff + ((bits >> 13) & 1);
  bits &= ~uint32_t{0x1fff};
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

// Sums of the power spectra and of the cross-spectrum of frames that overlap by half under a sine window.
class CrossSpectrum {
 public:
  explicit CrossSpectrum(int frame)
      : fourier(frame),
        hop_(static_cast<size_t>(frame / 2)),
        window_(2 * hop_),
        samples_(2 * hop_),
        power_{std::vector<double>(hop_ + 1), std::vector<double>(hop_ + 1)},
        cross_(hop_ + 1) {
    constexpr double pi = 3.141592653589793;
    for (size_t n = 0; n < window_.size(); ++n)
      window_[n] = std::sin(pi * (static_cast<double>(n) + 0.5) / frame) * 2.0 / frame;
  }

  // True when a frame is complete; its spectra are then in `fourier`.
  bool add(double left, double right) {
    samples_[hop_ + filled_] = {left, right};
    if (++filled_ < hop_) return false;
    filled_ = 0;
    fourier([this](size_t n) { return samples_[n] * window_[n]; });
    std::copy(samples_.begin() + static_cast<std::ptrdiff_t>(hop_), samples_.end(), samples_.begin());
    for (size_t k = 0; k <= hop_; ++k) {
      power_[0][k] += std::norm(fourier.left[k]);
      power_[1][k] += std::norm(fourier.right[k]);
      cross_[k] +=
          fourier.left[k].real() * fourier.right[k].real() + fourier.left[k].imag() * fourier.right[k].imag();
    }
    return true;
  }

  // Mean squares of both channels and their mean product in a third octave.
  void band(int band, double sample_rate, double samples, double* power, double* cross) const {
    const double spacing = sample_rate / static_cast<double>(2 * hop_),
                 scale = static_cast<double>(hop_) / samples;
    for (int c = 0; c < 2; ++c) power[c] = third_octave_power(power_[c], spacing, band) * scale;
    *cross = third_octave_power(cross_, spacing, band) * scale;
  }

  StereoFourier fourier;

 private:
  size_t hop_, filled_ = 0;
  std::vector<double> window_;
  std::vector<StereoFourier::Complex> samples_;
  std::vector<double> power_[2], cross_;
};

class Spectra {
 public:
  explicit Spectra(double sample_rate)
      : sample_rate_(sample_rate),
        step_(1 << std::lround(std::log2(sample_rate / kBassRate))),
        frame_(kFramePerStep * step_),
        short_(frame_),
        long_(kBassFrame),
        mel_(Network::kMelBands, kMelTopHz, static_cast<size_t>(frame_ / 2 + 1), sample_rate / frame_) {
    const int taps = kTapsPerStep * step_;
    double sum = 0;
    for (int n = 0; n < taps; ++n) {
      const double t = (n - (taps - 1) / 2.0), x = 3.141592653589793 * t / step_;
      const double edge = 2.0 * n / (taps - 1) - 1.0;
      response_.push_back((x == 0 ? 1.0 : std::sin(x) / x) *
                          bessel(kKaiserBeta * std::sqrt(1 - edge * edge)));
      sum += response_.back();
    }
    for (double& tap : response_) tap /= sum;
    recent_.resize(static_cast<size_t>(taps));
    for (std::vector<double>* part : {&total_, &middle_})
      part->assign(static_cast<size_t>(frame_ / 2 + 1), 0.0);
  }

  // right may be null (mono).
  void add(const float* left, const float* right, size_t frames) {
    for (size_t n = 0; n < frames; ++n) add(left[n], right != nullptr ? right[n] : left[n]);
    samples_ += static_cast<int64_t>(frames);
  }

  // What follows the last sample is silence, to the end of a chunk and one chunk on, as in the analysis.
  void finish() {
    const int64_t chunk = int64_t{kFramesPerChunk} * frame_ / 2;
    for (int64_t left = (samples_ / chunk + 2) * chunk - samples_; left > 0; --left) add(0.0f, 0.0f);
    const double samples = static_cast<double>(std::max<int64_t>(samples_, 1));
    for (int band = 0; band < kOctaveBands; ++band) {
      double power[2] = {}, cross = 0, r = 0;
      const bool there = kNominalHz[band] < sample_rate_ / 2;
      if (there && band < kBassBands) long_.band(band, sample_rate_ / step_, samples / step_, power, &cross);
      if (there && band >= kBassBands) short_.band(band, sample_rate_, samples, power, &cross);
      if (std::min(power[0], power[1]) > kFloor)
        r = std::min(1.0, std::max(-1.0, cross / std::sqrt(power[0] * power[1])));
      const double both = std::max((power[0] + power[1]) / 2, kFloor);
      ltas_db[band] = 10 * std::log10(both);
      mid_db[band] = static_cast<float>(10 * std::log10(std::max(both * (1 + r) / 2, kFloor)));
      side_db[band] = static_cast<float>(10 * std::log10(std::max(both * (1 - r) / 2, kFloor)));
    }
  }

  // (windows, 2, 64, 216) in dB. The last window reaches back where half of it is there; what is shorter than
  // one is repeated until it fills one.
  std::vector<float> windows() const {
    constexpr size_t length = Network::kMelFrames, bands = Network::kMelBands;
    const size_t rows = rows_.size() / (2 * bands);
    std::vector<size_t> starts;
    for (size_t start = 0; start + length <= rows; start += length) starts.push_back(start);
    if (!starts.empty() && rows % length >= length / 2) starts.push_back(rows - length);
    if (starts.empty()) starts.push_back(0);
    std::vector<float> all;
    for (const size_t start : starts)
      for (size_t k = 0; k < 2 * bands; ++k)
        for (size_t t = 0; t < length; ++t) all.push_back(rows_[(start + t) % rows * 2 * bands + k]);
    return all;
  }

  PerBand ltas_db;  // mean of the channels, dBFS
  float mid_db[kOctaveBands] = {}, side_db[kOctaveBands] = {};

 private:
  static constexpr double kBassRate = 2756.25, kMelTopHz = 16000, kKaiserBeta = 8.1, kFloor = 1e-15;
  static constexpr double kMelFloor = 1e-12, kLeastSide = 1e-6;
  static constexpr int kFramePerStep = 128, kBassFrame = 1024, kTapsPerStep = 8, kFramesPerChunk = 16;

  // Modified Bessel function of the first kind, order zero.
  static double bessel(double x) {
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-17 * sum; ++k) sum += term *= x * x / (4.0 * k * k);
    return sum;
  }

  void add(float l, float r) {
    const double left = std::isfinite(l) ? static_cast<double>(l) : 0.0;
    const double right = std::isfinite(r) ? static_cast<double>(r) : 0.0;
    if (short_.add(left, right)) add_mel();
    recent_[newest_] = {left, right};
    newest_ = (newest_ + 1) % recent_.size();
    if (++since_ < step_) return;
    since_ = 0;
    StereoFourier::Complex low = 0;
    for (size_t n = 0; n < recent_.size(); ++n) low += recent_[(newest_ + n) % recent_.size()] * response_[n];
    long_.add(low.real(), low.imag());
  }

  // Two frames make one row: 64 bands of the middle, 64 of the side.
  void add_mel() {
    const StereoFourier& f = short_.fourier;
    for (size_t k = 0; k < total_.size(); ++k) {
      total_[k] += (std::norm(f.left[k]) + std::norm(f.right[k])) / 4;
      middle_[k] += std::norm(f.left[k] + f.right[k]) / 8;
    }
    if ((odd_ = !odd_)) return;
    float sides[Network::kMelBands];
    for (int band = 0; band < Network::kMelBands; ++band) {
      const double all = mel_.power(total_, band), mid = mel_.power(middle_, band), side = all - mid;
      rows_.push_back(level_db(mid));
      sides[band] = level_db(side > kLeastSide * all ? side : 0.0);
    }
    rows_.insert(rows_.end(), sides, sides + Network::kMelBands);
    std::fill(total_.begin(), total_.end(), 0.0);
    std::fill(middle_.begin(), middle_.end(), 0.0);
  }

  static float level_db(double power) {
    return rounded_to_half(static_cast<float>(10 * std::log10(std::max(power, kMelFloor))));
  }

  double sample_rate_;
  int step_, frame_;
  CrossSpectrum short_, long_;
  MelBands mel_;
  std::vector<double> response_, total_, middle_;
  std::vector<StereoFourier::Complex> recent_;
  size_t newest_ = 0;
  int since_ = 0;
  bool odd_ = false;
  int64_t samples_ = 0;
  std::vector<float> rows_;
};

}  // namespace mixwright
