// What the network is made of: linear layers, convolutions over time, GELU and softmax.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "learn/weights.hpp"

namespace mixwright {

inline float held(float x, float low, float high) { return std::min(high, std::max(low, x)); }

inline std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// x Φ(x), exactly (Hendrycks and Gimpel, 2016).
inline std::vector<float> gelu(std::vector<float> x) {
  for (float& v : x) v *= 0.5f * (1.0f + std::erf(v / 1.41421356f));
  return x;
}

inline std::vector<float> softmax(const std::vector<float>& x) {
  const float most = *std::max_element(x.begin(), x.end());
  std::vector<float> shares(x.size());
  double total = 0;
  for (size_t k = 0; k < x.size(); ++k) total += static_cast<double>(shares[k] = std::exp(x[k] - most));
  for (float& share : shares) share = static_cast<float>(static_cast<double>(share) / total);
  return shares;
}

class Linear {
 public:
  Linear() = default;
  // The file has weights (out, in), then the bias (out,).
  Linear(WeightsReader* file, int in, int out)
      : in_(static_cast<size_t>(in)),
        weights_(file->tensor(in_ * static_cast<size_t>(out))),
        bias_(file->tensor(static_cast<size_t>(out))) {}

  float row(int out, const std::vector<float>& x) const {
    const size_t o = static_cast<size_t>(out);
    return std::inner_product(&weights_[o * in_], &weights_[o * in_] + in_, x.begin(), bias_[o]);
  }

  std::vector<float> operator()(const std::vector<float>& x) const {
    std::vector<float> y(bias_.size());
    for (size_t o = 0; o < y.size(); ++o) y[o] = row(static_cast<int>(o), x);
    return y;
  }

  // Rows (n, in) to (n, out).
  std::vector<float> each(const std::vector<float>& rows) const {
    std::vector<float> all;
    for (size_t at = 0; at < rows.size(); at += in_) {
      const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<float> y = (*this)({from, from + static_cast<std::ptrdiff_t>(in_)});
      all.insert(all.end(), y.begin(), y.end());
    }
    return all;
  }

 private:
  size_t in_ = 0;
  std::vector<float> weights_, bias_;
};

// Over time, with zeros beyond both ends: (frames, in) to (frames / stride, out).
class Convolution {
 public:
  Convolution() = default;
  // The file has weights (out, in, kernel), then the bias (out,).
  Convolution(WeightsReader* file, int in, int out, int kernel, int stride)
      : in_(static_cast<size_t>(in)), out_(static_cast<size_t>(out)), kernel_(kernel), stride_(stride) {
    const size_t taps = static_cast<size_t>(kernel);
    const std::vector<float> read = file->tensor(out_ * in_ * taps);
    weights_.resize(read.size());
    for (size_t o = 0; o < out_; ++o)  // to (kernel, in, out), so that the inner loop runs over neighbours
      for (size_t i = 0; i < in_; ++i)
        for (size_t k = 0; k < taps; ++k) weights_[(k * in_ + i) * out_ + o] = read[(o * in_ + i) * taps + k];
    bias_ = file->tensor(out_);
  }

  std::vector<float> operator()(const std::vector<float>& x) const {
    const int frames = static_cast<int>(x.size() / in_), pad = kernel_ / 2;
    const int count = (frames + 2 * pad - kernel_) / stride_ + 1;
    std::vector<float> y;
    y.reserve(static_cast<size_t>(count) * out_);
    for (int t = 0; t < count; ++t) {
      y.insert(y.end(), bias_.begin(), bias_.end());
      float* to = &y[y.size() - out_];
      for (int k = 0; k < kernel_; ++k) {
        const int from = t * stride_ + k - pad;
        if (from < 0 || from >= frames) continue;
        for (size_t i = 0; i < in_; ++i) {
          const float v = x[static_cast<size_t>(from) * in_ + i];
          const float* w = &weights_[(static_cast<size_t>(k) * in_ + i) * out_];
          for (size_t o = 0; o < out_; ++o) to[o] += v * w[o];
        }
      }
    }
    return y;
  }

 private:
  size_t in_ = 0, out_ = 0;
  int kernel_ = 1, stride_ = 1;
  std::vector<float> weights_, bias_;
};

}  // namespace mixwright
