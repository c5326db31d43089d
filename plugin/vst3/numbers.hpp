// Controls and meters as VST3's parameters: values from 0 to 1, and what a host is told of each.
#pragma once

#include <cstdint>

#include "abi.hpp"
#include "shown.hpp"
#include "text16.hpp"
#include "units.hpp"

namespace mixwright {

struct Range {
  double low, high;
};
inline Range range_of(uint32_t id) {
  if (is_meter(id)) return {kMeters[meter_of(id)].low, kMeters[meter_of(id)].high};
  return {kControls[id].low, kControls[id].high};
}

inline double to_plain(uint32_t id, double normalized) {
  const Range range = range_of(id);
  return range.low + normalized * (range.high - range.low);
}

inline double to_normalized(uint32_t id, double plain) {
  const Range range = range_of(id);
  return (plain - range.low) / (range.high - range.low);
}

// By their place in the list: the controls, then the meters.
inline v3_param_info described(int32_t index) {
  v3_param_info info = {};
  const int meter = index - kControlCount;
  const char* const label = meter < 0 ? kControls[index].label : kMeters[meter].label;
  vst3::to_utf16(info.title, label);
  vst3::to_utf16(info.short_title, label);
  vst3::to_utf16(info.units, meter < 0 ? kControls[index].unit : kMeters[meter].unit);
  info.param_id = meter < 0 ? static_cast<uint32_t>(index) : kFirstMeter + static_cast<uint32_t>(meter);
  info.default_normalised_value =
      to_normalized(info.param_id, meter < 0 ? kControls[index].neutral : kMeters[meter].neutral);
  info.unit_id = unit_of(meter < 0 ? kControls[index].group : kMeterGroup);
  if (meter >= 0) {
    info.flags = V3_PARAM_READ_ONLY;
    return info;
  }
  const ControlInfo& control = kControls[index];
  info.step_count = control.step == 1.0 ? static_cast<int32_t>(control.high - control.low) : 0;
  info.flags = control.passing ? 0 : V3_PARAM_CAN_AUTOMATE;
  return info;
}

}  // namespace mixwright
