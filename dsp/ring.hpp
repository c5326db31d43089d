// Delay memory read and written a chunk at a time: no frame of a chunk ever meets the wrap.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "math.hpp"

namespace mixwright {

// Frames are addressed by their place in the current tick. The first frames are mirrored behind the end, so
// that a chunk (and the neighbours an interpolator needs) is contiguous wherever it starts.
class Ring {
 public:
  static constexpr int kMirror = 2 * kTick;

  void prepare(int longest_delay) {  // frames
    size_ = (longest_delay / kTick + 4) * kTick;
    data_.assign(static_cast<size_t>(size_ + kMirror), 0.0f);
    base_ = 0;
  }

  void reset() {
    std::fill(data_.begin(), data_.end(), 0.0f);
    base_ = 0;
  }

  // What was written `delay` frames before frame `offset` of the current tick, and the frames after it.
  const float* read(int offset, int delay) const {
    const int at = base_ + offset - delay;
    return data_.data() + (at < 0 ? at + size_ : at);
  }

  void write(int offset, const float* x, int n) {
    float* at = data_.data() + base_ + offset;
    copy(at, x, n);
    if (base_ < kMirror) copy(at + size_, x, n);
  }

  // A whole tick, the usual case, is worth the compiler's fixed-size copy.
  static void copy(float* to, const float* from, int n) {
    if (n == kTick) {
      std::memcpy(to, from, kTick * sizeof(float));
    } else {
      for (int i = 0; i < n; ++i) to[i] = from[i];
    }
  }

  void next_tick() {
    base_ += kTick;
    if (base_ == size_) base_ = 0;
  }

  int size() const { return size_; }

 private:
  std::vector<float> data_;
  int size_ = 0, base_ = 0;
};

// Whether any of n frames is not zero.
inline bool sounds(const float* l, const float* r, int n) {
  for (int i = 0; i < n; ++i) {
    if (l[i] != 0 || r[i] != 0) return true;
  }
  return false;
}

inline void silence(float* l, float* r, int n) {
  for (int i = 0; i < n; ++i) l[i] = r[i] = 0.0f;
}

// The smallest prime that is at least `n`: delays that share no factor share no echo.
inline int next_prime(int n) {
  for (n = std::max(n, 2);; ++n) {
    bool prime = true;
    for (int k = 2; k * k <= n && prime; ++k) prime = n % k != 0;
    if (prime) return n;
  }
}

}  // namespace mixwright
