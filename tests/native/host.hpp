// What the test hosts share: HOST PLUGIN IN OUT RATE BLOCK [--state FILE] [--save FILE] [--strict]
// [--in-place] [FRAME:ID:VALUE ...]. IN and OUT are raw float32, left then right. Values at frame 0 come with
// the first block. With
// --strict every system call within the plugin's process but write and exit kills the host (seccomp), and
// heap calls there are counted. One program includes this once.
#pragma once

#include <dlfcn.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
void* __libc_malloc(size_t);
void __libc_free(void*);
}

inline bool in_process = false;
inline long heap_calls = 0;

extern "C" void* malloc(size_t n) {
  if (in_process) ++heap_calls;
  return __libc_malloc(n);
}
extern "C" void free(void* p) {
  if (in_process && p != nullptr) ++heap_calls;
  __libc_free(p);
}

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
  size_t block, frames;
  const char *state_in = nullptr, *state_out = nullptr;
  bool strict = false, timed = false, allocates = false, calls = false;
  std::vector<double> times_us;
  std::chrono::steady_clock::time_point started;
  std::vector<Change> changes;
  std::vector<float> input, output;
  float* source;  // the output's buffer with --in-place
  size_t next = 0;

  Job(int argc, char** argv) : rate(std::atof(argv[4])), block(static_cast<size_t>(std::atol(argv[5]))) {
    bool in_place = false;
    for (int k = 6; k < argc; ++k) {
      const std::string word = argv[k];
      Change c;
      if (word == "--state") {
        state_in = argv[++k];
      } else if (word == "--save") {
        state_out = argv[++k];
      } else if (word == "--strict") {
        strict = true;
      } else if (word == "--times") {
        timed = true;
      } else if (word == "--allocate") {
        allocates = true;
      } else if (word == "--call") {
        calls = true;
      } else if (word == "--in-place") {
        in_place = true;
      } else if (std::sscanf(argv[k], "%zu:%u:%lf", &c.frame, &c.id, &c.value) == 3) {
        changes.push_back(c);
      } else {
        std::exit(2);
      }
    }
    const std::vector<char> bytes = read_all(argv[2]);
    frames = bytes.size() / (2 * sizeof(float));
    input.resize(2 * frames);
    std::memcpy(input.data(), bytes.data(), input.size() * sizeof(float));
    output = in_place ? input : std::vector<float>(2 * frames);
    if (timed) times_us.reserve(frames / block + 1);
    source = in_place ? output.data() : input.data();
  }

  // Strict, the rest runs in a child that has this thread only: the plugin's others would outlive it.
  void begin() const {
    std::fflush(stdout);
    if (!strict) return;
    const pid_t child = fork();
    if (child != 0) {
      int status = 0;
      waitpid(child, &status, 0);
      if (WIFSIGNALED(status)) raise(WTERMSIG(status));
      _exit(WEXITSTATUS(status));
    }
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  }

  void enter() {
    if (timed) started = std::chrono::steady_clock::now();
    in_process = true;
  }

  void leave() {
    if (allocates) free(malloc(1));
    if (calls) syscall(SYS_getpid);
    in_process = false;
    if (!timed) return;
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - started;
    times_us.push_back(taken.count());
  }

  // Under seccomp this is the end: nothing but write and exit is allowed.
  void end() const {
    char text[64];
    const int n = std::snprintf(text, sizeof text, "heap calls %ld\n", heap_calls);
    if (write(1, text, static_cast<size_t>(n)) != n) syscall(SYS_exit, 4);
    if (strict) syscall(SYS_exit, 0);
  }

  void print_times() {
    if (times_us.empty()) return;
    std::sort(times_us.begin(), times_us.end());
    const size_t last = times_us.size() - 1;
    std::printf("median %.3f p99 %.3f\n", times_us[last / 2], times_us[last * 99 / 100]);
  }

  void write_output(const char* path) const {
    FILE* file = std::fopen(path, "wb");
    std::fwrite(output.data(), sizeof(float), output.size(), file);
    std::fclose(file);
  }
};
