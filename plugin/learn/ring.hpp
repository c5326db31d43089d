// Samples from the audio thread to a worker: one writes, one reads, neither waits.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace mixwright {

// The names say whose each function is. Frames of `channels` samples, interleaved.
class SampleRing {
 public:
  // Neither thread may be at work.
  void allocate(size_t frames, int channels) {
    channels_ = static_cast<size_t>(channels);
    frames_ = frames;
    samples_.assign(frames * channels_, 0.0f);  // touched here, so that no page is new to the audio thread
    written_.store(0, std::memory_order_relaxed);
    read_.store(0, std::memory_order_relaxed);
  }

  // Writer: where the next frame will be.
  size_t position() const noexcept { return written_.load(std::memory_order_relaxed); }

  // Writer: how many of the frames found room.
  size_t write(const float* const* in, size_t count) noexcept {
    const size_t at = written_.load(std::memory_order_relaxed);
    count = std::min(count, frames_ - (at - read_.load(std::memory_order_acquire)));
    for (size_t n = 0; n < count; ++n) {
      float* to = &samples_[(at + n) % frames_ * channels_];
      for (size_t c = 0; c < channels_; ++c) to[c] = in[c][n];
    }
    written_.store(at + count, std::memory_order_release);
    return count;
  }

  // Reader: forgets what was written before a position.
  void forget(size_t position) noexcept { read_.store(position, std::memory_order_release); }

  // Reader: up to `count` frames, one plane a channel.
  size_t read(float* const* out, size_t count) noexcept {
    const size_t at = read_.load(std::memory_order_relaxed);
    count = std::min(count, written_.load(std::memory_order_acquire) - at);
    for (size_t n = 0; n < count; ++n) {
      const float* from = &samples_[(at + n) % frames_ * channels_];
      for (size_t c = 0; c < channels_; ++c) out[c][n] = from[c];
    }
    read_.store(at + count, std::memory_order_release);
    return count;
  }

 private:
  size_t frames_ = 0, channels_ = 0;
  std::vector<float> samples_;
  std::atomic<size_t> written_{0}, read_{0};
};

}  // namespace mixwright
