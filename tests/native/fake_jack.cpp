// A libjack for one client, without a server or a clock: a test calls the callbacks itself. Written against
// JACK's own header, which holds plugin/live/jack.hpp to it.
#include <jack/jack.h>

#include <cstring>
#include <string>
#include <vector>

struct _jack_port {
  std::string name;
  std::vector<float> buffer;
};

struct _jack_client {
  jack_nframes_t rate = 48000;
  std::vector<_jack_port*> ports;
  JackProcessCallback process = nullptr;
  JackSampleRateCallback sample_rate = nullptr;
  JackBufferSizeCallback buffer_size = nullptr;
  JackXRunCallback xrun = nullptr;
  JackShutdownCallback shutdown = nullptr;
  void* self = nullptr;
};

namespace {
constexpr size_t kMostFrames = 8192;
_jack_client the_client;
bool buffers_are_missing = false;
}  // namespace

extern "C" {
jack_client_t* jack_client_open(const char*, jack_options_t, jack_status_t*, ...) { return &the_client; }
int jack_client_close(jack_client_t*) { return 0; }
char* jack_get_client_name(jack_client_t*) {
  static char name[] = "fake";
  return name;
}
jack_nframes_t jack_get_sample_rate(jack_client_t* c) { return c->rate; }
jack_nframes_t jack_get_buffer_size(jack_client_t*) { return 256; }
int jack_activate(jack_client_t*) { return 0; }
int jack_set_process_callback(jack_client_t* c, JackProcessCallback f, void* self) {
  c->process = f;
  c->self = self;
  return 0;
}
int jack_set_sample_rate_callback(jack_client_t* c, JackSampleRateCallback f, void*) {
  c->sample_rate = f;
  return 0;
}
int jack_set_buffer_size_callback(jack_client_t* c, JackBufferSizeCallback f, void*) {
  c->buffer_size = f;
  return 0;
}
int jack_set_xrun_callback(jack_client_t* c, JackXRunCallback f, void*) {
  c->xrun = f;
  return 0;
}
void jack_on_shutdown(jack_client_t* c, JackShutdownCallback f, void*) { c->shutdown = f; }
jack_port_t* jack_port_register(jack_client_t* c, const char* name, const char*, unsigned long,
                                unsigned long) {
  c->ports.push_back(new _jack_port{name, std::vector<float>(kMostFrames)});
  return c->ports.back();
}
void* jack_port_get_buffer(jack_port_t* port, jack_nframes_t) {
  return buffers_are_missing ? nullptr : port->buffer.data();
}
const char* jack_port_name(const jack_port_t* port) { return port->name.c_str(); }
const char** jack_get_ports(jack_client_t*, const char*, const char*, unsigned long) { return nullptr; }
int jack_connect(jack_client_t*, const char*, const char*) { return 1; }
void jack_free(void*) {}
void jack_set_error_function(void (*)(const char*)) {}
void jack_set_info_function(void (*)(const char*)) {}

// For the test. Ports are in_l, out_l, in_r, out_r, in the order in which the client made them.
void fake_start(jack_nframes_t rate) { the_client.rate = rate; }
float* fake_buffer(const char* name) {
  for (_jack_port* port : the_client.ports) {
    if (port->name == name) return port->buffer.data();
  }
  return nullptr;
}
int fake_process(jack_nframes_t n) { return the_client.process(n, the_client.self); }
void fake_without_buffers(int on) { buffers_are_missing = on != 0; }
void fake_events(jack_nframes_t rate, jack_nframes_t size) {
  the_client.sample_rate(rate, the_client.self);
  the_client.buffer_size(size, the_client.self);
  the_client.xrun(the_client.self);
}
void fake_shutdown() { the_client.shutdown(the_client.self); }
}
