// The console's returns: what the strips send, through the reverb and the delay of the balance stage, wet
// only.
#pragma once

#include <cstdint>
#include <cstring>

#include "delay.hpp"
#include "math.hpp"
#include "parameters.hpp"
#include "reverb.hpp"

namespace mixwright {

// Two stereo sends in, their stereo returns out; no latency. Real-time safe after prepare(), and the same
// samples for any split into blocks, as the chain.
class Returns {
 public:
  void prepare(double sample_rate) {
    reverb_.prepare(sample_rate);
    delay_.prepare(sample_rate);
    reset();
  }

  void reset() noexcept {
    reverb_.reset();
    delay_.reset();
    frame_ = 0;
  }

  // kVoicingCount figures in the order of VoicingField.
  void set(const double* voicing, double tempo_bpm) noexcept {
    double v[kVoicingCount];
    for (int k = 0; k < kVoicingCount; ++k) v[k] = clamp(voicing[k], kVoicing[k].low, kVoicing[k].high);
    delay_.set({v[v_delay_beats] * 60.0 / clamp(tempo_bpm, 30.0, 300.0), v[v_delay_feedback],
                v[v_reverb_low_cut_hz], v[v_reverb_damping_hz]});
    reverb_.set(
        {v[v_reverb_decay_s], v[v_reverb_predelay_ms], v[v_reverb_damping_hz], v[v_reverb_low_cut_hz]});
  }

  // All have two channels; out may be either input. A sample that is not finite counts as silence.
  MIXWRIGHT_CLONES void process(const float* const* reverb, const float* const* delay, float* const* out,
                                int64_t frames) noexcept {
    const DenormalGuard guard;
    for (int64_t done = 0; done < frames;) {
      const int offset = static_cast<int>(frame_ % kTick);
      const int64_t left = frames - done;
      const int room = kTick - offset, n = left < room ? static_cast<int>(left) : room;
      float x[2][kTick], y[2][kTick];
      for (int c = 0; c < 2; ++c) {
        for (int i = 0; i < n; ++i) x[c][i] = is_finite(reverb[c][done + i]) ? reverb[c][done + i] : 0.0f;
        for (int i = 0; i < n; ++i) y[c][i] = is_finite(delay[c][done + i]) ? delay[c][done + i] : 0.0f;
      }
      reverb_.process(x[0], x[1], n, offset, 1.0f, 1.0f, false);
      delay_.process(y[0], y[1], n, offset, 1.0f, 1.0f, false);
      for (int c = 0; c < 2; ++c) {
        for (int i = 0; i < n; ++i) out[c][done + i] = x[c][i] + y[c][i];
      }
      done += n;
      frame_ += n;
    }
  }

 private:
  Reverb reverb_;
  StereoDelay delay_;
  int64_t frame_ = 0;
};

}  // namespace mixwright
