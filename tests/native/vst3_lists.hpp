// What a VST3 host and a plugin hand each other: changes of parameters, and a state in small pieces.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "abi.hpp"

struct Queue final : vst3::ParamValueQueue {
  uint32_t id = 0;
  double told = 0;
  std::vector<std::pair<int32_t, double>> points;

  vst3::Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  uint32_t getParameterId() override { return id; }
  int32_t getPointCount() override { return static_cast<int32_t>(points.size()); }
  vst3::Result getPoint(int32_t index, int32_t* frame, double* normalized) override {
    if (index < 0 || index >= getPointCount()) return V3_INVALID_ARG;
    *frame = points[static_cast<size_t>(index)].first;
    *normalized = points[static_cast<size_t>(index)].second;
    return V3_OK;
  }
  vst3::Result addPoint(int32_t, double normalized, int32_t* index) override {
    told = normalized;
    *index = 0;
    return V3_OK;
  }
};

struct Changes final : vst3::ParameterChanges {
  std::vector<Queue> queues;
  int32_t used = 0;

  vst3::Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
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

  vst3::Result queryInterface(const uint8_t*, void**) override { return V3_NO_INTERFACE; }
  uint32_t addRef() override { return 1; }
  uint32_t release() override { return 1; }
  vst3::Result read(void* out, int32_t count, int32_t* done) override {
    const size_t n = std::min({static_cast<size_t>(count), size_t{7}, bytes.size() - place});
    std::memcpy(out, bytes.data() + place, n);
    place += n;
    *done = static_cast<int32_t>(n);
    return V3_OK;
  }
  vst3::Result write(void* in, int32_t count, int32_t* done) override {
    const auto* from = static_cast<const char*>(in);
    *done = std::min(count, 100);
    bytes.insert(bytes.end(), from, from + *done);
    return V3_OK;
  }
  vst3::Result seek(int64_t, int32_t, int64_t*) override { return V3_NOT_IMPLEMENTED; }
  vst3::Result tell(int64_t*) override { return V3_NOT_IMPLEMENTED; }
};
