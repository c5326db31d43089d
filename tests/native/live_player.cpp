// Another program on a JACK server, for the tests of `mixwright live` and of the plugin in jalv.
//
// live_player SERVER CLIENT IN OUT plays IN over and over through the client, without the clock, until its
// own standard input ends, and then once more; OUT is everything that came back. Both are raw float32, left
// then right. Silence comes first, so that the connections stand; what comes back in it is not recorded.
// While standard input is open, it plays slower than real time, and says "playing" when 64 blocks have gone
// out.
//
// live_player SERVER --late is too slow for the clock until its standard input ends.
#include <jack/jack.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr unsigned kTimeoutSeconds = 200, kHoldUs = 20000, kLateUs = 50000;
constexpr size_t kSilentBlocks = 64, kBlocksBefore = 64, kBlocksAfter = 4, kMostSeconds = 60;

struct Player {
  std::vector<float> input, output;
  size_t frames = 0, room = 0, silent_blocks = 0;
  jack_port_t *to[2] = {}, *from[2] = {};
  std::atomic<size_t> position{0}, end{0};
  std::atomic<bool> freewheels{false}, open{true}, done{false};

  int process(jack_nframes_t n) {
    float* out[2];
    for (size_t c = 0; c < 2; ++c) {
      out[c] = static_cast<float*>(jack_port_get_buffer(to[c], n));
      std::fill_n(out[c], n, 0.0f);
    }
    if (!freewheels || done || silent_blocks++ < kSilentBlocks) return 0;
    if (open) usleep(kHoldUs);
    const size_t start = position, count = std::min<size_t>(n, room - start);
    for (size_t c = 0; c < 2; ++c) {
      const float* in = static_cast<const float*>(jack_port_get_buffer(from[c], n));
      for (size_t i = 0; i < n; ++i) out[c][i] = input[c * frames + (start + i) % frames];
      std::copy_n(in, count, &output[c * room] + start);
    }
    position = start + count;
    done = position == room || (!open && position >= end);
    return 0;
  }
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "live_player: %s\n", why.c_str());
  std::exit(1);
}

void wait_for_end_of_input() {
  char ignored;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
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

jack_client_t* open_client(const char* server) {
  const auto options = static_cast<jack_options_t>(JackNoStartServer | JackServerName);
  jack_client_t* client = jack_client_open("player", options, nullptr, server);
  if (client == nullptr) fail("no such server");
  return client;
}

int be_late(const char* server) {
  static std::atomic<bool> late{true};
  jack_client_t* client = open_client(server);
  jack_set_process_callback(
      client,
      [](jack_nframes_t, void*) {
        if (late) usleep(kLateUs);
        return 0;
      },
      nullptr);
  if (jack_activate(client) != 0) fail("not activated");
  wait_for_end_of_input();
  late = false;
  jack_client_close(client);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  alarm(kTimeoutSeconds);  // ends the program, whatever it waits for
  if (argc == 3 && std::string(argv[2]) == "--late") return be_late(argv[1]);
  if (argc != 5) fail("SERVER CLIENT IN OUT");
  static Player player;
  player.input = read_floats(argv[3]);
  player.frames = player.input.size() / 2;
  if (player.frames == 0) fail("no music");

  jack_client_t* client = open_client(argv[1]);
  player.room = kMostSeconds * jack_get_sample_rate(client);
  player.output.resize(2 * player.room);
  const size_t block = jack_get_buffer_size(client);
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
  std::thread([block] {
    wait_for_end_of_input();
    player.end = player.position + player.frames + kBlocksAfter * block;
    player.open = false;
  }).detach();
  if (jack_set_freewheel(client, 1) != 0) fail("no freewheel");
  for (bool said = false; !player.done; usleep(1000)) {
    if (said || player.position < kBlocksBefore * block) continue;
    said = true;
    std::puts("playing");
    std::fflush(stdout);
  }
  if (player.open) fail("nobody ended standard input");
  jack_set_freewheel(client, 0);
  jack_client_close(client);

  FILE* file = std::fopen(argv[4], "wb");
  if (file == nullptr) fail(std::string("cannot write ") + argv[4]);
  size_t written = 0;
  for (size_t c = 0; c < 2; ++c)
    written += std::fwrite(&player.output[c * player.room], sizeof(float), player.position, file);
  return std::fclose(file) == 0 && written == 2 * player.position ? 0 : 1;
}
