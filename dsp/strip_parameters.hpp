// Generated from parameters.toml by tools/generate.py; do not edit.
#pragma once

#include "parameters.hpp"

namespace mixwright {

enum StripParameter {
  s_polarity,
  s_delay_ms,
  s_gain_db,
  s_highpass_hz,
  s_low_eq,
  s_mid_eq,
  s_high_eq,
  s_presence,
  s_compressor_ratio,
  s_pan,
  s_reverb_send,
  s_delay_send,
  kStripCount
};

// clang-format off
inline constexpr ParameterInfo kStrip[kStripCount] = {
    {"polarity", "Polarity", "×", "level", -1.0, 1.0, 1.0},
    {"delay_ms", "Delay", "ms", "time", 0.0, 0.0, 50.0},
    {"gain_db", "Gain", "dB", "level", -24.0, 0.0, 12.0},
    {"highpass_hz", "High-pass", "Hz", "tone", 20.0, 20.0, 400.0},
    {"low_eq", "Low EQ", "dB", "tone", -9.0, 0.0, 9.0},
    {"mid_eq", "Mid EQ", "dB", "tone", -9.0, 0.0, 9.0},
    {"high_eq", "High EQ", "dB", "tone", -9.0, 0.0, 9.0},
    {"presence", "Presence", "×", "tone", 0.5, 1.0, 1.6},
    {"compressor_ratio", "Compressor ratio", ":1", "dynamics", 1.0, 1.0, 8.0},
    {"pan", "Pan", "", "width", -1.0, 0.0, 1.0},
    {"reverb_send", "Reverb send", "×", "space", 0.0, 0.0, 1.0},
    {"delay_send", "Delay send", "×", "space", 0.0, 0.0, 1.0},
};

enum StripVoicingField {
  sv_low_eq_hz,
  sv_mid_eq_hz,
  sv_mid_eq_q,
  sv_high_eq_hz,
  sv_presence_hz,
  sv_presence_q,
  sv_compressor_threshold_db,
  sv_compressor_attack_ms,
  sv_compressor_release_ms,
  sv_compressor_knee_db,
  kStripVoicingCount
};

constexpr VoicingInfo kStripVoicing[kStripVoicingCount] = {
    {"low_eq_hz", "Hz", Blend::kLog, 30.0, 400.0},
    {"mid_eq_hz", "Hz", Blend::kLog, 150.0, 2500.0},
    {"mid_eq_q", "Q", Blend::kLog, 0.3, 3.0},
    {"high_eq_hz", "Hz", Blend::kLog, 2000.0, 14000.0},
    {"presence_hz", "Hz", Blend::kLog, 1000.0, 8000.0},
    {"presence_q", "Q", Blend::kLog, 0.3, 3.0},
    {"compressor_threshold_db", "dB", Blend::kLinear, -20.0, 20.0},
    {"compressor_attack_ms", "ms", Blend::kLog, 1.0, 100.0},
    {"compressor_release_ms", "ms", Blend::kLog, 30.0, 800.0},
    {"compressor_knee_db", "dB", Blend::kLinear, 0.0, 12.0},
};

// Of the last role, which is for whatever has none.
constexpr double kPlainStripVoicing[kStripVoicingCount] = {120.0, 500.0, 1.0, 8000.0, 3000.0, 0.9, 4.0, 20.0, 150.0, 6.0};
// clang-format on

}  // namespace mixwright
