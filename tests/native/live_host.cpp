// Plays a file through the JACK client on the libjack of fake_jack.cpp: see host.hpp. Changes reach it as
// from another thread, between two blocks. Prints afterwards what the client says of what the server tells
// it.
#include "host.hpp"
#include "live/client.hpp"

namespace {

template <typename Function>
Function* symbol(void* library, const char* name) {
  void* found = dlsym(library, name);
  if (found == nullptr) std::exit(3);
  return reinterpret_cast<Function*>(found);
}

}  // namespace

int main(int argc, char** argv) {
  Job job(argc, argv);
  void* fake = dlopen(argv[1], RTLD_NOW);
  if (fake == nullptr) return 3;
  const auto rate = static_cast<uint32_t>(job.rate);
  symbol<void(uint32_t)>(fake, "fake_start")(rate);
  const auto process = symbol<int(uint32_t)>(fake, "fake_process");
  const auto buffer = symbol<float*(const char*)>(fake, "fake_buffer");

  static mixwright::LiveClient client("fake", "", argv[1]);
  if (job.state_in != nullptr) {
    const std::vector<char> text = read_all(job.state_in);
    client.load_state(std::string(text.begin(), text.end()));
  }
  client.start();
  float* const in[2] = {buffer("in_l"), buffer("in_r")};
  float* const out[2] = {buffer("out_l"), buffer("out_r")};
  job.begin();
  for (size_t at = 0; at < job.frames; at += job.block) {
    const size_t n = std::min(job.block, job.frames - at);
    for (size_t c = 0; c < 2; ++c) std::memcpy(in[c], job.source[c] + at, n * sizeof(float));
    for (; job.next < job.changes.size() && job.changes[job.next].frame <= at; ++job.next)
      client.set(static_cast<int>(job.changes[job.next].id), job.changes[job.next].value);
    job.enter();
    const int wrong = process(static_cast<uint32_t>(n));
    job.leave();
    if (wrong != 0) return 4;
    for (size_t c = 0; c < 2; ++c) std::memcpy(job.result[c] + at, out[c], n * sizeof(float));
  }
  job.end();
  job.print();
  job.write_output(argv[3]);

  symbol<void(int)>(fake, "fake_without_buffers")(1);
  if (process(64) != 0) return 4;
  const auto events = symbol<void(uint32_t, uint32_t)>(fake, "fake_events");
  events(rate, 1024);
  std::printf("%lld xruns, %lld frames, running %d: %s\n", static_cast<long long>(client.xruns()),
              static_cast<long long>(client.buffer_size()), client.running(), client.lost().c_str());
  events(rate + 1, 1024);
  std::printf("running %d: %s\n", client.running(), client.lost().c_str());
  symbol<void()>(fake, "fake_shutdown")();
  std::printf("running %d: %s\n", client.running(), client.lost().c_str());
  return 0;
}
