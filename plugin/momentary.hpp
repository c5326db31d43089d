// Momentary loudness of what goes by (EBU Tech 3341: 400 ms).
#pragma once

#include <atomic>
#include <cstdint>

#include "loudness.hpp"

namespace mixwright {

class MomentaryLoudness {
 public:
  void prepare(double sample_rate) {
    meter_.prepare(sample_rate);
    for (double& hop : hops_) hop = 0;
    energy_ = 0;
  }

  // One thread; right may be null (mono). No allocation.
  void process(const float* left, const float* right, int64_t frames) noexcept {
    meter_.process(left, right, frames, [this](double energy) {
      hops_[at_] = energy;
      at_ = (at_ + 1) % kHops;
      double sum = 0;
      for (const double hop : hops_) sum += hop;
      energy_.store(sum / kHops, std::memory_order_relaxed);
    });
  }

  // From any thread; -inf for silence.
  double lufs() const noexcept { return lufs_of_energy(energy_.load(std::memory_order_relaxed)); }

 private:
  static constexpr int kHops = 40;  // of 10 ms

  static_assert(std::atomic<double>::is_always_lock_free);
  LoudnessMeter meter_;
  double hops_[kHops] = {};
  int at_ = 0;
  std::atomic<double> energy_{0.0};
};

}  // namespace mixwright
