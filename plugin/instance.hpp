// An engine between a host's threads: the audio thread plays it, the others read values, save and load, and
// the learner's decides.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "learn/learner.hpp"
#include "state.hpp"

namespace mixwright {

class Instance final : private LearnerOwner {
 public:
  // The file with the network's weights, which is looked for when there is something to learn.
  explicit Instance(std::string weights_file) : weights_file_(std::move(weights_file)) {
    for (int c = 0; c < kControlCount; ++c) values_[c] = kControls[c].neutral;
  }

  // A rate that cannot be used is not refused: the plugin then lets everything through.
  void prepare(double sample_rate, int channels = 2) {
    channels_ = channels;
    if (engine_.prepare(sample_rate, channels)) return learner_.prepare(sample_rate, channels);
    learner_.stop();
    std::fprintf(stderr, "Mixwright: a sample rate of %g Hz cannot be used, the input goes through\n",
                 sample_rate);
  }

  void reset() noexcept { engine_.reset(); }
  uint32_t latency() const noexcept { return static_cast<uint32_t>(engine_.latency()); }

  // Audio thread: the compressor's deepest reduction in the last block, in dB, <= 0.
  double gain_reduction_db() const noexcept { return engine_.gain_reduction_db(); }

  // From any thread: the value the control has, or will have from the next block on.
  double value(int control) const noexcept { return values_[control].load(std::memory_order_relaxed); }

  // From any thread but the audio thread: stands from the next block on.
  void request(int control, double value) noexcept {
    values_[control].store(on_control_grid(control, value), std::memory_order_relaxed);
    requested_.store(true, std::memory_order_release);
  }

  // Audio thread: before a block, what other threads asked for.
  void take_over() noexcept {
    if (!requested_.exchange(false, std::memory_order_acquire)) return;
    // Asked before the values are read: a voicing never comes without the genre weights that it came with.
    const bool voiced = voicing_requested_.exchange(false, std::memory_order_acquire);
    for (int c = 0; c < kControlCount; ++c) engine_.set(c, value(c));
    if (!voiced) return;
    double voicing[kVoicingCount];
    for (int v = 0; v < kVoicingCount; ++v) voicing[v] = voicing_[v].load(std::memory_order_relaxed);
    engine_.set_voicing(voicing);
  }

  // Audio thread: from this frame on.
  void set(int control, double value) noexcept {
    const double held = on_control_grid(control, value);
    values_[control].store(held, std::memory_order_relaxed);
    engine_.set(control, held);
  }

  // Audio thread: frames [at, end) of one buffer for each channel.
  void process(const float* const* in, float* const* out, int64_t at, int64_t end) noexcept {
    const float* from[2] = {};
    float* to[2] = {};
    for (int c = 0; c < channels_; ++c) from[c] = in[c] + at, to[c] = out[c] + at;
    const auto wanted = [this] { return value(c_learn) >= 0.5; };
    learner_.hear(from, end - at, wanted, value(c_learn_seconds));
    engine_.process(from, to, end - at);
  }

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
      std::fprintf(stderr, "Mixwright: %s; nothing was changed\n", wrong.c_str());
      return false;
    }
    request_saved();
    return true;
  }

 private:
  // From any thread but the audio thread, with the state's lock held.
  void request_saved() noexcept {
    for (int v = 0; v < kVoicingCount; ++v) voicing_[v].store(saved_.voicing[v], std::memory_order_relaxed);
    for (int c = 0; c < kControlCount; ++c) values_[c].store(saved_.values[c], std::memory_order_relaxed);
    voicing_requested_.store(saved_.voiced, std::memory_order_release);
    requested_.store(true, std::memory_order_release);  // once: a block finds all of it or nothing
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

  void learned(const Decision& decision) override {
    double from[kParameterCount];
    {
      const std::lock_guard<std::mutex> lock(state_mutex_);
      if (value(c_learn) < 0.5) return;  // given up meanwhile
      for (int c = 0; c < kControlCount; ++c) saved_.values[c] = value(c);
      for (int c = kParameterCount; c < kControlCount; ++c)
        if (Engine::is_genre(c) || c == c_programme_lufs || c == c_makeup_trim_db)
          saved_.values[c] = on_control_grid(c, decision.values[c]);
      std::copy_n(saved_.values, kParameterCount, from);
      std::copy_n(saved_.values + kParameterCount, kGenreCount, learned_genre_);
      std::copy_n(decision.voicing, kVoicingCount, saved_.voicing);
      saved_.voiced = true;
      request_saved();
    }
    glide(from, decision.values);
    request(c_learn, 0.0);
  }

  // The parameters go to where they were decided to be; one that is moved meanwhile stays where it was put.
  void glide(const double* from, const double* to) {
    double last[kParameterCount];
    std::copy_n(from, kParameterCount, last);
    for (int step = 1; step <= kGlideSteps && value(c_learn) >= 0.5; ++step) {
      for (int p = 0; p < kParameterCount; ++p) {
        if (value(p) != last[p]) continue;
        request(p, from[p] + (to[p] - from[p]) * step / kGlideSteps);
        last[p] = value(p);
      }
      if (!learner_.pause(kGlideStep)) return;
    }
  }

  void not_learned(const std::string& why) override {
    std::fprintf(stderr, "Mixwright: Learn: %s; nothing was changed\n", why.c_str());
    request(c_learn, 0.0);
  }

  static constexpr int kGlideSteps = 50;
  static constexpr std::chrono::milliseconds kGlideStep{20};

  std::string weights_file_;
  int channels_ = 2;
  Engine engine_;
  std::atomic<double> values_[kControlCount];
  std::atomic<double> voicing_[kVoicingCount] = {};
  std::atomic<bool> requested_{false}, voicing_requested_{false};
  std::mutex state_mutex_;  // never taken by the audio thread
  State saved_;
  double learned_genre_[kGenreCount] = {};
  Learner learner_{this};  // last: its thread ends before what it works on does
};

constexpr size_t kMostStateBytes = 1 << 20;

}  // namespace mixwright
