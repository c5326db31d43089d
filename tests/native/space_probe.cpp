// The reverb and the delay behind a C interface, driven the way the chain drives them: chunks of at most a
// tick that never cross a tick's edge, whatever the host's block.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "delay.hpp"
#include "reverb.hpp"

static std::atomic<long> allocations{0};

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const std::size_t step = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(step, (size + step - 1) / step * step)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

// `at` is the sample counter of the first frame; `wet` has the level at every tick's edge of the whole
// stream.
template <class Effect>
void run(Effect& effect, float* l, float* r, long frames, long at, long block, const float* wet) {
  const mixwright::DenormalGuard guard;
  for (long start = 0; start < frames; start += block) {
    const long end = std::min(start + block, frames);
    for (long i = start; i < end;) {
      const long tick = (at + i) / mixwright::kTick;
      const int offset = static_cast<int>((at + i) % mixwright::kTick);
      const int n = static_cast<int>(std::min<long>(mixwright::kTick - offset, end - i));
      effect.process(l + i, r + i, n, offset, wet[tick], wet[tick + 1]);
      i += n;
    }
  }
}

}  // namespace

extern "C" {

long allocation_count() { return allocations; }

mixwright::Reverb* reverb_new(double sample_rate, double decay_s, double predelay_ms, double damping_hz,
                              double low_cut_hz) {
  auto* effect = new mixwright::Reverb;
  effect->set({decay_s, predelay_ms, damping_hz, low_cut_hz});
  effect->prepare(sample_rate);
  return effect;
}
void reverb_set(mixwright::Reverb* effect, double decay_s, double predelay_ms, double damping_hz,
                double low_cut_hz) {
  effect->set({decay_s, predelay_ms, damping_hz, low_cut_hz});
}
void reverb_run(mixwright::Reverb* effect, float* l, float* r, long frames, long at, long block,
                const float* wet) {
  run(*effect, l, r, frames, at, block, wet);
}
int reverb_asleep(mixwright::Reverb* effect) { return effect->asleep(); }
void reverb_reset(mixwright::Reverb* effect) { effect->reset(); }
void reverb_free(mixwright::Reverb* effect) { delete effect; }

mixwright::StereoDelay* delay_new(double sample_rate, double time_s, double feedback, double low_cut_hz,
                                  double high_cut_hz) {
  auto* effect = new mixwright::StereoDelay;
  effect->set({time_s, feedback, low_cut_hz, high_cut_hz});
  effect->prepare(sample_rate);
  return effect;
}
void delay_set(mixwright::StereoDelay* effect, double time_s, double feedback, double low_cut_hz,
               double high_cut_hz) {
  effect->set({time_s, feedback, low_cut_hz, high_cut_hz});
}
void delay_run(mixwright::StereoDelay* effect, float* l, float* r, long frames, long at, long block,
               const float* wet) {
  run(*effect, l, r, frames, at, block, wet);
}
int delay_asleep(mixwright::StereoDelay* effect) { return effect->asleep(); }
void delay_reset(mixwright::StereoDelay* effect) { effect->reset(); }
void delay_free(mixwright::StereoDelay* effect) { delete effect; }
}
