// Arithmetic that gives the same bits on every machine: decibels, log2 and exp2 without libm, denormal guard.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

// AVX2 is chosen at run time where the compiler can clone a function (GCC, in ELF files); without FMA
// contraction both clones give the same bits. `flatten` pulls the whole stage into each clone.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__ELF__) && \
    !defined(MIXWRIGHT_NO_CLONES)
#define MIXWRIGHT_CLONES __attribute__((target_clones("arch=x86-64-v3", "default"), flatten))
#else
#define MIXWRIGHT_CLONES
#endif

namespace mixwright {

constexpr double kPi = 3.14159265358979323846;

// Control values change on this grid of frames, anchored at the sample counter and never at the host's
// block; that is what makes any split into blocks give the same samples.
constexpr int kTick = 32;

constexpr double kMinSampleRate = 8000.0;
constexpr double kMaxSampleRate = 192000.0;

// Coefficient code only (never per sample): libm is allowed here.
inline double db_to_gain(double db) { return std::exp(db * 0.11512925464970228420); }
inline double gain_to_db(double gain) { return 8.6858896380650365530 * std::log(gain); }

// One-pole coefficient that covers 63 % of a step in `seconds`.
inline double one_pole(double seconds, double sample_rate) {
  return seconds > 0 ? 1.0 - std::exp(-1.0 / (seconds * sample_rate)) : 1.0;
}

constexpr float kLog2PerDb = 0.16609640474436813f;  // log2(10) / 20
constexpr float kDbPerLog2 = 6.0205999132796239f;   // 20 log10(2)

// log2 of a positive, normal float; |error| < 3e-7. Branch-free, so loops over it vectorise.
inline float fast_log2(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  // Split so that the mantissa lies in [sqrt(1/2), sqrt(2)), where the series below converges fastest.
  const uint32_t shifted = bits - 0x3f3504f3u;
  const int32_t exponent = static_cast<int32_t>(shifted) >> 23;
  const uint32_t mantissa_bits = (shifted & 0x7fffffu) + 0x3f3504f3u;
  float m;
  std::memcpy(&m, &mantissa_bits, 4);
  const float t = (m - 1.0f) / (m + 1.0f), t2 = t * t;
  // 2 atanh(t) / ln 2
  const float series = t * (2.8853900817779268f +
                            t2 * (0.96179669392597560f + t2 * (0.57707801635558536f + t2 * 0.4121985831f)));
  return static_cast<float>(exponent) + series;
}

// 2^x for |x| <= 126; relative error < 2e-7; exactly 1 at 0.
inline float fast_exp2(float x) {
  x = x < -126.0f ? -126.0f : x;
  x = x > 126.0f ? 126.0f : x;
  const int32_t whole = static_cast<int32_t>(x + (x < 0.0f ? -0.5f : 0.5f));
  const float f = x - static_cast<float>(whole);
  float p = 1.5403530393381609e-4f;  // Taylor in f ln 2, |f| <= 1/2
  p = p * f + 1.3333558146428443e-3f;
  p = p * f + 9.6181291076284772e-3f;
  p = p * f + 5.5504108664821580e-2f;
  p = p * f + 2.4022650695910072e-1f;
  p = p * f + 6.9314718055994531e-1f;
  p = p * f + 1.0f;
  const uint32_t bits = static_cast<uint32_t>(whole + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, 4);
  return p * scale;
}

inline float maximum(float a, float b) { return a > b ? a : b; }
inline double clamp(double x, double low, double high) { return x < low ? low : (x > high ? high : x); }
inline bool is_finite(float x) { return x - x == 0.0f; }

// Flush denormals to zero while in scope, so that every home of the chain does the same; WebAssembly cannot.
class DenormalGuard {
 public:
#if defined(__SSE2__) || defined(_M_X64)
  DenormalGuard() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040u); }
  ~DenormalGuard() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#elif defined(__aarch64__) && defined(__GNUC__)
  DenormalGuard() {
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(saved_));
    __asm__ __volatile__("msr fpcr, %0" : : "r"(saved_ | (1ull << 24)));
  }
  ~DenormalGuard() { __asm__ __volatile__("msr fpcr, %0" : : "r"(saved_)); }

 private:
  uint64_t saved_ = 0;
#else
  DenormalGuard() {}
#endif
 public:
  DenormalGuard(const DenormalGuard&) = delete;
  DenormalGuard& operator=(const DenormalGuard&) = delete;
};

}  // namespace mixwright
