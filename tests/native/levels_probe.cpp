// levels_probe RATE FRAMES < stereo planar float32 > float64: crest factor, width, correlation, loudness,
// range, then the peaks and the mean squares of the hops.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "learn/levels.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const size_t frames = static_cast<size_t>(std::atoll(argv[2]));
  std::vector<float> in(2 * frames);
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  mixwright::Levels levels(std::atof(argv[1]));
  constexpr size_t kBlock = 1000;
  for (size_t at = 0; at < frames; at += kBlock)
    levels.add(&in[at], &in[frames + at], std::min(kBlock, frames - at));
  levels.finish();
  std::vector<double> out = {levels.crest_factor_db(), levels.stereo_width(), levels.stereo_correlation(),
                             mixwright::integrated_lufs(levels.energies),
                             mixwright::loudness_range_lu(levels.energies)};
  out.insert(out.end(), levels.envelope_peak.begin(), levels.envelope_peak.end());
  out.insert(out.end(), levels.envelope_ms.begin(), levels.envelope_ms.end());
  return std::fwrite(out.data(), sizeof(double), out.size(), stdout) == out.size() ? 0 : 1;
}
