// JACK without its headers and without linking to it: the few functions of libjack that are needed, looked up
// when a client opens. PipeWire has a libjack of its own, which serves as well.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace mixwright {

struct JackClient;            // jack_client_t
struct JackPort;              // jack_port_t
using JackFrames = uint32_t;  // jack_nframes_t

// jack_options_t, jack_status_t, JackPortFlags, as far as they are used here.
enum : unsigned { kJackNoStartServer = 0x01, kJackServerName = 0x04 };
enum : unsigned { kJackServerFailed = 0x10, kJackServerError = 0x20 };
enum : unsigned long { kJackPortIsInput = 0x1, kJackPortIsOutput = 0x2, kJackPortIsPhysical = 0x4 };
constexpr const char* kJackAudio = "32 bit float mono audio";

// Signatures as in jack/jack.h.
struct Jack {
  JackClient* (*client_open)(const char* name, unsigned options, unsigned* status, ...);
  int (*client_close)(JackClient*);
  char* (*get_client_name)(JackClient*);
  JackFrames (*get_sample_rate)(JackClient*);
  JackFrames (*get_buffer_size)(JackClient*);
  int (*activate)(JackClient*);
  int (*set_process_callback)(JackClient*, int (*)(JackFrames, void*), void*);
  int (*set_sample_rate_callback)(JackClient*, int (*)(JackFrames, void*), void*);
  int (*set_buffer_size_callback)(JackClient*, int (*)(JackFrames, void*), void*);
  int (*set_xrun_callback)(JackClient*, int (*)(void*), void*);
  void (*on_shutdown)(JackClient*, void (*)(void*), void*);
  JackPort* (*port_register)(JackClient*, const char* name, const char* type, unsigned long flags,
                             unsigned long size);
  void* (*port_get_buffer)(JackPort*, JackFrames);
  const char* (*port_name)(const JackPort*);
  const char** (*get_ports)(JackClient*, const char* name, const char* type, unsigned long flags);
  int (*connect)(JackClient*, const char* from, const char* to);
  void (*free)(void*);
  void (*set_error_function)(void (*)(const char*));
  void (*set_info_function)(void (*)(const char*));

  // `library` is a name or path for dlopen; empty looks for the usual ones. Throws std::runtime_error where
  // it is not there or is no libjack. The library stays loaded: its threads may outlive a client.
  explicit Jack(const std::string& library) {
    void* handle = nullptr;
    if (!library.empty()) {
      handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    } else {
      for (const char* name : {"libjack.so.0", "libjack.so"}) {
        if (handle == nullptr) handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
      }
    }
    const std::string wanted = library.empty() ? "libjack.so.0" : library;
    if (handle == nullptr) {
      throw std::runtime_error("JACK's library " + wanted +
                               " cannot be loaded; install it (Debian: libjack-jackd2-0 or pipewire-jack)");
    }
    const auto find = [&](auto* function, const char* name) {
      void* found = dlsym(handle, name);
      if (found == nullptr) throw std::runtime_error(wanted + " is not JACK's library: it has no " + name);
      *function = reinterpret_cast<std::remove_reference_t<decltype(*function)>>(found);
    };
    find(&client_open, "jack_client_open");
    find(&client_close, "jack_client_close");
    find(&get_client_name, "jack_get_client_name");
    find(&get_sample_rate, "jack_get_sample_rate");
    find(&get_buffer_size, "jack_get_buffer_size");
    find(&activate, "jack_activate");
    find(&set_process_callback, "jack_set_process_callback");
    find(&set_sample_rate_callback, "jack_set_sample_rate_callback");
    find(&set_buffer_size_callback, "jack_set_buffer_size_callback");
    find(&set_xrun_callback, "jack_set_xrun_callback");
    find(&on_shutdown, "jack_on_shutdown");
    find(&port_register, "jack_port_register");
    find(&port_get_buffer, "jack_port_get_buffer");
    find(&port_name, "jack_port_name");
    find(&get_ports, "jack_get_ports");
    find(&connect, "jack_connect");
    find(&free, "jack_free");
    find(&set_error_function, "jack_set_error_function");
    find(&set_info_function, "jack_set_info_function");
    // Else it writes several lines of its own for what is said here in one sentence.
    set_error_function([](const char*) {});
    set_info_function([](const char*) {});
  }
};

}  // namespace mixwright
