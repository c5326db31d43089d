// What the test hosts share: HOST PLUGIN IN OUT RATE BLOCK [OPTION | FRAME:ID:VALUE]... IN and OUT are raw
// float32, left then right. Values at frame 0 come with the first block. At the end, the host prints the last
// value that it was told of each number, and those that it found moved when it was asked to read all. One
// program includes this once. Options:
//   --state FILE, --save FILE   the state, before and after
//   --beside FILE   a second instance with this state plays the same by turns, into OUT.beside
//   --bare      the host offers the plugin nothing
//   --mono      IN and OUT have one channel
//   --in-place  in and out are the same buffers
//   --apart     the buffers lie far apart, right before left, at addresses that only fit a float
//   --empty     blocks of no frames before each block, one of them with what changes at its first frame
//   --wrong     first blocks that no host should give: no buses, no buffers, one missing, other channels
//   --again RATE   the plugin is switched off and on again in the middle, with half the block, at this rate
//   --linger    after the last block, switched off, the host waits until it is asked for a flush (CLAP)
//   --pace N    N times faster than it sounds, and no faster
//   --strict    every system call in the plugin's process but write and exit kills the host (seccomp), and
//               heap calls there are counted; --allocate and --call do what is forbidden
//   --times     prints what the blocks took
#pragma once

#if !defined(_WIN32)
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "library.hpp"

inline bool in_process = false;
inline long heap_calls = 0;

#if !defined(_WIN32)
extern "C" {
void* __libc_malloc(size_t);
void __libc_free(void*);
}

extern "C" void* malloc(size_t n) {
  if (in_process) ++heap_calls;
  return __libc_malloc(n);
}
extern "C" void free(void* p) {
  if (in_process && p != nullptr) ++heap_calls;
  __libc_free(p);
}
#endif

struct Change {
  size_t frame;
  unsigned id;
  double value;
};

inline std::vector<char> read_all(const char* path) {
  std::vector<char> bytes;
  FILE* file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(3);
  char part[65536];
  for (size_t n; (n = std::fread(part, 1, sizeof part, file)) > 0;) bytes.insert(bytes.end(), part, part + n);
  std::fclose(file);
  return bytes;
}

struct Job {
  double rate;
  size_t block, frames = 0;
  int channels = 2;
  const char *state_in = nullptr, *state_out = nullptr, *beside = nullptr;
  bool strict = false, timed = false, allocates = false, calls = false;
  bool in_place = false, apart = false, empty = false, wrong = false, bare = false, lingers = false;
  double pace = 0, again = 0;
  std::vector<double> times_us;
  std::chrono::steady_clock::time_point started;
  std::vector<Change> changes;
  float *source[2] = {}, *result[2] = {};  // one buffer a channel
  size_t next = 0;

  Job(int argc, char** argv) : rate(std::atof(argv[4])), block(static_cast<size_t>(std::atol(argv[5]))) {
    const std::pair<const char*, bool*> switches[] = {
        {"--strict", &strict}, {"--times", &timed},   {"--allocate", &allocates}, {"--call", &calls},
        {"--apart", &apart},   {"--empty", &empty},   {"--in-place", &in_place},  {"--wrong", &wrong},
        {"--bare", &bare},     {"--linger", &lingers}};
    for (int k = 6; k < argc; ++k) {
      const std::string word = argv[k];
      Change c;
      bool known = false;
      for (const auto& [name, on] : switches) {
        if (word == name) known = *on = true;
      }
      if (known) continue;
      if (word == "--state") {
        state_in = argv[++k];
      } else if (word == "--save") {
        state_out = argv[++k];
      } else if (word == "--beside") {
        beside = argv[++k];
      } else if (word == "--again") {
        again = std::atof(argv[++k]);
      } else if (word == "--pace") {
        pace = std::atof(argv[++k]);
      } else if (word == "--mono") {
        channels = 1;
      } else if (std::sscanf(argv[k], "%zu:%u:%lf", &c.frame, &c.id, &c.value) == 3) {
        changes.push_back(c);
      } else {
        std::exit(2);
      }
    }
    const std::vector<char> bytes = read_all(argv[2]);
    frames = bytes.size() / (static_cast<size_t>(channels) * sizeof(float));
    for (int c = channels - 1; c >= 0; --c) {
      source[c] = buffer();
      std::memcpy(source[c], bytes.data() + static_cast<size_t>(c) * frames * sizeof(float),
                  frames * sizeof(float));
      result[c] = in_place ? source[c] : buffer();
    }
    if (timed) times_us.reserve(frames / block + 1);
  }

  // The block from a frame on; each call is for the next one.
  void place(size_t at, float** in, float** out) const {
    for (int c = 0; c < channels; ++c) in[c] = source[c] + at, out[c] = result[c] + at;
  }

  // What the host knows of a number, and what the plugin says of it; more than fits is lost.
  void know(unsigned id, double value) {
    if (id < kMostNumbers) numbers_[id].known = value;
  }
  void hear(unsigned id, double value) {
    know(id, value);
    if (id < kMostNumbers) numbers_[id].heard = true;
  }
  void read(unsigned id, double value) {
    if (id < kMostNumbers && numbers_[id].known != value) numbers_[id] = {value, false, true};
  }

  // True once, in the middle: then the rate and the block are others.
  bool turns(size_t played) {
    if (again == 0 || played < frames / 2) return false;
    rate = again;
    block = std::max<size_t>(1, block / 2);
    again = 0;
    return true;
  }

  void wait_for_the_next(size_t n) const {
    if (pace > 0)
      std::this_thread::sleep_for(std::chrono::duration<double>(static_cast<double>(n) / rate / pace));
  }

  // Strict, the rest runs in a child that has this thread only: the plugin's others would outlive it.
  void begin() const {
    std::fflush(stdout);
#if !defined(_WIN32)
    if (!strict) return;
    const pid_t child = fork();
    if (child != 0) {
      int status = 0;
      waitpid(child, &status, 0);
      if (WIFSIGNALED(status)) raise(WTERMSIG(status));
      _exit(WEXITSTATUS(status));
    }
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
#endif
  }

  void enter() {
    if (timed) started = std::chrono::steady_clock::now();
    in_process = true;
  }

  void leave() {
    if (allocates) free(malloc(1));
#if !defined(_WIN32)
    if (calls) syscall(SYS_getpid);
#endif
    in_process = false;
    if (!timed) return;
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - started;
    times_us.push_back(taken.count());
  }

  // Under seccomp this is the end: nothing but write and exit is allowed.
  void end() const {
#if !defined(_WIN32)
    char text[64];
    const int n = std::snprintf(text, sizeof text, "heap calls %ld\n", heap_calls);
    if (write(1, text, static_cast<size_t>(n)) != n) syscall(SYS_exit, 4);
    if (strict) syscall(SYS_exit, 0);
#endif
  }

  void print() {
    for (unsigned id = 0; id < kMostNumbers; ++id) {
      const Number& n = numbers_[id];
      if (n.heard || n.read) std::printf("%s %u %.17g\n", n.heard ? "told" : "read", id, n.known);
    }
    if (times_us.empty()) return;
    std::sort(times_us.begin(), times_us.end());
    const size_t last = times_us.size() - 1;
    std::printf("median %.3f p99 %.3f\n", times_us[last / 2], times_us[last * 99 / 100]);
  }

  void write_output(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "wb");
    for (int c = 0; c < channels; ++c) std::fwrite(result[c], sizeof(float), frames, file);
    std::fclose(file);
  }

 private:
  static constexpr unsigned kMostNumbers = 2000;

  struct Number {
    double known = 0;
    bool heard = false, read = false;
  };

  float* buffer() {
    buffers_.emplace_back(frames + (apart ? 100'003 : 0));
    return buffers_.back().data() + (apart ? 50'001 : 0);
  }

  std::vector<std::vector<float>> buffers_;
  Number numbers_[kMostNumbers];
};
