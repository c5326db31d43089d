// Both channels' spectra from one complex Fourier transform (radix 2).
#pragma once

#include <cmath>
#include <complex>
#include <utility>
#include <vector>

namespace mixwright {

class StereoFourier {
 public:
  using Complex = std::complex<double>;

  explicit StereoFourier(int size)
      : size_(static_cast<size_t>(size)),
        turns_(size_ / 2),
        data_(size_),
        left(size_ / 2 + 1),
        right(left.size()) {
    constexpr double two_pi = 6.283185307179586;
    for (size_t k = 0; k < turns_.size(); ++k)
      turns_[k] = std::polar(1.0, -two_pi * static_cast<double>(k) / static_cast<double>(size_));
  }

  // Real samples x(n) and y(n) as x + iy, to left and right, (size / 2 + 1) bins each.
  template <typename Sample>
  void operator()(Sample sample) {
    size_t reversed = 0;
    for (size_t n = 0; n < size_; ++n) {
      data_[reversed] = sample(n);
      size_t bit = size_ / 2;
      for (; bit > 0 && (reversed & bit) != 0; bit /= 2) reversed ^= bit;
      reversed |= bit;
    }
    for (size_t half = 1; half < size_; half *= 2) {
      const size_t step = size_ / (2 * half);
      for (size_t start = 0; start < size_; start += 2 * half) {
        for (size_t k = 0; k < half; ++k) {
          const Complex w = turns_[k * step], b = data_[start + half + k], a = data_[start + k];
          const Complex c(w.real() * b.real() - w.imag() * b.imag(),
                          w.real() * b.imag() + w.imag() * b.real());
          data_[start + k] = a + c;
          data_[start + half + k] = a - c;
        }
      }
    }
    for (size_t k = 0; k < left.size(); ++k) {
      const Complex z = data_[k], mirrored = std::conj(data_[(size_ - k) % size_]);
      const Complex sum = z + mirrored, difference = z - mirrored;
      left[k] = 0.5 * sum;
      right[k] = Complex(0.5 * difference.imag(), -0.5 * difference.real());
    }
  }

 private:
  size_t size_;
  std::vector<Complex> turns_, data_;

 public:
  std::vector<Complex> left, right;
};

}  // namespace mixwright
