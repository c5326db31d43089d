// Controls and meters as hosts of CLAP and VST3 see them: their numbers, and values as text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>

#include "controls.hpp"
#include "decimal.hpp"

namespace mixwright {

// Controls are numbered from 0, and meters from here, so that controls may be added.
constexpr uint32_t kFirstMeter = 1000;
constexpr int kShownCount = int{kControlCount} + int{kMeterCount};
constexpr const char* kMeterGroup = "meters";
constexpr uint32_t kEndlessTail = 0xffffffffu;  // echoes and reverb fade, and never end

inline bool is_control(uint32_t id) { return id < static_cast<uint32_t>(kControlCount); }
inline bool is_meter(uint32_t id) { return id >= kFirstMeter && id < kFirstMeter + uint32_t{kMeterCount}; }
inline int meter_of(uint32_t id) { return static_cast<int>(id - kFirstMeter); }

inline bool is_switch(uint32_t id) {
  if (!is_control(id)) return false;
  const ControlInfo& c = kControls[id];
  return c.step == 1.0 && c.low == 0.0 && c.high == 1.0;
}

// A control's or meter's value with its unit (CLAP), or without (VST3, where hosts add it). False where there
// is no such number, or no room.
inline bool write_shown(uint32_t id, double value, bool with_unit, char* text, size_t size) {
  if (!is_control(id) && !is_meter(id)) return false;
  const char* unit = is_control(id) ? kControls[id].unit : kMeters[meter_of(id)].unit;
  int written = 0;
  if (is_switch(id)) {
    written = std::snprintf(text, size, "%s", value >= 0.5 ? "on" : "off");
  } else {
    const bool bare = *unit == 0 || !with_unit;
    written = std::snprintf(text, size, bare ? "%.*f" : "%.*f %s", is_control(id) ? 2 : 1, value, unit);
  }
  return written >= 0 && static_cast<size_t>(written) < size;
}

// False where it is no number, and neither "on" nor "off" of a switch. What follows a number is its unit.
inline bool read_shown(uint32_t id, const char* text, double* value) {
  if (!is_control(id) && !is_meter(id)) return false;
  while (*text == ' ' || *text == '+') ++text;
  if (is_switch(id) && (std::strcmp(text, "on") == 0 || std::strcmp(text, "off") == 0)) {
    *value = text[1] == 'n' ? 1.0 : 0.0;
    return true;
  }
  return read_decimal(text, text + std::strlen(text), value) != nullptr;
}

}  // namespace mixwright
