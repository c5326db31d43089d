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
  c_learn,
  c_learn_seconds,
  kControlCount
};

// What the plugin shows, and nobody sets.
enum Meter { m_gain_reduction, m_output_lufs, m_learn_progress, kMeterCount };

struct ControlInfo {
  const char* name;
  const char* label;
  const char* unit;
  const char* group;
  double low, neutral, high, step;
  bool passing;  // an act and no setting, kept in no state
};

struct MeterInfo {
  const char* name;
  const char* label;
  const char* unit;
  double low, neutral, high;
};

// clang-format off
inline constexpr ControlInfo kControls[kControlCount] = {
    {"input_gain", "Input gain", "×", "level", 0.8, 1.0, 1.2, 0.0, false},
    {"low_eq", "Low EQ", "dB", "tone", -3.0, 0.0, 3.0, 0.0, false},
    {"mid_eq", "Mid EQ", "dB", "tone", -2.0, 0.0, 2.0, 0.0, false},
    {"high_eq", "High EQ", "dB", "tone", -3.0, 0.0, 3.0, 0.0, false},
    {"presence", "Presence", "×", "tone", 0.8, 1.0, 1.1, 0.0, false},
    {"compressor_ratio", "Compressor ratio", ":1", "dynamics", 1.0, 1.0, 4.0, 0.0, false},
    {"delay", "Delay", "wet", "space", 0.0, 0.0, 0.2, 0.0, false},
    {"reverb", "Reverb", "wet", "space", 0.0, 0.0, 0.3, 0.0, false},
    {"stereo_width", "Stereo width", "×", "width", 0.9, 1.0, 1.1, 0.0, false},
    {"output_level", "Output level", "×", "level", 0.9, 1.0, 1.1, 0.0, false},
    {"genre_rock", "Genre rock", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"genre_pop", "Genre pop", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"genre_electronic", "Genre electronic", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"genre_jazz", "Genre jazz", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"genre_classical", "Genre classical", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"genre_hip_hop", "Genre hip-hop", "", "genre", 0.0, 0.0, 1.0, 0.0001, false},
    {"amount", "Amount", "×", "plugin", 0.0, 1.0, 1.0, 0.0001, false},
    {"programme_lufs", "Programme loudness", "LUFS", "plugin", -70.0, -14.0, 0.0, 0.01, false},
    {"tempo_bpm", "Tempo", "BPM", "plugin", 30.0, 120.0, 300.0, 0.01, false},
    {"makeup_trim_db", "Makeup trim", "dB", "plugin", -6.0, 0.0, 6.0, 0.0001, false},
    {"enabled", "Enabled", "", "plugin", 0.0, 1.0, 1.0, 1.0, false},
    {"learn", "Learn", "", "learn", 0.0, 0.0, 1.0, 1.0, true},
    {"learn_seconds", "Learn for", "s", "learn", 10.0, 20.0, 30.0, 1.0, false},
};

inline constexpr MeterInfo kMeters[kMeterCount] = {
    {"gain_reduction", "Gain reduction", "dB", -40.0, 0.0, 0.0},
    {"output_lufs", "Output loudness", "LUFS", -70.0, -70.0, 6.0},
    {"learn_progress", "Learn progress", "%", 0.0, 0.0, 100.0},
};
// clang-format on

}  // namespace mixwright
