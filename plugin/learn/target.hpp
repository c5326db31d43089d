// What released music of a genre sounds like, and how a mix stands to it: as parameters/profiles.py and the
// comparison of model/tone.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>

#include "biquad.hpp"
#include "learn/bands.hpp"
#include "learn/profiles.hpp"

namespace mixwright {

// The mixture of genres by weights (kGenreCount) that sum to 1: its mean, and its spread within the genres
// and between them together. Without weights, all music.
inline Profile blend_profiles(const double* weights) {
  if (weights == nullptr) return kAllMusic;
  Profile mixed;
  const auto blend = [weights](auto part) {
    MeanSpread mean;
    for (int g = 0; g < kGenreCount; ++g) mean.mean += weights[g] * part(kGenreProfiles[g]).mean;
    double variance = 0;
    for (int g = 0; g < kGenreCount; ++g) {
      const MeanSpread& own = part(kGenreProfiles[g]);
      variance += weights[g] * (own.spread * own.spread + (own.mean - mean.mean) * (own.mean - mean.mean));
    }
    mean.spread = std::sqrt(variance);
    return mean;
  };
  for (int b = 0; b < kOctaveBands; ++b)
    mixed.ltas_db[b] = blend([b](const Profile& p) -> const MeanSpread& { return p.ltas_db[b]; });
  mixed.crest_db = blend([](const Profile& p) -> const MeanSpread& { return p.crest_db; });
  mixed.range_lu = blend([](const Profile& p) -> const MeanSpread& { return p.range_lu; });
  mixed.width = blend([](const Profile& p) -> const MeanSpread& { return p.width; });
  return mixed;
}

// Power gain of K-weighting (BS.1770-5, tables 1 and 2, at 48 kHz).
inline double k_power(double hz) {
  static constexpr Biquad kShelf{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241,
                                 0.73248077421585};
  static constexpr Biquad kHighPass{1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
  return magnitude_squared(kShelf, hz, 48000.0) * magnitude_squared(kHighPass, hz, 48000.0);
}

// A mix's LTAS beside its target's: the deviation in each band, free of level, and how much the band counts,
// 0 to 1.
class Deviation {
 public:
  // ltas_db in dBFS of a mix that is not silent.
  Deviation(const PerBand& ltas_db, double sample_rate, const Profile& target) {
    double loudness = 0;
    for (int b = 0; b < kOctaveBands; ++b)
      loudness += std::pow(10.0, ltas_db[b] / 10) * k_power(kNominalHz[b]);
    for (int b = 0; b < kOctaveBands; ++b) {
      const double own = std::max(ltas_db[b] - 10 * std::log10(loudness), kLowestDb);
      spread_db[b] = target.ltas_db[b].spread;
      if (b >= third_octaves(sample_rate) || kNominalHz[b] < kFromHz || kNominalHz[b] > kToHz ||
          own < kFloorDb)
        continue;
      weight[b] = kNominalHz[b] > kNoisyHz ? 0.5 : 1.0;
      db[b] = own - target.ltas_db[b].mean;
    }
    for (int pass = 0; pass < 3 && total_weight() > 0; ++pass) {  // what is absent must not move the level
      const double level = mean(db);
      for (int b = 0; b < kOctaveBands; ++b) {
        db[b] -= level;
        weight[b] *= std::min(1.0, std::max(0.0, (kAbsentDb + kFadeDb + db[b]) / kFadeDb));
      }
    }
  }

  double total_weight() const { return std::accumulate(weight.at, weight.at + kOctaveBands, 0.0); }

  double mean(const PerBand& values) const {
    return std::inner_product(values.at, values.at + kOctaveBands, weight.at, 0.0) / total_weight();
  }

  // How far outside the spread each band is after a change in dB.
  PerBand excess_db(PerBand change_db) const {
    change_db += db;
    const double level = mean(change_db);
    for (int b = 0; b < kOctaveBands; ++b) {
      const double away = change_db[b] - level;
      change_db[b] = away - std::min(spread_db[b], std::max(-spread_db[b], away));
    }
    return change_db;
  }

  PerBand db, spread_db, weight;

 private:
  static constexpr double kLowestDb = -80, kFloorDb = -65, kAbsentDb = 12, kFadeDb = 4;
  static constexpr double kFromHz = 35, kToHz = 14500, kNoisyHz = 9000;  // above: lossy sources, noise
};

}  // namespace mixwright
