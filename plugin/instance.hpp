// An engine between a host's threads: the audio thread plays it, the others read values, save and load.
#pragma once

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>

#include "state.hpp"

namespace mixwright {

class Instance {
 public:
  Instance() {
    for (int c = 0; c < kControlCount; ++c) values_[c] = kControls[c].neutral;
  }

  // A rate that cannot be used is not refused: the plugin then lets everything through.
  void prepare(double sample_rate) {
    if (engine_.prepare(sample_rate)) return;
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

  // Audio thread: frames [at, end) of planar stereo buffers.
  void process(const float* const* in, float* const* out, int64_t at, int64_t end) noexcept {
    const float* const from[2] = {in[0] + at, in[1] + at};
    float* const to[2] = {out[0] + at, out[1] + at};
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
    for (int v = 0; v < kVoicingCount; ++v) voicing_[v].store(saved_.voicing[v], std::memory_order_relaxed);
    for (int c = 0; c < kControlCount; ++c) values_[c].store(saved_.values[c], std::memory_order_relaxed);
    voicing_requested_.store(saved_.voiced, std::memory_order_release);
    requested_.store(true, std::memory_order_release);  // once: a block finds all of it or nothing
    return true;
  }

 private:
  Engine engine_;
  std::atomic<double> values_[kControlCount];
  std::atomic<double> voicing_[kVoicingCount] = {};
  std::atomic<bool> requested_{false}, voicing_requested_{false};
  std::mutex state_mutex_;  // never taken by the audio thread
  State saved_;
};

constexpr size_t kMostStateBytes = 1 << 20;

}  // namespace mixwright
