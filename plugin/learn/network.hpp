// The trained network without a library: from mel windows and third octaves to genres and ten positions. Runs
// in a worker, never in the audio thread: it allocates.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "learn/bands.hpp"
#include "learn/network_layers.hpp"
#include "learn/weights.hpp"
#include "parameters.hpp"

namespace mixwright {

// `logits` of the genres; `positions` in [-1, 1] around neutral, a row an expert.
struct NetworkAnswer {
  float logits[kGenreCount];
  float positions[kGenreCount][kParameterCount];
};

// As BalancedMixingCNN of training/network.py, whose names the members have.
class Network {
 public:
  static constexpr int kMelBands = 64, kMelFrames = 216;

  // Empty, or why the file cannot be used.
  std::string load(const std::string& path) {
    WeightsReader file;
    if (!file.open(path))
      return "the network's weights are missing, or are none of Mixwright's (" + path + ")";
    temperature = file.fact(), unsure_below = file.fact(), amount = file.fact();
    for (int b = 0; b < kBranches; ++b)
      branches_[b] = Convolution(&file, 2 * kGroupBands, kChannels, kKernels[b], kStride);
    join_ = Convolution(&file, kBranches * kChannels, kToken, kJoinKernel, 1);
    group_ = file.tensor(kGroups * kToken);
    centre_ = file.tensor(kFeatures);
    scale_ = file.tensor(kFeatures);
    tone_[0] = Linear(&file, kFeatures, kTone);
    tone_[1] = Linear(&file, kTone, kTone);
    genre_query_ = file.tensor(kToken);
    genre_head_[0] = Linear(&file, kToken + kTone, kTone);
    genre_head_[1] = Linear(&file, kTone, kGenreCount);
    key_ = Linear(&file, kToken, kToken);
    query_ = file.tensor(kParameterCount * kToken);
    gate_ = file.tensor(kGenreCount * kParameterCount * kToken);
    hidden_ = Linear(&file, kToken + kTone, kTone);
    for (Linear& head : heads_) head = Linear(&file, kTone, kParameterCount);
    const bool whole = file.complete() && temperature > 0;
    return whole ? "" : "the network's weights are damaged (" + path + ")";
  }

  // mel_db (windows, 2, 64, 216) of middle and side, mid_db and side_db (30,), all in dB; genre (6,) weights
  // that bend the attention, all at 0 for the network's own.
  NetworkAnswer ask(const float* mel_db, int windows, const float* mid_db, const float* side_db,
                    const float* genre) const {
    const std::vector<float> frames = normalised(mel_db, windows);
    std::vector<float> features = tone_features(frames, windows, mid_db, side_db);
    for (int f = 0; f < kFeatures; ++f) {
      const size_t at = static_cast<size_t>(f);
      features[at] = held((features[at] - centre_[at]) / scale_[at], -kFar, kFar);
    }
    const std::vector<float> tone = gelu(tone_[1](gelu(tone_[0](features))));
    const std::vector<float> tokens = listen(frames, windows);
    NetworkAnswer answer;
    const std::vector<float> pooled = attend(tokens, tokens, genre_query_.data());
    const std::vector<float> logits = genre_head_[1](gelu(genre_head_[0](joined(pooled, tone))));
    std::copy(logits.begin(), logits.end(), answer.logits);
    std::vector<float> shares(genre, genre + kGenreCount);
    if (!(std::accumulate(shares.begin(), shares.end(), 0.0f) > 0)) shares = softmax(logits);
    const std::vector<float> keys = key_.each(tokens);
    for (int p = 0; p < kParameterCount; ++p) {
      std::vector<float> query(&query_[static_cast<size_t>(p) * kToken],
                               &query_[static_cast<size_t>(p) * kToken] + kToken);
      for (int g = 0; g < kGenreCount; ++g) {
        const float* gate = &gate_[static_cast<size_t>(g * kParameterCount + p) * kToken];
        for (int t = 0; t < kToken; ++t)
          query[static_cast<size_t>(t)] += shares[static_cast<size_t>(g)] * gate[t];
      }
      const std::vector<float> hidden = gelu(hidden_(joined(attend(keys, tokens, query.data()), tone)));
      for (int g = 0; g < kGenreCount; ++g) answer.positions[g][p] = std::tanh(heads_[g].row(p, hidden));
    }
    return answer;
  }

  // What divides the logits, the likelihood below which no genre is believed, and what scales the positions.
  float temperature = 1, unsure_below = 0, amount = 1;

 private:
  static constexpr int kGroups = 8, kMargin = 4, kStride = 4, kBranches = 3, kChannels = 16, kToken = 48;
  static constexpr int kTone = 128, kJoinKernel = 3, kFeatures = 2 * kOctaveBands + 3 * kMelBands;
  static constexpr int kKernels[kBranches] = {3, 7, 15};
  static constexpr int kStep = kMelBands / kGroups, kGroupBands = kStep + 2 * kMargin;
  static constexpr int kBodyFrom = 6, kBodyTo = 25;  // 100 Hz up to, without, 8 kHz
  static constexpr float kFar = 4, kDepthDb = 60, kSideLowDb = -40, kSideHighDb = 12;
  static constexpr size_t kWindow = 2 * kMelBands * kMelFrames;

  // Free of level: the middle against its own mean, the side against the middle; both over 20 dB.
  static std::vector<float> normalised(const float* mel_db, int windows) {
    constexpr size_t half = kWindow / 2;
    double sum = 0;
    for (int w = 0; w < windows; ++w)
      sum = std::accumulate(mel_db + static_cast<size_t>(w) * kWindow,
                            mel_db + static_cast<size_t>(w) * kWindow + half, sum);
    const float level = static_cast<float>(sum / (static_cast<double>(windows) * static_cast<double>(half)));
    std::vector<float> frames(static_cast<size_t>(windows) * kWindow);
    for (size_t w = 0; w < frames.size(); w += kWindow) {
      for (size_t k = 0; k < half; ++k) {
        const float mid = mel_db[w + k], side = mel_db[w + half + k];
        frames[w + k] = held(mid - level, -kDepthDb, kDepthDb) / 20;
        frames[w + half + k] = held(side - mid, kSideLowDb, kSideHighDb) / 20;
      }
    }
    return frames;
  }

  // Spectrum of the middle and of the side over it; mean, deviation and skewness of each band over time.
  static std::vector<float> tone_features(const std::vector<float>& frames, int windows, const float* mid_db,
                                          const float* side_db) {
    std::vector<float> features;
    const float body = std::accumulate(mid_db + kBodyFrom, mid_db + kBodyTo, 0.0f) / (kBodyTo - kBodyFrom);
    for (int b = 0; b < kOctaveBands; ++b)
      features.push_back(held(mid_db[b] - body, -kDepthDb, kDepthDb) / 10);
    for (int b = 0; b < kOctaveBands; ++b)
      features.push_back(held(side_db[b] - mid_db[b], kSideLowDb, kSideHighDb) / 10);
    std::vector<float> mean, deviation, skewness;
    for (size_t band = 0; band < kMelBands; ++band) {
      const auto sum = [&](auto&& of) {
        double total = 0;
        for (size_t w = 0; w < frames.size(); w += kWindow)
          for (size_t t = 0; t < kMelFrames; ++t)
            total += of(static_cast<double>(frames[w + band * kMelFrames + t]));
        return total / (static_cast<double>(windows) * kMelFrames);
      };
      const double m = sum([](double x) { return x; });
      const double d = std::sqrt(sum([m](double x) { return (x - m) * (x - m); }) + 1e-4);
      const double s = sum([m](double x) { return (x - m) * (x - m) * (x - m); }) / (d * d * d);
      mean.push_back(static_cast<float>(m));
      deviation.push_back(static_cast<float>(d));
      skewness.push_back(held(static_cast<float>(s), -3, 3) / 3);
    }
    for (const std::vector<float>* part : {&mean, &deviation, &skewness})
      features.insert(features.end(), part->begin(), part->end());
    return features;
  }

  // Tokens (windows * 8 * moments, 48).
  std::vector<float> listen(const std::vector<float>& frames, int windows) const {
    std::vector<float> tokens;
    for (int w = 0; w < windows; ++w) {
      for (int g = 0; g < kGroups; ++g) {
        // (frames, 2 * 16 bands); bands beyond the ends are silent
        std::vector<float> group(static_cast<size_t>(kMelFrames) * 2 * kGroupBands, 0.0f);
        for (int side = 0; side < 2; ++side) {
          for (int b = 0; b < kGroupBands; ++b) {
            const int band = g * kStep + b - kMargin;
            if (band < 0 || band >= kMelBands) continue;
            const float* row = &frames[static_cast<size_t>((w * 2 + side) * kMelBands + band) * kMelFrames];
            for (int t = 0; t < kMelFrames; ++t)
              group[static_cast<size_t>(t * 2 * kGroupBands + side * kGroupBands + b)] = row[t];
          }
        }
        std::vector<float> heard[kBranches];
        for (int k = 0; k < kBranches; ++k) heard[k] = gelu(branches_[k](group));
        std::vector<float> all;
        for (size_t t = 0; t < heard[0].size(); t += kChannels)
          for (const std::vector<float>& branch : heard)
            all.insert(all.end(), branch.begin() + static_cast<std::ptrdiff_t>(t),
                       branch.begin() + static_cast<std::ptrdiff_t>(t + kChannels));
        const std::vector<float> joint = gelu(join_(all));
        for (size_t k = 0; k < joint.size(); ++k)
          tokens.push_back(joint[k] + group_[static_cast<size_t>(g) * kToken + k % kToken]);
      }
    }
    return tokens;
  }

  // The mean of `values`, weighed by how well `keys` meet the query: (48,).
  static std::vector<float> attend(const std::vector<float>& keys, const std::vector<float>& values,
                                   const float* query) {
    std::vector<float> scores(keys.size() / kToken);
    const float scale = std::sqrt(static_cast<float>(kToken));
    for (size_t n = 0; n < scores.size(); ++n)
      scores[n] = std::inner_product(query, query + kToken, &keys[n * kToken], 0.0f) / scale;
    scores = softmax(scores);
    std::vector<double> sum(kToken, 0.0);
    for (size_t n = 0; n < scores.size(); ++n)
      for (size_t t = 0; t < kToken; ++t)
        sum[t] += static_cast<double>(scores[n]) * static_cast<double>(values[n * kToken + t]);
    std::vector<float> context(kToken);
    std::transform(sum.begin(), sum.end(), context.begin(), [](double x) { return static_cast<float>(x); });
    return context;
  }

  Convolution branches_[kBranches], join_;
  Linear tone_[2], genre_head_[2], key_, hidden_, heads_[kGenreCount];
  std::vector<float> group_, centre_, scale_, genre_query_, query_, gate_;
};

}  // namespace mixwright
