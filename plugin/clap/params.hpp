// Controls and meters as CLAP's parameters: what a host is told of them, and the events of both directions.
#pragma once

#include <cstdio>

#include "clap/events.h"
#include "plugin.hpp"
#include "shown.hpp"

namespace mixwright {

inline void push(const clap_output_events_t* out, clap_id id, double value) noexcept {
  clap_event_param_value_t event = {};
  event.header = {sizeof event, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, 0};
  event.param_id = id;
  event.note_id = event.port_index = event.channel = event.key = -1;
  event.value = value;
  out->try_push(out, &event.header);
}

// What the host does not know yet. Without gestures: those are of a user's hand.
inline void report(Instance* instance, const clap_output_events_t* out) noexcept {
  if (out == nullptr) return;
  instance->report([out](int control, double value) { push(out, static_cast<clap_id>(control), value); });
  instance->report_meters(
      [out](int meter, double value) { push(out, kFirstMeter + static_cast<clap_id>(meter), value); });
}

inline void handle(Instance* instance, const clap_event_header_t* header) noexcept {
  if (header == nullptr || header->space_id != CLAP_CORE_EVENT_SPACE_ID) return;
  if (header->type != CLAP_EVENT_PARAM_VALUE) return;
  const auto* event = reinterpret_cast<const clap_event_param_value_t*>(header);
  if (is_control(event->param_id)) instance->set(static_cast<int>(event->param_id), event->value);
}

inline uint32_t params_count(const clap_plugin_t*) { return kShownCount; }

template <typename Info>
void describe(const Info& shown, const char* module, clap_param_info_t* info) {
  std::snprintf(info->name, sizeof info->name, "%s", shown.label);
  std::snprintf(info->module, sizeof info->module, "%s", module);
  info->min_value = shown.low;
  info->max_value = shown.high;
  info->default_value = shown.neutral;
}

inline bool params_info(const clap_plugin_t*, uint32_t index, clap_param_info_t* info) {
  *info = {};
  if (index >= kShownCount) return false;
  if (index >= kControlCount) {
    const uint32_t meter = index - kControlCount;
    info->id = kFirstMeter + meter;
    info->flags = CLAP_PARAM_IS_READONLY;
    describe(kMeters[meter], kMeterGroup, info);
    return true;
  }
  const ControlInfo& control = kControls[index];
  info->id = index;
  if (!control.passing) info->flags = CLAP_PARAM_IS_AUTOMATABLE;
  if (control.step == 1.0) info->flags |= CLAP_PARAM_IS_STEPPED;
  describe(control, control.group, info);
  return true;
}

inline bool params_value(const clap_plugin_t* plugin, clap_id id, double* value) {
  if (!is_control(id) && !is_meter(id)) return false;
  const Instance& instance = instance_of(plugin);
  *value = is_meter(id) ? instance.meter(meter_of(id)) : instance.value(static_cast<int>(id));
  return true;
}

inline bool params_to_text(const clap_plugin_t*, clap_id id, double value, char* text, uint32_t size) {
  return write_shown(id, value, true, text, size);
}

inline bool params_from_text(const clap_plugin_t*, clap_id id, const char* text, double* value) {
  return read_shown(id, text, value);
}

inline void params_flush(const clap_plugin_t* plugin, const clap_input_events_t* in,
                         const clap_output_events_t* out) {
  Instance* instance = &instance_of(plugin);
  for (uint32_t k = 0; in != nullptr && k < in->size(in); ++k) handle(instance, in->get(in, k));
  report(instance, out);
}

}  // namespace mixwright
