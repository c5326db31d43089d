// The waveform between the samples: eight points a sample, so that a converter's overshoot is seen before it
// happens.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "math.hpp"

namespace mixwright {

// Eight-fold oversampling as three half-band interpolators (2x, 4x, 8x) of 60, 8 and 6 taps: linear phase,
// the samples themselves untouched, flat within 0.02 dB to 0.93 of Nyquist. A sine under-reads at eight
// points a sample by at most 1/cos(pi/16) = 0.169 dB (BS.1770-5, annex 2).
class Oversampler {
 public:
  static constexpr int kFactor = 8;
  // Frames of context that must be readable before and after the frames that are measured. The filters reach
  // 32 frames; the rest are read, and not used, by loops that run over whole vectors.
  static constexpr int kReach = 32, kSlack = 4;

  Oversampler() {
    design(first_, kFirst, 60.0);
    design(second_, kSecond, 70.0);
    design(third_, kThird, 70.0);
    curvature_ = static_cast<float>(measure_curvature());
  }

  // x points at the first of kTick frames, with kReach frames before them and kReach + kSlack after.
  // peaks[n] becomes the largest |x| of the eight points in [n, n + 1).
  void frame_peaks(const float* x, float* peaks) const noexcept {
    float middle[4 * kTick], doubled[2 * kMiddles2], fourfold[2 * kMiddles4];
    half_band<10, false>(x - 2, x - 1, first_, middle, kMiddles2);
    half_band<10, true>(x - 12, x + 9, first_ + 10, middle, kMiddles2);
    half_band<10, true>(x - 22, x + 19, first_ + 20, middle, kMiddles2);
    for (int i = 0; i < kMiddles2; ++i) {  // doubled[i] lies at frame (i - 4) / 2
      doubled[2 * i] = x[i - 2];
      doubled[2 * i + 1] = middle[i];
    }
    half_band<kSecond, false>(doubled + 3, doubled + 4, second_, middle, kMiddles4);
    for (int i = 0; i < kMiddles4; ++i) {  // fourfold[i] lies at frame (i - 2) / 4
      fourfold[2 * i] = doubled[i + 3];
      fourfold[2 * i + 1] = middle[i];
    }
    half_band<kThird, false>(fourfold + 2, fourfold + 3, third_, middle, 4 * kTick);
    for (int i = 0; i < 4 * kTick; ++i) middle[i] = maximum(std::fabs(middle[i]), std::fabs(fourfold[i + 2]));
    for (int i = 0; i < kTick; ++i) {
      const float* p = middle + 4 * i;
      peaks[i] = maximum(maximum(p[0], p[1]), maximum(p[2], p[3]));
    }
  }

  // No point between the samples exceeds this, given the largest |x[n]| and the largest |x[n+1] - 2 x[n] +
  // x[n-1]| within reach. Every phase of the filter reproduces straight lines, so it is linear interpolation,
  // which never exceeds the samples, plus a filter on the second difference; curvature_ is the L1 norm of
  // that filter. Music is mostly bass, its second difference small, so this is far tighter than the L1 norm
  // of the whole filter (2.9). The 2e-4 covers float rounding, whose worst case is 120 roundings * 2^-24
  // * 2.9 = 2e-5.
  float bound(float peak, float second_difference) const noexcept {
    return peak * 1.0002f + second_difference * curvature_ * 1.0002f;
  }

 private:
  static constexpr int kFirst = 30, kSecond = 4, kThird = 3;  // half the taps of each stage
  static constexpr int kMiddles2 = 40, kMiddles4 = 72;  // 36 and 66 are needed; whole vectors are faster

  // out[i] (+)= the point half-way between left[i] and right[i], from K neighbours on each side.
  template <int K, bool kAdd>
  static void half_band(const float* left, const float* right, const float* taps, float* out,
                        int count) noexcept {
    for (int i = 0; i < count; ++i) {
      float sum = taps[0] * (left[i] + right[i]);
      for (int k = 1; k < K; ++k) sum += taps[k] * (left[i - k] + right[i + k]);
      out[i] = kAdd ? out[i] + sum : sum;
    }
  }

  // Kaiser-windowed sinc whose taps sum to 1; by symmetry it then reproduces straight lines.
  static void design(float* taps, int half, double attenuation_db) {
    const double beta = 0.1102 * (attenuation_db - 8.7);  // Kaiser's formula above 50 dB
    double exact[kFirst], sum = 0.0;
    for (int k = 0; k < half; ++k) {
      const double t = k + 0.5, u = t / half;
      exact[k] = std::sin(kPi * t) / (kPi * t) * bessel_i0(beta * std::sqrt(1.0 - u * u));
      sum += 2.0 * exact[k];
    }
    for (int k = 0; k < half; ++k) taps[k] = static_cast<float>(exact[k] / sum);
  }

  static double bessel_i0(double x) {
    double term = 1.0, sum = 1.0;
    for (int k = 1; k < 40; ++k) {
      term *= (x / (2.0 * k)) * (x / (2.0 * k));
      sum += term;
    }
    return sum;
  }

  // The L1 norm, over the worst of the eight phases, of (phase minus linear interpolation) summed twice.
  double measure_curvature() const {
    constexpr int kCentre = 8 * (kReach + 2);
    double response[2 * kCentre + 1] = {};  // of the three stages together, at 8x
    response[kCentre] = 1.0;
    spread(response, kCentre, 4, first_, kFirst);
    spread(response, kCentre, 2, second_, kSecond);
    spread(response, kCentre, 1, third_, kThird);
    double worst = 0.0;
    for (int phase = 1; phase < kFactor; ++phase) {
      const double t = static_cast<double>(phase) / kFactor;
      double slope = 0.0, value = 0.0, norm = 0.0;
      for (int k = -kReach; k <= kReach; ++k) {
        slope += response[kCentre + phase - kFactor * k] - (k == 0 ? 1.0 - t : 0.0) - (k == 1 ? t : 0.0);
        value += slope;
        norm += std::fabs(value);
      }
      worst = norm > worst ? norm : worst;
    }
    return worst;
  }

  // Fills the odd multiples of `step` by half-band interpolation of the even ones.
  static void spread(double* response, int centre, int step, const float* taps, int half) {
    for (int i = -centre + step; i < centre; i += 2 * step) {
      double sum = 0.0;
      for (int k = 0; k < half; ++k) {
        const int left = i - step * (2 * k + 1), right = i + step * (2 * k + 1);
        sum += static_cast<double>(taps[k]) * ((left >= -centre ? response[centre + left] : 0.0) +
                                               (right <= centre ? response[centre + right] : 0.0));
      }
      response[centre + i] = sum;
    }
  }

  float first_[kFirst], second_[kSecond], third_[kThird];
  float curvature_;
};

// One channel's last three ticks: the middle one is measured, the other two are its context. Keeps the
// largest sample and second difference of each tick, so that the oversampling can be left out where it could
// change nothing.
class TickWindow {
 public:
  void reset() { *this = TickWindow(); }

  void push(const float* tick) noexcept {
    std::memmove(x_, x_ + kTick, 2 * kTick * sizeof(float));
    float* const newest = x_ + 2 * kTick;
    std::memcpy(newest, tick, kTick * sizeof(float));
    float curve[kTick];
    for (int i = 0; i < kTick; ++i) curve[i] = (newest[i] - newest[i - 1]) - (newest[i - 1] - newest[i - 2]);
    for (int i = 0; i < 2; ++i) peaks_[i] = peaks_[i + 1], curves_[i] = curves_[i + 1];
    peaks_[2] = largest(newest);
    curves_[2] = largest(curve);
  }

  const float* measured() const noexcept { return x_ + kTick; }
  float newest_peak() const noexcept { return peaks_[2]; }
  float peak() const noexcept { return maximum(peaks_[0], maximum(peaks_[1], peaks_[2])); }
  float second_difference() const noexcept { return maximum(curves_[0], maximum(curves_[1], curves_[2])); }

 private:
  static_assert(Oversampler::kReach == kTick, "the context is one tick on each side");

  // Magnitudes compare like integers, and integer maxima vectorise.
  static float largest(const float* x) noexcept {
    int32_t most = 0;
    for (int i = 0; i < kTick; ++i) {
      int32_t bits;
      std::memcpy(&bits, x + i, sizeof bits);
      bits &= 0x7fffffff;
      most = bits > most ? bits : most;
    }
    float result;
    std::memcpy(&result, &most, sizeof result);
    return result;
  }

  float x_[3 * kTick + Oversampler::kSlack] = {};
  float peaks_[3] = {}, curves_[3] = {};
};

}  // namespace mixwright
