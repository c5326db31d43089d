// The weights of the trained network from the file that tools/network_weights.py makes of the shipped one.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "learn/file.hpp"

namespace mixwright {

// Little-endian: eight letters, three facts as float32, then each tensor as its count (uint32) and its
// numbers (float32) in the order in which they are taken.
class WeightsReader {
 public:
  ~WeightsReader() {
    if (file_ != nullptr) std::fclose(file_);
  }

  bool open(const std::string& path) {
    file_ = open_to_read(path);
    char letters[sizeof kLetters - 1];
    good_ = file_ != nullptr && std::fread(letters, 1, sizeof letters, file_) == sizeof letters &&
            std::memcmp(letters, kLetters, sizeof letters) == 0;
    return good_;
  }

  float fact() {
    float value = 0;
    read(&value, 1);
    return value;
  }

  std::vector<float> tensor(size_t count) {
    uint32_t found = 0;
    if (good_) good_ = std::fread(&found, sizeof found, 1, file_) == 1 && found == count;
    std::vector<float> values(count);
    read(values.data(), count);
    return values;
  }

  // Whether everything was there, was a number, and nothing follows.
  bool complete() { return good_ && std::fgetc(file_) == EOF; }

 private:
  static constexpr char kLetters[] = "MIXWNET3";

  void read(float* values, size_t count) {
    if (good_) good_ = std::fread(values, sizeof(float), count, file_) == count;
    for (size_t k = 0; good_ && k < count; ++k) good_ = std::isfinite(values[k]);
  }

  std::FILE* file_ = nullptr;
  bool good_ = false;
};

}  // namespace mixwright
