// What every plugin format shares: controls by number, the chain behind them, bypass without a click.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "chain.hpp"
#include "controls.hpp"
#include "voicing.hpp"

namespace mixwright {

// A control's value on its grid, so that a host's 32-bit float is the preset's number again; no number is
// neutral.
inline double on_control_grid(int control, double value) {
  if (control < kParameterCount) return on_grid(control, value);
  const ControlInfo& c = kControls[control];
  if (!(value == value)) return c.neutral;
  // Divided by whole steps a unit, not multiplied by a step: k / 100 is the number that people write.
  const double steps = std::nearbyint(1.0 / c.step);
  return std::nearbyint(clamp(value, c.low, c.high) * steps) / steps;
}

// Mono or stereo. Values that are set before the first block after prepare() or reset() stand from its first
// frame; later ones glide. The same controls at the same frames give the same samples whatever the blocks,
// and the same as Python. After prepare() nothing here allocates, locks or throws. Without a usable rate the
// input goes through as it is.
class Engine {
 public:
  Engine() {
    for (int c = 0; c < kControlCount; ++c) values_[c] = kControls[c].neutral;
  }

  // False where the rate cannot be used. Buffers are one for each of the channels, 1 or 2.
  bool prepare(double sample_rate, int channels = 2) {
    channels_ = channels;
    usable_ = sample_rate >= kMinSampleRate && sample_rate <= kMaxSampleRate;
    if (!usable_) return false;
    chain_.prepare(sample_rate, channels);
    fade_frames_ = std::max(1, static_cast<int>(std::lround(kFadeSeconds * sample_rate)));
    reset();
    return true;
  }

  // Silence in every memory; the next block starts from the values as they are then.
  void reset() noexcept { fresh_ = moved_ = voiced_ = true; }

  void set(int control, double value) noexcept {
    if (control < 0 || control >= kControlCount) return;
    value = on_control_grid(control, value);
    if (value == values_[control]) return;
    values_[control] = value;
    if (!is_genre(control)) {
      moved_ = true;
      return;
    }
    voiced_ = true;
    own_voicing_ = false;
  }

  // A voicing of its own (kVoicingCount) instead of the genre weights' blend, until one of these is moved;
  // null for the blend.
  void set_voicing(const double* voicing) noexcept {
    own_voicing_ = voicing != nullptr;
    if (own_voicing_) std::copy_n(voicing, kVoicingCount, voicing_);
    voiced_ = true;
  }

  static constexpr bool is_genre(int control) {
    return control >= kParameterCount && control < kParameterCount + kGenreCount;
  }

  double value(int control) const noexcept { return values_[control]; }
  bool usable() const noexcept { return usable_; }
  int latency() const noexcept { return chain_.latency(); }

  // The compressor's deepest reduction in the last block, in dB, <= 0.
  double gain_reduction_db() const noexcept { return usable_ ? chain_.gain_reduction_db() : 0.0; }

  // in and out may be the same buffers.
  void process(const float* const* in, float* const* out, int64_t frames) noexcept {
    if (frames <= 0) return;
    if (!usable_) return copy(in, out, 0, frames);
    apply();
    for (int64_t at = 0; at < frames;) {
      const int64_t left = frames - at;
      if (wet_ == fade_frames_ && wanted() == fade_frames_) {
        process_wet(in, out, at, left);
        return;
      }
      const int n = static_cast<int>(std::min<int64_t>(left, kScratch));
      process_mixed(in, out, at, n);
      at += n;
    }
  }

 private:
  static constexpr double kFadeSeconds = 0.01;
  static constexpr int kScratch = 256;

  int wanted() const noexcept { return values_[c_enabled] >= 0.5 ? fade_frames_ : 0; }

  void apply() noexcept {
    if (voiced_) {
      if (!own_voicing_) blend_voicing(values_ + kParameterCount, voicing_);
      chain_.set_voicing(voicing_);
    }
    if (moved_) {
      const double amount = values_[c_amount];
      for (int p = 0; p < kParameterCount; ++p) {
        const double neutral = kParameters[p].neutral;
        chain_.set_parameter(p, amount == 1.0 ? values_[p] : neutral + amount * (values_[p] - neutral));
      }
      chain_.set_programme_lufs(values_[c_programme_lufs]);
      chain_.set_tempo_bpm(values_[c_tempo_bpm]);
      chain_.set_makeup_trim_db(values_[c_makeup_trim_db]);
    }
    moved_ = voiced_ = false;
    if (fresh_) {
      chain_.reset();
      wet_ = wanted();
      fresh_ = false;
    }
  }

  void process_wet(const float* const* in, float* const* out, int64_t at, int64_t frames) noexcept {
    const float* from[2] = {};
    float* to[2] = {};
    for (int c = 0; c < channels_; ++c) from[c] = in[c] + at, to[c] = out[c] + at;
    chain_.process(from, to, frames);
  }

  // The chain runs on behind a bypass, so that its tails and levels are right when it comes back.
  void process_mixed(const float* const* in, float* const* out, int64_t at, int n) noexcept {
    float left[kScratch], right[kScratch];
    float* const wet[2] = {left, right};
    const float* from[2] = {};
    for (int c = 0; c < channels_; ++c) from[c] = in[c] + at;
    chain_.process(from, wet, n);
    const int goal = wanted();
    for (int i = 0; i < n; ++i) {
      wet_ += wet_ < goal ? 1 : (wet_ > goal ? -1 : 0);
      const float share = static_cast<float>(wet_) / static_cast<float>(fade_frames_);
      for (int c = 0; c < channels_; ++c) {
        const float dry = from[c][i], all = wet[c][i];
        out[c][at + i] = wet_ == 0 ? dry : (wet_ == fade_frames_ ? all : dry + share * (all - dry));
      }
    }
  }

  void copy(const float* const* in, float* const* out, int64_t at, int64_t frames) const noexcept {
    for (int c = 0; c < channels_; ++c)
      std::memmove(out[c] + at, in[c] + at, static_cast<size_t>(frames) * sizeof(float));
  }

  Chain chain_;
  double values_[kControlCount], voicing_[kVoicingCount];
  int channels_ = 2, fade_frames_ = 1, wet_ = 1;
  bool usable_ = false, fresh_ = true, moved_ = true, voiced_ = true, own_voicing_ = false;
};

}  // namespace mixwright
