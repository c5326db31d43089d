// The balance stage: the ten parameters, in the order in which the signal meets them.
#pragma once

#include <cstdint>
#include <cstring>

#include "compressor.hpp"
#include "delay.hpp"
#include "equalizer.hpp"
#include "glide.hpp"
#include "math.hpp"
#include "parameters.hpp"
#include "reverb.hpp"
#include "width.hpp"

namespace mixwright {

// Mono or stereo, planar, any block size, no latency. Real-time safe after prepare(): process() does not
// allocate, lock or throw. The same input and settings give the same samples for any split into blocks.
// With every parameter at neutral and every tail gone, the output is the input, bit for bit.
class Chain {
 public:
  // The programme's held peaks lie about this far above its loudness (docs/chain.md, makeup).
  static constexpr double kMakeupAboveLoudnessDb = 9.0;

  Chain() { set_voicing(kGenreVoicing[0]); }

  void prepare(double sample_rate, int channels) {
    channels_ = channels;
    glide_.prepare(sample_rate);
    equalizer_.prepare(sample_rate);
    compressor_.prepare(sample_rate);
    delay_.prepare(sample_rate);
    reverb_.prepare(sample_rate);
    width_.prepare(sample_rate);
    stale_ = true;
    reset();
  }

  // Silence in every memory; the next samples start from the values last set, at frame 0 of the trajectory.
  void reset() noexcept {
    glide_.reset();
    equalizer_.reset();
    compressor_.reset();
    delay_.reset();
    reverb_.reset();
    width_.reset();
    frame_ = 0;
    fresh_ = true;
    lowest_reduction_db_ = 0;
  }

  void set_parameter(int parameter, double value) noexcept { glide_.set(parameter, value); }
  double parameter(int parameter) const noexcept { return glide_.target(parameter); }

  // kVoicingCount figures in the order of VoicingField; each is held to its range.
  void set_voicing(const double* voicing) noexcept {
    for (int v = 0; v < kVoicingCount; ++v)
      voicing_[v] = clamp(voicing[v], kVoicing[v].low, kVoicing[v].high);
    stale_ = true;
  }

  // Integrated loudness of what comes in: the compressor's threshold hangs on it.
  void set_programme_lufs(double lufs) noexcept {
    programme_lufs_ = clamp(lufs, -70.0, 0.0);
    stale_ = true;
  }

  void set_tempo_bpm(double bpm) noexcept {
    tempo_bpm_ = clamp(bpm, 30.0, 300.0);
    stale_ = true;
  }

  // Makeup beside the automatic one, after the output level: what holds the RMS promise where the two gains
  // are not free to. 0 dB unless a preset says otherwise.
  void set_makeup_trim_db(double db) noexcept {
    trim_target_ = static_cast<float>(db_to_gain(clamp(db, -kMostTrimDb, kMostTrimDb)));
  }

  // See Glide::set_trajectory.
  void set_trajectory(const int64_t* frames, const double* values, size_t points) {
    glide_.set_trajectory(frames, values, points);
  }

  // The deepest gain reduction of the compressor during the last process(), in dB, <= 0, makeup left out.
  double gain_reduction_db() const noexcept { return static_cast<double>(lowest_reduction_db_); }

  int latency() const noexcept { return 0; }

  static Equalizer::Settings equalizer_settings(const double* voicing) noexcept {
    return {voicing[v_low_eq_hz],  voicing[v_mid_eq_hz],   voicing[v_mid_eq_q],
            voicing[v_high_eq_hz], voicing[v_presence_hz], voicing[v_presence_q]};
  }

  static Compressor::Settings compressor_settings(const double* voicing, double programme_lufs) noexcept {
    return {programme_lufs + voicing[v_compressor_threshold_db], voicing[v_compressor_attack_ms],
            voicing[v_compressor_release_ms], voicing[v_compressor_knee_db],
            programme_lufs + kMakeupAboveLoudnessDb};
  }

  // The presence factor as the gain of its bell.
  static double presence_db(double factor) noexcept { return factor == 1.0 ? 0.0 : gain_to_db(factor); }

  // in and out may be the same. A sample that is not finite counts as silence.
  MIXWRIGHT_CLONES void process(const float* const* in, float* const* out, int64_t frames) noexcept {
    const DenormalGuard guard;
    lowest_reduction_db_ = 0;
    for (int64_t done = 0; done < frames;) {
      const int offset = static_cast<int>(frame_ % kTick);
      if (offset == 0) tick();
      const int64_t left = frames - done;
      const int room = kTick - offset, n = left < room ? static_cast<int>(left) : room;
      process_chunk(in, out, done, n, offset);
      done += n;
      frame_ += n;
    }
  }

 private:
  static constexpr double kMostTrimDb = 6.0;

  void tick() noexcept {
    if (stale_) apply_settings();
    glide_.tick(frame_);
    const double eq[Equalizer::kBands] = {glide_.next(k_low_eq), glide_.next(k_mid_eq),
                                          glide_.next(k_high_eq), presence_db(glide_.next(k_presence))};
    equalizer_.tick(eq);
    compressor_.tick(glide_.next(k_compressor_ratio));
    trim_ = fresh_ ? trim_target_ : trim_next_;
    trim_next_ =
        std::fabs(trim_target_ - trim_) < 1e-4f ? trim_target_ : trim_ + (trim_target_ - trim_) * 0.02f;
    fresh_ = false;
    if (compressor_.reduction_db() < lowest_reduction_db_) lowest_reduction_db_ = compressor_.reduction_db();
  }

  void apply_settings() noexcept {
    stale_ = false;
    const double* v = voicing_;
    equalizer_.set(equalizer_settings(v));
    compressor_.set(compressor_settings(v, programme_lufs_));
    delay_.set({v[v_delay_beats] * 60.0 / tempo_bpm_, v[v_delay_feedback], v[v_reverb_low_cut_hz],
                v[v_reverb_damping_hz]});
    reverb_.set(
        {v[v_reverb_decay_s], v[v_reverb_predelay_ms], v[v_reverb_damping_hz], v[v_reverb_low_cut_hz]});
    width_.set(v[v_width_bass_hz]);
  }

  struct Line {
    float from, slope;
    bool one() const noexcept { return from == 1.0f && slope == 0.0f; }
    float at(int frame) const noexcept { return from + slope * static_cast<float>(frame); }
  };

  float now(int parameter) const noexcept { return static_cast<float>(glide_.now(parameter)); }
  float next(int parameter) const noexcept { return static_cast<float>(glide_.next(parameter)); }

  Line line(int parameter) const noexcept {
    return {now(parameter), (next(parameter) - now(parameter)) * (1.0f / kTick)};
  }

  Line output_line() const noexcept {
    const float from = now(k_output_level) * trim_, to = next(k_output_level) * trim_next_;
    return {from, (to - from) * (1.0f / kTick)};
  }

  static void amplify(float* l, float* r, int n, int offset, Line gain) noexcept {
    if (gain.one()) return;
    for (int i = 0; i < n; ++i) {
      const float g = gain.at(offset + i);
      l[i] *= g;
      r[i] *= g;
    }
  }

  void process_chunk(const float* const* in, float* const* out, int64_t at, int n, int offset) noexcept {
    float left[kTick], right[kTick];
    float* const x[2] = {left, right};
    const float* in_left = in[0] + at;
    const float* in_right = in[channels_ - 1] + at;
    for (int i = 0; i < n; ++i) left[i] = is_finite(in_left[i]) ? in_left[i] : 0.0f;
    for (int i = 0; i < n; ++i) right[i] = is_finite(in_right[i]) ? in_right[i] : 0.0f;

    amplify(left, right, n, offset, line(k_input_gain));
    equalizer_.process(x, n, offset);
    if (!compressor_.idle()) compressor_.process(left, right, n, offset);
    delay_.process(left, right, n, offset, now(k_delay), next(k_delay));
    reverb_.process(left, right, n, offset, now(k_reverb), next(k_reverb));
    const Line width = line(k_stereo_width);
    width_.process(left, right, n, offset, width.from, width.slope);
    amplify(left, right, n, offset, output_line());

    if (channels_ == 1) {
      for (int i = 0; i < n; ++i) out[0][at + i] = (left[i] + right[i]) * 0.5f;
    } else {
      std::memcpy(out[0] + at, left, static_cast<size_t>(n) * sizeof(float));
      std::memcpy(out[1] + at, right, static_cast<size_t>(n) * sizeof(float));
    }
  }

  Glide glide_;
  Equalizer equalizer_;
  Compressor compressor_;
  StereoDelay delay_;
  Reverb reverb_;
  Width width_;
  double voicing_[kVoicingCount] = {};
  double programme_lufs_ = -14, tempo_bpm_ = 120;
  int64_t frame_ = 0;
  int channels_ = 2;
  bool stale_ = true, fresh_ = true;
  float trim_ = 1, trim_next_ = 1, trim_target_ = 1;
  float lowest_reduction_db_ = 0;
};

}  // namespace mixwright
