// What the reverb's knobs mean: decay, damping and level turned into the coefficients of its network.
#pragma once

#include <algorithm>
#include <cmath>

#include "math.hpp"

namespace mixwright::reverb {

constexpr int kLines = 8;
// Into a line, out of a line, and the diffused sound that goes straight out.
constexpr float kInjection = 0.5f, kTap = 0.5f, kEarly = 0.35f;
// A little of the other channel: correlation 0.16 keeps the mono sum within 3 dB in every octave.
constexpr float kCross = 0.08f;
constexpr double kLevelDb = -6.0;

struct Settings {
  double decay_s = 1.2;      // RT60 at 1 kHz
  double predelay_ms = 20;   // 0..250
  double damping_hz = 6000;  // where the decay time is half of decay_s
  double low_cut_hz = 200;   // -3 dB; 12 dB an octave below it
};

struct Coefficients {
  float pole[kLines] = {}, feed[kLines] = {};  // a line's loss: y = y * pole + x * feed
  float cut = 0;                               // pole of the low cut
  float gain = 0;                              // of the input
};

// The p of |H|^2 = (1-p)^2 / (1 - 2 p cos w + p^2) at which |H|^2 falls by `ratio` from one frequency to a
// higher one: a quadratic; where no one-pole is that steep, the limit.
inline double pole(double cos_from, double cos_to, double ratio) {
  const double b = (cos_from - ratio * cos_to) / std::max(1 - ratio, 1e-9);
  return b > 1 ? b - std::sqrt(b * b - 1) : 1.0;
}

// The gain before the network at which pink noise, 20 Hz to 20 kHz, leaves it at kLevelDb. Line powers in the
// steady state: what the Hadamard matrix hands on is shared evenly, so with G the power gain of a line and b
// its input, the sum S of the powers at the lines' ends, G (S/8 + b), is sum(G b) / (1 - mean(G)).
inline double input_gain(const Coefficients& lines, double cut_corner, double sample_rate) {
  const double top = std::min(20000.0, 0.45 * sample_rate);
  const double injected = static_cast<double>(kInjection * kInjection);
  const double tapped = kLines / 2 * static_cast<double>(kTap * kTap);
  double input = 0, output = 0;
  for (double hz = 20.0; hz < top; hz *= 1.2599210498948732) {  // third octaves
    const double w = 2 * kPi * hz / sample_rate;
    // Power that the cubic interpolation keeps, between none lost on whole frames and the most half way.
    const double middle = 1.125 * std::cos(0.5 * w) - 0.125 * std::cos(1.5 * w);
    const double moving = 0.5 * (1 + middle * middle);
    double mean = 0;
    for (int j = 0; j < kLines; ++j) {
      const double p = static_cast<double>(lines.pole[j]), q = static_cast<double>(lines.feed[j]);
      mean += moving * q * q / (1 - 2 * p * std::cos(w) + p * p) / kLines;
    }
    const double line = mean * injected / (1 - std::min(mean, 0.9999));
    const double cut = 1 / (1 + cut_corner * cut_corner / (hz * hz));
    input += 1;
    output += cut * cut * (tapped * line + static_cast<double>(kEarly * kEarly));
  }
  output *= 1 + static_cast<double>(kCross * kCross);
  return db_to_gain(kLevelDb) * std::sqrt(input / output);
}

// `length` and `depth` of the lines and of their movement in frames.
inline Coefficients design(const Settings& settings, double sample_rate, const int* length,
                           const int* depth) {
  Coefficients result;
  const double decay = clamp(settings.decay_s, 0.05, 30.0);
  const double damping = clamp(settings.damping_hz, 200.0, 0.5 * kMaxSampleRate);
  const double damping_point = std::min(damping, 0.45 * sample_rate);
  const double reference = std::min(1000.0, 0.5 * damping_point);
  const double turn = 2 * kPi / sample_rate;
  const double cos_damping = std::cos(turn * damping_point), cos_reference = std::cos(turn * reference);
  // Where damping_hz is above the sample rate's range, the loss follows the filter's own square law.
  const double share = (damping_point / damping) * (damping_point / damping);
  // For small losses the bass outlasts the reference by square / (1 - square); three times that is allowed.
  const double square = (reference / damping_point) * (reference / damping_point);
  const double bass = std::min(3 * square / (1 - square), 1.0 / 3);
  for (int j = 0; j < kLines; ++j) {
    const double gain = std::pow(10.0, -3.0 * (length[j] + 0.5 * depth[j]) / (sample_rate * decay));
    // A one-pole low-pass that loses gain^share more at damping than at the reference, and no more than
    // gain^bass at the reference itself.
    const double steep = pole(cos_reference, cos_damping, std::pow(gain, 2 * share));
    const double p = std::min(steep, pole(1.0, cos_reference, std::pow(gain, 2 * bass)));
    result.pole[j] = static_cast<float>(p);
    result.feed[j] = static_cast<float>(gain * std::sqrt(1 - 2 * p * cos_reference + p * p));
  }
  // Two equal one-poles: each 1.5 dB down at low_cut_hz.
  const double corner = clamp(settings.low_cut_hz, 1.0, 0.4 * sample_rate) * 0.64359425290558263;
  result.cut = static_cast<float>(std::exp(-turn * corner));
  result.gain = static_cast<float>(input_gain(result, corner, sample_rate));
  return result;
}

}  // namespace mixwright::reverb
