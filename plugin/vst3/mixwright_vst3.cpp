// The balance stage as a VST3 plugin: component, processor and controller in one object; sample-accurate
// queues.
#include <algorithm>
#include <atomic>
#include <new>

#include "abi.hpp"
#include "controller.hpp"
#include "factory.hpp"
#include "instance.hpp"
#include "learn/place.hpp"
#include "text16.hpp"
#include "units.hpp"

namespace {

using namespace mixwright;
using vst3::Result;

constexpr uint64_t kMono = V3_SPEAKER_M, kStereo = V3_SPEAKER_L | V3_SPEAKER_R;

class Plugin final : public vst3::Component, public vst3::AudioProcessor, public Controller, public Units {
 public:
  Plugin() : Controller(&instance_) {}

  Result queryInterface(const uint8_t* id, void** object) override {
    if (vst3::same(id, v3_funknown_iid) || vst3::same(id, v3_component_iid) ||
        vst3::same(id, v3_plugin_base_iid)) {
      *object = static_cast<vst3::Component*>(this);
    } else if (vst3::same(id, v3_audio_processor_iid)) {
      *object = static_cast<vst3::AudioProcessor*>(this);
    } else if (vst3::same(id, v3_edit_controller_iid)) {
      *object = static_cast<vst3::EditController*>(this);
    } else if (vst3::same(id, v3_unit_information_iid)) {
      *object = static_cast<vst3::UnitInfo*>(this);
    } else {
      *object = nullptr;
      return V3_NO_INTERFACE;
    }
    addRef();
    return V3_OK;
  }
  uint32_t addRef() override { return ++references_; }
  uint32_t release() override {
    const uint32_t left = --references_;
    if (left == 0) delete this;
    return left;
  }
  Result initialize(vst3::Unknown*) override { return V3_OK; }
  Result terminate() override { return setComponentHandler(nullptr); }

  // Component
  Result getControllerClassId(uint8_t*) override { return V3_NOT_IMPLEMENTED; }
  Result setIoMode(int32_t) override { return V3_NOT_IMPLEMENTED; }
  int32_t getBusCount(int32_t type, int32_t) override { return type == V3_AUDIO ? 1 : 0; }
  Result getBusInfo(int32_t type, int32_t direction, int32_t index, v3_bus_info* info) override {
    if (type != V3_AUDIO || index != 0) return V3_INVALID_ARG;
    *info = {};
    info->media_type = type;
    info->direction = direction;
    info->channel_count = channels_;
    vst3::to_utf16(info->bus_name, direction == V3_INPUT ? "In" : "Out");
    info->bus_type = V3_MAIN;
    info->flags = V3_DEFAULT_ACTIVE;
    return V3_OK;
  }
  Result getRoutingInfo(v3_routing_info*, v3_routing_info*) override { return V3_NOT_IMPLEMENTED; }
  Result activateBus(int32_t, int32_t, int32_t, v3_bool) override { return V3_OK; }
  Result setActive(v3_bool active) override {
    if (active) instance_.prepare(sample_rate_, channels_);
    return V3_OK;
  }
  Result setState(vst3::Stream* stream) override {
    std::string text;
    char part[4096];
    for (int32_t count = 0;; text.append(part, static_cast<size_t>(count))) {
      if (stream->read(part, sizeof part, &count) != V3_OK || count <= 0) break;
      if (text.size() > kMostStateBytes) return V3_FALSE;
    }
    if (!instance_.load(text)) return V3_FALSE;
    let_host_read();
    return V3_OK;
  }
  Result getState(vst3::Stream* stream) override {
    std::string text = instance_.save();
    for (size_t done = 0; done < text.size();) {
      int32_t written = 0;
      const Result result =
          stream->write(text.data() + done, static_cast<int32_t>(text.size() - done), &written);
      if (result != V3_OK || written <= 0) return V3_FALSE;
      done += static_cast<size_t>(written);
    }
    return V3_OK;
  }

  // AudioProcessor
  Result setBusArrangements(uint64_t* in, int32_t ins, uint64_t* out, int32_t outs) override {
    if (ins != 1 || outs != 1 || in[0] != out[0] || (in[0] != kMono && in[0] != kStereo)) return V3_FALSE;
    channels_ = in[0] == kMono ? 1 : 2;
    return V3_OK;
  }
  Result getBusArrangement(int32_t, int32_t index, uint64_t* arrangement) override {
    if (index != 0) return V3_INVALID_ARG;
    *arrangement = channels_ == 1 ? kMono : kStereo;
    return V3_OK;
  }
  Result canProcessSampleSize(int32_t size) override {
    return size == V3_SAMPLE_32 ? V3_OK : V3_NOT_IMPLEMENTED;
  }
  uint32_t getLatencySamples() override { return instance_.latency(); }
  Result setupProcessing(v3_process_setup* setup) override {
    if (setup->symbolic_sample_size != V3_SAMPLE_32) return V3_FALSE;
    sample_rate_ = setup->sample_rate;
    return V3_OK;
  }
  Result setProcessing(v3_bool) override { return V3_OK; }
  Result process(v3_process_data* data) override;
  uint32_t getTailSamples() override { return kEndlessTail; }

 private:
  ~Plugin() = default;

  // A parameter's changes within a block.
  struct Queue {
    vst3::ParamValueQueue* points;
    int32_t next, count, frame;
    double normalized;

    bool read() { return next < count && points->getPoint(next, &frame, &normalized) == V3_OK; }
  };

  int gather(v3_process_data* data, Queue* queues);

  std::atomic<uint32_t> references_{1};
  Instance instance_{weights_file()};
  double sample_rate_ = 44100;
  int channels_ = 2;  // from the next activation on
};

int Plugin::gather(v3_process_data* data, Queue* queues) {
  auto* changes = reinterpret_cast<vst3::ParameterChanges*>(data->input_params);
  int found = 0;
  for (int32_t k = 0; changes != nullptr && k < changes->getParameterCount() && found < kControlCount; ++k) {
    vst3::ParamValueQueue* points = changes->getParameterData(k);
    if (points == nullptr || !is_control(points->getParameterId())) continue;
    queues[found] = {points, 0, points->getPointCount(), 0, 0};
    if (queues[found].read()) ++found;
  }
  return found;
}

Result Plugin::process(v3_process_data* data) {
  instance_.take_over();
  Queue queues[kControlCount];
  const int found = gather(data, queues);
  const v3_audio_bus_buffers* in = data->num_input_buses > 0 ? data->inputs : nullptr;
  v3_audio_bus_buffers* out = data->num_output_buses > 0 ? data->outputs : nullptr;
  const bool fits = in != nullptr && out != nullptr &&
                    instance_.fits(in->num_channels, in->channel_buffers_32) &&
                    instance_.fits(out->num_channels, out->channel_buffers_32);
  const int32_t frames = std::max(data->nframes, 0);
  int32_t at = 0;
  do {
    int32_t end = frames;
    for (int k = 0; k < found; ++k) {
      Queue& queue = queues[k];
      // Where nothing follows, a late or only point stands from here on.
      while (queue.next < queue.count && (queue.frame <= at || at >= frames)) {
        const uint32_t id = queue.points->getParameterId();
        instance_.set(static_cast<int>(id), to_plain(id, queue.normalized));
        ++queue.next;
        if (!queue.read()) queue.next = queue.count;
      }
      if (queue.next < queue.count) end = std::min(end, queue.frame);
    }
    if (fits && end > at) instance_.process(in->channel_buffers_32, out->channel_buffers_32, at, end);
    at = end;
  } while (at < frames);
  if (fits) out->channel_silence_bitset = 0;
  report(reinterpret_cast<vst3::ParameterChanges*>(data->output_params));
  return V3_OK;
}

Result create(const uint8_t* id, void** object) {
  auto* plugin = new (std::nothrow) Plugin;
  if (plugin == nullptr) return V3_NOMEM;
  const Result result = plugin->queryInterface(id, object);
  plugin->release();
  return result;
}

}  // namespace

#if defined(_WIN32)
#define MIXWRIGHT_EXPORT extern "C" __declspec(dllexport)
#else
#define MIXWRIGHT_EXPORT extern "C" __attribute__((visibility("default")))
#endif

MIXWRIGHT_EXPORT void* GetPluginFactory() {
  static vst3::Factory factory(create);
  return static_cast<vst3::PluginFactory2*>(&factory);
}

// What a host calls first and last has another name on each system.
#if defined(_WIN32)
MIXWRIGHT_EXPORT bool InitDll() { return true; }
MIXWRIGHT_EXPORT bool ExitDll() { return true; }
#elif defined(__APPLE__)
MIXWRIGHT_EXPORT bool bundleEntry(void*) { return true; }
MIXWRIGHT_EXPORT bool bundleExit() { return true; }
#else
MIXWRIGHT_EXPORT bool ModuleEntry(void*) { return true; }
MIXWRIGHT_EXPORT bool ModuleExit() { return true; }
#endif
