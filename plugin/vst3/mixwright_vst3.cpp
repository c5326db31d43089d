// The balance stage as a VST3 plugin: component, processor and controller in one object; sample-accurate
// queues.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <new>

#include "abi.hpp"
#include "instance.hpp"

namespace {

using namespace mixwright;
using vst3::Result;

constexpr uint8_t kClassId[16] = {'M', 'i', 'x', 'w', 'r', 'i', 'g', 'h',
                                  't', 'B', 'a', 'l', 'a', 'n', 'c', 'e'};
constexpr char kName[] = "Mixwright balance", kVendor[] = "Mixwright", kCategory[] = "Audio Module Class";
constexpr uint64_t kStereo = 3;
constexpr uint32_t kEndlessTail = 0xffffffffu;

// UTF-8 to UTF-16 of the basic plane, which units and labels are in.
void to_utf16(int16_t* out, const char* text) {
  int n = 0;
  for (const auto* c = reinterpret_cast<const unsigned char*>(text); *c != 0 && n < 127; ++c, ++n) {
    if (*c < 0x80) {
      out[n] = *c;
    } else if (*c < 0xe0 && c[1] != 0) {
      out[n] = static_cast<int16_t>(((*c & 0x1f) << 6) | (c[1] & 0x3f));
      c += 1;
    } else if (c[1] != 0 && c[2] != 0) {
      out[n] = static_cast<int16_t>(((*c & 0x0f) << 12) | ((c[1] & 0x3f) << 6) | (c[2] & 0x3f));
      c += 2;
    }
  }
  out[n] = 0;
}

template <size_t N>
void put(char (&out)[N], const char* text) {
  std::snprintf(out, N, "%s", text);
}

bool is_control(uint32_t id) { return id < static_cast<uint32_t>(kControlCount); }

double to_plain(uint32_t id, double normalized) {
  return kControls[id].low + normalized * (kControls[id].high - kControls[id].low);
}

double to_normalized(uint32_t id, double plain) {
  return (plain - kControls[id].low) / (kControls[id].high - kControls[id].low);
}

class Plugin final : public vst3::Component, public vst3::AudioProcessor, public vst3::EditController {
 public:
  Result queryInterface(const uint8_t* id, void** object) override {
    if (vst3::same(id, v3_funknown_iid) || vst3::same(id, v3_component_iid) ||
        vst3::same(id, v3_plugin_base_iid)) {
      *object = static_cast<vst3::Component*>(this);
    } else if (vst3::same(id, v3_audio_processor_iid)) {
      *object = static_cast<vst3::AudioProcessor*>(this);
    } else if (vst3::same(id, v3_edit_controller_iid)) {
      *object = static_cast<vst3::EditController*>(this);
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
  Result terminate() override { return V3_OK; }

  // Component
  Result getControllerClassId(uint8_t*) override { return V3_NOT_IMPLEMENTED; }
  Result setIoMode(int32_t) override { return V3_NOT_IMPLEMENTED; }
  int32_t getBusCount(int32_t type, int32_t) override { return type == V3_AUDIO ? 1 : 0; }
  Result getBusInfo(int32_t type, int32_t direction, int32_t index, v3_bus_info* info) override {
    if (type != V3_AUDIO || index != 0) return V3_INVALID_ARG;
    *info = {};
    info->media_type = type;
    info->direction = direction;
    info->channel_count = 2;
    to_utf16(info->bus_name, direction == V3_INPUT ? "In" : "Out");
    info->bus_type = V3_MAIN;
    info->flags = V3_DEFAULT_ACTIVE;
    return V3_OK;
  }
  Result getRoutingInfo(v3_routing_info*, v3_routing_info*) override { return V3_NOT_IMPLEMENTED; }
  Result activateBus(int32_t, int32_t, int32_t, v3_bool) override { return V3_OK; }
  Result setActive(v3_bool active) override {
    if (active) instance_.prepare(sample_rate_);
    return V3_OK;
  }
  Result setState(vst3::Stream* stream) override {
    std::string text;
    char part[4096];
    for (int32_t count = 0;; text.append(part, static_cast<size_t>(count))) {
      if (stream->read(part, sizeof part, &count) != V3_OK || count <= 0) break;
      if (text.size() > kMostStateBytes) return V3_FALSE;
    }
    return instance_.load(text) ? V3_OK : V3_FALSE;
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
    return ins == 1 && outs == 1 && in[0] == kStereo && out[0] == kStereo ? V3_OK : V3_FALSE;
  }
  Result getBusArrangement(int32_t, int32_t index, uint64_t* arrangement) override {
    if (index != 0) return V3_INVALID_ARG;
    *arrangement = kStereo;
    return V3_OK;
  }
  Result canProcessSampleSize(int32_t size) override {
    return size == V3_SAMPLE_32 ? V3_OK : V3_NOT_IMPLEMENTED;
  }
  uint32_t getLatencySamples() override { return instance_.latency(); }
  Result setupProcessing(v3_process_setup* setup) override {
    sample_rate_ = setup->sample_rate;
    return V3_OK;
  }
  Result setProcessing(v3_bool) override { return V3_OK; }
  Result process(v3_process_data* data) override;
  uint32_t getTailSamples() override { return kEndlessTail; }

  // EditController
  Result setComponentState(vst3::Stream*) override { return V3_OK; }  // one object: setState has been called
  Result setControllerState(vst3::Stream*) override { return V3_NOT_IMPLEMENTED; }
  Result getControllerState(vst3::Stream*) override { return V3_NOT_IMPLEMENTED; }
  int32_t getParameterCount() override { return kControlCount; }
  Result getParameterInfo(int32_t index, v3_param_info* info) override {
    if (index < 0 || index >= kControlCount) return V3_INVALID_ARG;
    const auto id = static_cast<uint32_t>(index);
    *info = {};
    info->param_id = id;
    to_utf16(info->title, kControls[id].label);
    to_utf16(info->short_title, kControls[id].label);
    to_utf16(info->units, kControls[id].unit);
    info->step_count = id == c_enabled ? 1 : 0;
    info->default_normalised_value = to_normalized(id, kControls[id].neutral);
    info->flags = V3_PARAM_CAN_AUTOMATE;
    return V3_OK;
  }
  Result getParamStringByValue(uint32_t id, double normalized, int16_t* out) override {
    if (!is_control(id)) return V3_INVALID_ARG;
    char text[64];
    std::snprintf(text, sizeof text, "%.2f", to_plain(id, normalized));
    to_utf16(out, text);
    return V3_OK;
  }
  Result getParamValueByString(uint32_t id, int16_t* in, double* normalized) override {
    char text[64];
    size_t n = 0;
    for (; n < sizeof text - 1 && in[n] > 0 && in[n] < 128; ++n) text[n] = static_cast<char>(in[n]);
    double plain = 0;
    if (!is_control(id) || std::from_chars(text, text + n, plain).ec != std::errc()) return V3_INVALID_ARG;
    *normalized = clamp(to_normalized(id, plain), 0.0, 1.0);
    return V3_OK;
  }
  double normalizedParamToPlain(uint32_t id, double normalized) override {
    return is_control(id) ? to_plain(id, normalized) : normalized;
  }
  double plainParamToNormalized(uint32_t id, double plain) override {
    return is_control(id) ? to_normalized(id, plain) : plain;
  }
  double getParamNormalized(uint32_t id) override {
    return is_control(id) ? to_normalized(id, instance_.value(static_cast<int>(id))) : 0.0;
  }
  Result setParamNormalized(uint32_t id, double normalized) override {
    if (!is_control(id)) return V3_INVALID_ARG;
    instance_.request(static_cast<int>(id), to_plain(id, normalized));
    return V3_OK;
  }
  Result setComponentHandler(vst3::Unknown*) override { return V3_OK; }
  void* createView(const char*) override { return nullptr; }

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
  Instance instance_{""};
  double sample_rate_ = 44100;
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
  const bool stereo = data->num_input_buses > 0 && data->num_output_buses > 0 &&
                      data->inputs[0].num_channels == 2 && data->outputs[0].num_channels == 2;
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
    if (stereo && end > at)
      instance_.process(data->inputs[0].channel_buffers_32, data->outputs[0].channel_buffers_32, at, end);
    at = end;
  } while (at < frames);
  return V3_OK;
}

class Factory final : public vst3::PluginFactory2 {
 public:
  Result queryInterface(const uint8_t* id, void** object) override {
    const bool known = vst3::same(id, v3_funknown_iid) || vst3::same(id, v3_plugin_factory_iid) ||
                       vst3::same(id, v3_plugin_factory_2_iid);
    *object = known ? this : nullptr;
    return known ? V3_OK : V3_NO_INTERFACE;
  }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  Result getFactoryInfo(v3_factory_info* info) override {
    *info = {};
    put(info->vendor, kVendor);
    info->flags = 0x10;  // names are Unicode
    return V3_OK;
  }
  int32_t countClasses() override { return 1; }
  Result getClassInfo(int32_t index, v3_class_info* info) override {
    if (index != 0) return V3_INVALID_ARG;
    fill(info);
    return V3_OK;
  }
  Result getClassInfo2(int32_t index, v3_class_info_2* info) override {
    if (index != 0) return V3_INVALID_ARG;
    fill(info);
    put(info->sub_categories, "Fx|Mastering");
    put(info->vendor, kVendor);
    put(info->version, "0.1.0");
    put(info->sdk_version, "VST 3.7.4");
    return V3_OK;
  }
  Result createInstance(const uint8_t* class_id, const uint8_t* id, void** object) override {
    *object = nullptr;
    if (!vst3::same(class_id, kClassId)) return V3_NO_INTERFACE;
    auto* plugin = new (std::nothrow) Plugin;
    if (plugin == nullptr) return V3_NOMEM;
    const Result result = plugin->queryInterface(id, object);
    plugin->release();
    return result;
  }

 private:
  template <typename Info>
  static void fill(Info* info) {
    *info = {};
    std::memcpy(info->class_id, kClassId, sizeof kClassId);
    info->cardinality = 0x7fffffff;
    put(info->category, kCategory);
    put(info->name, kName);
  }
};

}  // namespace

#define MIXWRIGHT_EXPORT extern "C" __attribute__((visibility("default")))

MIXWRIGHT_EXPORT void* GetPluginFactory() {
  static Factory factory;
  return static_cast<vst3::PluginFactory2*>(&factory);
}
MIXWRIGHT_EXPORT bool ModuleEntry(void*) { return true; }
MIXWRIGHT_EXPORT bool ModuleExit() { return true; }
