// K-weighted loudness (ITU-R BS.1770-5, annex 1): what the ear makes of level, in 10 ms hops.
#pragma once

#include <cmath>
#include <cstdint>

#include "math.hpp"

namespace mixwright {

// The two filters of BS.1770 derived again for every sample rate from the analogue prototypes, so that 48 kHz
// gives the coefficients of Tables 1 and 2 and other rates the same response. State is double: float loses
// 3 LU at 25 Hz.
class KWeighting {
 public:
  void prepare(double sample_rate) {
    constexpr double kShelfHz = 1681.974450955533, kShelfDb = 3.999843853973347, kShelfQ = 0.7071752369554196;
    constexpr double kShelfSlope = 0.4996667741545416;
    const double k = std::tan(kPi * kShelfHz / sample_rate);
    const double vh = std::pow(10.0, kShelfDb / 20.0), vb = std::pow(vh, kShelfSlope);
    const double a0 = 1.0 + k / kShelfQ + k * k;
    b0_ = (vh + vb * k / kShelfQ + k * k) / a0;
    b1_ = 2.0 * (k * k - vh) / a0;
    b2_ = (vh - vb * k / kShelfQ + k * k) / a0;
    a1_ = 2.0 * (k * k - 1.0) / a0;
    a2_ = (1.0 - k / kShelfQ + k * k) / a0;

    const double h = high_pass_k(sample_rate), h0 = high_pass_a0(h);
    c1_ = 2.0 * (h * h - 1.0) / h0;
    c2_ = (1.0 - h / kHighPassQ + h * h) / h0;
    // Table 2 has the numerator 1, -2, 1, which is 0.043 dB of gain at 48 kHz; we keep that gain at every
    // rate.
    const double gain = high_pass_a0(high_pass_k(48000.0)) / h0;
    power_ = gain * gain;
    reset();
  }

  void reset() { s1_ = s2_ = t1_ = t2_ = sum_ = Pair{0.0, 0.0}; }

  // The sum over both channels of the squared, weighted samples since it was last taken.
  double take_energy() noexcept {
    const double energy = (sum_[0] + sum_[1]) * power_;
    sum_ = Pair{0.0, 0.0};
    return energy;
  }

  // Adds to the energy; the channels stay apart until it is taken, so that a split changes no rounding. right
  // may be null (mono). A sample that is not finite counts as silence.
  void process(const float* left, const float* right, int frames) noexcept {
    Pair s1 = s1_, s2 = s2_, t1 = t1_, t2 = t2_, sum = sum_;
    for (int i = 0; i < frames; ++i) {
      const float l = left[i], r = right ? right[i] : 0.0f;
      const Pair x = {is_finite(l) ? static_cast<double>(l) : 0.0,
                      is_finite(r) ? static_cast<double>(r) : 0.0};
      const Pair y = b0_ * x + s1;  // shelf, transposed direct form II
      s1 = (b1_ * x + s2) - a1_ * y;
      s2 = b2_ * x - a2_ * y;
      const Pair z = y + t1;  // high-pass
      t1 = (t2 - 2.0 * y) - c1_ * z;
      t2 = y - c2_ * z;
      sum = sum + z * z;
    }
    s1_ = s1, s2_ = s2, t1_ = t1, t2_ = t2, sum_ = sum;
  }

 private:
  static constexpr double kHighPassHz = 38.13547087602444, kHighPassQ = 0.5003270373238773;
  static double high_pass_k(double sample_rate) { return std::tan(kPi * kHighPassHz / sample_rate); }
  static double high_pass_a0(double k) { return 1.0 + k / kHighPassQ + k * k; }

  // Left and right in one SIMD register.
#if defined(__GNUC__)
  typedef double Pair __attribute__((vector_size(16)));
#else
  struct Pair {
    double l, r;
    double operator[](int i) const { return i ? r : l; }
    friend Pair operator+(Pair a, Pair b) { return {a.l + b.l, a.r + b.r}; }
    friend Pair operator-(Pair a, Pair b) { return {a.l - b.l, a.r - b.r}; }
    friend Pair operator*(Pair a, Pair b) { return {a.l * b.l, a.r * b.r}; }
    friend Pair operator*(double a, Pair b) { return {a * b.l, a * b.r}; }
  };
#endif
  double b0_ = 1, b1_ = 0, b2_ = 0, a1_ = 0, a2_ = 0, c1_ = 0, c2_ = 0, power_ = 1;
  Pair s1_{}, s2_{}, t1_{}, t2_{}, sum_{};
};

// LUFS of a mean square summed over channels (annex 1, eq. 2); -inf for 0.
inline double lufs_of_energy(double energy) { return -0.691 + 10.0 * std::log10(energy); }
inline double energy_of_lufs(double lufs) { return std::pow(10.0, (lufs + 0.691) / 10.0); }

// Cuts the weighted signal into hops of 10 ms: hop k spans the samples round(k fs / 100) to round((k+1) fs /
// 100). Windows of 400 ms and 3 s are sums of hops; the hop is 10 ms because EBU Tech 3341 tests 13 and 14
// shift a 400 ms burst by 20 ms, which a hop of 100 ms misreads by 0.45 LU.
class LoudnessMeter {
 public:
  void prepare(double sample_rate) {
    sample_rate_ = sample_rate;
    weighting_.prepare(sample_rate);
    reset();
  }

  void reset() {
    weighting_.reset();
    position_ = hop_start_ = 0;
    hop_ = 0;
    hop_end_ = boundary(1);
  }

  // Calls emit(mean square of the hop, summed over channels) at each completed hop. right may be null (mono).
  template <typename Emit>
  void process(const float* left, const float* right, int64_t frames, Emit&& emit) {
    const DenormalGuard guard;
    while (frames > 0) {
      const int64_t room = hop_end_ - position_;
      const int n = static_cast<int>(frames < room ? frames : room);
      weighting_.process(left, right, n);
      left += n;
      if (right) right += n;
      frames -= n;
      position_ += n;
      if (position_ == hop_end_) {
        emit(weighting_.take_energy() / static_cast<double>(hop_end_ - hop_start_));
        hop_start_ = hop_end_;
        hop_end_ = boundary(++hop_ + 1);
      }
    }
  }

 private:
  int64_t boundary(int64_t hop) const {
    return static_cast<int64_t>(std::floor(static_cast<double>(hop) * sample_rate_ / 100.0 + 0.5));
  }

  KWeighting weighting_;
  double sample_rate_ = 48000.0;
  int64_t position_ = 0, hop_ = 0, hop_start_ = 0, hop_end_ = 480;
};

}  // namespace mixwright
