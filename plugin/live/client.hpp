// The balance stage as a client of a JACK server: two inputs, two outputs, played in the server's own thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string>

#include "instance.hpp"
#include "learn/place.hpp"
#include "live/jack.hpp"
#include "live/meters.hpp"

namespace mixwright {

// What is set or loaded before start() stands from the first frame; later it glides. The audio callback does
// not allocate, lock or wait. Everything else may be called from any threads but that one.
class LiveClient {
 public:
  // Opens a client with the ports in_l, in_r, out_l, out_r; it does not start a server. An empty `server` is
  // the default one, an empty `library` the usual libjack. Throws std::invalid_argument for a name that JACK
  // cannot have, std::runtime_error with a sentence where the library, the server or its consent is missing.
  LiveClient(const std::string& name, const std::string& server, const std::string& library)
      : jack_(library) {
    if (name.empty() || name.size() > kLongestName || name.find(':') != std::string::npos) {
      throw std::invalid_argument("name=" + name + " must be 1 to " + std::to_string(kLongestName) +
                                  " bytes without a colon");
    }
    unsigned status = 0;
    client_ = server.empty() ? jack_.client_open(name.c_str(), kJackNoStartServer, &status)
                             : jack_.client_open(name.c_str(), kJackNoStartServer | kJackServerName, &status,
                                                 server.c_str());
    if (client_ == nullptr) throw std::runtime_error(refusal(server, status));
    try {
      prepare();
    } catch (...) {
      close();
      throw;
    }
  }

  ~LiveClient() { close(); }
  LiveClient(const LiveClient&) = delete;
  LiveClient& operator=(const LiveClient&) = delete;

  // Audio runs from here on. Throws std::runtime_error where the server does not let it.
  void start() {
    const std::lock_guard<std::mutex> lock(control_);
    if (jack_.activate(usable_client()) != 0) throw std::runtime_error("JACK did not start the client");
    started_ = true;
  }

  // Connects with the sound card's first two inputs and outputs, a single one with both sides; gives how many
  // connections there then are. Throws std::runtime_error before start().
  int connect_physical() {
    const std::lock_guard<std::mutex> lock(control_);
    if (!started_) throw std::runtime_error("only a client that runs can be connected");
    return connect_side(inputs_, kJackPortIsOutput) + connect_side(outputs_, kJackPortIsInput);
  }

  void set(int control, double value) noexcept { instance_.request(control, value); }
  double value(int control) const noexcept { return instance_.value(control); }

  // A state as the plugin keeps it. Throws std::invalid_argument where it is none; then nothing changes.
  void load_state(const std::string& text) {
    State read;
    const std::string wrong = read_state(text, &read);
    if (!wrong.empty()) throw std::invalid_argument(wrong);
    instance_.load(text);
  }

  std::string state() { return instance_.save(); }
  LiveReading meters() noexcept { return meters_.read(instance_.momentary_lufs()); }

  // The server's: with a number where the one asked for was taken.
  const std::string& name() const noexcept { return name_; }
  double sample_rate() const noexcept { return sample_rate_; }
  int64_t buffer_size() const noexcept { return buffer_size_.load(std::memory_order_relaxed); }
  int64_t xruns() const noexcept { return xruns_.load(std::memory_order_relaxed); }
  bool running() const noexcept { return started_ && lost().empty(); }

  // Why no sound is made any more, as a sentence; empty as long as it is.
  std::string lost() const {
    if (gone_) return "the JACK server went away";
    if (other_rate_) return "the JACK server changed its sample rate, start again";
    return "";
  }

  // Ends it and takes the ports away; more than once does no harm.
  void close() noexcept {
    const std::lock_guard<std::mutex> lock(control_);
    started_ = false;
    if (client_ != nullptr) jack_.client_close(client_);
    client_ = nullptr;
  }

 private:
  static constexpr size_t kLongestName = 63;

  static std::string refusal(const std::string& server, unsigned status) {
    const std::string which = server.empty() ? "no JACK server" : "no JACK server named " + server;
    if ((status & (kJackServerFailed | kJackServerError)) != 0)
      return which + " is running; start one (jackd, QjackCtl), or call by pw-jack where PipeWire runs";
    return "the JACK server refused the client (status " + std::to_string(status) + ")";
  }

  static LiveClient& self(void* p) { return *static_cast<LiveClient*>(p); }

  JackClient* usable_client() const {
    if (client_ == nullptr) throw std::runtime_error("the client is closed");
    return client_;
  }

  void prepare() {
    name_ = jack_.get_client_name(client_);
    const JackFrames rate = jack_.get_sample_rate(client_);
    sample_rate_ = rate;
    buffer_size_ = jack_.get_buffer_size(client_);
    instance_.prepare(sample_rate_);
    const char *const ins[2] = {"in_l", "in_r"}, *const outs[2] = {"out_l", "out_r"};
    for (int c = 0; c < 2; ++c) {
      inputs_[c] = jack_.port_register(client_, ins[c], kJackAudio, kJackPortIsInput, 0);
      outputs_[c] = jack_.port_register(client_, outs[c], kJackAudio, kJackPortIsOutput, 0);
      if (inputs_[c] == nullptr || outputs_[c] == nullptr)
        throw std::runtime_error("the JACK server has no ports left");
    }
    int wrong =
        jack_.set_process_callback(client_, [](JackFrames n, void* p) { return self(p).process(n); }, this);
    wrong |= jack_.set_buffer_size_callback(
        client_,
        [](JackFrames n, void* p) {
          self(p).buffer_size_ = n;
          return 0;
        },
        this);
    wrong |= jack_.set_sample_rate_callback(
        client_,
        [](JackFrames n, void* p) {
          if (static_cast<double>(n) != self(p).sample_rate_) self(p).other_rate_ = true;
          return 0;
        },
        this);
    wrong |= jack_.set_xrun_callback(
        client_,
        [](void* p) {
          self(p).xruns_.fetch_add(1, std::memory_order_relaxed);
          return 0;
        },
        this);
    if (wrong != 0) throw std::runtime_error("the JACK server did not take the client's callbacks");
    jack_.on_shutdown(client_, [](void* p) { self(p).gone_ = true; }, this);
  }

  int process(JackFrames frames) noexcept {
    const float* in[2];
    float* out[2];
    for (int c = 0; c < 2; ++c) {
      in[c] = static_cast<const float*>(jack_.port_get_buffer(inputs_[c], frames));
      out[c] = static_cast<float*>(jack_.port_get_buffer(outputs_[c], frames));
      if (in[c] == nullptr || out[c] == nullptr) return 0;  // PipeWire, while it changes its graph
    }
    meters_.measure_input(in, frames);
    instance_.take_over();
    instance_.process(in, out, 0, frames);
    meters_.measure_output(out, frames, instance_.meter(m_gain_reduction));
    return 0;
  }

  int connect_side(JackPort* const* ports, unsigned long direction) {
    const char** physical = jack_.get_ports(client_, nullptr, kJackAudio, kJackPortIsPhysical | direction);
    if (physical == nullptr) return 0;
    int made = 0;
    for (int c = 0; c < 2 && physical[0] != nullptr; ++c) {
      const char* other = physical[1] == nullptr ? physical[0] : physical[c];
      const char* own = jack_.port_name(ports[c]);
      const bool to_us = direction == kJackPortIsOutput;
      const int wrong = jack_.connect(client_, to_us ? other : own, to_us ? own : other);
      made += wrong == 0 || wrong == EEXIST ? 1 : 0;
    }
    jack_.free(physical);
    return made;
  }

  const Jack jack_;
  Instance instance_{weights_file()};
  LiveMeters meters_;
  std::mutex control_;  // never taken by the audio thread
  JackClient* client_ = nullptr;
  JackPort *inputs_[2] = {}, *outputs_[2] = {};
  std::string name_;
  double sample_rate_ = 0;
  std::atomic<int64_t> xruns_{0}, buffer_size_{0};
  std::atomic<bool> started_{false}, gone_{false}, other_rate_{false};
};

}  // namespace mixwright
