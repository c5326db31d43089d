// learn_host WEIGHTS RATE CHANNELS FRAMES BLOCK SECONDS [CONTROL=VALUE | FRAME:CONTROL=VALUE]... < planar
// float32 > float64: the values by control at the end. Plays the music a few times faster than it sounds,
// with Learn on from the start, then silence until Learn is off, and writes the state as the last line of
// standard error; before it, the ms from the end of the listening to the decision.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "instance.hpp"

using namespace mixwright;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kFaster = 4;
constexpr int64_t kMostSilenceSeconds = 60;

struct Move {
  int64_t frame;
  int control;
  double value;
};

Move parse(const std::string& text) {
  const size_t colon = text.find(':'), equals = text.find('=');
  const size_t name = colon == std::string::npos ? 0 : colon + 1;
  for (int c = 0; c < kControlCount; ++c) {
    if (text.substr(name, equals - name) == kControls[c].name)
      return {name == 0 ? 0 : std::atoll(text.c_str()), c, std::atof(text.c_str() + equals + 1)};
  }
  std::fprintf(stderr, "no control: %s\n", text.c_str());
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 2;
  const double rate = std::atof(argv[2]);
  const int channels = std::atoi(argv[3]);
  const int64_t frames = std::atoll(argv[4]), block = std::atoll(argv[5]);
  std::vector<Move> moves;
  for (int k = 7; k < argc; ++k) moves.push_back(parse(argv[k]));
  std::vector<float> in(static_cast<size_t>(channels * frames)), silence(static_cast<size_t>(block), 0.0f);
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  std::vector<float> out[2] = {silence, silence};

  Instance instance(argv[1]);
  instance.prepare(rate, channels);
  instance.set(c_learn_seconds, std::atof(argv[6]));
  instance.set(c_learn, 1.0);
  Clock::time_point heard{};
  const int64_t wanted = static_cast<int64_t>(std::atof(argv[6]) * rate);
  double decided_ms = -1;
  for (int64_t at = 0; at < frames + kMostSilenceSeconds * static_cast<int64_t>(rate); at += block) {
    instance.take_over();
    for (const Move& move : moves)
      if (move.frame >= at && move.frame < at + block) instance.set(move.control, move.value);
    const int64_t count = std::min(block, at < frames ? frames - at : block);
    const float* planes[2] = {};
    float* outs[2] = {out[0].data(), out[1].data()};
    for (int c = 0; c < channels; ++c)
      planes[c] = at < frames ? &in[static_cast<size_t>(c * frames + at)] : silence.data();
    instance.process(planes, outs, 0, count);
    if (at < wanted && at + count >= wanted) {
      heard = Clock::now();
      // The decision shows first in what is stated with it.
      while (instance.value(c_programme_lufs) == kControls[c_programme_lufs].neutral &&
             Clock::now() - heard < std::chrono::milliseconds(200) && instance.value(c_learn) >= 0.5)
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      decided_ms = std::chrono::duration<double, std::milli>(Clock::now() - heard).count();
    }
    if (at >= frames && instance.value(c_learn) < 0.5) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(static_cast<double>(count) / rate / kFaster));
  }
  double values[kControlCount];
  for (int c = 0; c < kControlCount; ++c) values[c] = instance.value(c);
  std::fprintf(stderr, "%.1f\n%s", decided_ms, instance.save().c_str());
  return std::fwrite(values, sizeof values, 1, stdout) == 1 ? 0 : 1;
}
