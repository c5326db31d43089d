// dynamics_probe RATE FRAMES LUFS START PRICE CREST RANGE CREST_SPREAD RANGE_SPREAD < voicing (float64), then
// stereo planar float32 > float64: the effect of START, of START made harmless, and of the ratio chosen
// against the usual.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "learn/dynamics.hpp"

int main(int argc, char** argv) {
  using namespace mixwright;
  if (argc != 10) return 2;
  double number[10] = {};
  for (int k = 1; k < argc; ++k) number[k] = std::atof(argv[k]);
  const size_t frames = static_cast<size_t>(number[2]);
  double voicing[kVoicingCount];
  std::vector<float> in(2 * frames);
  if (std::fread(voicing, sizeof voicing, 1, stdin) != 1) return 2;
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  Levels levels(number[1]);
  levels.add(in.data(), in.data() + frames, frames);
  levels.finish();
  const TriedCompressor tried(levels, number[3], voicing);
  const Dynamics mix{levels.crest_factor_db(), loudness_range_lu(levels.energies)};
  const Dynamics usual{number[6], number[7], number[8], number[9]};
  const CompressorEffect effects[] = {tried.effect(number[4]), tried.harmless(number[4], mix.crest_db),
                                      tried.choose(mix, usual, number[4], number[5])};
  return std::fwrite(effects, sizeof effects, 1, stdout) == 1 ? 0 : 1;
}
