// network_probe WEIGHTS WINDOWS < input > output: asks the network; raw float32. Input: mel windows, third
// octaves of middle and side, genre weights; output: logits, positions, the three facts of the file. Standard
// error has CPU ms an answer.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "learn/network.hpp"

int main(int argc, char** argv) {
  using mixwright::Network;
  if (argc != 3) return 2;
  Network network;
  const std::string wrong = network.load(argv[1]);
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    return 1;
  }
  const int windows = std::atoi(argv[2]);
  const size_t mel = static_cast<size_t>(windows) * 2 * Network::kMelBands * Network::kMelFrames;
  std::vector<float> in(mel + 2 * mixwright::kOctaveBands + mixwright::kGenreCount);
  if (std::fread(in.data(), sizeof(float), in.size(), stdin) != in.size()) return 2;
  const float* octaves = in.data() + mel;
  const std::clock_t start = std::clock();
  const mixwright::NetworkAnswer answer = network.ask(
      in.data(), windows, octaves, octaves + mixwright::kOctaveBands, octaves + 2 * mixwright::kOctaveBands);
  std::fprintf(stderr, "%.2f\n", 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  const float facts[3] = {network.temperature, network.unsure_below, network.amount};
  const bool written =
      std::fwrite(&answer, sizeof answer, 1, stdout) == 1 && std::fwrite(facts, sizeof facts, 1, stdout) == 1;
  return written ? 0 : 1;
}
