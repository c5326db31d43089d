// Counts allocations while the native core processes: there must be none. Prints the count a line a case.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include "chain.hpp"
#include "delivery.hpp"
#include "loudness.hpp"
#include "returns.hpp"
#include "strip.hpp"
#include "true_peak.hpp"

namespace {
long count = 0;
bool counting = false;
}  // namespace

// glibc's own names stand behind the ones that are replaced here; operator new comes through malloc.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
void* malloc(size_t n) {
  count += counting;
  return __libc_malloc(n);
}
void* calloc(size_t n, size_t size) {
  count += counting;
  return __libc_calloc(n, size);
}
void* realloc(void* p, size_t n) {
  count += counting;
  return __libc_realloc(p, n);
}
void* aligned_alloc(size_t alignment, size_t n) {
  count += counting;
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** p, size_t alignment, size_t n) {
  count += counting;
  *p = __libc_memalign(alignment, n);
  return *p ? 0 : 12;
}
void free(void* p) {
  count += counting;
  __libc_free(p);
}
}

namespace {

constexpr int kFrames = 4096;
float left[kFrames], right[kFrames];

void fill(unsigned seed) {
  unsigned state = seed * 2654435761u + 1u;
  for (int i = 0; i < kFrames; ++i) {
    state = state * 1664525u + 1013904223u;
    left[i] = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    right[i] = 0.5f * left[i];
  }
  left[7] = std::numeric_limits<float>::quiet_NaN();
  right[9] = std::numeric_limits<float>::infinity();
  left[11] = 1e-42f;
}

long run_chain(double rate, int channels, bool trajectory) {
  mixwright::Chain chain;
  chain.prepare(rate, channels);
  const int64_t frames[2] = {0, 20000};
  double values[2 * mixwright::kParameterCount];
  for (int p = 0; p < mixwright::kParameterCount; ++p) {
    values[p] = mixwright::kParameters[p].low;
    values[mixwright::kParameterCount + p] = mixwright::kParameters[p].high;
  }
  if (trajectory) chain.set_trajectory(frames, values, 2);
  float* channel[2] = {left, right};
  const int sizes[] = {1, 17, 32, 64, 480, kFrames};
  count = 0;
  counting = true;
  for (unsigned round = 0; round < 60; ++round) {
    fill(round);
    for (int p = 0; p < mixwright::kParameterCount; ++p)
      chain.set_parameter(p, round % 3 ? mixwright::kParameters[p].high : mixwright::kParameters[p].low);
    chain.set_voicing(mixwright::kGenreVoicing[round % mixwright::kGenreCount]);
    chain.set_tempo_bpm(60.0 + round);
    chain.set_programme_lufs(-30.0 + round % 20);
    chain.process(channel, channel, sizes[round % 6]);
    if (round % 20 == 19) chain.reset();
  }
  counting = false;
  return count;
}

long run_delivery(double rate, int channels) {
  mixwright::Delivery delivery;
  delivery.prepare(rate, channels);
  mixwright::LoudnessMeter loudness;
  loudness.prepare(rate);
  mixwright::TruePeakMeter peak;
  peak.prepare(rate);
  float* channel[2] = {left, right};
  double sum = 0;
  count = 0;
  counting = true;
  for (unsigned round = 0; round < 60; ++round) {
    fill(round);
    delivery.set(round % 12, -1.0);
    delivery.process(channel, channel, 1 + static_cast<int>(round * 67 % kFrames));
    loudness.process(left, channels == 2 ? right : nullptr, kFrames,
                     [&sum](double energy) { sum += energy; });
    peak.process(left, kFrames);
  }
  counting = false;
  return sum > 0 ? count : -1;
}

long run_strip(double rate, int channels) {
  mixwright::Strip strip;
  strip.prepare(rate, channels);
  mixwright::Returns returns;
  returns.prepare(rate);
  static float reverb[2][kFrames], delay[2][kFrames];
  float* channel[2] = {left, right};
  float* to_reverb[2] = {reverb[0], reverb[1]};
  float* to_delay[2] = {delay[0], delay[1]};
  const int sizes[] = {1, 17, 32, 64, 480, kFrames};
  count = 0;
  counting = true;
  for (unsigned round = 0; round < 60; ++round) {
    fill(round);
    for (int p = 0; p < mixwright::kStripCount; ++p)
      strip.set_parameter(p, round % 3 ? mixwright::kStrip[p].high : mixwright::kStrip[p].low);
    strip.set_voicing(mixwright::kPlainStripVoicing);
    strip.set_programme_lufs(-30.0 + round % 20);
    strip.process(channel, channel, to_reverb, to_delay, sizes[round % 6]);
    returns.set(mixwright::kGenreVoicing[round % mixwright::kGenreCount], 60.0 + round);
    returns.process(to_reverb, to_delay, channel, sizes[round % 6]);
    if (round % 20 == 19) {
      strip.reset();
      returns.reset();
    }
  }
  counting = false;
  return count;
}

}  // namespace

int main() {
  counting = true;
  std::vector<double>* seen = new std::vector<double>(100);
  counting = false;
  std::printf("deliberate %ld\n", count);
  delete seen;
  for (double rate : {8000.0, 44100.0, 192000.0}) {
    for (int channels : {1, 2}) {
      std::printf("chain %.0f %d %ld\n", rate, channels, run_chain(rate, channels, false));
      std::printf("trajectory %.0f %d %ld\n", rate, channels, run_chain(rate, channels, true));
      std::printf("delivery %.0f %d %ld\n", rate, channels, run_delivery(rate, channels));
      std::printf("strip %.0f %d %ld\n", rate, channels, run_strip(rate, channels));
    }
  }
  return 0;
}
