// What a host finds in the library: one class, and who made it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>

#include "abi.hpp"

namespace vst3 {

// "MixwrightBalance", on Windows in the byte order of a GUID, so that presets name it alike.
constexpr v3_tuid kClassId = V3_ID(0x4d697877, 0x72696768, 0x7442616c, 0x616e6365);

template <size_t N>
void put(char (&out)[N], const char* text) {
  std::snprintf(out, N, "%s", text);
}

// `create` makes a plugin and gives the interface that is asked for.
class Factory final : public PluginFactory2 {
 public:
  using Create = Result (*)(const uint8_t* id, void** object);
  explicit Factory(Create create) : create_(create) {}

  Result queryInterface(const uint8_t* id, void** object) override {
    const bool known =
        same(id, v3_funknown_iid) || same(id, v3_plugin_factory_iid) || same(id, v3_plugin_factory_2_iid);
    *object = known ? this : nullptr;
    return known ? V3_OK : V3_NO_INTERFACE;
  }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  Result getFactoryInfo(v3_factory_info* info) override {
    *info = {};
    put(info->vendor, "Mixwright");
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
    put(info->vendor, "Mixwright");
    put(info->version, "0.1.0");
    put(info->sdk_version, "VST 3.7.4");
    return V3_OK;
  }
  Result createInstance(const uint8_t* class_id, const uint8_t* id, void** object) override {
    *object = nullptr;
    if (!same(class_id, kClassId)) return V3_NO_INTERFACE;
    return create_(id, object);
  }

 private:
  template <typename Info>
  static void fill(Info* info) {
    *info = {};
    std::memcpy(info->class_id, kClassId, sizeof kClassId);
    info->cardinality = 0x7fffffff;
    put(info->category, "Audio Module Class");
    put(info->name, "Mixwright balance");
  }

  Create create_;
};

}  // namespace vst3
