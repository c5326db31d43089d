// decision_probe WEIGHTS RATE CHANNELS FRAMES < genre weights (float64), then planar float32 > float64: the
// decision's values by control and its voicing. Standard error has CPU ms from the last sample to the
// decision.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "learn/decision.hpp"

int main(int argc, char** argv) {
  using namespace mixwright;
  if (argc != 5) return 2;
  Network network;
  if (!network.load(argv[1]).empty()) return 2;
  const double rate = std::atof(argv[2]);
  const size_t frames = static_cast<size_t>(std::atol(argv[4]));
  const bool stereo = std::atoi(argv[3]) == 2;
  double genre[kGenreCount];
  std::vector<float> in((stereo ? 2 : 1) * frames);
  if (std::fread(genre, sizeof genre, 1, stdin) != 1) return 2;
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  const float* right = stereo ? in.data() + frames : nullptr;
  Levels levels(rate);
  Spectra spectra(rate);
  levels.add(in.data(), right, frames);
  spectra.add(in.data(), right, frames);
  const std::clock_t start = std::clock();
  levels.finish();
  spectra.finish();
  const Decision decision = Decider(network, levels, spectra, rate).decide(genre);
  std::fprintf(stderr, "%.2f\n", 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  return std::fwrite(&decision, sizeof decision, 1, stdout) == 1 ? 0 : 1;
}
