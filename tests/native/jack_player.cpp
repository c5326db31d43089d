// Plays a file through another client of a JACK server, without the clock, and records what comes back:
// jack_player SERVER CLIENT IN OUT. IN and OUT are raw float32, left then right; the client has the ports
// in_l, in_r, out_l, out_r. Before the music comes silence, so that the connections stand; what comes back in
// it is not recorded.
#include <jack/jack.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr unsigned kTimeoutSeconds = 60;
constexpr size_t kSilentBlocks = 64, kBlocksAfter = 4;

struct Player {
  std::vector<float> input, output;
  size_t frames = 0, recorded = 0, silent_blocks = 0, position = 0;
  jack_port_t *to[2] = {}, *from[2] = {};
  std::atomic<bool> freewheels{false}, done{false};

  int process(jack_nframes_t n) {
    float* out[2];
    for (size_t c = 0; c < 2; ++c) {
      out[c] = static_cast<float*>(jack_port_get_buffer(to[c], n));
      std::fill_n(out[c], n, 0.0f);
    }
    if (!freewheels || done || silent_blocks++ < kSilentBlocks) return 0;
    const size_t played = std::min(position, frames), left = std::min<size_t>(n, frames - played);
    const size_t room = std::min<size_t>(n, recorded - position);
    for (size_t c = 0; c < 2; ++c) {
      std::copy_n(&input[c * frames] + played, left, out[c]);
      const float* in = static_cast<const float*>(jack_port_get_buffer(from[c], n));
      std::copy_n(in, room, &output[c * recorded] + position);
    }
    position += room;
    done = position == recorded;
    return 0;
  }
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "jack_player: %s\n", why.c_str());
  std::exit(1);
}

std::vector<float> read_floats(const char* path) {
  FILE* file = std::fopen(path, "rb");
  if (file == nullptr) fail(std::string("cannot read ") + path);
  std::vector<float> values;
  float part[4096];
  for (size_t n; (n = std::fread(part, sizeof(float), 4096, file)) > 0;)
    values.insert(values.end(), part, part + n);
  std::fclose(file);
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) fail("SERVER CLIENT IN OUT");
  alarm(kTimeoutSeconds);  // ends the program, whatever it waits for
  Player player;
  player.input = read_floats(argv[3]);
  player.frames = player.input.size() / 2;
  if (player.frames == 0) fail("no music");

  const auto options = static_cast<jack_options_t>(JackNoStartServer | JackServerName);
  jack_client_t* client = jack_client_open("player", options, nullptr, argv[1]);
  if (client == nullptr) fail("no such server");
  player.recorded = player.frames + kBlocksAfter * jack_get_buffer_size(client);
  player.output.resize(2 * player.recorded);
  const char *const outs[2] = {"to_l", "to_r"}, *const ins[2] = {"from_l", "from_r"};
  for (int c = 0; c < 2; ++c) {
    player.to[c] = jack_port_register(client, outs[c], JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    player.from[c] = jack_port_register(client, ins[c], JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    if (player.to[c] == nullptr || player.from[c] == nullptr) fail("no ports");
  }
  jack_set_process_callback(
      client, [](jack_nframes_t n, void* p) { return static_cast<Player*>(p)->process(n); }, &player);
  jack_set_freewheel_callback(
      client, [](int on, void* p) { static_cast<Player*>(p)->freewheels = on != 0; }, &player);
  if (jack_activate(client) != 0) fail("not activated");
  const std::string other = argv[2];
  for (int c = 0; c < 2; ++c) {
    const std::string side = c == 0 ? "l" : "r";
    if (jack_connect(client, jack_port_name(player.to[c]), (other + ":in_" + side).c_str()) != 0 ||
        jack_connect(client, (other + ":out_" + side).c_str(), jack_port_name(player.from[c])) != 0) {
      fail("not connected");
    }
  }
  if (jack_set_freewheel(client, 1) != 0) fail("no freewheel");
  while (!player.done) usleep(1000);
  jack_set_freewheel(client, 0);
  jack_client_close(client);

  FILE* file = std::fopen(argv[4], "wb");
  if (file == nullptr) fail(std::string("cannot write ") + argv[4]);
  const size_t written = std::fwrite(player.output.data(), sizeof(float), player.output.size(), file);
  return std::fclose(file) == 0 && written == player.output.size() ? 0 : 1;
}
