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
constexpr double kMeterStep = 0.1;  // less is not told

inline bool is_control(uint32_t id) { return id < static_cast<uint32_t>(kControlCount); }
inline bool is_meter(uint32_t id) { return id >= kFirstMeter && id < kFirstMeter + uint32_t{kMeterCount}; }
inline int meter_of(uint32_t id) { return static_cast<int>(id - kFirstMeter); }

inline bool is_switch(int control) {
  const ControlInfo& c = kControls[control];
  return c.step == 1.0 && c.low == 0.0 && c.high == 1.0;
}

// A number with its unit (CLAP), or without (VST3, where hosts add it). False where it does not fit.
inline bool write_number(double value, int decimals, const char* unit, char* text, size_t size) {
  const int written = std::snprintf(text, size, *unit == 0 ? "%.*f" : "%.*f %s", decimals, value, unit);
  return written >= 0 && static_cast<size_t>(written) < size;
}

inline bool write_value(int control, double value, bool with_unit, char* text, size_t size) {
  if (!is_switch(control))
    return write_number(value, 2, with_unit ? kControls[control].unit : "", text, size);
  const int written = std::snprintf(text, size, "%s", value >= 0.5 ? "on" : "off");
  return static_cast<size_t>(written) < size;
}

inline bool write_meter(int meter, double value, bool with_unit, char* text, size_t size) {
  return write_number(value, 1, with_unit ? kMeters[meter].unit : "", text, size);
}

// False where it is no number, and neither "on" nor "off" of a switch. What follows a number is its unit.
inline bool read_value(int control, const char* text, double* value) {
  while (*text == ' ' || *text == '+') ++text;
  if (is_switch(control) && (std::strcmp(text, "on") == 0 || std::strcmp(text, "off") == 0)) {
    *value = text[1] == 'n' ? 1.0 : 0.0;
    return true;
  }
  return read_decimal(text, text + std::strlen(text), value) != nullptr;
}

}  // namespace mixwright
