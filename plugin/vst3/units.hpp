// The groups of the controls as VST3 knows them: units under a root, without programs.
#pragma once

#include <cstring>

#include "abi.hpp"
#include "shown.hpp"
#include "text16.hpp"

namespace mixwright {

// 0 is the root; the groups follow in the order in which the controls name them, and the meters come last.
inline int32_t unit_of(const char* group) {
  int32_t id = 0;
  for (int c = 0; c < kControlCount; ++c) {
    bool seen = false;
    for (int before = 0; before < c && !seen; ++before)
      seen = std::strcmp(kControls[before].group, kControls[c].group) == 0;
    if (seen) continue;
    ++id;
    if (std::strcmp(kControls[c].group, group) == 0) return id;
  }
  return id + 1;
}

class Units : public vst3::UnitInfo {
 public:
  int32_t getUnitCount() override { return unit_of(kMeterGroup) + 1; }
  vst3::Result getUnitInfo(int32_t index, v3_unit_info* info) override {
    if (index < 0 || index >= getUnitCount()) return V3_INVALID_ARG;
    *info = {};
    info->id = index;
    info->parent_unit_id = index == 0 ? -1 : 0;
    info->program_list_id = -1;
    const char* name = index == 0 ? "Mixwright balance" : kMeterGroup;
    for (int c = 0; c < kControlCount && index > 0; ++c)
      if (unit_of(kControls[c].group) == index) name = kControls[c].group;
    vst3::to_utf16(info->name, name);
    return V3_OK;
  }
  int32_t getProgramListCount() override { return 0; }
  vst3::Result getProgramListInfo(int32_t, v3_program_list_info*) override { return V3_INVALID_ARG; }
  vst3::Result getProgramName(int32_t, int32_t, int16_t*) override { return V3_INVALID_ARG; }
  vst3::Result getProgramInfo(int32_t, int32_t, const char*, int16_t*) override { return V3_INVALID_ARG; }
  vst3::Result hasProgramPitchNames(int32_t, int32_t) override { return V3_FALSE; }
  vst3::Result getProgramPitchName(int32_t, int32_t, int16_t, int16_t*) override { return V3_INVALID_ARG; }
  int32_t getSelectedUnit() override { return 0; }
  vst3::Result selectUnit(int32_t) override { return V3_OK; }
  vst3::Result getUnitByBus(int32_t, int32_t, int32_t, int32_t, int32_t* id) override {
    *id = 0;
    return V3_OK;
  }
  vst3::Result setUnitProgramData(int32_t, int32_t, vst3::Stream*) override { return V3_NOT_IMPLEMENTED; }
};

}  // namespace mixwright
