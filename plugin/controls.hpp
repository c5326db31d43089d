// Generated from parameters.toml by tools/generate.py; do not edit.
#pragma once

#include "parameters.hpp"

namespace mixwright {

// The first kParameterCount controls are the parameters.
enum Control {
  c_genre_rock = kParameterCount,
  c_genre_pop,
  c_genre_electronic,
  c_genre_jazz,
  c_genre_classical,
  c_genre_hip_hop,
  c_amount,
  c_programme_lufs,
  c_tempo_bpm,
  c_makeup_trim_db,
  c_enabled,
  kControlCount
};

struct ControlInfo {
  const char* name;
  const char* label;
  const char* unit;
  const char* group;
  double low, neutral, high, step;
};

// clang-format off
inline constexpr ControlInfo kControls[kControlCount] = {
    {"input_gain", "Input gain", "×", "level", 0.8, 1.0, 1.2, 0.0},
    {"low_eq", "Low EQ", "dB", "tone", -3.0, 0.0, 3.0, 0.0},
    {"mid_eq", "Mid EQ", "dB", "tone", -2.0, 0.0, 2.0, 0.0},
    {"high_eq", "High EQ", "dB", "tone", -3.0, 0.0, 3.0, 0.0},
    {"presence", "Presence", "×", "tone", 0.8, 1.0, 1.1, 0.0},
    {"compressor_ratio", "Compressor ratio", ":1", "dynamics", 1.0, 1.0, 4.0, 0.0},
    {"delay", "Delay", "wet", "space", 0.0, 0.0, 0.2, 0.0},
    {"reverb", "Reverb", "wet", "space", 0.0, 0.0, 0.3, 0.0},
    {"stereo_width", "Stereo width", "×", "width", 0.9, 1.0, 1.1, 0.0},
    {"output_level", "Output level", "×", "level", 0.9, 1.0, 1.1, 0.0},
    {"genre_rock", "Genre rock", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"genre_pop", "Genre pop", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"genre_electronic", "Genre electronic", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"genre_jazz", "Genre jazz", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"genre_classical", "Genre classical", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"genre_hip_hop", "Genre hip-hop", "", "genre", 0.0, 0.0, 1.0, 0.0001},
    {"amount", "Amount", "×", "plugin", 0.0, 1.0, 1.0, 0.0001},
    {"programme_lufs", "Programme loudness", "LUFS", "plugin", -70.0, -14.0, 0.0, 0.01},
    {"tempo_bpm", "Tempo", "BPM", "plugin", 30.0, 120.0, 300.0, 0.01},
    {"makeup_trim_db", "Makeup trim", "dB", "plugin", -6.0, 0.0, 6.0, 0.0001},
    {"enabled", "Enabled", "", "plugin", 0.0, 1.0, 1.0, 1.0},
};
// clang-format on

}  // namespace mixwright
