// How much glue compression, tried on the envelope and bounded by what it may cost: as model/dynamics.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "chain.hpp"
#include "learn/levels.hpp"

namespace mixwright {

// Crest factor in dB and loudness range in LU, with the spreads of a target.
struct Dynamics {
  double crest_db, range_lu, crest_spread_db = 1, range_spread_lu = 1;

  // How far above the usual, in spreads; 0 inside.
  double excess(const Dynamics& usual) const {
    return std::max(0.0, crest_db - usual.crest_db) / usual.crest_spread_db +
           std::max(0.0, range_lu - usual.range_lu) / usual.range_spread_lu;
  }
};

// What a ratio does: crest factor and range lost, level change with makeup, typical reduction; dB and LU.
struct CompressorEffect {
  double ratio, crest_lost_db, range_lost_lu, level_db, typical_db;
};

// A programme's envelope under the chain's own detector and curve.
class TriedCompressor {
 public:
  // `voicing` (kVoicingCount) must outlive this.
  TriedCompressor(const Levels& levels, double programme_lufs, const double* voicing)
      : peak_(levels.envelope_peak),
        power_(levels.envelope_ms.begin(), levels.envelope_ms.end()),
        settings_(Chain::compressor_settings(voicing, programme_lufs)) {
    for (const double power : power_) total_ += power;
    range_lu_ = loudness_range_lu(power_);
  }

  CompressorEffect effect(double ratio) const {
    Compressor compressor;
    compressor.prepare(kHopsPerSecond * kTick);
    compressor.set(settings_);
    std::vector<double> squeezed(power_.size()), loud;
    double sum = 0, peak = 0, peak_before = 0;
    float before = 0;
    for (size_t k = 0; k < peak_.size(); ++k) {
      float l = peak_[k], r = 0;
      compressor.process(&l, &r, 1, 0);
      compressor.tick(ratio);
      const float reduction = compressor.reduction_db();
      squeezed[k] = power_[k] * std::pow(10.0, static_cast<double>(reduction) / 10);
      sum += squeezed[k];
      // A transient passes with the gain that stood before it: slow attack lets it through.
      peak = std::max(peak, static_cast<double>(peak_[k]) * std::pow(10.0, static_cast<double>(before) / 20));
      peak_before = std::max(peak_before, static_cast<double>(peak_[k]));
      before = reduction;
      if (power_[k] > total_ / static_cast<double>(power_.size()))
        loud.push_back(static_cast<double>(reduction));
    }
    const double level = ratio_db(sum, total_) / 2;
    return {ratio, level - ratio_db(peak, peak_before), range_lu_ - loudness_range_lu(squeezed),
            level + Compressor::makeup_db(ratio, settings_), median(&loud)};
  }

  // The effect of a ratio, lowered until it takes no more from peaks and loud passages than it may.
  CompressorEffect harmless(double ratio, double crest_db) const {
    CompressorEffect found = effect(ratio);
    while (found.ratio > 1.0 && !is_harmless(found, crest_db)) {
      const double lower = 1.0 + 0.7 * (found.ratio - 1.0);
      found = effect(lower > 1.05 ? lower : 1.0);
    }
    return found;
  }

  // The ratio that brings the dynamics nearest to the usual, if that is worth its price: of each doubling
  // away from the start, which is lowered first where it costs too much itself.
  CompressorEffect choose(const Dynamics& mix, const Dynamics& usual, double start, double price) const {
    CompressorEffect best = harmless(start, mix.crest_db);
    const double begin = best.ratio;
    double score = left(mix, best).excess(usual);
    if (score == 0) return best;
    for (const double ratio : {1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0}) {
      if (ratio == begin) continue;
      const CompressorEffect tried = effect(ratio);
      if (ratio > begin && !is_harmless(tried, mix.crest_db)) break;
      const double worth = left(mix, tried).excess(usual) + price * std::fabs(std::log2(ratio / begin));
      if (worth < score) best = tried, score = worth;
    }
    return best;
  }

 private:
  static constexpr double kHopsPerSecond = 100, kMostCrestLostDb = 1.2, kLeastCrestKeptDb = 12.3;
  static constexpr double kMostTypicalDb = 4.0;

  static bool is_harmless(const CompressorEffect& effect, double crest_db) {
    const double spare = std::min(kMostCrestLostDb, std::max(0.0, crest_db - kLeastCrestKeptDb));
    return effect.crest_lost_db <= (crest_db > 12 ? spare : 0.5) && effect.typical_db >= -kMostTypicalDb;
  }

  static Dynamics left(const Dynamics& mix, const CompressorEffect& effect) {
    return {mix.crest_db - effect.crest_lost_db, mix.range_lu - effect.range_lost_lu};
  }

  static double ratio_db(double a, double b) {
    return 20 * std::log10(std::max(a, 1e-30) / std::max(b, 1e-30));
  }

  static double median(std::vector<double>* values) {
    if (values->empty()) return 0.0;
    std::sort(values->begin(), values->end());
    const size_t half = values->size() / 2;
    return values->size() % 2 != 0 ? (*values)[half] : ((*values)[half - 1] + (*values)[half]) / 2;
  }

  const std::vector<float>& peak_;
  std::vector<double> power_;
  Compressor::Settings settings_;
  double total_ = 0, range_lu_ = 0;
};

}  // namespace mixwright
