// The balance stage as LV2 plugins (lv2plug.in/ns/lv2core), stereo and mono. Ports as in mixwright.ttl, which
// the table makes.
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <cmath>
#include <cstring>
#include <new>
#include <optional>
#include <string>

#include "change_request.hpp"
#include "instance.hpp"
#include "learn/place.hpp"

namespace {

using namespace mixwright;

constexpr char kStereoUri[] = "urn:mixwright:balance", kMonoUri[] = "urn:mixwright:balance#mono";
constexpr char kStateUri[] = "urn:mixwright:balance#state", kPortsUri[] = "urn:mixwright:balance#ports";

struct Plugin {
  explicit Plugin(uint32_t channel_count) : channels(channel_count) {
    for (std::atomic<float>& seen : ports_seen) seen = NAN;
  }

  // Ports: in and out by channel, latency, the meters, the controls.
  uint32_t latency_port() const { return 2 * channels; }
  uint32_t first_control() const { return latency_port() + 1 + kMeterCount; }

  Instance instance{weights_file()};
  const uint32_t channels;
  const float* in[2] = {};
  float* out[2] = {};
  float* latency = nullptr;
  float* meters[kMeterCount] = {};
  const float* controls[kControlCount] = {};
  // A port counts where it moves, so that what the plugin moved itself stands; at first, where it differs
  // from what a restored state saw in it, or always. A state that saw no ports (a preset) is right for all.
  std::atomic<float> ports_seen[kControlCount];
  std::atomic<bool> ports_are_right{false};
  const LV2_URID_Map* map = nullptr;
  const change_request::Feature* change = nullptr;
};

Plugin& of(LV2_Handle handle) { return *static_cast<Plugin*>(handle); }

// A rate that cannot be used gives a plugin that lets everything through.
LV2_Handle instantiate(const LV2_Descriptor* descriptor, double rate, const char*,
                       const LV2_Feature* const* features) {
  const uint32_t channels = std::strcmp(descriptor->URI, kMonoUri) == 0 ? 1 : 2;
  Plugin* plugin = new (std::nothrow) Plugin(channels);
  if (plugin == nullptr) return nullptr;
  for (; features != nullptr && *features != nullptr; ++features) {
    const void* data = (*features)->data;
    if (std::strcmp((*features)->URI, LV2_URID__map) == 0)
      plugin->map = static_cast<const LV2_URID_Map*>(data);
    if (std::strcmp((*features)->URI, change_request::kUri) == 0)
      plugin->change = static_cast<const change_request::Feature*>(data);
  }
  plugin->instance.prepare(rate, static_cast<int>(channels));
  return plugin;
}

void connect_port(LV2_Handle handle, uint32_t port, void* data) {
  Plugin& p = of(handle);
  if (port < p.channels) {
    p.in[port] = static_cast<const float*>(data);
  } else if (port < 2 * p.channels) {
    p.out[port - p.channels] = static_cast<float*>(data);
  } else if (port == p.latency_port()) {
    p.latency = static_cast<float*>(data);
  } else if (port < p.first_control()) {
    p.meters[port - p.latency_port() - 1] = static_cast<float*>(data);
  } else if (port < p.first_control() + kControlCount) {
    p.controls[port - p.first_control()] = static_cast<const float*>(data);
  }
}

// As save() wrote them; false where there are others.
bool read_ports_seen(const std::string& text, float* seen) {
  const char *at = text.data(), *const end = at + text.size();
  for (int c = 0; c < kControlCount; ++c) {
    double value = 0;
    const char* after = read_decimal(at, end, &value);
    if (after == nullptr || after == end) return false;
    seen[c] = static_cast<float>(value);
    at = after + 1;
  }
  return at == end;
}

void activate(LV2_Handle handle) { of(handle).instance.reset(); }

void read_ports(Plugin* p) noexcept {
  const bool right = p->ports_are_right.exchange(false, std::memory_order_acquire);
  for (int c = 0; c < kControlCount; ++c) {
    if (p->controls[c] == nullptr) continue;
    const float now = *p->controls[c];
    const float seen = p->ports_seen[c].exchange(now, std::memory_order_relaxed);
    if (now != seen && !right) p->instance.set(c, static_cast<double>(now));
  }
}

void run(LV2_Handle handle, uint32_t frames) {
  Plugin& p = of(handle);
  p.instance.take_over();
  read_ports(&p);
  const bool connected = p.instance.fits(p.channels, p.in) && p.instance.fits(p.channels, p.out);
  if (connected && frames > 0) p.instance.process(p.in, p.out, 0, frames);
  if (p.latency != nullptr) *p.latency = static_cast<float>(p.instance.latency());
  for (int m = 0; m < kMeterCount; ++m)
    if (p.meters[m] != nullptr) *p.meters[m] = static_cast<float>(p.instance.meter(m));
  if (p.change == nullptr) return;
  p.instance.report([&p](int control, double value) {
    p.change->request(p.change->handle, p.first_control() + static_cast<uint32_t>(control),
                      static_cast<float>(value));
  });
}

void cleanup(LV2_Handle handle) { delete &of(handle); }

LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state, uint32_t,
                      const LV2_Feature* const*) {
  Plugin& p = of(handle);
  if (p.map == nullptr) return LV2_STATE_ERR_NO_FEATURE;
  constexpr uint32_t kFlags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;
  const auto urid = [&p](const char* uri) { return p.map->map(p.map->handle, uri); };
  std::string ports;
  for (const std::atomic<float>& seen : p.ports_seen)
    ports += digits_of(static_cast<double>(seen.load())) + " ";
  const std::string text = p.instance.save();
  store(state, urid(kPortsUri), ports.c_str(), ports.size() + 1, urid(LV2_ATOM__String), kFlags);
  return store(state, urid(kStateUri), text.c_str(), text.size() + 1, urid(LV2_ATOM__String), kFlags);
}

LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle state,
                         uint32_t, const LV2_Feature* const*) {
  Plugin& p = of(handle);
  if (p.map == nullptr) return LV2_STATE_ERR_NO_FEATURE;
  const auto text_of = [&](const char* uri) {
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    const void* data = retrieve(state, p.map->map(p.map->handle, uri), &size, &type, &flags);
    const bool text = data != nullptr && type == p.map->map(p.map->handle, LV2_ATOM__String) && size > 0;
    return text ? std::optional(std::string(static_cast<const char*>(data), size - 1)) : std::nullopt;
  };
  const std::optional<std::string> text = text_of(kStateUri);
  if (!text) return LV2_STATE_ERR_NO_PROPERTY;
  if (text->size() > kMostStateBytes || !p.instance.load(*text)) return LV2_STATE_ERR_UNKNOWN;
  float seen[kControlCount];
  const bool known = read_ports_seen(text_of(kPortsUri).value_or(""), seen);
  for (int c = 0; c < kControlCount && known; ++c) p.ports_seen[c] = seen[c];
  p.ports_are_right.store(!known, std::memory_order_release);
  return LV2_STATE_SUCCESS;
}

const void* extension(const char* uri) {
  static const LV2_State_Interface state = {save, restore};
  return std::strcmp(uri, LV2_STATE__interface) == 0 ? &state : nullptr;
}

const LV2_Descriptor kDescriptors[] = {
    {kStereoUri, instantiate, connect_port, activate, run, nullptr, cleanup, extension},
    {kMonoUri, instantiate, connect_port, activate, run, nullptr, cleanup, extension},
};

}  // namespace

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index) {
  return index < 2 ? &kDescriptors[index] : nullptr;
}
