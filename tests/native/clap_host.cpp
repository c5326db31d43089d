// A small CLAP host; host.hpp says how it is called.
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
bool events_push(const clap_output_events_t*, const clap_event_header_t*) { return true; }

const void* no_extension(const clap_host_t*, const char*) { return nullptr; }
void nothing(const clap_host_t*) {}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Job job(argc, argv);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::puts(dlerror()), 3;
  const auto* entry = static_cast<const clap_plugin_entry_t*>(dlsym(library, "clap_entry"));
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
  plugin->activate(plugin, job.rate, 0, static_cast<uint32_t>(job.block));
  plugin->start_processing(plugin);
  std::printf("params %u latency %u\n", params->count(plugin), latency->get(plugin));
  Events events;
  events.reserve(4096);
  const clap_input_events_t in_events = {&events, events_size, events_get};
  const clap_output_events_t out_events = {nullptr, events_push};
  job.begin();
  for (size_t at = 0; at < job.frames; at += job.block) {
    const size_t n = std::min(job.block, job.frames - at);
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
    float* in[2] = {job.source + at, job.source + job.frames + at};
    float* out[2] = {job.output.data() + at, job.output.data() + job.frames + at};
    clap_audio_buffer_t from = {}, to = {};
    from.data32 = in;
    to.data32 = out;
    from.channel_count = to.channel_count = 2;
    clap_process_t process = {};
    process.frames_count = static_cast<uint32_t>(n);
    process.audio_inputs = &from;
    process.audio_outputs = &to;
    process.audio_inputs_count = process.audio_outputs_count = 1;
    process.in_events = &in_events;
    process.out_events = &out_events;
    job.enter();
    plugin->process(plugin, &process);
    job.leave();
  }
  job.end();
  job.print_times();
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
