// handover SECONDS STATE STATE: an instance plays noise in one thread while another loads two states in turn
// that sound the same (their voicing is their own and one; only the genre weights differ). Prints the blocks
// that did not sound so, and how many there were.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "instance.hpp"

using namespace mixwright;

namespace {

std::string text_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atol(argv[1]));
  const std::string states[2] = {text_of(argv[2]), text_of(argv[3])};
  static Instance played{""}, still{""};
  for (Instance* instance : {&played, &still}) {
    instance->prepare(48000);
    if (!instance->load(states[0])) return 3;
  }
  std::atomic<long> blocks{0};
  std::atomic<bool> done{false};
  std::thread loader([&] {
    for (long k = 0; std::chrono::steady_clock::now() < end; ++k) {
      if (!played.load(states[k % 2])) std::exit(3);
      // A load falls anywhere into a block, but the next one waits until this one was taken over.
      for (const long seen = blocks; blocks < seen + 2;) std::this_thread::yield();
    }
    done = true;
  });
  constexpr int kFrames = 64;
  float noise[2][kFrames], a[2][kFrames], b[2][kFrames];
  float *const in[2] = {noise[0], noise[1]}, *const to_a[2] = {a[0], a[1]}, *const to_b[2] = {b[0], b[1]};
  unsigned state = 1;
  long other = 0;
  while (!done) {
    for (float* channel : in) {
      for (int i = 0; i < kFrames; ++i) {
        state = state * 1664525u + 1013904223u;
        channel[i] = static_cast<float>(state >> 8) / 33554432.0f - 0.25f;
      }
    }
    played.take_over();
    played.process(in, to_a, 0, kFrames);
    still.take_over();
    still.process(in, to_b, 0, kFrames);
    other += std::memcmp(a, b, sizeof a) != 0 ? 1 : 0;
    ++blocks;
  }
  loader.join();
  std::printf("%ld of %ld blocks\n", other, blocks.load());
  return 0;
}
