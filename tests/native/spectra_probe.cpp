// spectra_probe RATE FRAMES < stereo planar float32 > third octaves of middle and side, then mel windows,
// float32.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "learn/spectra.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const size_t frames = static_cast<size_t>(std::atoll(argv[2]));
  std::vector<float> in(2 * frames);
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  mixwright::Spectra spectra(std::atof(argv[1]));
  constexpr size_t kBlock = 1000;
  for (size_t at = 0; at < frames; at += kBlock)
    spectra.add(&in[at], &in[frames + at], std::min(kBlock, frames - at));
  spectra.finish();
  const std::vector<float> windows = spectra.windows();
  std::fwrite(spectra.mid_db, sizeof spectra.mid_db, 1, stdout);
  std::fwrite(spectra.side_db, sizeof spectra.side_db, 1, stdout);
  return std::fwrite(windows.data(), sizeof(float), windows.size(), stdout) == windows.size() ? 0 : 1;
}
