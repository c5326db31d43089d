// The balance stage as a CLAP plugin (github.com/free-audio/clap): sample-accurate parameter events, state,
// latency.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "clap/entry.h"
#include "clap/ext/audio-ports.h"
#include "clap/ext/latency.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"
#include "clap/plugin-features.h"
#include "clap/process.h"
#include "params.hpp"

namespace {

using namespace mixwright;

const char* kFeatures[] = {CLAP_PLUGIN_FEATURE_AUDIO_EFFECT, CLAP_PLUGIN_FEATURE_STEREO,
                           CLAP_PLUGIN_FEATURE_MONO, CLAP_PLUGIN_FEATURE_MASTERING, nullptr};
const clap_plugin_descriptor_t kDescriptor = {
    CLAP_VERSION_INIT,
    "mixwright.balance",
    "Mixwright balance",
    "Mixwright",
    "",
    "",
    "",
    "0.1.0",
    "Ten musical parameters that balance a mix and never leave their ranges.",
    kFeatures};

bool init(const clap_plugin_t* plugin) {
  plugin_of(plugin).ask_host();
  return true;
}

void destroy(const clap_plugin_t* plugin) { delete &plugin_of(plugin); }

bool activate(const clap_plugin_t* plugin, double rate, uint32_t, uint32_t) {
  instance_of(plugin).prepare(rate, static_cast<int>(plugin_of(plugin).channels));
  return true;
}

void deactivate(const clap_plugin_t*) {}
bool start_processing(const clap_plugin_t*) { return true; }
void stop_processing(const clap_plugin_t*) {}
void reset(const clap_plugin_t* plugin) { instance_of(plugin).reset(); }

clap_process_status process(const clap_plugin_t* plugin, const clap_process_t* block) {
  Instance& instance = instance_of(plugin);
  instance.take_over();
  const clap_input_events_t* events = block->in_events;
  const uint32_t count = events != nullptr ? events->size(events) : 0;
  const clap_audio_buffer_t* in = block->audio_inputs_count > 0 ? block->audio_inputs : nullptr;
  clap_audio_buffer_t* out = block->audio_outputs_count > 0 ? block->audio_outputs : nullptr;
  const bool fits = in != nullptr && out != nullptr && instance.fits(in->channel_count, in->data32) &&
                    instance.fits(out->channel_count, out->data32);
  uint32_t at = 0, next = 0;
  do {
    uint32_t end = block->frames_count;
    for (; next < count; ++next) {
      const clap_event_header_t* header = events->get(events, next);
      if (header != nullptr && header->time > at) {
        end = std::min(end, header->time);
        break;
      }
      handle(&instance, header);
    }
    if (fits && end > at) instance.process(in->data32, out->data32, at, end);
    at = end;
  } while (at < block->frames_count);
  for (; next < count; ++next) handle(&instance, events->get(events, next));
  if (fits) out->constant_mask = 0;
  report(&instance, block->out_events);
  return CLAP_PROCESS_CONTINUE;
}

bool state_save(const clap_plugin_t* plugin, const clap_ostream_t* stream) {
  const std::string text = instance_of(plugin).save();
  for (size_t done = 0; done < text.size();) {
    const int64_t written = stream->write(stream, text.data() + done, text.size() - done);
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

bool state_load(const clap_plugin_t* plugin, const clap_istream_t* stream) {
  std::string text;
  char part[4096];
  for (int64_t count; (count = stream->read(stream, part, sizeof part)) != 0;) {
    if (count < 0 || text.size() > kMostStateBytes) return false;
    text.append(part, static_cast<size_t>(count));
  }
  if (!instance_of(plugin).load(text)) return false;
  plugin_of(plugin).let_host_read();
  return true;
}

uint32_t latency(const clap_plugin_t* plugin) { return instance_of(plugin).latency(); }
uint32_t tail(const clap_plugin_t*) { return kEndlessTail; }

const char* port_type(uint32_t channels) { return channels == 1 ? CLAP_PORT_MONO : CLAP_PORT_STEREO; }
uint32_t ports_count(const clap_plugin_t*, bool) { return 1; }

bool ports_info(const clap_plugin_t* plugin, uint32_t index, bool, clap_audio_port_info_t* info) {
  if (index != 0) return false;
  *info = {};
  std::snprintf(info->name, sizeof info->name, "main");
  info->flags = CLAP_AUDIO_PORT_IS_MAIN;
  info->channel_count = plugin_of(plugin).channels;
  info->port_type = port_type(info->channel_count);
  info->in_place_pair = 0;
  return true;
}

// By their numbers: 0 stereo, 1 mono.
uint32_t configs_count(const clap_plugin_t*) { return 2; }

bool configs_get(const clap_plugin_t*, uint32_t index, clap_audio_ports_config_t* config) {
  if (index > 1) return false;
  *config = {};
  config->id = index;
  std::snprintf(config->name, sizeof config->name, "%s", index == 0 ? "Stereo" : "Mono");
  config->input_port_count = config->output_port_count = 1;
  config->has_main_input = config->has_main_output = true;
  config->main_input_channel_count = config->main_output_channel_count = index == 0 ? 2 : 1;
  config->main_input_port_type = config->main_output_port_type = port_type(2 - index);
  return true;
}

bool configs_select(const clap_plugin_t* plugin, clap_id id) {
  if (id > 1) return false;
  plugin_of(plugin).channels = id == 0 ? 2 : 1;
  return true;
}

const void* extension(const clap_plugin_t*, const char* id) {
  static const clap_plugin_params_t params = {params_count,   params_info,      params_value,
                                              params_to_text, params_from_text, params_flush};
  static const clap_plugin_state_t state = {state_save, state_load};
  static const clap_plugin_latency_t latencies = {latency};
  static const clap_plugin_tail_t tails = {tail};
  static const clap_plugin_audio_ports_t ports = {ports_count, ports_info};
  static const clap_plugin_audio_ports_config_t configs = {configs_count, configs_get, configs_select};
  if (std::strcmp(id, CLAP_EXT_AUDIO_PORTS_CONFIG) == 0) return &configs;
  if (std::strcmp(id, CLAP_EXT_PARAMS) == 0) return &params;
  if (std::strcmp(id, CLAP_EXT_STATE) == 0) return &state;
  if (std::strcmp(id, CLAP_EXT_LATENCY) == 0) return &latencies;
  if (std::strcmp(id, CLAP_EXT_TAIL) == 0) return &tails;
  if (std::strcmp(id, CLAP_EXT_AUDIO_PORTS) == 0) return &ports;
  return nullptr;
}

void on_main_thread(const clap_plugin_t*) {}

const clap_plugin_t* create(const clap_plugin_factory_t*, const clap_host_t* host, const char* id) {
  if (std::strcmp(id, kDescriptor.id) != 0) return nullptr;
  auto* plugin = new (std::nothrow) Plugin;
  if (plugin == nullptr) return nullptr;
  plugin->host = host;
  plugin->clap = {&kDescriptor,     plugin,          init,  destroy, activate,  deactivate,
                  start_processing, stop_processing, reset, process, extension, on_main_thread};
  return &plugin->clap;
}

uint32_t plugins(const clap_plugin_factory_t*) { return 1; }

const clap_plugin_descriptor_t* descriptor(const clap_plugin_factory_t*, uint32_t index) {
  return index == 0 ? &kDescriptor : nullptr;
}

const clap_plugin_factory_t kFactory = {plugins, descriptor, create};

bool entry_init(const char*) { return true; }
void entry_deinit() {}
const void* factory(const char* id) {
  return std::strcmp(id, CLAP_PLUGIN_FACTORY_ID) == 0 ? &kFactory : nullptr;
}

}  // namespace

extern "C" CLAP_EXPORT const clap_plugin_entry_t clap_entry = {CLAP_VERSION_INIT, entry_init, entry_deinit,
                                                               factory};
