// The channel strip: one stem from its track to the buses.
#pragma once

#include <cstdint>

#include "chain.hpp"
#include "compressor.hpp"
#include "equalizer.hpp"
#include "glide.hpp"
#include "highpass.hpp"
#include "math.hpp"
#include "ring.hpp"
#include "strip_parameters.hpp"

namespace mixwright {

using StripGlide = TableGlide<kStripCount, kStrip>;

// Delay, high-pass, equaliser, compressor, polarity and fader, pan; two sends after them. Mono or stereo in,
// stereo out; no latency. Real-time safe after prepare(). The same input and settings give the same samples
// for any split into blocks. With every parameter at neutral the output is the input, bit for bit, on both
// channels.
class Strip {
 public:
  Strip() { set_voicing(kPlainStripVoicing); }

  void prepare(double sample_rate, int channels) {
    channels_ = channels;
    sample_rate_ = sample_rate;
    glide_.prepare(sample_rate);
    for (Ring& line : lines_) line.prepare(delay_frames(kStrip[s_delay_ms].high));
    fade_ticks_ = static_cast<int>(0.020 * sample_rate / kTick) + 1;
    highpass_.prepare(sample_rate);
    equalizer_.prepare(sample_rate);
    compressor_.prepare(sample_rate);
    stale_ = true;
    reset();
  }

  // Silence in every memory; the next samples start from the values last set.
  void reset() noexcept {
    glide_.reset();
    for (Ring& line : lines_) line.reset();
    highpass_.reset();
    equalizer_.reset();
    compressor_.reset();
    frame_ = 0;
    fresh_ = true;
    lowest_reduction_db_ = 0;
  }

  void set_parameter(int parameter, double value) noexcept {
    // A switch: what lies between would be a lower level.
    if (parameter == s_polarity) value = value < 0 ? -1.0 : 1.0;
    glide_.set(parameter, value);
  }
  double parameter(int parameter) const noexcept { return glide_.target(parameter); }

  // kStripVoicingCount figures in the order of StripVoicingField; each is held to its range.
  void set_voicing(const double* voicing) noexcept {
    for (int v = 0; v < kStripVoicingCount; ++v)
      voicing_[v] = clamp(voicing[v], kStripVoicing[v].low, kStripVoicing[v].high);
    stale_ = true;
  }

  // Loudness of the stem while it plays: the compressor's threshold hangs on it.
  void set_programme_lufs(double lufs) noexcept {
    programme_lufs_ = clamp(lufs, -70.0, 0.0);
    stale_ = true;
  }

  // The deepest gain reduction of the compressor during the last process(), in dB, <= 0, makeup left out.
  double gain_reduction_db() const noexcept { return static_cast<double>(lowest_reduction_db_); }

  int latency() const noexcept { return 0; }

  // `out`, `reverb` and `delay` have two channels; the sends get what is sent, nothing else. out may be in.
  MIXWRIGHT_CLONES void process(const float* const* in, float* const* out, float* const* reverb,
                                float* const* delay, int64_t frames) noexcept {
    const DenormalGuard guard;
    lowest_reduction_db_ = 0;
    for (int64_t done = 0; done < frames;) {
      const int offset = static_cast<int>(frame_ % kTick);
      if (offset == 0) tick();
      const int64_t left = frames - done;
      const int room = kTick - offset, n = left < room ? static_cast<int>(left) : room;
      process_chunk(in, out, reverb, delay, done, n, offset);
      done += n;
      frame_ += n;
    }
  }

 private:
  int delay_frames(double ms) const { return static_cast<int>(ms * 0.001 * sample_rate_ + 0.5); }

  // Constant power: left and right lie on a circle; 0 dB each at the centre, +3 dB at a side.
  struct Sides {
    double left, right;
  };
  static Sides panned(double pan) noexcept {
    if (pan == 0.0) return {1.0, 1.0};
    const double angle = (pan + 1.0) * (kPi / 4), root = 1.4142135623730951;
    return {pan == 1.0 ? 0.0 : root * std::cos(angle), pan == -1.0 ? 0.0 : root * std::sin(angle)};
  }

  Sides fader(bool end) const noexcept {
    const auto at = [&](int p) { return end ? glide_.next(p) : glide_.now(p); };
    const double db = at(s_gain_db), gain = at(s_polarity) * (db == 0.0 ? 1.0 : db_to_gain(db));
    const Sides sides = panned(at(s_pan));
    return {gain * sides.left, gain * sides.right};
  }

  void tick() noexcept {
    if (stale_) apply_settings();
    glide_.tick(frame_);
    if (fresh_) {
      delay_from_ = delay_to_ = delay_frames(glide_.target(s_delay_ms));
      fade_tick_ = 0;
    } else if (delay_from_ != delay_to_ && ++fade_tick_ == fade_ticks_) {
      delay_from_ = delay_to_;
      fade_tick_ = 0;
    }
    if (delay_from_ == delay_to_) delay_to_ = delay_frames(glide_.target(s_delay_ms));
    const double hz = glide_.next(s_highpass_hz);
    highpass_.tick(hz, hz > kStrip[s_highpass_hz].low);
    const double eq[Equalizer::kBands] = {glide_.next(s_low_eq), glide_.next(s_mid_eq),
                                          glide_.next(s_high_eq),
                                          Chain::presence_db(glide_.next(s_presence))};
    equalizer_.tick(eq);
    compressor_.tick(glide_.next(s_compressor_ratio));
    const Sides from = fader(false), to = fader(true);
    left_ = line(from.left, to.left);
    right_ = line(from.right, to.right);
    reverb_ = line(glide_.now(s_reverb_send), glide_.next(s_reverb_send));
    delay_ = line(glide_.now(s_delay_send), glide_.next(s_delay_send));
    fresh_ = false;
    if (compressor_.reduction_db() < lowest_reduction_db_) lowest_reduction_db_ = compressor_.reduction_db();
  }

  void apply_settings() noexcept {
    stale_ = false;
    const double* v = voicing_;
    equalizer_.set({v[sv_low_eq_hz], v[sv_mid_eq_hz], v[sv_mid_eq_q], v[sv_high_eq_hz], v[sv_presence_hz],
                    v[sv_presence_q]});
    compressor_.set({programme_lufs_ + v[sv_compressor_threshold_db], v[sv_compressor_attack_ms],
                     v[sv_compressor_release_ms], v[sv_compressor_knee_db],
                     programme_lufs_ + Chain::kMakeupAboveLoudnessDb});
  }

  struct Line {
    float from, slope;
    bool one() const noexcept { return from == 1.0f && slope == 0.0f; }
    float at(int frame) const noexcept { return from + slope * static_cast<float>(frame); }
  };
  static Line line(double from, double to) noexcept {
    return {static_cast<float>(from), static_cast<float>(to - from) * (1.0f / kTick)};
  }

  void delayed(float* const (&x)[2], int n, int offset) noexcept {
    for (int c = 0; c < 2; ++c) {
      lines_[c].write(offset, x[c], n);
      if (delay_from_ == 0 && delay_to_ == 0) continue;
      const float* from = lines_[c].read(offset, delay_from_);
      const float* to = lines_[c].read(offset, delay_to_);
      const float scale = 1.0f / static_cast<float>(fade_ticks_ * kTick);
      const int start = fade_tick_ * kTick + offset;
      for (int i = 0; i < n; ++i) {
        const float share = static_cast<float>(start + i) * scale;
        x[c][i] = delay_from_ == delay_to_ ? from[i] : from[i] + share * (to[i] - from[i]);
      }
    }
    if (offset + n == kTick) {
      for (Ring& ring : lines_) ring.next_tick();
    }
  }

  static void scaled(const float* x, float* y, int n, int offset, Line gain) noexcept {
    if (gain.one()) {
      std::memcpy(y, x, static_cast<size_t>(n) * sizeof(float));
      return;
    }
    for (int i = 0; i < n; ++i) y[i] = x[i] * gain.at(offset + i);
  }

  void process_chunk(const float* const* in, float* const* out, float* const* reverb, float* const* delay,
                     int64_t at, int n, int offset) noexcept {
    float left[kTick], right[kTick];
    float* const x[2] = {left, right};
    const float* in_left = in[0] + at;
    const float* in_right = in[channels_ - 1] + at;
    for (int i = 0; i < n; ++i) left[i] = is_finite(in_left[i]) ? in_left[i] : 0.0f;
    for (int i = 0; i < n; ++i) right[i] = is_finite(in_right[i]) ? in_right[i] : 0.0f;

    delayed(x, n, offset);
    highpass_.process(left, right, n, offset);
    equalizer_.process(x, n, offset);
    if (!compressor_.idle()) compressor_.process(left, right, n, offset);
    scaled(left, left, n, offset, left_);
    scaled(right, right, n, offset, right_);
    for (int c = 0; c < 2; ++c) {
      std::memcpy(out[c] + at, x[c], static_cast<size_t>(n) * sizeof(float));
      scaled(x[c], reverb[c] + at, n, offset, reverb_);
      scaled(x[c], delay[c] + at, n, offset, delay_);
    }
  }

  StripGlide glide_;
  Ring lines_[2];
  HighPass highpass_;
  Equalizer equalizer_;
  Compressor compressor_;
  double voicing_[kStripVoicingCount] = {};
  double sample_rate_ = 44100, programme_lufs_ = -14;
  int64_t frame_ = 0;
  int channels_ = 2, delay_from_ = 0, delay_to_ = 0, fade_tick_ = 0, fade_ticks_ = 1;
  Line left_ = {1, 0}, right_ = {1, 0}, reverb_ = {0, 0}, delay_ = {0, 0};
  bool stale_ = true, fresh_ = true;
  float lowest_reduction_db_ = 0;
};

}  // namespace mixwright
