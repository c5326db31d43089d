// endurance WEIGHTS INSTANCES BLOCKS: instances side by side, each fed blocks of 1 to 64 frames, sound and
// silence by turns, every control set at random, Learn too, beyond its range and to no number too. Prints the
// loudest sample, the largest step of the output on a constant input, and how many samples were not finite or
// denormal.
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "instance.hpp"

using namespace mixwright;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const size_t instances = std::strtoul(argv[2], nullptr, 10);
  const long blocks = std::strtol(argv[3], nullptr, 10);
  std::vector<std::unique_ptr<Instance>> all;
  const double rates[] = {44100, 48000, 96000, 8000, 192000};
  for (size_t k = 0; k < instances; ++k) {
    all.push_back(std::make_unique<Instance>(argv[1]));
    all.back()->prepare(rates[k % 5]);
  }
  std::mt19937 random(1);
  std::uniform_real_distribution<double> share(-0.1, 1.1);
  std::uniform_real_distribution<float> noise(-1.0f, 1.0f);
  float left[64], right[64];
  float* const out[2] = {left, right};
  double loudest = 0;
  long bad = 0, denormal = 0;
  for (long block = 0; block < blocks; ++block) {
    Instance& instance = *all[random() % instances];
    instance.take_over();
    for (int k = 0; k < 2; ++k) {
      const int control = static_cast<int>(random() % kControlCount);
      const ControlInfo& c = kControls[control];
      const bool none = random() % 1000 == 0;
      instance.set(control, none ? std::numeric_limits<double>::quiet_NaN()
                                 : c.low + share(random) * (c.high - c.low));
    }
    if (random() % 5000 == 0) instance.reset();
    const int frames = 1 + static_cast<int>(random() % 64);
    const bool silent = block / 20000 % 2 == 1;
    for (int i = 0; i < frames; ++i) {
      left[i] = silent ? 0.0f : noise(random);
      right[i] = silent ? 0.0f : noise(random);
    }
    instance.process(out, out, 0, frames);
    for (int c = 0; c < 2; ++c) {
      for (int i = 0; i < frames; ++i) {
        const float x = out[c][i];
        if (!is_finite(x)) ++bad;
        if (x != 0.0f && std::fabs(x) < std::numeric_limits<float>::min()) ++denormal;
        loudest = std::max(loudest, std::fabs(static_cast<double>(x)));
      }
    }
  }
  // A constant passes unchanged but for the level: what steps there is the plugin's own.
  Instance instance(argv[1]);
  instance.prepare(48000);
  const int levels[] = {k_input_gain, k_output_level, k_stereo_width, c_makeup_trim_db, c_enabled, c_amount};
  double step = 0;
  float last = 0.25f;
  for (int block = 0; block < 100000; ++block) {
    const int control = levels[random() % 6];
    instance.set(control,
                 kControls[control].low + share(random) * (kControls[control].high - kControls[control].low));
    const int frames = 1 + static_cast<int>(random() % 64);
    for (int i = 0; i < frames; ++i) left[i] = right[i] = 0.25f;
    instance.process(out, out, 0, frames);
    for (int i = 0; i < frames; ++i) {
      if (block > 0 || i > 0)
        step = std::max(step, std::fabs(static_cast<double>(left[i]) - static_cast<double>(last)));
      last = left[i];
    }
  }
  std::printf("loudest %.4f step %.6f bad %ld denormal %ld\n", loudest, step, bad, denormal);
  return 0;
}
