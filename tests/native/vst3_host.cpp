// A small VST3 host with sample-accurate queues; host.hpp says how it is called, with plain values.
#include <cmath>

#include "abi.hpp"
#include "playing.hpp"
#include "text16.hpp"
#include "vst3_lists.hpp"

namespace {

using vst3::Result;

// One instance, and its part of the host.
class Player final : vst3::ComponentHandler {
 public:
  Player(vst3::PluginFactory2* factory, Job* job) : job_(job) {
    v3_class_info info;
    factory->getClassInfo(0, &info);
    if (factory->createInstance(info.class_id, v3_component_iid, reinterpret_cast<void**>(&component_)) !=
        V3_OK)
      std::exit(3);
    component_->initialize(nullptr);
    component_->queryInterface(v3_audio_processor_iid, reinterpret_cast<void**>(&processor_));
    component_->queryInterface(v3_edit_controller_iid, reinterpret_cast<void**>(&controller_));
    if (!job->bare) controller_->setComponentHandler(this);
    for (const v3_param_info& param : params())
      job->know(param.param_id, plain(param.param_id, param.default_normalised_value));
    if (job->state_in != nullptr) {
      Memory memory;
      memory.bytes = read_all(job->state_in);
      std::printf("loaded %d\n", component_->setState(&memory) == V3_OK ? 1 : 0);
    }
    uint64_t mono = V3_SPEAKER_M;
    if (job->channels == 1 && processor_->setBusArrangements(&mono, 1, &mono, 1) != V3_OK) std::exit(3);
    changes_.queues.resize(64);
    first_.queues.resize(64);
    told_.queues.resize(64);
    for (Changes* changes : {&changes_, &first_})
      for (Queue& queue : changes->queues) queue.points.reserve(64);
    if (job->wrong) play_wrong_blocks();  // before it is activated, too
    activate();
    if (job->wrong) play_wrong_blocks();
  }

  // Prints how many references are left, to the plugin and to this.
  ~Player() {
    controller_->release();
    processor_->release();
    component_->terminate();
    std::printf("references left %u\n", component_->release() + references_);
  }

  void describe() {
    int misread = 0;
    vst3::UnitInfo* units = nullptr;
    component_->queryInterface(v3_unit_information_iid, reinterpret_cast<void**>(&units));
    for (const v3_param_info& param : params()) {
      v3_unit_info unit = {};
      if (units->getUnitInfo(param.unit_id, &unit) != V3_OK || unit.id != param.unit_id) ++misread;
      char name[64], group[64];
      vst3::from_utf16(name, param.title);
      vst3::from_utf16(group, unit.name);
      const auto has = [&param](int32_t flag) { return (param.flags & flag) != 0 ? 1 : 0; };
      std::printf("shown %u %s/%s: %d steps, automatable %d, read-only %d\n", param.param_id, group, name,
                  param.step_count, has(V3_PARAM_CAN_AUTOMATE), has(V3_PARAM_READ_ONLY));
      for (const double value : {0.0, param.default_normalised_value, 1.0 / 3, 1.0}) {
        int16_t text[128], same[128];
        double again = -1;
        const bool read = controller_->getParamStringByValue(param.param_id, value, text) == V3_OK &&
                          controller_->getParamValueByString(param.param_id, text, &again) == V3_OK &&
                          controller_->getParamStringByValue(param.param_id, again, same) == V3_OK;
        if (!read || !std::equal(text, text + length(text) + 1, same) ||
            (value != 1.0 / 3 && std::fabs(again - value) > 1e-9))
          ++misread;
      }
    }
    units->release();
    std::printf("misread %d\n", misread);
    std::printf("params %d latency %u tail %s\n", controller_->getParameterCount(),
                processor_->getLatencySamples(),
                processor_->getTailSamples() == UINT32_MAX ? "endless" : "ends");
  }

  void play(size_t at, size_t n) {
    gather(at, n);
    float *in[2], *out[2];
    job_->place(at, in, out);
    if (job_->empty) {
      process(in, out, 0, nullptr);
      process(in, out, 0, &first_);
    }
    job_->enter();
    process(in, out, n, &changes_);
    job_->leave();
    for (int32_t k = 0; k < told_.used; ++k) {
      const Queue& queue = told_.queues[static_cast<size_t>(k)];
      job_->hear(queue.id, plain(queue.id, queue.told));
    }
    told_.used = 0;
  }

  void activate() {
    v3_process_setup setup = {V3_OFFLINE, V3_SAMPLE_64, static_cast<int32_t>(job_->block), job_->rate};
    if (processor_->setupProcessing(&setup) == V3_OK) std::exit(3);
    setup.symbolic_sample_size = V3_SAMPLE_32;
    processor_->setupProcessing(&setup);
    component_->setActive(1);
    processor_->setProcessing(1);
  }

  void deactivate() {
    processor_->setProcessing(0);
    component_->setActive(0);
  }

  void flush_when_asked() {}  // in VST3 nobody asks

  void save(const char* path) {
    Memory memory;
    std::printf("saved %d\n", component_->getState(&memory) == V3_OK ? 1 : 0);
    FILE* file = std::fopen(path, "wb");
    std::fwrite(memory.bytes.data(), 1, memory.bytes.size(), file);
    std::fclose(file);
  }

 private:
  Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return ++references_; }
  uint32_t release() override { return --references_; }
  Result beginEdit(uint32_t) override { return V3_OK; }
  Result performEdit(uint32_t, double) override { return V3_OK; }
  Result endEdit(uint32_t) override { return V3_OK; }
  Result restartComponent(int32_t flags) override {
    if (flags != V3_RESTART_PARAM_VALUES_CHANGED) return V3_INVALID_ARG;
    for (const v3_param_info& param : params())
      job_->read(param.param_id, plain(param.param_id, controller_->getParamNormalized(param.param_id)));
    return V3_OK;
  }

  static size_t length(const int16_t* text) {
    size_t n = 0;
    while (text[n] != 0) ++n;
    return n;
  }

  double plain(uint32_t id, double normalized) { return controller_->normalizedParamToPlain(id, normalized); }

  std::vector<v3_param_info> params() {
    std::vector<v3_param_info> all(static_cast<size_t>(controller_->getParameterCount()));
    for (size_t k = 0; k < all.size(); ++k) controller_->getParameterInfo(static_cast<int32_t>(k), &all[k]);
    return all;
  }

  // The changes of the next block; with empty blocks before it, what is at its first frame comes with one.
  void gather(size_t at, size_t n) {
    changes_.clear();
    first_.clear();
    for (; job_->next < job_->changes.size() && job_->changes[job_->next].frame < at + n; ++job_->next) {
      const Change& change = job_->changes[job_->next];
      // As hosts do: the normalized value has been a 32-bit float.
      const auto normalized =
          static_cast<float>(controller_->plainParamToNormalized(change.id, change.value));
      Changes& list = job_->empty && change.frame == at ? first_ : changes_;
      list.add(change.id, change.frame - at, static_cast<double>(normalized));
    }
  }

  static v3_param_changes** as_list(vst3::ParameterChanges* changes) {
    return reinterpret_cast<v3_param_changes**>(changes);
  }

  void process(float** in, float** out, size_t n, Changes* changes) {
    v3_audio_bus_buffers from = {}, to = {};
    from.num_channels = to.num_channels = job_->channels;
    from.channel_buffers_32 = in;
    to.channel_buffers_32 = out;
    to.channel_silence_bitset = ~uint64_t{0};
    v3_process_data data = {};
    data.inputs = &from;
    data.outputs = &to;
    data.num_input_buses = data.num_output_buses = 1;
    data.nframes = static_cast<int32_t>(n);
    data.input_params = as_list(changes);
    data.output_params = as_list(&told_);
    processor_->process(&data);
    if (to.channel_silence_bitset != 0) std::abort();  // it is not silent, whatever stood there
  }

  void play_wrong_blocks() {
    float *in[2] = {}, *out[2] = {};
    job_->place(0, in, out);
    v3_audio_bus_buffers from = {}, to = {};
    from.num_channels = to.num_channels = job_->channels;
    v3_process_data data = {};
    data.inputs = &from;
    data.outputs = &to;
    data.nframes = 16;
    processor_->process(&data);  // no buses, no changes
    data.num_input_buses = data.num_output_buses = 1;
    processor_->process(&data);
    from.channel_buffers_32 = in, to.channel_buffers_32 = out;
    from.num_channels = 3 - job_->channels;
    processor_->process(&data);
    from.num_channels = job_->channels;
    out[job_->channels - 1] = nullptr;
    processor_->process(&data);
  }

  Job* job_;
  vst3::Component* component_ = nullptr;
  vst3::AudioProcessor* processor_ = nullptr;
  vst3::EditController* controller_ = nullptr;
  Changes changes_, first_, told_;
  uint32_t references_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const Library library(argv[1]);
#if defined(_WIN32)
  reinterpret_cast<bool (*)()>(library.find("InitDll"))();
#else
  reinterpret_cast<bool (*)(void*)>(library.find("ModuleEntry"))(nullptr);
#endif
  auto* factory = reinterpret_cast<vst3::PluginFactory2* (*)()>(library.find("GetPluginFactory"))();
  play_job<Player>(factory, argc, argv);
  return 0;
}
