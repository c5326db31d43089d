// Generated from parameters.toml by tools/generate.py; do not edit.
#pragma once

namespace mixwright {

enum Parameter {
  k_input_gain,
  k_low_eq,
  k_mid_eq,
  k_high_eq,
  k_presence,
  k_compressor_ratio,
  k_delay,
  k_reverb,
  k_stereo_width,
  k_output_level,
  kParameterCount
};

struct ParameterInfo {
  const char* name;
  const char* label;
  const char* unit;
  const char* aspect;
  double low, neutral, high;
};

// clang-format off
inline constexpr ParameterInfo kParameters[kParameterCount] = {
    {"input_gain", "Input gain", "×", "level", 0.8, 1.0, 1.2},
    {"low_eq", "Low EQ", "dB", "tone", -3.0, 0.0, 3.0},
    {"mid_eq", "Mid EQ", "dB", "tone", -2.0, 0.0, 2.0},
    {"high_eq", "High EQ", "dB", "tone", -3.0, 0.0, 3.0},
    {"presence", "Presence", "×", "tone", 0.8, 1.0, 1.1},
    {"compressor_ratio", "Compressor ratio", ":1", "dynamics", 1.0, 1.0, 4.0},
    {"delay", "Delay", "wet", "space", 0.0, 0.0, 0.2},
    {"reverb", "Reverb", "wet", "space", 0.0, 0.0, 0.3},
    {"stereo_width", "Stereo width", "×", "width", 0.9, 1.0, 1.1},
    {"output_level", "Output level", "×", "level", 0.9, 1.0, 1.1},
};

enum VoicingField {
  v_low_eq_hz,
  v_mid_eq_hz,
  v_mid_eq_q,
  v_high_eq_hz,
  v_presence_hz,
  v_presence_q,
  v_compressor_threshold_db,
  v_compressor_attack_ms,
  v_compressor_release_ms,
  v_compressor_knee_db,
  v_reverb_decay_s,
  v_reverb_predelay_ms,
  v_reverb_damping_hz,
  v_reverb_low_cut_hz,
  v_delay_beats,
  v_delay_feedback,
  v_width_bass_hz,
  v_loudness_lufs,
  v_crest_factor_db,
  kVoicingCount
};

enum class Blend { kLog, kLinear, kDominant };

struct VoicingInfo {
  const char* name;
  const char* unit;
  Blend blend;
  double low, high;
};

constexpr VoicingInfo kVoicing[kVoicingCount] = {
    {"low_eq_hz", "Hz", Blend::kLog, 40.0, 300.0},
    {"mid_eq_hz", "Hz", Blend::kLog, 300.0, 3000.0},
    {"mid_eq_q", "", Blend::kLog, 0.3, 3.0},
    {"high_eq_hz", "Hz", Blend::kLog, 3000.0, 16000.0},
    {"presence_hz", "Hz", Blend::kLog, 2000.0, 5000.0},
    {"presence_q", "", Blend::kLog, 0.3, 3.0},
    {"compressor_threshold_db", "dB", Blend::kLinear, -12.0, 18.0},
    {"compressor_attack_ms", "ms", Blend::kLog, 0.1, 200.0},
    {"compressor_release_ms", "ms", Blend::kLog, 20.0, 2000.0},
    {"compressor_knee_db", "dB", Blend::kLinear, 0.0, 24.0},
    {"reverb_decay_s", "s", Blend::kLog, 0.2, 5.0},
    {"reverb_predelay_ms", "ms", Blend::kLinear, 0.0, 120.0},
    {"reverb_damping_hz", "Hz", Blend::kLog, 1000.0, 16000.0},
    {"reverb_low_cut_hz", "Hz", Blend::kLog, 20.0, 600.0},
    {"delay_beats", "beats", Blend::kDominant, 0.125, 2.0},
    {"delay_feedback", "", Blend::kLinear, 0.0, 0.6},
    {"width_bass_hz", "Hz", Blend::kLog, 60.0, 400.0},
    {"loudness_lufs", "LUFS", Blend::kLinear, -30.0, -6.0},
    {"crest_factor_db", "dB", Blend::kLinear, 3.0, 30.0},
};

constexpr int kGenreCount = 6;
constexpr const char* kGenres[kGenreCount] = {"rock", "pop", "electronic", "jazz", "classical", "hip_hop"};
constexpr double kGenreVoicing[kGenreCount][kVoicingCount] = {
    {100.0, 1000.0, 0.8, 8000.0, 3500.0, 0.9, 5.0, 30.0, 100.0, 6.0, 1.2, 20.0, 6000.0, 200.0, 0.5, 0.25, 150.0, -14.0, 13.4},
    {100.0, 1200.0, 0.8, 10000.0, 4000.0, 0.9, 5.0, 10.0, 300.0, 6.0, 1.4, 25.0, 7000.0, 200.0, 0.75, 0.3, 150.0, -14.0, 16.0},
    {80.0, 900.0, 0.8, 10000.0, 4500.0, 0.9, 5.0, 30.0, 100.0, 6.0, 1.6, 20.0, 7000.0, 200.0, 0.75, 0.35, 150.0, -14.0, 14.7},
    {120.0, 800.0, 0.7, 9000.0, 3000.0, 0.8, 8.0, 30.0, 300.0, 10.0, 1.2, 15.0, 5000.0, 150.0, 0.5, 0.15, 120.0, -16.0, 17.4},
    {150.0, 700.0, 0.6, 8000.0, 2500.0, 0.7, 10.0, 30.0, 600.0, 12.0, 2.0, 25.0, 4500.0, 90.0, 0.25, 0.1, 100.0, -18.0, 16.7},
    {70.0, 1000.0, 0.8, 8000.0, 3000.0, 0.9, 5.0, 30.0, 100.0, 6.0, 0.9, 15.0, 5000.0, 220.0, 0.5, 0.25, 150.0, -14.0, 13.9},
};
// clang-format on

}  // namespace mixwright
