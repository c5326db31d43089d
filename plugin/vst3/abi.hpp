// The VST3 interfaces that are used here as C++ classes, in the vtable order of the ABI; structs and ids come
// from DPF's "travesty" headers (ISC licence). 64-bit Windows has the same vtables for them.
#pragma once

#include <cstdint>
#include <cstring>

#include "travesty/audio_processor.h"
#include "travesty/base.h"
#include "travesty/component.h"
#include "travesty/edit_controller.h"
#include "travesty/factory.h"
#include "travesty/unit.h"

namespace vst3 {

using Result = v3_result;

struct Unknown {
  virtual Result queryInterface(const uint8_t* id, void** object) = 0;
  virtual uint32_t addRef() = 0;
  virtual uint32_t release() = 0;

 protected:
  ~Unknown() = default;
};

struct Stream : Unknown {
  virtual Result read(void* bytes, int32_t count, int32_t* done) = 0;
  virtual Result write(void* bytes, int32_t count, int32_t* done) = 0;
  virtual Result seek(int64_t position, int32_t mode, int64_t* result) = 0;
  virtual Result tell(int64_t* position) = 0;
};

struct PluginBase : Unknown {
  virtual Result initialize(Unknown* context) = 0;
  virtual Result terminate() = 0;
};

struct Component : PluginBase {
  virtual Result getControllerClassId(uint8_t* id) = 0;
  virtual Result setIoMode(int32_t mode) = 0;
  virtual int32_t getBusCount(int32_t type, int32_t direction) = 0;
  virtual Result getBusInfo(int32_t type, int32_t direction, int32_t index, v3_bus_info* info) = 0;
  virtual Result getRoutingInfo(v3_routing_info* in, v3_routing_info* out) = 0;
  virtual Result activateBus(int32_t type, int32_t direction, int32_t index, v3_bool state) = 0;
  virtual Result setActive(v3_bool active) = 0;
  virtual Result setState(Stream* stream) = 0;
  virtual Result getState(Stream* stream) = 0;
};

struct AudioProcessor : Unknown {
  virtual Result setBusArrangements(uint64_t* in, int32_t ins, uint64_t* out, int32_t outs) = 0;
  virtual Result getBusArrangement(int32_t direction, int32_t index, uint64_t* arrangement) = 0;
  virtual Result canProcessSampleSize(int32_t size) = 0;
  virtual uint32_t getLatencySamples() = 0;
  virtual Result setupProcessing(v3_process_setup* setup) = 0;
  virtual Result setProcessing(v3_bool state) = 0;
  virtual Result process(v3_process_data* data) = 0;
  virtual uint32_t getTailSamples() = 0;
};

struct ComponentHandler : Unknown {
  virtual Result beginEdit(uint32_t id) = 0;
  virtual Result performEdit(uint32_t id, double normalized) = 0;
  virtual Result endEdit(uint32_t id) = 0;
  virtual Result restartComponent(int32_t flags) = 0;
};

struct EditController : PluginBase {
  virtual Result setComponentState(Stream* stream) = 0;
  virtual Result setControllerState(Stream* stream) = 0;
  virtual Result getControllerState(Stream* stream) = 0;
  virtual int32_t getParameterCount() = 0;
  virtual Result getParameterInfo(int32_t index, v3_param_info* info) = 0;
  virtual Result getParamStringByValue(uint32_t id, double normalized, int16_t* text) = 0;
  virtual Result getParamValueByString(uint32_t id, int16_t* text, double* normalized) = 0;
  virtual double normalizedParamToPlain(uint32_t id, double normalized) = 0;
  virtual double plainParamToNormalized(uint32_t id, double plain) = 0;
  virtual double getParamNormalized(uint32_t id) = 0;
  virtual Result setParamNormalized(uint32_t id, double normalized) = 0;
  virtual Result setComponentHandler(ComponentHandler* handler) = 0;
  virtual void* createView(const char* name) = 0;
};

struct UnitInfo : Unknown {
  virtual int32_t getUnitCount() = 0;
  virtual Result getUnitInfo(int32_t index, v3_unit_info* info) = 0;
  virtual int32_t getProgramListCount() = 0;
  virtual Result getProgramListInfo(int32_t index, v3_program_list_info* info) = 0;
  virtual Result getProgramName(int32_t list, int32_t index, int16_t* name) = 0;
  virtual Result getProgramInfo(int32_t list, int32_t index, const char* attribute, int16_t* value) = 0;
  virtual Result hasProgramPitchNames(int32_t list, int32_t index) = 0;
  virtual Result getProgramPitchName(int32_t list, int32_t index, int16_t pitch, int16_t* name) = 0;
  virtual int32_t getSelectedUnit() = 0;
  virtual Result selectUnit(int32_t id) = 0;
  virtual Result getUnitByBus(int32_t type, int32_t direction, int32_t bus, int32_t channel, int32_t* id) = 0;
  virtual Result setUnitProgramData(int32_t id, int32_t index, Stream* data) = 0;
};

struct ParamValueQueue : Unknown {
  virtual uint32_t getParameterId() = 0;
  virtual int32_t getPointCount() = 0;
  virtual Result getPoint(int32_t index, int32_t* frame, double* normalized) = 0;
  virtual Result addPoint(int32_t frame, double normalized, int32_t* index) = 0;
};

struct ParameterChanges : Unknown {
  virtual int32_t getParameterCount() = 0;
  virtual ParamValueQueue* getParameterData(int32_t index) = 0;
  virtual ParamValueQueue* addParameterData(uint32_t* id, int32_t* index) = 0;
};

struct PluginFactory2 : Unknown {
  virtual Result getFactoryInfo(v3_factory_info* info) = 0;
  virtual int32_t countClasses() = 0;
  virtual Result getClassInfo(int32_t index, v3_class_info* info) = 0;
  virtual Result createInstance(const uint8_t* class_id, const uint8_t* id, void** object) = 0;
  virtual Result getClassInfo2(int32_t index, v3_class_info_2* info) = 0;
};

inline bool same(const uint8_t* a, const uint8_t* b) { return std::memcmp(a, b, sizeof(v3_tuid)) == 0; }

}  // namespace vst3
