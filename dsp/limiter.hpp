// Look-ahead true-peak limiter: turns down before the peak arrives, so that nothing has to be clipped.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "math.hpp"
#include "oversampler.hpp"

namespace mixwright {

// The highest value of the last `length` ones, each step in amortised constant time.
class SlidingMaximum {
 public:
  static constexpr int kCapacity = 128;  // a power of two, at least the length

  void prepare(int length) {
    length_ = length;
    reset();
  }
  void reset() { first_ = last_ = step_ = 0; }

  double push(double value) noexcept {
    while (last_ != first_ && slot(last_ - 1).value <= value) --last_;
    slot(last_++) = {value, step_ + static_cast<uint32_t>(length_)};
    if (slot(first_).expires == step_) ++first_;
    ++step_;
    return slot(first_).value;
  }

 private:
  struct Entry {
    double value;
    uint32_t expires;
  };
  Entry& slot(uint32_t i) { return entries_[i % kCapacity]; }

  Entry entries_[kCapacity] = {};
  uint32_t first_ = 0, last_ = 0, step_ = 0;  // unsigned, so that wrapping round is defined
  int length_ = 1;
};

// How far to turn down, at the control rate. A need is held for the look-ahead and 10 ms more (so that the
// gain stands still between the half waves of a bass note), then released; a Hann window as long as the
// look-ahead makes the ramps.
//
// Why the ramp is never late: with K = window length, every value that the window joins for the gain on
// either side of block k comes from a hold that contains block k's need, and a weighted mean of values that
// all reach the need reaches it too.
class ReductionEnvelope {
 public:
  static constexpr int kMostSteps = 17;

  // `steps` control blocks of look-ahead.
  void prepare(double control_rate, int steps) {
    steps_ = steps;
    hold_.prepare(steps + 1 + static_cast<int>(std::ceil(0.010 * control_rate)));
    // A single peak lets go in 60 ms. What lasts is taken over by a slower average, which lets go in 1.2 s,
    // so that dense music is not modulated at its own rhythm.
    fast_ = one_pole(0.060, control_rate);
    take_over_ = one_pole(0.300, control_rate);
    let_go_ = one_pole(1.200, control_rate);
    double sum = 0.0;
    for (int i = 0; i < steps; ++i) {
      const double s = std::sin(kPi * (i + 0.5) / steps);
      window_[i] = s * s;
      sum += window_[i];
    }
    for (int i = 0; i < steps; ++i) window_[i] /= sum;
    reset();
  }

  void reset() {
    hold_.reset();
    peak_ = sustained_ = 0.0;
    std::memset(recent_, 0, sizeof recent_);
    quiet_steps_ = kMostSteps;
  }

  // True when every state is zero: then a need of zero changes nothing and step() may be left out.
  bool at_rest() const noexcept { return quiet_steps_ >= kMostSteps; }

  // need is 1 - (gain that the newest block needs). Returns the reduction, 1 - gain, at the start of the
  // block that came steps - 1 blocks before.
  double step(double need) noexcept {
    const double held = hold_.push(need);
    const double released = peak_ + (sustained_ - peak_) * fast_;
    peak_ = held > released ? held : released;
    sustained_ += (peak_ - sustained_) * take_over_ - sustained_ * let_go_;
    if (held == 0.0 && peak_ < 1e-7) {  // -140 dB: let go entirely, so that the output is the input again
      peak_ = sustained_ = 0.0;
      if (!at_rest()) ++quiet_steps_;
      if (at_rest()) hold_.reset();
    } else {
      quiet_steps_ = 0;
    }
    double reduction = 0.0;
    for (int i = steps_ - 1; i > 0; --i) {
      recent_[i] = recent_[i - 1];
      reduction += window_[i] * recent_[i];
    }
    recent_[0] = peak_;
    return reduction + window_[0] * peak_;
  }

 private:
  SlidingMaximum hold_;
  double fast_ = 1, take_over_ = 1, let_go_ = 1;
  double peak_ = 0, sustained_ = 0;
  double window_[kMostSteps] = {}, recent_[kMostSteps] = {};
  int steps_ = 1, quiet_steps_ = 0;
};

// One gain for all channels, so that the stereo image stands still. Works in whole ticks.
class Limiter {
 public:
  static constexpr int kMostChannels = 2;

  void prepare(double sample_rate, int channels) {
    channels_ = channels;
    // The gain is computed at 4 to 8 kHz and is a straight line between.
    block_ = 1;
    while (block_ < kTick && sample_rate / (2 * block_) >= 4000.0) block_ *= 2;
    const double control_rate = sample_rate / block_;
    const int steps = static_cast<int>(std::lround(0.002 * control_rate));
    look_ahead_ = steps * block_;
    envelope_.prepare(control_rate, steps);
    reset();
  }

  void reset() {
    envelope_.reset();
    for (int c = 0; c < kMostChannels; ++c) windows_[c].reset();
    std::memset(delay_, 0, sizeof delay_);
    write_ = 0;
    gain_ = 1.0f;
    lowest_gain_ = 1.0f;
  }

  // In frames: a tick of context for the oversampler, and the look-ahead.
  int latency() const noexcept { return Oversampler::kReach + look_ahead_; }

  // The lowest gain within the last tick that came out.
  float lowest_gain() const noexcept { return lowest_gain_; }

  // x and out are kTick frames a channel; ceiling is linear. The output's true peak is at most the ceiling.
  void process(const float* const* x, float ceiling, float* const* out) noexcept {
    // Eight points a sample miss the top of a wave by at most 1/cos(pi/16), 0.169 dB; the last digit is for
    // rounding.
    const float limit = ceiling * 0.980784f;
    float peaks[kTick];
    bool over = false;
    for (int c = 0; c < channels_; ++c) {
      std::memcpy(delay_[c] + write_, x[c], kTick * sizeof(float));
      windows_[c].push(x[c]);
      if (oversampler_.bound(windows_[c].peak(), windows_[c].second_difference()) <= limit) continue;
      float channel_peaks[kTick];
      oversampler_.frame_peaks(windows_[c].measured(), channel_peaks);
      for (int i = 0; i < kTick; ++i)
        peaks[i] = over ? maximum(peaks[i], channel_peaks[i]) : channel_peaks[i];
      over = true;
    }
    const unsigned read = write_ - static_cast<unsigned>(latency());
    write_ = (write_ + kTick) % kDelay;
    lowest_gain_ = 1.0f;
    const bool working = over || !envelope_.at_rest();
    for (int start = 0; start < kTick; start += block_) {
      float next = 1.0f;
      if (working) {
        float peak = limit;
        if (over) {
          for (int i = start; i < start + block_; ++i) peak = maximum(peak, peaks[i]);
        }
        const double need = 1.0 - static_cast<double>(limit) / static_cast<double>(peak);
        next = static_cast<float>(1.0 - envelope_.step(need));
      }
      const float slope = (next - gain_) / static_cast<float>(block_);
      for (int c = 0; c < channels_; ++c) {
        const float* in = delay_[c] + (read + static_cast<unsigned>(start)) % kDelay;
        for (int i = 0; i < block_; ++i) out[c][start + i] = in[i] * (gain_ + slope * static_cast<float>(i));
      }
      lowest_gain_ = lowest_gain_ < next ? lowest_gain_ : next;
      gain_ = next;
    }
  }

 private:
  static constexpr unsigned kDelay = 1024;  // a power of two, more than 32 frames and 2 ms at 192 kHz

  Oversampler oversampler_;
  TickWindow windows_[kMostChannels];
  ReductionEnvelope envelope_;
  float delay_[kMostChannels][kDelay] = {};
  unsigned write_ = 0;
  int channels_ = 2, block_ = 8, look_ahead_ = 88;
  float gain_ = 1.0f, lowest_gain_ = 1.0f;
};

}  // namespace mixwright
