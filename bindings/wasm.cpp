// The chain for browsers: a WebAssembly module that an AudioWorklet owns, one chain in each. Samples and
// figures go through its memory.
#include "chain.hpp"
#include "grid.hpp"
#include "loudness.hpp"

namespace {

using namespace mixwright;

constexpr int kMostFrames = 4096;
// A hop is 10 ms: of so many frames at the lowest rate there are so many, and one that was begun before.
constexpr int kMostHops = kMostFrames * 100 / static_cast<int>(kMinSampleRate) + 2;

Chain chain;
float in[2][kMostFrames], out[2][kMostFrames];
double voicing_figures[kVoicingCount];
LoudnessMeter meters[2];
double hops[kMostHops];
int channel_count = 2;

}  // namespace

#define EXPORT(type, name) extern "C" __attribute__((export_name(#name))) type name

// 0 where the rate or the channels cannot be used.
EXPORT(int, prepare)(double sample_rate, int channels) {
  const bool usable = sample_rate >= kMinSampleRate && sample_rate <= kMaxSampleRate;
  if (!usable || channels < 1 || channels > 2) return 0;
  channel_count = channels;
  chain.prepare(sample_rate, channels);
  for (LoudnessMeter& meter : meters) meter.prepare(sample_rate);
  return 1;
}

// Silence in every memory; the next samples begin with the values as they are then.
EXPORT(void, reset)() { chain.reset(); }

EXPORT(int, most_frames)() { return kMostFrames; }
EXPORT(float*, input)(int channel) { return in[channel]; }
EXPORT(float*, output)(int channel) { return out[channel]; }

// A value is held to its range and put on the grid; after the first samples it is glided to.
EXPORT(void, set_parameter)(int parameter, double value) {
  if (parameter >= 0 && parameter < kParameterCount)
    chain.set_parameter(parameter, on_grid(parameter, value));
}

// kVoicingCount figures, in the order of the table; taken over by set_voicing().
EXPORT(double*, voicing)() { return voicing_figures; }
EXPORT(void, set_voicing)() { chain.set_voicing(voicing_figures); }
EXPORT(void, set_programme_lufs)(double lufs) { chain.set_programme_lufs(lufs); }
EXPORT(void, set_tempo_bpm)(double bpm) { chain.set_tempo_bpm(bpm); }
EXPORT(void, set_makeup_trim_db)(double db) { chain.set_makeup_trim_db(db); }

// From input() to output(), up to kMostFrames.
EXPORT(void, process)(int frames) {
  const float* const from[2] = {in[0], channel_count == 2 ? in[1] : nullptr};
  float* const to[2] = {out[0], channel_count == 2 ? out[1] : nullptr};
  if (frames > 0 && frames <= kMostFrames) chain.process(from, to, frames);
}

// The compressor's deepest reduction in the last process(), in dB, <= 0.
EXPORT(double, gain_reduction_db)() { return chain.gain_reduction_db(); }

// K-weighted mean squares of each 10 ms that became complete, of what lies in input() (which 0) or output()
// (1): how many there are, at energies(). Each has a meter of its own, from prepare() on.
EXPORT(double*, energies)() { return hops; }
EXPORT(int, measure)(int which, int frames) {
  if (which < 0 || which > 1 || frames < 1 || frames > kMostFrames) return 0;
  const float* const left = which == 0 ? in[0] : out[0];
  const float* const right = channel_count == 1 ? nullptr : which == 0 ? in[1] : out[1];
  int count = 0;
  meters[which].process(left, right, frames, [&count](double energy) { hops[count++] = energy; });
  return count;
}
