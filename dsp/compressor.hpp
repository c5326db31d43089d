// The glue compressor: soft knee, threshold relative to the programme, one gain for both channels.
#pragma once

#include <cmath>
#include <cstdint>

#include "math.hpp"

namespace mixwright {

// Static curve after D. Giannoulis, M. Massberg, J. Reiss, Digital Dynamic Range Compressor Design, J. Audio
// Eng. Soc. 60(6), 2012, eq. 4, and smoothing in the log domain (section 2.2). The detector reads peaks and
// holds them for 15 ms, so that the gain does not follow the half waves of a bass note. The gain is computed
// once a tick (0.7 ms at 44.1 kHz) and is a straight line between.
class Compressor {
 public:
  struct Settings {
    double threshold_dbfs = -9, attack_ms = 30, release_ms = 100, knee_db = 6, makeup_at_dbfs = -5;
  };

  // Gain of the static curve in dB, <= 0.
  static double curve_db(double level_dbfs, double ratio, double threshold_dbfs, double knee_db) noexcept {
    const double over = level_dbfs - threshold_dbfs, slope = 1.0 / ratio - 1.0;
    if (2 * over <= -knee_db) return 0.0;
    if (2 * over >= knee_db) return slope * over;
    const double into = over + knee_db / 2;
    return slope * into * into / (2 * knee_db);
  }

  // The automatic makeup gain: what the curve takes from a level of makeup_at_dbfs.
  static double makeup_db(double ratio, const Settings& s) noexcept {
    return -curve_db(s.makeup_at_dbfs, ratio, s.threshold_dbfs, s.knee_db);
  }

  void prepare(double sample_rate) {
    tick_rate_ = sample_rate / kTick;
    hold_ticks_ = static_cast<int>(std::ceil(0.015 * tick_rate_));
    if (hold_ticks_ > kMostHold) hold_ticks_ = kMostHold;
    set(settings_);
    reset();
  }

  void reset() noexcept {
    for (float& p : held_) p = 0.0f;
    position_ = 0;
    peak_ = 0.0f;
    reduction_ = 0.0f;
    gain_ = next_ = 1.0f;
    idle_ = fresh_ = true;
  }

  void set(const Settings& settings) noexcept {
    settings_ = settings;
    attack_ = static_cast<float>(one_pole(settings.attack_ms * 1e-3, tick_rate_));
    release_ = static_cast<float>(one_pole(settings.release_ms * 1e-3, tick_rate_));
  }

  // Call at the start of each tick: the detector's reading of the tick before becomes this one's gain.
  void tick(double ratio) noexcept {
    if (ratio == 1.0 && idle_) {
      fresh_ = false;
      return;
    }
    held_[position_] = peak_;
    position_ = position_ + 1 == hold_ticks_ ? 0 : position_ + 1;
    peak_ = 0.0f;
    float level = kFloor;
    for (int i = 0; i < hold_ticks_; ++i) level = maximum(level, held_[i]);
    const double level_db = static_cast<double>(fast_log2(level) * kDbPerLog2);
    const float wanted =
        static_cast<float>(curve_db(level_db, ratio, settings_.threshold_dbfs, settings_.knee_db));
    reduction_ += (wanted - reduction_) * (wanted < reduction_ ? attack_ : release_);
    if (wanted == 0.0f && reduction_ > -1e-5f) reduction_ = 0.0f;
    const float makeup = static_cast<float>(makeup_db(ratio, settings_));
    gain_ = fresh_ ? fast_exp2((reduction_ + makeup) * kLog2PerDb) : next_;
    next_ = fast_exp2((reduction_ + makeup) * kLog2PerDb);
    fresh_ = false;
    idle_ = ratio == 1.0 && gain_ == 1.0f && next_ == 1.0f;
    if (idle_) {
      for (float& p : held_) p = 0.0f;
    }
  }

  bool idle() const noexcept { return idle_; }

  // In dB, <= 0, without makeup: where the gain will be at the end of this tick.
  float reduction_db() const noexcept { return reduction_; }

  // n frames that lie in one tick, from its frame `offset` on; in place.
  void process(float* l, float* r, int n, int offset) noexcept {
    float peak = peak_;
    const float slope = (next_ - gain_) * (1.0f / kTick);
    for (int i = 0; i < n; ++i) {
      peak = maximum(peak, maximum(std::fabs(l[i]), std::fabs(r[i])));
      const float gain = gain_ + slope * static_cast<float>(offset + i);
      l[i] *= gain;
      r[i] *= gain;
    }
    peak_ = peak;
  }

 private:
  static constexpr float kFloor = 1e-7f;  // -140 dBFS: far below any threshold, and log2 stays finite
  static constexpr int kMostHold = 96;    // 15 ms at 192 kHz

  Settings settings_;
  double tick_rate_ = 44100.0 / kTick;
  float attack_ = 1, release_ = 1;
  float held_[kMostHold] = {};
  int hold_ticks_ = 21, position_ = 0;
  float peak_ = 0, reduction_ = 0, gain_ = 1, next_ = 1;
  bool idle_ = true, fresh_ = true;
};

}  // namespace mixwright
