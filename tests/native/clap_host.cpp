// A small CLAP host; host.hpp says how it is called.
#include "audio_ports_config.hpp"
#include "clap/entry.h"
#include "clap/ext/latency.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"
#include "clap/process.h"
#include "host.hpp"

namespace {

struct Reading {
  std::vector<char> bytes;
  size_t at = 0;
};

int64_t read_some(const clap_istream_t* stream, void* buffer, uint64_t size) {
  auto* from = static_cast<Reading*>(stream->ctx);
  const size_t n =
      std::min<size_t>({size, 7, from->bytes.size() - from->at});  // in small pieces, as a host may
  std::memcpy(buffer, from->bytes.data() + from->at, n);
  from->at += n;
  return static_cast<int64_t>(n);
}

int64_t write_some(const clap_ostream_t* stream, const void* buffer, uint64_t size) {
  const size_t n = std::min<size_t>(size, 100);
  return static_cast<int64_t>(std::fwrite(buffer, 1, n, static_cast<FILE*>(stream->ctx)));
}

using Events = std::vector<clap_event_param_value_t>;
uint32_t events_size(const clap_input_events_t* list) {
  return static_cast<uint32_t>(static_cast<Events*>(list->ctx)->size());
}
const clap_event_header_t* events_get(const clap_input_events_t* list, uint32_t k) {
  return &(*static_cast<Events*>(list->ctx))[k].header;
}
bool events_push(const clap_output_events_t* list, const clap_event_header_t* header) {
  const auto* event = reinterpret_cast<const clap_event_param_value_t*>(header);
  static_cast<Job*>(list->ctx)->hear(event->param_id, event->value);
  return true;
}

const void* no_extension(const clap_host_t*, const char*) { return nullptr; }
void nothing(const clap_host_t*) {}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Job job(argc, argv);
  const Library library(argv[1]);
  const auto* entry = static_cast<const clap_plugin_entry_t*>(library.find("clap_entry"));
  if (!entry->init(argv[1])) return 3;
  const auto* factory = static_cast<const clap_plugin_factory_t*>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
  clap_host_t host = {CLAP_VERSION_INIT, nullptr, "clap_host", "",     "", "1",
                      no_extension,      nothing, nothing,     nothing};
  const clap_plugin_t* plugin =
      factory->create_plugin(factory, &host, factory->get_plugin_descriptor(factory, 0)->id);
  if (plugin == nullptr || !plugin->init(plugin)) return 3;
  const auto* params =
      static_cast<const clap_plugin_params_t*>(plugin->get_extension(plugin, CLAP_EXT_PARAMS));
  const auto* state = static_cast<const clap_plugin_state_t*>(plugin->get_extension(plugin, CLAP_EXT_STATE));
  const auto* latency =
      static_cast<const clap_plugin_latency_t*>(plugin->get_extension(plugin, CLAP_EXT_LATENCY));
  if (job.state_in != nullptr) {
    Reading reading{read_all(job.state_in)};
    const clap_istream_t stream = {&reading, read_some};
    std::printf("loaded %d\n", state->load(plugin, &stream) ? 1 : 0);
  }
  const auto* configs = static_cast<const clap_plugin_audio_ports_config_t*>(
      plugin->get_extension(plugin, CLAP_EXT_AUDIO_PORTS_CONFIG));
  if (job.channels == 1 && !configs->select(plugin, 1)) return 3;
  plugin->activate(plugin, job.rate, 0, static_cast<uint32_t>(job.block));
  plugin->start_processing(plugin);
  int misread = 0;
  for (uint32_t k = 0; k < params->count(plugin); ++k) {
    clap_param_info_t info;
    char text[64];
    params->get_info(plugin, k, &info);
    const bool meter = (info.flags & CLAP_PARAM_IS_READONLY) != 0;
    for (const double value : {info.min_value, info.default_value, info.max_value}) {
      double again = -1e9;
      const bool written = params->value_to_text(plugin, info.id, value, text, sizeof text);
      const bool read = params->text_to_value(plugin, info.id, text, &again);
      if (!written || read == meter || (read && again != value)) ++misread;
    }
  }
  std::printf("misread %d\n", misread);
  std::printf("params %u latency %u\n", params->count(plugin), latency->get(plugin));
  Events events;
  events.reserve(4096);
  Events none;
  const clap_input_events_t in_events = {&events, events_size, events_get};
  const clap_input_events_t no_events = {&none, events_size, events_get};
  const clap_output_events_t out_events = {&job, events_push};
  job.begin();
  for (size_t at = 0, n = 0; at < job.frames; at += n) {
    n = std::min(job.block, job.frames - at);
    events.clear();
    for (; job.next < job.changes.size() && job.changes[job.next].frame < at + n; ++job.next) {
      const Change& change = job.changes[job.next];
      clap_event_param_value_t event = {};
      event.header = {sizeof event, static_cast<uint32_t>(change.frame - at), CLAP_CORE_EVENT_SPACE_ID,
                      CLAP_EVENT_PARAM_VALUE, 0};
      event.param_id = change.id;
      event.note_id = event.port_index = event.channel = event.key = -1;
      event.value = change.value;
      events.push_back(event);
    }
    float *in[2], *out[2];
    job.place(at, in, out);
    clap_audio_buffer_t from = {}, to = {};
    from.data32 = in;
    to.data32 = out;
    from.channel_count = to.channel_count = static_cast<uint32_t>(job.channels);
    clap_process_t process = {};
    process.audio_inputs = &from;
    process.audio_outputs = &to;
    process.out_events = &out_events;
    process.frames_count = static_cast<uint32_t>(n);
    if (job.wrong && at == 0) {
      plugin->process(plugin, &process);  // no buses, no events
      process.audio_inputs_count = process.audio_outputs_count = 1;
      from.data32 = to.data32 = nullptr;
      plugin->process(plugin, &process);
      from.data32 = in, to.data32 = out;
      from.channel_count = static_cast<uint32_t>(3 - job.channels);
      plugin->process(plugin, &process);
      from.channel_count = to.channel_count;
    }
    process.audio_inputs_count = process.audio_outputs_count = 1;
    process.in_events = &no_events;
    process.frames_count = 0;
    if (job.empty) plugin->process(plugin, &process);
    process.in_events = &in_events;
    process.frames_count = static_cast<uint32_t>(n);
    job.enter();
    plugin->process(plugin, &process);
    job.leave();
    job.wait_for_the_next(n);
    if (!job.again || at + n < job.frames / 2) continue;
    job.again = false;
    job.block = std::max<size_t>(1, job.block / 2);
    plugin->stop_processing(plugin);
    plugin->deactivate(plugin);
    plugin->activate(plugin, job.rate, 0, static_cast<uint32_t>(job.block));
    plugin->start_processing(plugin);
  }
  job.end();
  job.print();
  if (job.state_out != nullptr) {
    FILE* file = std::fopen(job.state_out, "wb");
    const clap_ostream_t stream = {file, write_some};
    std::printf("saved %d\n", state->save(plugin, &stream) ? 1 : 0);
    std::fclose(file);
  }
  plugin->stop_processing(plugin);
  plugin->deactivate(plugin);
  plugin->destroy(plugin);
  entry->deinit();
  job.write_output(argv[3]);
  return 0;
}
