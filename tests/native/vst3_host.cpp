// A small VST3 host with sample-accurate queues; host.hpp says how it is called, with plain values.
#include <cmath>

#include "abi.hpp"
#include "host.hpp"

namespace {

using vst3::Result;

struct Queue final : vst3::ParamValueQueue {
  uint32_t id = 0;
  double told = 0;
  std::vector<std::pair<int32_t, double>> points;

  Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  uint32_t getParameterId() override { return id; }
  int32_t getPointCount() override { return static_cast<int32_t>(points.size()); }
  Result getPoint(int32_t index, int32_t* frame, double* normalized) override {
    if (index < 0 || index >= getPointCount()) return V3_INVALID_ARG;
    *frame = points[static_cast<size_t>(index)].first;
    *normalized = points[static_cast<size_t>(index)].second;
    return V3_OK;
  }
  Result addPoint(int32_t, double normalized, int32_t* index) override {
    told = normalized;
    *index = 0;
    return V3_OK;
  }
};

struct Changes final : vst3::ParameterChanges {
  std::vector<Queue> queues;
  int32_t used = 0;

  Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  int32_t getParameterCount() override { return used; }
  vst3::ParamValueQueue* getParameterData(int32_t index) override {
    return &queues[static_cast<size_t>(index)];
  }
  vst3::ParamValueQueue* addParameterData(uint32_t* id, int32_t* index) override {
    if (static_cast<size_t>(used) == queues.size()) return nullptr;
    queues[static_cast<size_t>(used)].id = *id;
    *index = used;
    return &queues[static_cast<size_t>(used++)];
  }

  void clear() {
    for (int32_t k = 0; k < used; ++k) queues[static_cast<size_t>(k)].points.clear();
    used = 0;
  }

  void add(uint32_t id, size_t frame, double normalized) {
    int32_t k = 0;
    while (k < used && queues[static_cast<size_t>(k)].id != id) ++k;
    if (k == used) queues[static_cast<size_t>(used++)].id = id;
    queues[static_cast<size_t>(k)].points.emplace_back(static_cast<int32_t>(frame), normalized);
  }
};

// A state's bytes, given and taken in small pieces.
struct Memory final : vst3::Stream {
  std::vector<char> bytes;
  size_t place = 0;

  Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  Result read(void* out, int32_t count, int32_t* done) override {
    const size_t n = std::min({static_cast<size_t>(count), size_t{7}, bytes.size() - place});
    std::memcpy(out, bytes.data() + place, n);
    place += n;
    *done = static_cast<int32_t>(n);
    return V3_OK;
  }
  Result write(void* in, int32_t count, int32_t* done) override {
    const auto* from = static_cast<const char*>(in);
    *done = std::min(count, 100);
    bytes.insert(bytes.end(), from, from + *done);
    return V3_OK;
  }
  Result seek(int64_t, int32_t, int64_t*) override { return V3_NOT_IMPLEMENTED; }
  Result tell(int64_t*) override { return V3_NOT_IMPLEMENTED; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Job job(argc, argv);
  const Library library(argv[1]);
#if defined(_WIN32)
  reinterpret_cast<bool (*)()>(library.find("InitDll"))();
#else
  reinterpret_cast<bool (*)(void*)>(library.find("ModuleEntry"))(nullptr);
#endif
  auto* factory = reinterpret_cast<vst3::PluginFactory2* (*)()>(library.find("GetPluginFactory"))();
  v3_class_info info;
  factory->getClassInfo(0, &info);
  vst3::Component* component = nullptr;
  vst3::AudioProcessor* processor = nullptr;
  vst3::EditController* controller = nullptr;
  if (factory->createInstance(info.class_id, v3_component_iid, reinterpret_cast<void**>(&component)) != V3_OK)
    return 3;
  component->initialize(nullptr);
  component->queryInterface(v3_audio_processor_iid, reinterpret_cast<void**>(&processor));
  component->queryInterface(v3_edit_controller_iid, reinterpret_cast<void**>(&controller));
  if (job.state_in != nullptr) {
    Memory memory;
    memory.bytes = read_all(job.state_in);
    std::printf("loaded %d\n", component->setState(&memory) == V3_OK ? 1 : 0);
  }
  uint64_t mono = V3_SPEAKER_M;
  if (job.channels == 1 && processor->setBusArrangements(&mono, 1, &mono, 1) != V3_OK) return 3;
  v3_process_setup setup = {V3_OFFLINE, V3_SAMPLE_32, static_cast<int32_t>(job.block), job.rate};
  processor->setupProcessing(&setup);
  component->setActive(1);
  processor->setProcessing(1);
  int misread = 0;
  vst3::UnitInfo* units = nullptr;
  component->queryInterface(v3_unit_information_iid, reinterpret_cast<void**>(&units));
  for (int32_t k = 0; k < controller->getParameterCount(); ++k) {
    v3_param_info param;
    int16_t text[128];
    controller->getParameterInfo(k, &param);
    const bool meter = (param.flags & V3_PARAM_READ_ONLY) != 0;
    for (const double value : {0.0, param.default_normalised_value, 1.0}) {
      double again = -1;
      const bool written = controller->getParamStringByValue(param.param_id, value, text) == V3_OK;
      const bool read = controller->getParamValueByString(param.param_id, text, &again) == V3_OK;
      if (!written || read == meter || (read && std::fabs(again - value) > 1e-9)) ++misread;
    }
    if (param.unit_id <= 0 || param.unit_id >= units->getUnitCount()) ++misread;
  }
  for (int32_t k = 0; k < units->getUnitCount(); ++k) {
    v3_unit_info unit;
    units->getUnitInfo(k, &unit);
    std::string name;
    for (const int16_t* c = unit.name; *c != 0; ++c) name += static_cast<char>(*c);
    std::printf("unit %d in %d: %s\n", unit.id, unit.parent_unit_id, name.c_str());
  }
  units->release();
  std::printf("misread %d\n", misread);
  std::printf("params %d latency %u\n", controller->getParameterCount(), processor->getLatencySamples());
  Changes changes, told;
  changes.queues.resize(64);
  told.queues.resize(64);
  for (Queue& queue : changes.queues) queue.points.reserve(64);
  job.begin();
  for (size_t at = 0, n = 0; at < job.frames; at += n) {
    n = std::min(job.block, job.frames - at);
    changes.clear();
    for (; job.next < job.changes.size() && job.changes[job.next].frame < at + n; ++job.next) {
      const Change& change = job.changes[job.next];
      // As hosts do: the normalized value has been a 32-bit float.
      const auto normalized = static_cast<float>(controller->plainParamToNormalized(change.id, change.value));
      changes.add(change.id, change.frame - at, static_cast<double>(normalized));
    }
    float *in[2], *out[2];
    job.place(at, in, out);
    v3_audio_bus_buffers from = {}, to = {};
    from.num_channels = to.num_channels = job.channels;
    from.channel_buffers_32 = in;
    to.channel_buffers_32 = out;
    v3_process_data data = {};
    data.inputs = &from;
    data.outputs = &to;
    data.nframes = static_cast<int32_t>(n);
    if (job.wrong && at == 0) {
      processor->process(&data);  // no buses, no changes
      data.num_input_buses = data.num_output_buses = 1;
      from.channel_buffers_32 = to.channel_buffers_32 = nullptr;
      processor->process(&data);
      from.channel_buffers_32 = in, to.channel_buffers_32 = out;
      from.num_channels = 3 - job.channels;
      processor->process(&data);
      from.num_channels = job.channels;
    }
    data.num_input_buses = data.num_output_buses = 1;
    data.nframes = 0;
    if (job.empty) processor->process(&data);
    data.nframes = static_cast<int32_t>(n);
    data.input_params = reinterpret_cast<v3_param_changes**>(static_cast<vst3::ParameterChanges*>(&changes));
    data.output_params = reinterpret_cast<v3_param_changes**>(static_cast<vst3::ParameterChanges*>(&told));
    told.used = 0;
    job.enter();
    processor->process(&data);
    job.leave();
    for (int32_t k = 0; k < told.used; ++k) {
      const Queue& queue = told.queues[static_cast<size_t>(k)];
      job.hear(queue.id, controller->normalizedParamToPlain(queue.id, queue.told));
    }
    job.wait_for_the_next(n);
    if (!job.again || at + n < job.frames / 2) continue;
    job.again = false;
    job.block = std::max<size_t>(1, job.block / 2);
    setup.max_block_size = static_cast<int32_t>(job.block);
    processor->setProcessing(0);
    component->setActive(0);
    processor->setupProcessing(&setup);
    component->setActive(1);
    processor->setProcessing(1);
  }
  job.end();
  job.print();
  if (job.state_out != nullptr) {
    Memory memory;
    std::printf("saved %d\n", component->getState(&memory) == V3_OK ? 1 : 0);
    FILE* file = std::fopen(job.state_out, "wb");
    std::fwrite(memory.bytes.data(), 1, memory.bytes.size(), file);
    std::fclose(file);
  }
  processor->setProcessing(0);
  component->setActive(0);
  controller->release();
  processor->release();
  component->terminate();
  std::printf("references left %u\n", component->release());
  job.write_output(argv[3]);
  return 0;
}
