// The delivery stage: a gain to reach the loudness target, and a true-peak ceiling that holds.
#pragma once

#include <cstdint>
#include <cstring>

#include "limiter.hpp"
#include "math.hpp"

namespace mixwright {

// Mono or stereo, planar. Collects whole ticks, so that any split into blocks gives the same samples. Where
// gain is 0 dB and nothing has to be limited, the output is the delayed input, bit for bit.
class Delivery {
 public:
  static constexpr double kMinGainDb = -60.0, kMaxGainDb = 60.0;
  static constexpr double kMinCeilingDbtp = -24.0, kMaxCeilingDbtp = 0.0;

  void prepare(double sample_rate, int channels) {
    channels_ = channels;
    glide_ = static_cast<float>(one_pole(0.020, sample_rate / kTick));
    limiter_.prepare(sample_rate, channels);
    reset();
  }

  // The next samples start from the values last set, without a glide.
  void reset() {
    limiter_.reset();
    std::memset(in_, 0, sizeof in_);
    std::memset(out_, 0, sizeof out_);
    position_ = 0;
    out_gain_ = 1.0f;
    lowest_gain_ = 1.0f;
    snap_ = true;
  }

  // Glides, from the tick that is being collected on.
  void set(double gain_db, double ceiling_dbtp) noexcept {
    target_gain_ = static_cast<float>(db_to_gain(gain_db));
    target_ceiling_ = static_cast<float>(db_to_gain(ceiling_dbtp));
  }

  // in and out may be the same. A sample that is not finite counts as silence, one above +120 dBFS as +120
  // dBFS.
  MIXWRIGHT_CLONES void process(const float* const* in, float* const* out, int64_t frames) noexcept {
    const DenormalGuard guard;
    lowest_gain_ = 1.0f;
    for (int64_t done = 0; done < frames;) {
      const int64_t left = frames - done;
      const int room = kTick - position_, n = left < room ? static_cast<int>(left) : room;
      for (int c = 0; c < channels_; ++c) {
        const float* from = in[c] + done;
        float* to = in_[c] + position_;
        for (int i = 0; i < n; ++i) {
          const float x = is_finite(from[i]) ? from[i] : 0.0f;
          to[i] = x > kMost ? kMost : (x < -kMost ? -kMost : x);
        }
        std::memcpy(out[c] + done, out_[c] + position_, static_cast<size_t>(n) * sizeof(float));
      }
      lowest_gain_ = lowest_gain_ < out_gain_ ? lowest_gain_ : out_gain_;
      done += n;
      position_ += n;
      if (position_ == kTick) tick();
    }
  }

  // In frames: a tick to collect, and the limiter's.
  int latency() const noexcept { return kTick + limiter_.latency(); }

  // The most reduction during the last process(), in dB, <= 0.
  double gain_reduction_db() const { return gain_to_db(static_cast<double>(lowest_gain_)); }

 private:
  static constexpr float kMost = 1e6f;

  void tick() noexcept {
    position_ = 0;
    if (snap_) {
      gain_ = target_gain_;
      ceiling_ = target_ceiling_;
      snap_ = false;
    }
    const float gain = glide(gain_, target_gain_), slope = (gain - gain_) / kTick;
    ceiling_ = glide(ceiling_, target_ceiling_);
    const float* x[Limiter::kMostChannels];
    float* y[Limiter::kMostChannels];
    for (int c = 0; c < channels_; ++c) {
      for (int i = 0; i < kTick; ++i) in_[c][i] *= gain_ + slope * static_cast<float>(i);
      x[c] = in_[c];
      y[c] = out_[c];
    }
    gain_ = gain;
    limiter_.process(x, ceiling_, y);
    out_gain_ = limiter_.lowest_gain();
  }

  // One tick of a 20 ms glide; arrives when 0.0001 dB is left.
  float glide(float from, float to) const noexcept {
    const float next = from + (to - from) * glide_;
    return std::fabs(to - next) < 1e-5f * to ? to : next;
  }

  Limiter limiter_;
  float in_[Limiter::kMostChannels][kTick] = {}, out_[Limiter::kMostChannels][kTick] = {};
  float gain_ = 1.0f, target_gain_ = 1.0f, ceiling_ = 0.89125094f, target_ceiling_ = 0.89125094f;  // -1 dBTP
  float glide_ = 1.0f, out_gain_ = 1.0f, lowest_gain_ = 1.0f;
  int position_ = 0, channels_ = 2;
  bool snap_ = true;
};

}  // namespace mixwright
