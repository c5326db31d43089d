// The equaliser: low shelf, mid bell, high shelf and presence bell, gliding per sample.
#pragma once

#include <cmath>

#include "biquad.hpp"
#include "math.hpp"

namespace mixwright {

// Four bands in series, in double precision. The four run side by side in one vector: band k works on the
// sample that band k - 1 finished one step before, so a frame costs one filter's time and not four.
class Equalizer {
 public:
  static constexpr int kBands = 4;
  enum Band { kLow, kMid, kHigh, kPresence };

  struct Settings {
    double low_hz = 100, mid_hz = 1000, mid_q = 0.8, high_hz = 8000, presence_hz = 3500, presence_q = 0.9;
  };

  static Biquad design(Band band, double gain_db, const Settings& s, double sample_rate) {
    const double gain = db_to_gain(gain_db);
    switch (band) {
      case kLow:
        return matched(Prototype::low_shelf(gain), s.low_hz, sample_rate);
      case kMid:
        return matched(Prototype::bell(gain, s.mid_q), s.mid_hz, sample_rate);
      case kHigh:
        return matched(Prototype::high_shelf(gain), s.high_hz, sample_rate);
      default:
        return matched(Prototype::bell(gain, s.presence_q), s.presence_hz, sample_rate);
    }
  }

  void prepare(double sample_rate) {
    sample_rate_ = sample_rate;
    reset();
  }

  void reset() noexcept {
    for (Memory& m : memory_) m = Memory{};
    fresh_ = true;
    flat_ = true;
  }

  void set(const Settings& settings) noexcept {
    settings_ = settings;
    stale_ = true;
  }

  // Call at the start of each tick: the coefficients move in a straight line to these gains until its end.
  void tick(const double (&gain_db)[kBands]) noexcept {
    bool all_zero = true, moved = false;
    for (int k = 0; k < kBands; ++k) {
      all_zero &= gain_db[k] == 0.0;
      moved |= gain_db[k] != gain_db_[k];
    }
    if (flat_ && all_zero && !fresh_) return;
    now_ = next_;
    if (fresh_ || stale_ || moved) {
      for (int k = 0; k < kBands; ++k) {
        if (!fresh_ && !stale_ && gain_db[k] == gain_db_[k]) continue;
        Biquad f = design(static_cast<Band>(k), gain_db[k], settings_, sample_rate_);
        if (gain_db[k] == 0.0) f.b0 = 1, f.b1 = f.a1, f.b2 = f.a2;
        next_.b0[k] = f.b0, next_.b1[k] = f.b1, next_.b2[k] = f.b2, next_.a1[k] = f.a1, next_.a2[k] = f.a2;
        gain_db_[k] = gain_db[k];
      }
      if (fresh_) now_ = next_;
      constexpr double step = 1.0 / kTick;
      slope_.b0 = (next_.b0 - now_.b0) * step, slope_.b1 = (next_.b1 - now_.b1) * step;
      slope_.b2 = (next_.b2 - now_.b2) * step, slope_.a1 = (next_.a1 - now_.a1) * step;
      slope_.a2 = (next_.a2 - now_.a2) * step;
      gliding_ = !fresh_;
      fresh_ = stale_ = false;
    } else {
      gliding_ = false;
    }
    flat_ = all_zero && !gliding_ && settled();
  }

  // True when the output is the input, bit for bit.
  bool flat() const noexcept { return flat_; }

  // n frames that lie in one tick, from its frame `offset` on; in place.
  void process(float* const (&x)[2], int n, int offset) noexcept {
    if (flat_) {
      for (int c = 0; c < 2; ++c) remember(memory_[c], x[c], n);
      return;
    }
    const Lanes no_delay = {0, 0, 0, 0};
    Lanes step = no_delay;
    for (int k = 0; k < kBands; ++k) step[k] = offset - k;
    Memory left = memory_[0], right = memory_[1];
    // Frame t enters band 0 while frame t - k is in band k; the first and last three steps have idle bands.
    const int steps = n + kBands - 1;
    for (int t = 0; t < steps; ++t) {
      Coefficients f = now_;
      if (gliding_) {
        f.b0 += slope_.b0 * step, f.b1 += slope_.b1 * step, f.b2 += slope_.b2 * step;
        f.a1 += slope_.a1 * step, f.a2 += slope_.a2 * step;
        step += 1.0;
      }
      const double in_l = t < n ? static_cast<double>(x[0][t]) : 0.0;
      const double in_r = t < n ? static_cast<double>(x[1][t]) : 0.0;
      if (t >= kBands - 1 && t < n) {
        advance(left, f, in_l);
        advance(right, f, in_r);
      } else {
        Mask busy;
        for (int k = 0; k < kBands; ++k) busy[k] = t - k >= 0 && t - k < n ? -1 : 0;
        advance(left, f, in_l, &busy);
        advance(right, f, in_r, &busy);
      }
      if (t >= kBands - 1) {
        x[0][t - (kBands - 1)] = static_cast<float>(left.y1[kBands - 1]);
        x[1][t - (kBands - 1)] = static_cast<float>(right.y1[kBands - 1]);
      }
    }
    memory_[0] = left;
    memory_[1] = right;
  }

 private:
  // Aligned like a double, so that a Chain may live wherever a host or a binding puts it.
  typedef double Lanes __attribute__((vector_size(kBands * sizeof(double)), aligned(8)));
  typedef long long Mask __attribute__((vector_size(kBands * sizeof(long long)), aligned(8)));

  struct Coefficients {
    Lanes b0 = {1, 1, 1, 1}, b1 = {}, b2 = {}, a1 = {}, a2 = {};
  };
  // Direct form I: it has no transient of its own when coefficients move.
  struct Memory {
    Lanes x1 = {}, x2 = {}, y1 = {}, y2 = {};
  };

  // One step of the four bands; without `busy` all of them move.
  static void advance(Memory& m, const Coefficients& f, double in, const Mask* busy = nullptr) noexcept {
    const Lanes x = {in, m.y1[0], m.y1[1], m.y1[2]};
    const Lanes y = (((f.b1 * m.x1 + f.b2 * m.x2) - f.a2 * m.y2) - f.a1 * m.y1) + f.b0 * x;
    m.x2 = busy ? (*busy ? m.x1 : m.x2) : m.x1;
    m.y2 = busy ? (*busy ? m.y1 : m.y2) : m.y1;
    m.x1 = busy ? (*busy ? x : m.x1) : x;
    m.y1 = busy ? (*busy ? y : m.y1) : y;
  }

  // With every gain at zero the bands still ring out; below -140 dB they may stop.
  bool settled() const noexcept {
    for (const Memory& m : memory_) {
      for (int k = 0; k < kBands; ++k) {
        if (std::fabs(m.x1[k] - m.y1[k]) > 1e-7 || std::fabs(m.x2[k] - m.y2[k]) > 1e-7) return false;
      }
    }
    return true;
  }

  static void remember(Memory& m, const float* x, int n) noexcept {
    const double last = static_cast<double>(x[n - 1]);
    const double before = n > 1 ? static_cast<double>(x[n - 2]) : m.x1[0];
    for (int k = 0; k < kBands; ++k) {
      m.x1[k] = m.y1[k] = last;
      m.x2[k] = m.y2[k] = before;
    }
  }

  double sample_rate_ = 44100;
  Settings settings_;
  double gain_db_[kBands] = {};
  Coefficients now_, next_, slope_;
  Memory memory_[2];
  bool fresh_ = true, stale_ = true, gliding_ = false, flat_ = true;
};

}  // namespace mixwright
