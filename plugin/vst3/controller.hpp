// What a VST3 host shows and sets: controls and meters by number, from 0 to 1.
#pragma once

#include "abi.hpp"
#include "instance.hpp"
#include "numbers.hpp"
#include "text16.hpp"

namespace mixwright {

class Controller : public vst3::EditController {
 public:
  explicit Controller(Instance* instance) : instance_(instance) {}

  // One object: the component's setState has been called.
  vst3::Result setComponentState(vst3::Stream*) override { return V3_OK; }
  vst3::Result setControllerState(vst3::Stream*) override { return V3_NOT_IMPLEMENTED; }
  vst3::Result getControllerState(vst3::Stream*) override { return V3_NOT_IMPLEMENTED; }
  int32_t getParameterCount() override { return kShownCount; }
  vst3::Result getParameterInfo(int32_t index, v3_param_info* info) override {
    if (index < 0 || index >= getParameterCount()) return V3_INVALID_ARG;
    *info = described(index);
    return V3_OK;
  }
  vst3::Result getParamStringByValue(uint32_t id, double normalized, int16_t* out) override {
    char text[64] = {};
    if (!write_shown(id, normalizedParamToPlain(id, normalized), false, text, sizeof text))
      return V3_INVALID_ARG;
    vst3::to_utf16(out, text);
    return V3_OK;
  }
  vst3::Result getParamValueByString(uint32_t id, int16_t* in, double* normalized) override {
    char text[64];
    vst3::from_utf16(text, in);
    double plain = 0;
    if (!read_shown(id, text, &plain)) return V3_INVALID_ARG;
    *normalized = clamp(to_normalized(id, plain), 0.0, 1.0);
    return V3_OK;
  }
  double normalizedParamToPlain(uint32_t id, double normalized) override {
    return is_control(id) || is_meter(id) ? to_plain(id, normalized) : normalized;
  }
  double plainParamToNormalized(uint32_t id, double plain) override {
    return is_control(id) || is_meter(id) ? to_normalized(id, plain) : plain;
  }
  double getParamNormalized(uint32_t id) override {
    if (is_meter(id)) return to_normalized(id, instance_->meter(meter_of(id)));
    return is_control(id) ? to_normalized(id, instance_->value(static_cast<int>(id))) : 0.0;
  }
  vst3::Result setParamNormalized(uint32_t id, double normalized) override {
    if (!is_control(id)) return V3_INVALID_ARG;
    instance_->request(static_cast<int>(id), to_plain(id, normalized));
    return V3_OK;
  }
  vst3::Result setComponentHandler(vst3::ComponentHandler* handler) override {
    if (handler != nullptr) handler->addRef();
    if (handler_ != nullptr) handler_->release();
    handler_ = handler;
    return V3_OK;
  }
  void* createView(const char*) override { return nullptr; }

 protected:
  ~Controller() = default;

  // The host's thread, after a state has been loaded: it reads all values.
  void let_host_read() {
    if (handler_ == nullptr) return;
    instance_->will_be_read();
    handler_->restartComponent(V3_RESTART_PARAM_VALUES_CHANGED);
  }

  // What the host does not know yet.
  void report(vst3::ParameterChanges* changes) noexcept {
    if (changes == nullptr) return;
    const auto tell = [changes](uint32_t id, double plain) {
      int32_t index = 0;
      vst3::ParamValueQueue* queue = changes->addParameterData(&id, &index);
      if (queue != nullptr) queue->addPoint(0, to_normalized(id, plain), &index);
    };
    instance_->report([&tell](int control, double value) { tell(static_cast<uint32_t>(control), value); });
    instance_->report_meters(
        [&tell](int meter, double value) { tell(kFirstMeter + static_cast<uint32_t>(meter), value); });
  }

 private:
  Instance* instance_;
  vst3::ComponentHandler* handler_ = nullptr;
};

}  // namespace mixwright
