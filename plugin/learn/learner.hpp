// Learn: listens to what comes in beside the audio thread, decides, and hands the decision over. The audio
// thread only copies samples into a ring; a thread of its own does the rest.
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "learn/decision.hpp"
#include "learn/ring.hpp"

namespace mixwright {

// Whom a learner works for. Called from its thread.
class LearnerOwner {
 public:
  virtual ~LearnerOwner() = default;
  virtual std::string weights_file() = 0;
  // Weights (kGenreCount) that the user gave; all 0 for what is heard.
  virtual void given_genre(double* weights) = 0;
  // Learning has ended: with a decision, or with the reason why there is none.
  virtual void learned(const Decision& decision) = 0;
  virtual void not_learned(const std::string& why) = 0;
};

class Learner {
 public:
  explicit Learner(LearnerOwner* owner) : owner_(owner) {}
  ~Learner() { stop(); }

  // Not while the audio thread is at work. What was being learned is forgotten.
  void prepare(double sample_rate, int channels) {
    stop();
    sample_rate_ = sample_rate;
    channels_ = channels;
    ring_.allocate(static_cast<size_t>(kRingSeconds * sample_rate), channels);
    phase_ = Phase::kIdle;
    quit_ = false;
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
      owner_->not_learned("there is no thread for it");
    }
  }

  // The thread ends; nothing is learned before the next prepare().
  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      quit_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  // For the owner, while it is told: waits; false where the thread is to end.
  bool pause(std::chrono::milliseconds time) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return quit_; });
  }

  // Audio thread: what comes in. `wanted` is asked whether to learn, after it is known whether the last
  // learning has ended, and `seconds` for how long.
  template <typename Wanted>
  void hear(const float* const* in, int64_t frames, Wanted wanted, double seconds) noexcept {
    Phase phase = phase_.load(std::memory_order_acquire);
    const bool on = wanted() && thread_.joinable();
    if (on && phase == Phase::kIdle) {
      left_ = all_ = static_cast<int64_t>(seconds * sample_rate_);
      from_ = ring_.position();
      phase_.store(phase = Phase::kListening, std::memory_order_release);
    }
    if (on && phase == Phase::kListening) listen(in, frames);
    if (!on && (phase == Phase::kListening || phase == Phase::kHeard)) become(phase, Phase::kCancelled);
  }

  // From any thread: the part of the time that has been listened, 0 to 1.
  double progress() const noexcept {
    const bool idle = phase_.load(std::memory_order_relaxed) == Phase::kIdle;
    return idle ? 0.0 : progress_.load(std::memory_order_relaxed);
  }

 private:
  enum class Phase { kIdle, kListening, kHeard, kCancelled };

  // What has been heard so far.
  struct Ear {
    explicit Ear(double sample_rate) : levels(sample_rate), spectra(sample_rate) {}
    Levels levels;
    Spectra spectra;
  };

  // As late as the worker may come; what finds no room is not heard, as where a host renders faster than it
  // plays.
  static constexpr double kRingSeconds = 4;
  static constexpr size_t kPart = 4096;
  static constexpr float kSilence = 1e-4f;  // -80 dBFS: a song begins above it
  static constexpr std::chrono::milliseconds kIdleRound{100}, kListeningRound{5};

  void listen(const float* const* in, int64_t frames) noexcept {
    int64_t at = 0;
    if (left_ == all_) {
      const auto loud = [&](int64_t n) {
        for (int c = 0; c < channels_; ++c)
          if (std::fabs(in[c][n]) > kSilence) return true;
        return false;
      };
      while (at < frames && !loud(at)) ++at;
    }
    const float* from[2] = {};
    for (int c = 0; c < channels_; ++c) from[c] = in[c] + at;
    const int64_t count = std::min(frames - at, left_);
    left_ -= static_cast<int64_t>(ring_.write(from, static_cast<size_t>(count)));
    progress_.store(1.0 - static_cast<double>(left_) / static_cast<double>(all_), std::memory_order_relaxed);
    if (left_ == 0) become(Phase::kListening, Phase::kHeard);
  }

  // Nothing where the other thread was first.
  void become(Phase from, Phase to) noexcept {
    phase_.compare_exchange_strong(from, to, std::memory_order_acq_rel);
  }

  void run() {
    while (pause(work() ? kListeningRound : kIdleRound)) {
    }
  }

  // True while there is more to hear.
  bool work() {
    const Phase phase = phase_.load(std::memory_order_acquire);
    if (phase == Phase::kIdle) return false;
    if (ear_ == nullptr) {
      ear_ = std::make_unique<Ear>(sample_rate_);
      ring_.forget(from_);
    }
    const bool able = has_network();
    if (able) drain();
    if (able && phase == Phase::kListening) return true;
    if (able && phase == Phase::kHeard) decide();
    ear_.reset();
    progress_.store(0, std::memory_order_relaxed);
    phase_.store(Phase::kIdle, std::memory_order_release);
    return false;
  }

  bool has_network() {
    if (network_ != nullptr) return true;
    auto network = std::make_unique<Network>();
    const std::string wrong = network->load(owner_->weights_file());
    if (wrong.empty()) {
      network_ = std::move(network);
    } else {
      owner_->not_learned(wrong);
    }
    return wrong.empty();
  }

  void drain() {
    float left[kPart], right[kPart];
    float* const planes[2] = {left, right};
    while (const size_t count = ring_.read(planes, kPart)) {
      ear_->levels.add(left, channels_ == 2 ? right : nullptr, count);
      ear_->spectra.add(left, channels_ == 2 ? right : nullptr, count);
    }
  }

  void decide() {
    ear_->levels.finish();
    ear_->spectra.finish();
    if (std::isinf(integrated_lufs(ear_->levels.energies))) return owner_->not_learned("it was too quiet");
    double genre[kGenreCount];
    owner_->given_genre(genre);
    owner_->learned(Decider(*network_, ear_->levels, ear_->spectra, sample_rate_).decide(genre));
  }

  LearnerOwner* owner_;
  double sample_rate_ = 0;
  int channels_ = 2;
  SampleRing ring_;
  std::atomic<Phase> phase_{Phase::kIdle};
  std::atomic<double> progress_{0};
  int64_t left_ = 0, all_ = 0;  // the audio thread's, in frames
  size_t from_ = 0;             // where in the ring the programme begins

  std::thread thread_;
  std::mutex mutex_;  // never taken by the audio thread
  std::condition_variable wake_;
  bool quit_ = false;
  std::unique_ptr<Ear> ear_;
  std::unique_ptr<Network> network_;
};

}  // namespace mixwright
