// Second-order filters that keep their analogue shape up to Nyquist: two shelves and a bell.
#pragma once

#include <cmath>

#include "math.hpp"

namespace mixwright {

// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]
struct Biquad {
  double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
};

// The analogue prototypes of the RBJ Audio EQ Cookbook, at w in units of the centre or corner frequency.
// gain is linear. A shelf has half its gain in dB at the corner (S = 1, so Q = 1/sqrt 2).
struct Prototype {
  double n0, n1, n2, d0, d1, d2;  // (n2 s^2 + n1 s + n0) / (d2 s^2 + d1 s + d0)

  static Prototype bell(double gain, double q) {
    const double a = std::sqrt(gain);
    return {1, a / q, 1, 1, 1 / (a * q), 1};
  }
  static Prototype low_shelf(double gain) {
    const double a = std::sqrt(gain), b = std::sqrt(2 * a);
    return {a * a, a * b, a, 1, b, a};
  }
  static Prototype high_shelf(double gain) {
    const double a = std::sqrt(gain), b = std::sqrt(2 * a);
    return {a, a * b, a * a, a, b, 1};
  }

  double magnitude_squared(double w) const {
    const double w2 = w * w, n = n0 - n2 * w2, d = d0 - d2 * w2;
    return (n * n + n1 * n1 * w2) / (d * d + d1 * d1 * w2);
  }
};

// Poles by impulse invariance, zeros so that the magnitude is the analogue one at 0 Hz, at the centre and at
// Nyquist: M. Vicanek, Matched Second Order Digital Filters, 2016, sections 2 and 3. Unlike the bilinear
// transform, this does not squeeze the curve below Nyquist.
inline Biquad matched(const Prototype& p, double hz, double sample_rate) {
  const double w0 = 2 * kPi * hz / sample_rate;
  // Poles of d2 s^2 + d1 s + d0, in units of w0: natural frequency and damping.
  const double wn = w0 * std::sqrt(p.d0 / p.d2), damping = 0.5 * p.d1 / std::sqrt(p.d0 * p.d2);
  const double radius = std::exp(-damping * wn);
  const double turn = damping < 1 ? std::cos(wn * std::sqrt(1 - damping * damping))
                                  : std::cosh(wn * std::sqrt(damping * damping - 1));
  Biquad f;
  f.a1 = -2 * radius * turn;
  f.a2 = radius * radius;
  // |A|^2 = A0 c + A1 s + A2 4cs with s = sin^2(w/2), c = 1 - s; the same for B.
  const double sum_a = 1 + f.a1 + f.a2, alternating_a = 1 - f.a1 + f.a2;
  const double zero = p.magnitude_squared(0) * sum_a * sum_a;
  const double nyquist = p.magnitude_squared(kPi / w0) * alternating_a * alternating_a;
  const double middle = w0 < 0.8 * kPi ? w0 : 0.8 * kPi;  // the centre may lie above Nyquist at low rates
  const double s = std::sin(middle / 2) * std::sin(middle / 2), c = 1 - s;
  const double target = p.magnitude_squared(middle / w0) *
                        (sum_a * sum_a * c + alternating_a * alternating_a * s - 4 * f.a2 * 4 * c * s);
  const double b2 = (target - zero * c - nyquist * s) / (4 * c * s);
  const double root_zero = std::sqrt(zero), root_nyquist = std::sqrt(nyquist);
  const double w = 0.5 * (root_zero + root_nyquist), inside = w * w + b2;
  f.b0 = 0.5 * (w + std::sqrt(inside > 0 ? inside : 0));
  f.b1 = 0.5 * (root_zero - root_nyquist);
  f.b2 = -b2 / (4 * f.b0);
  return f;
}

// |H|^2 of the digital filter at a frequency.
inline double magnitude_squared(const Biquad& f, double hz, double sample_rate) {
  const double w = 2 * kPi * hz / sample_rate;
  const double s = std::sin(w / 2) * std::sin(w / 2), c = 1 - s;
  const double b_zero = f.b0 + f.b1 + f.b2, b_nyquist = f.b0 - f.b1 + f.b2;
  const double a_zero = 1 + f.a1 + f.a2, a_nyquist = 1 - f.a1 + f.a2;
  return (b_zero * b_zero * c + b_nyquist * b_nyquist * s - 16 * f.b0 * f.b2 * c * s) /
         (a_zero * a_zero * c + a_nyquist * a_nyquist * s - 16 * f.a2 * c * s);
}

}  // namespace mixwright
