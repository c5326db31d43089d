// A small CLAP host: clap_host PLUGIN IN OUT RATE BLOCK [--state FILE] [--save FILE] [--strict] [--in-place]
// [FRAME:ID:VALUE ...] IN and OUT are raw float32, left then right. Values at frame 0 come with the first
// block. With --strict every system call within process() but read, write and exit kills the host (seccomp),
// and heap calls there are counted.
#include <dlfcn.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "clap/entry.h"
#include "clap/ext/latency.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"
#include "clap/process.h"

extern "C" {
void* __libc_malloc(size_t);
void __libc_free(void*);
}

namespace {

bool in_process = false;
long heap_calls = 0;

struct Change {
  size_t frame;
  clap_id id;
  double value;
};

std::vector<char> read_all(const char* path) {
  std::vector<char> bytes;
  FILE* file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(3);
  char part[65536];
  for (size_t n; (n = std::fread(part, 1, sizeof part, file)) > 0;) bytes.insert(bytes.end(), part, part + n);
  std::fclose(file);
  return bytes;
}

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

extern "C" void* malloc(size_t n) {
  if (in_process) ++heap_calls;
  return __libc_malloc(n);
}
extern "C" void free(void* p) {
  if (in_process && p != nullptr) ++heap_calls;
  __libc_free(p);
}

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const double rate = std::atof(argv[4]);
  const size_t block = static_cast<size_t>(std::atol(argv[5]));
  const char *state_in = nullptr, *state_out = nullptr;
  bool strict = false, in_place = false;
  std::vector<Change> changes;
  for (int k = 6; k < argc; ++k) {
    const std::string word = argv[k];
    if (word == "--state") {
      state_in = argv[++k];
    } else if (word == "--save") {
      state_out = argv[++k];
    } else if (word == "--strict") {
      strict = true;
    } else if (word == "--in-place") {
      in_place = true;
    } else {
      Change c;
      if (std::sscanf(argv[k], "%zu:%u:%lf", &c.frame, &c.id, &c.value) != 3) return 2;
      changes.push_back(c);
    }
  }
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
  if (state_in != nullptr) {
    Reading reading{read_all(state_in)};
    const clap_istream_t stream = {&reading, read_some};
    std::printf("loaded %d\n", state->load(plugin, &stream) ? 1 : 0);
  }
  const std::vector<char> bytes = read_all(argv[2]);
  const size_t frames = bytes.size() / (2 * sizeof(float));
  std::vector<float> input(2 * frames), output(2 * frames);
  std::memcpy(input.data(), bytes.data(), input.size() * sizeof(float));
  plugin->activate(plugin, rate, 0, static_cast<uint32_t>(block));
  plugin->start_processing(plugin);
  std::printf("params %u latency %u\n", params->count(plugin), latency->get(plugin));
  std::fflush(stdout);
  Events events;
  events.reserve(4096);
  const clap_input_events_t in_events = {&events, events_size, events_get};
  const clap_output_events_t out_events = {nullptr, events_push};
  float* const read_from = in_place ? output.data() : input.data();
  if (in_place) output = input;
  if (strict) prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  size_t next = 0;
  for (size_t at = 0; at < frames; at += block) {
    const size_t n = std::min(block, frames - at);
    events.clear();
    for (; next < changes.size() && changes[next].frame < at + n; ++next) {
      clap_event_param_value_t event = {};
      event.header = {sizeof event, static_cast<uint32_t>(changes[next].frame - at), CLAP_CORE_EVENT_SPACE_ID,
                      CLAP_EVENT_PARAM_VALUE, 0};
      event.param_id = changes[next].id;
      event.note_id = event.port_index = event.channel = event.key = -1;
      event.value = changes[next].value;
      events.push_back(event);
    }
    float* in[2] = {read_from + at, read_from + frames + at};
    float* out[2] = {output.data() + at, output.data() + frames + at};
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
    in_process = true;
    plugin->process(plugin, &process);
    in_process = false;
  }
  if (strict) {  // nothing but write and exit is allowed from here on
    char text[64];
    const int n = std::snprintf(text, sizeof text, "heap calls %ld\n", heap_calls);
    if (write(1, text, static_cast<size_t>(n)) != n) syscall(SYS_exit, 4);
    syscall(SYS_exit, 0);
  }
  std::printf("heap calls %ld\n", heap_calls);
  if (state_out != nullptr) {
    FILE* file = std::fopen(state_out, "wb");
    const clap_ostream_t stream = {file, write_some};
    std::printf("saved %d\n", state->save(plugin, &stream) ? 1 : 0);
    std::fclose(file);
  }
  plugin->stop_processing(plugin);
  plugin->deactivate(plugin);
  plugin->destroy(plugin);
  entry->deinit();
  FILE* file = std::fopen(argv[3], "wb");
  std::fwrite(output.data(), sizeof(float), output.size(), file);
  std::fclose(file);
  return 0;
}
