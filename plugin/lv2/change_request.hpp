// LV2's extension "control-input-port-change-request" (kx.studio/ns/lv2ext/control-input-port-change-request;
// F. Coelho, ISC): the plugin asks the host to move one of its ports, from within run().
#pragma once

#include <cstdint>

namespace change_request {

constexpr char kUri[] = "http://kx.studio/ns/lv2ext/control-input-port-change-request";

struct Feature {
  void* handle;
  int (*request)(void* handle, uint32_t port, float value);  // 0 where the host does
};

}  // namespace change_request
