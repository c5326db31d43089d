// True peak (ITU-R BS.1770-5, annex 2): the highest point of the waveform, between the samples too.
#pragma once

#include <cstdint>

#include "math.hpp"
#include "oversampler.hpp"

namespace mixwright {

// One channel. Oversamples only where the result could rise: the maximum is the same as if it always did.
class TruePeakMeter {
 public:
  void prepare(double) {
    reset();
  }  // eight times at every rate: more than the standard asks at 8 kHz and at 192

  void reset() {
    window_.reset();
    filled_ = 0;
    peak_ = 0.0f;
  }

  // A sample that is not finite counts as silence.
  MIXWRIGHT_CLONES void process(const float* x, int64_t frames) noexcept {
    const DenormalGuard guard;
    while (frames > 0) {
      const int room = kTick - filled_, n = frames < room ? static_cast<int>(frames) : room;
      for (int i = 0; i < n; ++i) tick_[filled_ + i] = is_finite(x[i]) ? x[i] : 0.0f;
      x += n;
      frames -= n;
      filled_ += n;
      if (filled_ == kTick) measure();
    }
  }

  // Linear, since reset; as if silence followed, so that the last samples' overshoot counts.
  float peak() const noexcept {
    constexpr float kSilence[3 * kTick] = {};
    TruePeakMeter ended = *this;
    ended.process(kSilence, 3 * kTick - filled_);
    return ended.peak_;
  }

 private:
  void measure() noexcept {
    filled_ = 0;
    window_.push(tick_);
    peak_ = maximum(peak_, window_.newest_peak());
    if (oversampler_.bound(window_.peak(), window_.second_difference()) <= peak_) return;
    float peaks[kTick];
    oversampler_.frame_peaks(window_.measured(), peaks);
    for (int i = 0; i < kTick; ++i) peak_ = maximum(peak_, peaks[i]);
  }

  Oversampler oversampler_;
  TickWindow window_;
  float tick_[kTick] = {};
  int filled_ = 0;
  float peak_ = 0.0f;
};

}  // namespace mixwright
