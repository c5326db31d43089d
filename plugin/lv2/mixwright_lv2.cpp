// The balance stage as an LV2 plugin (lv2plug.in/ns/lv2core). Ports as in mixwright.ttl, which the table
// makes.
#include <lv2/core/lv2.h>

#include <new>

#include "engine.hpp"

namespace {

using mixwright::Engine;
using mixwright::kControlCount;
using mixwright::kMeterCount;

enum Port : uint32_t { kInLeft, kInRight, kOutLeft, kOutRight, kLatency, kFirstMeter };
constexpr uint32_t kFirstControl = kFirstMeter + kMeterCount;

struct Plugin {
  Engine engine;
  const float* in[2] = {};
  float* out[2] = {};
  float* latency = nullptr;
  float* meters[kMeterCount] = {};
  const float* controls[kControlCount] = {};
};

Plugin* of(LV2_Handle handle) { return static_cast<Plugin*>(handle); }

// A rate that cannot be used gives a plugin that lets everything through.
LV2_Handle instantiate(const LV2_Descriptor*, double rate, const char*, const LV2_Feature* const*) {
  Plugin* plugin = new (std::nothrow) Plugin;
  if (plugin != nullptr) plugin->engine.prepare(rate);
  return plugin;
}

void connect_port(LV2_Handle handle, uint32_t port, void* data) {
  Plugin& p = *of(handle);
  if (port <= kInRight) {
    p.in[port] = static_cast<const float*>(data);
  } else if (port <= kOutRight) {
    p.out[port - kOutLeft] = static_cast<float*>(data);
  } else if (port == kLatency) {
    p.latency = static_cast<float*>(data);
  } else if (port < kFirstControl) {
    p.meters[port - kFirstMeter] = static_cast<float*>(data);
  } else if (port < kFirstControl + kControlCount) {
    p.controls[port - kFirstControl] = static_cast<const float*>(data);
  }
}

void activate(LV2_Handle handle) { of(handle)->engine.reset(); }

void run(LV2_Handle handle, uint32_t frames) {
  Plugin& p = *of(handle);
  for (int c = 0; c < kControlCount; ++c) {
    if (p.controls[c] != nullptr) p.engine.set(c, static_cast<double>(*p.controls[c]));
  }
  const bool connected =
      p.in[0] != nullptr && p.in[1] != nullptr && p.out[0] != nullptr && p.out[1] != nullptr;
  if (connected) p.engine.process(p.in, p.out, frames);
  if (p.latency != nullptr) *p.latency = static_cast<float>(p.engine.latency());
  float* reduction = p.meters[mixwright::m_gain_reduction];
  if (reduction != nullptr) *reduction = static_cast<float>(p.engine.gain_reduction_db());
}

void cleanup(LV2_Handle handle) { delete of(handle); }

const LV2_Descriptor kDescriptor = {
    "urn:mixwright:balance", instantiate, connect_port, activate, run, nullptr, cleanup, nullptr,
};

}  // namespace

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index) {
  return index == 0 ? &kDescriptor : nullptr;
}
