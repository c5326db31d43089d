// A plugin's values between the threads of a host: the audio thread plays them, the others read and ask for
// others; nobody waits.
#pragma once

#include <atomic>

#include "engine.hpp"

namespace mixwright {

class Values {
 public:
  Values() {
    for (int c = 0; c < kControlCount; ++c) values_[c] = told_[c] = kControls[c].neutral;
  }

  // From any thread: the value the control has, or will have from the next block on.
  double value(int control) const noexcept { return values_[control].load(std::memory_order_relaxed); }

  // The host, not on the audio thread: stands from the next block on.
  void request(int control, double value) noexcept {
    const double held = on_control_grid(control, value);
    told_[control].store(held, std::memory_order_relaxed);
    values_[control].store(held, std::memory_order_relaxed);
    requested_.store(true, std::memory_order_release);
  }

  // The plugin itself, not on the audio thread: the same, and the host is told. False where the control has
  // been moved away from what it was.
  bool move(int control, double was, double value) noexcept {
    if (!values_[control].compare_exchange_strong(was, on_control_grid(control, value),
                                                  std::memory_order_relaxed))
      return false;
    requested_.store(true, std::memory_order_release);
    return true;
  }

  // Not on the audio thread: a whole state, of which a block finds all or nothing. The host is told.
  void request_all(const double* values, const double* voicing) noexcept {
    for (int c = 0; c < kControlCount; ++c) values_[c].store(values[c], std::memory_order_relaxed);
    request_voicing(voicing);
  }

  // Not on the audio thread: kVoicingCount figures instead of the genre weights' blend; null for the blend.
  void request_voicing(const double* voicing) noexcept {
    for (int v = 0; v < kVoicingCount && voicing != nullptr; ++v)
      voicing_[v].store(voicing[v], std::memory_order_relaxed);
    voicing_requested_.store(voicing != nullptr ? Voiced::kOwn : Voiced::kBlend, std::memory_order_release);
    requested_.store(true, std::memory_order_release);
  }

  // Audio thread, before a block: what the other threads asked for.
  void take_over(Engine* engine) noexcept {
    if (!requested_.exchange(false, std::memory_order_acquire)) return;
    // Asked before the values are read: a voicing never comes without the genre weights that it came with.
    const Voiced voiced = voicing_requested_.exchange(Voiced::kAsBefore, std::memory_order_acquire);
    for (int c = 0; c < kControlCount; ++c) engine->set(c, value(c));
    if (voiced == Voiced::kBlend) engine->set_voicing(nullptr);
    if (voiced != Voiced::kOwn) return;
    double voicing[kVoicingCount];
    for (int v = 0; v < kVoicingCount; ++v) voicing[v] = voicing_[v].load(std::memory_order_relaxed);
    engine->set_voicing(voicing);
  }

  // Audio thread, the host: stands from this frame on.
  void set(int control, double value, Engine* engine) noexcept {
    const double held = on_control_grid(control, value);
    told_[control].store(held, std::memory_order_relaxed);
    values_[control].store(held, std::memory_order_relaxed);
    engine->set(control, held);
  }

  // The host is about to read all values itself: report() has none of them.
  void will_be_read() noexcept {
    for (int c = 0; c < kControlCount; ++c) told_[c].store(value(c), std::memory_order_relaxed);
  }

  // Audio thread: tell(control, value) for each value that the host neither gave nor was told.
  template <typename Tell>
  void report(Tell tell) noexcept {
    for (int c = 0; c < kControlCount; ++c) {
      const double now = value(c);
      if (told_[c].load(std::memory_order_relaxed) == now) continue;
      told_[c].store(now, std::memory_order_relaxed);
      tell(c, now);
    }
  }

 private:
  enum class Voiced { kAsBefore, kBlend, kOwn };

  static_assert(std::atomic<double>::is_always_lock_free && std::atomic<Voiced>::is_always_lock_free);
  std::atomic<double> values_[kControlCount], told_[kControlCount];
  std::atomic<double> voicing_[kVoicingCount] = {};
  std::atomic<Voiced> voicing_requested_{Voiced::kAsBefore};
  std::atomic<bool> requested_{false};
};

}  // namespace mixwright
