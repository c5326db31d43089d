// Ten values for what was heard: as the learned mixer of the package decides them (model/learned.py,
// refine.py, rules.py), without the words.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "controls.hpp"
#include "learn/dynamics.hpp"
#include "learn/levels.hpp"
#include "learn/network.hpp"
#include "learn/spectra.hpp"
#include "learn/tone.hpp"
#include "voicing.hpp"

namespace mixwright {

// `values` by control, not on their grid: the parameters, the genre weights (all at 0 where the network is
// unsure), the programme's loudness and the makeup trim.
struct Decision {
  double values[kControlCount] = {};
  double voicing[kVoicingCount] = {};
};

class Decider {
 public:
  // `levels` and `spectra` have finished, heard a programme that is not silent, and outlive this.
  Decider(const Network& network, const Levels& levels, const Spectra& spectra, double sample_rate)
      : network_(network), levels_(levels), spectra_(spectra), sample_rate_(sample_rate) {}

  // For weights of genres (kGenreCount) that sum to 1; for what is heard where all are 0.
  Decision decide(const double* genre) const {
    Decision made;
    double* values = made.values;
    double experts[kGenreCount];
    const bool told = std::any_of(genre, genre + kGenreCount, [](double weight) { return weight > 0; });
    const NetworkAnswer answer = ask(genre);
    if (told) {
      std::copy_n(genre, kGenreCount, experts);
    } else {
      probabilities(answer, experts);
    }
    const bool sure = told || *std::max_element(experts, experts + kGenreCount) >=
                                  static_cast<double>(network_.unsure_below);
    if (sure) std::copy_n(experts, kGenreCount, values + c_genre_rock);
    if (!sure) std::fill_n(experts, kGenreCount, 1.0 / kGenreCount);
    blend_voicing(experts, made.voicing);
    propose(answer, experts, values);
    const Profile target = blend_profiles(sure ? experts : nullptr);
    values[c_programme_lufs] = clamp(integrated_lufs(levels_.energies), -70.0, 0.0);
    const TriedCompressor compressor(levels_, values[c_programme_lufs], made.voicing);
    const Deviation deviation(spectra_.ltas_db, sample_rate_, target);
    const ToneSolver tone(deviation, made.voicing, sample_rate_);
    tone.solve(values, kTonePrice);
    values[k_compressor_ratio] =
        compressor.choose(mix(), usual(target), values[k_compressor_ratio], kRatioPrice).ratio;
    values[k_stereo_width] = led_width(target.width, values[k_stereo_width]);
    for (int p = 0; p < kParameterCount; ++p)
      if (std::fabs(to_position(p, values[p])) <= kSmallestPosition) values[p] = kParameters[p].neutral;
    settle(compressor, tone, values);
    return made;
  }

 private:
  static constexpr double kTonePrice = 1.5, kRatioPrice = 0.6, kWidthShare = 0.5, kSmallestPosition = 0.08;
  static constexpr double kMonoWidth = 0.02, kLeastCorrelation = 0.2, kWidthRoom = 0.095;
  static constexpr double kLeastGainChange = 0.006, kLowestRms = 0.85, kHighestRms = 1.15;

  NetworkAnswer ask(const double* genre) const {
    const std::vector<float> windows = spectra_.windows();
    float weights[kGenreCount];
    for (int g = 0; g < kGenreCount; ++g) weights[g] = static_cast<float>(genre[g]);
    const size_t window = size_t{2} * Network::kMelBands * Network::kMelFrames;
    return network_.ask(windows.data(), static_cast<int>(windows.size() / window), spectra_.mid_db,
                        spectra_.side_db, weights);
  }

  // Calibrated: the logits divided by the network's temperature.
  void probabilities(const NetworkAnswer& answer, double* shares) const {
    double total = 0;
    for (int g = 0; g < kGenreCount; ++g)
      total += shares[g] =
          std::exp(static_cast<double>(answer.logits[g]) / static_cast<double>(network_.temperature));
    for (int g = 0; g < kGenreCount; ++g) shares[g] /= total;
  }

  // The blend of the experts' values; the two gains are settled later.
  void propose(const NetworkAnswer& answer, const double* experts, double* values) const {
    for (int p = 0; p < kParameterCount; ++p) {
      double position = 0;
      for (int g = 0; g < kGenreCount; ++g)
        position += experts[g] * clamp(static_cast<double>(answer.positions[g][p]), -1.0, 1.0);
      values[p] = from_position(p, position * static_cast<double>(network_.amount));
    }
    values[k_input_gain] = values[k_output_level] = 1.0;
  }

  Dynamics mix() const { return {levels_.crest_factor_db(), loudness_range_lu(levels_.energies)}; }

  // The dynamics above which a mix is worth a compressor.
  static Dynamics usual(const Profile& target) {
    return {target.crest_db.mean + target.crest_db.spread, target.range_lu.mean + target.range_lu.spread,
            target.crest_db.spread, target.range_lu.spread};
  }

  // Part of the way from a side gain to the one that brings the width to the nearest edge of the usual.
  double led_width(const MeanSpread& usual, double start) const {
    const double width = levels_.stereo_width();
    if (width < kMonoWidth) return 1.0;
    const bool hardly_agree = levels_.stereo_correlation() < kLeastCorrelation;
    if (hardly_agree) start = std::min(start, 1.0);
    const double low = std::max(0.0, usual.mean - usual.spread), high = usual.mean + usual.spread;
    const double now = width * start;
    if ((now >= low && now <= high) || (now < low && hardly_agree)) return start;
    const double wanted = (now < low ? low : high) / width;
    const double edge =
        1.0 + kWidthRoom * std::tanh((wanted - 1.0) / kWidthRoom);  // near the bound, never at it
    return start + (edge - start) * kWidthShare;
  }

  // The two gains so that the RMS stays as it was, foretold and not rendered; what they cannot, the trim
  // does.
  void settle(const TriedCompressor& compressor, const ToneSolver& tone, double* values) const {
    double before = 0, after = 0;
    PerBand curve_db;
    for (int k = 0; k < Equalizer::kBands; ++k) curve_db += tone.curve_db(k, values[kEqParameters[k]]);
    for (int b = 0; b < kOctaveBands; ++b) {
      const double power = std::pow(10.0, spectra_.ltas_db[b] / 10);
      before += power;
      after += power * std::pow(10.0, curve_db[b] / 10);
    }
    double ratio = std::sqrt(after / before);
    if (values[k_compressor_ratio] > 1.0)
      ratio *= std::pow(10.0, compressor.effect(values[k_compressor_ratio]).level_db / 20);
    const double delay = values[k_delay], reverb = values[k_reverb];
    ratio *= std::sqrt(1 + delay * delay + 0.25 * reverb * reverb);  // gains of 0 and -6 dB (docs/chain.md)
    for (const double share : {0.8, 1.0}) {
      for (const int p : {k_output_level, k_input_gain}) {
        if (std::fabs(ratio - 1.0) < kLeastGainChange) continue;
        const double already = values[p];
        values[p] = clamp(already / ratio, 1.0 + (kParameters[p].low - 1.0) * share,
                          1.0 + (kParameters[p].high - 1.0) * share);
        ratio *= values[p] / already;
      }
    }
    values[c_makeup_trim_db] = gain_to_db(clamp(ratio, kLowestRms, kHighestRms) / ratio);
  }

  const Network& network_;
  const Levels& levels_;
  const Spectra& spectra_;
  double sample_rate_;
};

}  // namespace mixwright
