// A small CLAP host; host.hpp says how it is called.
#include <atomic>

#include "clap/entry.h"
#include "clap/ext/latency.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"
#include "clap/process.h"
#include "clap_lists.hpp"
#include "extensions.hpp"
#include "playing.hpp"

namespace {

// One instance, and its part of the host.
class Player {
 public:
  Player(const clap_plugin_factory_t* factory, Job* job) : job_(job) {
    host_.host_data = this;
    plugin_ = factory->create_plugin(factory, &host_, factory->get_plugin_descriptor(factory, 0)->id);
    if (plugin_ == nullptr || !plugin_->init(plugin_)) std::exit(3);
    params_ = extension<clap_plugin_params_t>(CLAP_EXT_PARAMS);
    state_ = extension<clap_plugin_state_t>(CLAP_EXT_STATE);
    events_.reserve(4096);
    first_.reserve(4096);
    for (uint32_t k = 0; k < params_->count(plugin_); ++k) {
      clap_param_info_t info;
      params_->get_info(plugin_, k, &info);
      job->know(info.id, info.default_value);
    }
    if (job->state_in != nullptr) {
      Reading reading{read_all(job->state_in)};
      const clap_istream_t stream = {&reading, read_some};
      std::printf("loaded %d\n", state_->load(plugin_, &stream) ? 1 : 0);
    }
    const auto* configs = extension<clap_plugin_audio_ports_config_t>(CLAP_EXT_AUDIO_PORTS_CONFIG);
    if (job->channels == 1 && !configs->select(plugin_, 1)) std::exit(3);
    if (job->wrong) play_wrong_blocks();  // before it is activated, too
    activate();
    if (job->wrong) play_wrong_blocks();
  }

  ~Player() { plugin_->destroy(plugin_); }

  void describe() const {
    int misread = 0;
    for (uint32_t k = 0; k < params_->count(plugin_); ++k) {
      clap_param_info_t info;
      params_->get_info(plugin_, k, &info);
      const auto has = [&info](uint32_t flag) { return (info.flags & flag) != 0 ? 1 : 0; };
      std::printf("shown %u %s/%s: %g steps, automatable %d, read-only %d\n", info.id, info.module, info.name,
                  has(CLAP_PARAM_IS_STEPPED) * (info.max_value - info.min_value),
                  has(CLAP_PARAM_IS_AUTOMATABLE), has(CLAP_PARAM_IS_READONLY));
      const double between = info.min_value + (info.max_value - info.min_value) / 3;
      for (const double value : {info.min_value, info.default_value, between, info.max_value}) {
        char text[64], same[64];
        double again = -1e9;
        const bool read = params_->value_to_text(plugin_, info.id, value, text, sizeof text) &&
                          params_->text_to_value(plugin_, info.id, text, &again) &&
                          params_->value_to_text(plugin_, info.id, again, same, sizeof same);
        if (!read || std::strcmp(text, same) != 0 || (value != between && again != value)) ++misread;
      }
    }
    std::printf("misread %d\n", misread);
    std::printf("params %u latency %u tail %s\n", params_->count(plugin_),
                extension<clap_plugin_latency_t>(CLAP_EXT_LATENCY)->get(plugin_),
                extension<clap_plugin_tail_t>(CLAP_EXT_TAIL)->get(plugin_) >= INT32_MAX ? "endless" : "ends");
  }

  void play(size_t at, size_t n) {
    gather(at, n);
    float *in[2], *out[2];
    job_->place(at, in, out);
    if (job_->empty) {
      process(in, out, 0, &none_);
      process(in, out, 0, &first_);
    }
    job_->enter();
    process(in, out, n, &events_);
    job_->leave();
  }

  void activate() {
    plugin_->activate(plugin_, job_->rate, 0, static_cast<uint32_t>(job_->block));
    plugin_->start_processing(plugin_);
  }

  void deactivate() {
    plugin_->stop_processing(plugin_);
    plugin_->deactivate(plugin_);
  }

  void flush_when_asked() {
    for (int ms = 0; !flush_asked_ && ms < 10'000; ++ms)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const clap_input_events_t in_events = {&none_, events_size, events_get};
    const clap_output_events_t out_events = {job_, events_push};
    if (flush_asked_) params_->flush(plugin_, &in_events, &out_events);
  }

  void save(const char* path) const {
    FILE* file = std::fopen(path, "wb");
    const clap_ostream_t stream = {file, write_some};
    std::printf("saved %d\n", state_->save(plugin_, &stream) ? 1 : 0);
    std::fclose(file);
  }

 private:
  static Player& of(const clap_host_t* host) { return *static_cast<Player*>(host->host_data); }

  static const void* offered(const clap_host_t* host, const char* id) {
    static const clap_host_log_t log = {[](const clap_host_t*, int32_t severity, const char* message) {
      std::printf("log %d: %s\n", severity, message);
    }};
    static const clap_host_params_t params = {
        [](const clap_host_t* h, uint32_t) { of(h).read_values(); },
        [](const clap_host_t*, clap_id, uint32_t) {},
        [](const clap_host_t* h) { of(h).flush_asked_ = true; },
    };
    if (of(host).job_->bare) return nullptr;
    if (std::strcmp(id, CLAP_EXT_LOG) == 0) return &log;
    return std::strcmp(id, CLAP_EXT_PARAMS) == 0 ? &params : nullptr;
  }

  template <typename Extension>
  const Extension* extension(const char* id) const {
    return static_cast<const Extension*>(plugin_->get_extension(plugin_, id));
  }

  void read_values() {
    for (uint32_t k = 0; k < params_->count(plugin_); ++k) {
      clap_param_info_t info;
      params_->get_info(plugin_, k, &info);
      double value = 0;
      if (params_->get_value(plugin_, info.id, &value)) job_->read(info.id, value);
    }
  }

  // The events of the next block; with empty blocks before it, what is at its first frame comes with one.
  void gather(size_t at, size_t n) {
    events_.clear();
    first_.clear();
    for (; job_->next < job_->changes.size() && job_->changes[job_->next].frame < at + n; ++job_->next) {
      const Change& change = job_->changes[job_->next];
      clap_event_param_value_t event = {};
      event.header = {sizeof event, static_cast<uint32_t>(change.frame - at), CLAP_CORE_EVENT_SPACE_ID,
                      CLAP_EVENT_PARAM_VALUE, 0};
      event.param_id = change.id;
      event.note_id = event.port_index = event.channel = event.key = -1;
      event.value = change.value;
      (job_->empty && change.frame == at ? first_ : events_).push_back(event);
    }
  }

  clap_process_t block(const clap_audio_buffer_t* from, clap_audio_buffer_t* to, size_t n) const {
    clap_process_t block = {};
    block.audio_inputs = from;
    block.audio_outputs = to;
    block.audio_inputs_count = block.audio_outputs_count = 1;
    block.frames_count = static_cast<uint32_t>(n);
    return block;
  }

  void process(float** in, float** out, size_t n, Events* events) {
    const auto channels = static_cast<uint32_t>(job_->channels);
    const clap_audio_buffer_t from = {in, nullptr, channels, 0, 0};
    clap_audio_buffer_t to = {out, nullptr, channels, 0, ~uint64_t{0}};
    clap_process_t process = block(&from, &to, n);
    const clap_input_events_t in_events = {events, events_size, events_get};
    const clap_output_events_t out_events = {job_, events_push};
    process.in_events = &in_events;
    process.out_events = &out_events;
    plugin_->process(plugin_, &process);
    if (to.constant_mask != 0) std::abort();  // it is not constant, whatever stood there
  }

  void play_wrong_blocks() {
    float *in[2] = {}, *out[2] = {};
    job_->place(0, in, out);
    const auto channels = static_cast<uint32_t>(job_->channels);
    clap_audio_buffer_t from = {nullptr, nullptr, channels, 0, 0}, to = from;
    clap_process_t none = {};
    none.frames_count = 16;
    plugin_->process(plugin_, &none);  // no buses, no events
    const clap_process_t wrong = block(&from, &to, 16);
    plugin_->process(plugin_, &wrong);
    from.data32 = in, to.data32 = out;
    from.channel_count = 3 - channels;
    plugin_->process(plugin_, &wrong);
    from.channel_count = channels;
    out[channels - 1] = nullptr;
    plugin_->process(plugin_, &wrong);
  }

  Job* job_;
  clap_host_t host_ = {CLAP_VERSION_INIT,
                       nullptr,
                       "clap_host",
                       "",
                       "",
                       "1",
                       offered,
                       [](const clap_host_t*) {},
                       [](const clap_host_t*) {},
                       [](const clap_host_t*) {}};
  const clap_plugin_t* plugin_ = nullptr;
  const clap_plugin_params_t* params_ = nullptr;
  const clap_plugin_state_t* state_ = nullptr;
  Events events_, first_, none_;
  std::atomic<bool> flush_asked_{false};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const Library library(argv[1]);
  const auto* entry = static_cast<const clap_plugin_entry_t*>(library.find("clap_entry"));
  if (!entry->init(argv[1])) return 3;
  const auto* factory = static_cast<const clap_plugin_factory_t*>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
  play_job<Player>(factory, argc, argv);
  entry->deinit();
  return 0;
}
