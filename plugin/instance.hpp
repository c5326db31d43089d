// A plugin without a format: an engine, its values, meters, state and learner. The audio thread plays, the
// host's others read values, save and load, the learner's decides.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "learn/learner.hpp"
#include "momentary.hpp"
#include "state.hpp"
#include "values.hpp"

namespace mixwright {

// Whom an instance tells what happens beside the audio: a shell. From any thread but the audio one.
class InstanceListener {
 public:
  virtual void said(const char* sentence) = 0;
  // Learn has moved values; report() has them.
  virtual void moved() = 0;

 protected:
  ~InstanceListener() = default;
};

class Instance final : private LearnerOwner {
 public:
  // The file with the network's weights, which is looked for when there is something to learn.
  explicit Instance(std::string weights_file, InstanceListener* listener = nullptr)
      : weights_file_(std::move(weights_file)), listener_(listener) {
    for (int m = 0; m < kMeterCount; ++m) told_[m] = kMeters[m].neutral;
  }

  // Not while the audio thread is at work. A rate that cannot be used is not refused: the plugin then lets
  // everything through.
  void prepare(double sample_rate, int channels = 2) {
    channels_ = channels;
    if (engine_.prepare(sample_rate, channels)) {
      loudness_.prepare(sample_rate);
      learner_.prepare(sample_rate, channels);
      return;
    }
    learner_.stop();
    say("a sample rate of " + digits_of(sample_rate) + " Hz cannot be used, the input goes through");
  }

  // Audio thread.
  void reset() noexcept { engine_.reset(); }

  uint32_t latency() const noexcept { return static_cast<uint32_t>(engine_.latency()); }

  // As in Values.
  double value(int control) const noexcept { return values_.value(control); }
  void request(int control, double value) noexcept { values_.request(control, value); }
  void set(int control, double value) noexcept { values_.set(control, value, &engine_); }
  void will_be_read() noexcept { values_.will_be_read(); }
  template <typename Tell>
  void report(Tell tell) noexcept {
    values_.report(tell);
  }

  // Audio thread: tell(meter, value) for each meter that has moved since it was last told.
  template <typename Tell>
  void report_meters(Tell tell) noexcept {
    for (int m = 0; m < kMeterCount; ++m) {
      const double now = meter(m);
      if (std::fabs(now - told_[m]) < kMeterStep) continue;
      told_[m] = now;
      tell(m, now);
    }
  }

  // Audio thread: a block begins, with what other threads asked for.
  void take_over() noexcept {
    values_.take_over(&engine_);
    reduction_db_ = 0;
  }

  // Whether a bus has the channels that are prepared for, and all their buffers.
  bool fits(int64_t channels, const float* const* buffers) const noexcept {
    if (channels != channels_ || buffers == nullptr) return false;
    return std::all_of(buffers, buffers + channels, [](const float* buffer) { return buffer != nullptr; });
  }

  // Audio thread: frames [at, end) of one buffer for each channel; in and out may be the same.
  void process(const float* const* in, float* const* out, int64_t at, int64_t end) noexcept {
    const float* from[2] = {};
    float* to[2] = {};
    for (int c = 0; c < channels_; ++c) from[c] = in[c] + at, to[c] = out[c] + at;
    const auto wanted = [this] { return value(c_learn) >= 0.5; };
    learner_.hear(from, end - at, wanted, value(c_learn_seconds));
    engine_.process(from, to, end - at);
    if (!engine_.usable()) return;
    loudness_.process(to[0], to[1], end - at);
    reduction_db_ = std::min(reduction_db_, engine_.gain_reduction_db());
    deepest_db_.store(reduction_db_, std::memory_order_relaxed);
  }

  // From any thread, after the last block.
  double meter(int meter) const noexcept {
    const double shown = meter == m_gain_reduction ? deepest_db_.load(std::memory_order_relaxed)
                         : meter == m_output_lufs  ? momentary_lufs()
                                                   : 100 * learner_.progress();
    return clamp(shown, kMeters[meter].low, kMeters[meter].high);
  }

  // From any thread: of what comes out; -inf for silence.
  double momentary_lufs() const noexcept { return loudness_.lufs(); }

  std::string save() {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    for (int c = 0; c < kControlCount; ++c) {
      if (Engine::is_genre(c) && saved_.values[c] != value(c)) saved_.voiced = false;
      saved_.values[c] = value(c);
    }
    return state_json(saved_);
  }

  // False where the text is no state; then nothing changes, and it is said why.
  bool load(const std::string& text) {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    const std::string wrong = read_state(text, &saved_);
    if (!wrong.empty()) {
      say(wrong + "; nothing was changed");
      return false;
    }
    values_.request_all(saved_.values, saved_.voiced ? saved_.voicing : nullptr);
    return true;
  }

 private:
  static constexpr int kGlideSteps = 50;
  static constexpr std::chrono::milliseconds kGlideStep{20};
  static constexpr double kMeterStep = 0.1;  // less is not told

  void say(const std::string& sentence) {
    std::fprintf(stderr, "Mixwright: %s\n", sentence.c_str());
    if (listener_ != nullptr) listener_->said(sentence.c_str());
  }

  std::string weights_file() override { return weights_file_; }

  // The weights that stand, but for those that were learned: they are heard anew.
  void given_genre(double* weights) override {
    double total = 0;
    bool learned = true;
    for (int g = 0; g < kGenreCount; ++g) {
      weights[g] = value(c_genre_rock + g);
      total += weights[g];
      learned = learned && weights[g] == learned_genre_[g];
    }
    for (int g = 0; g < kGenreCount; ++g) weights[g] = learned || !(total > 0) ? 0.0 : weights[g] / total;
  }

  // What is stated with a decision stands at once, with the voicing; the parameters glide.
  void learned(const Decision& decision) override {
    {
      const std::lock_guard<std::mutex> lock(state_mutex_);
      if (value(c_learn) < 0.5) return;  // given up meanwhile
      for (int c = kParameterCount; c < kControlCount; ++c) {
        if (!Engine::is_genre(c) && c != c_programme_lufs && c != c_makeup_trim_db) continue;
        saved_.values[c] = on_control_grid(c, decision.values[c]);
        values_.move(c, value(c), saved_.values[c]);
      }
      std::copy_n(saved_.values + c_genre_rock, kGenreCount, learned_genre_);
      std::copy_n(decision.voicing, kVoicingCount, saved_.voicing);
      saved_.voiced = true;
      values_.request_voicing(saved_.voicing);
    }
    glide(decision.values);
    end_learning();
  }

  // One that is moved meanwhile stays where it was put; with Learn off, all stay where they are.
  void glide(const double* to) {
    double from[kParameterCount], now[kParameterCount];
    bool free[kParameterCount];
    for (int p = 0; p < kParameterCount; ++p) from[p] = now[p] = value(p), free[p] = true;
    for (int step = 1; step <= kGlideSteps && value(c_learn) >= 0.5; ++step) {
      for (int p = 0; p < kParameterCount; ++p) {
        const double next = on_control_grid(p, from[p] + (to[p] - from[p]) * step / kGlideSteps);
        free[p] = free[p] && values_.move(p, now[p], next);
        now[p] = next;
      }
      if (!learner_.pause(kGlideStep)) return;
    }
  }

  void not_learned(const std::string& why) override {
    say("Learn: " + why + "; nothing was changed");
    end_learning();
  }

  void end_learning() {
    values_.move(c_learn, 1.0, 0.0);
    if (listener_ != nullptr) listener_->moved();
  }

  std::string weights_file_;
  InstanceListener* listener_;
  int channels_ = 2;
  Engine engine_;
  Values values_;
  MomentaryLoudness loudness_;
  double reduction_db_ = 0;
  std::atomic<double> deepest_db_{0};
  double told_[kMeterCount];  // the audio thread's
  std::mutex state_mutex_;    // never taken by the audio thread
  State saved_;
  double learned_genre_[kGenreCount] = {};
  Learner learner_{this};  // last: its thread ends before what it works on does
};

constexpr size_t kMostStateBytes = 1 << 20;

}  // namespace mixwright
