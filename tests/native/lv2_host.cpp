// A small LV2 host that cuts its blocks where a port moves; host.hpp says how it is called, with the numbers
// of controls for ports.
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>

#include <cmath>
#include <map>
#include <string>

#include "change_request.hpp"
#include "controls.hpp"
#include "host.hpp"

namespace {

using namespace mixwright;

constexpr unsigned kFirstMeter = 1000;
constexpr char kStateUri[] = "urn:mixwright:balance#state";

struct Host {
  explicit Host(Job* played) : job(played) {}

  Job* job;
  const LV2_Descriptor* plugin = nullptr;
  LV2_Handle handle = nullptr;
  uint32_t first_control = 0;
  float latency = -1, meters[kMeterCount] = {}, controls[kControlCount];
  std::map<std::string, uint32_t> urids;
  std::map<uint32_t, std::string> properties;  // of a state

  static Host& of(void* host) { return *static_cast<Host*>(host); }

  static uint32_t map_uri(void* host, const char* uri) {
    auto& urids = of(host).urids;
    return urids.emplace(uri, static_cast<uint32_t>(urids.size() + 1)).first->second;
  }

  static int change(void* host, uint32_t port, float value) {
    Host& h = of(host);
    const uint32_t control = port - h.first_control;
    if (control >= kControlCount) return 2;
    h.controls[control] = value;
    h.job->hear(control, static_cast<double>(value));
    return 0;
  }

  static LV2_State_Status store(void* host, uint32_t key, const void* value, size_t size, uint32_t type,
                                uint32_t flags) {
    if (type != map_uri(host, LV2_ATOM__String) || (flags & LV2_STATE_IS_PORTABLE) == 0)
      return LV2_STATE_ERR_BAD_TYPE;
    of(host).properties[key] = std::string(static_cast<const char*>(value), size - 1);
    return LV2_STATE_SUCCESS;
  }

  static const void* retrieve(void* host, uint32_t key, size_t* size, uint32_t* type, uint32_t* flags) {
    const auto found = of(host).properties.find(key);
    if (found == of(host).properties.end()) return nullptr;
    *size = found->second.size() + 1;
    *type = map_uri(host, LV2_ATOM__String);
    *flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;
    return found->second.c_str();
  }

  void connect(float* const* in, float* const* out) {
    uint32_t port = 0;
    for (int c = 0; c < job->channels; ++c)
      plugin->connect_port(handle, port++, in != nullptr ? in[c] : nullptr);
    for (int c = 0; c < job->channels; ++c)
      plugin->connect_port(handle, port++, out != nullptr ? out[c] : nullptr);
    plugin->connect_port(handle, port++, &latency);
    for (float& meter : meters) plugin->connect_port(handle, port++, &meter);
    first_control = port;
    for (float& control : controls) plugin->connect_port(handle, port++, &control);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  Job job(argc, argv);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::puts(dlerror()), 3;
  const auto descriptor = reinterpret_cast<LV2_Descriptor_Function>(dlsym(library, "lv2_descriptor"));
  Host host(&job);
  for (int c = 0; c < kControlCount; ++c) host.controls[c] = static_cast<float>(kControls[c].neutral);
  LV2_URID_Map map = {&host, Host::map_uri};
  change_request::Feature change = {&host, Host::change};
  const LV2_Feature map_feature = {LV2_URID__map, &map}, change_feature = {change_request::kUri, &change};
  const LV2_Feature* const features[] = {&map_feature, &change_feature, nullptr};
  host.plugin = descriptor(job.channels == 1 ? 1 : 0);
  host.handle = host.plugin->instantiate(host.plugin, job.rate, "", features);
  if (host.handle == nullptr) return 3;
  const auto* state =
      static_cast<const LV2_State_Interface*>(host.plugin->extension_data(LV2_STATE__interface));
  if (job.wrong) host.plugin->run(host.handle, 16);  // no port is connected
  host.connect(nullptr, nullptr);
  if (job.wrong) host.plugin->run(host.handle, 16);
  const uint32_t key = Host::map_uri(&host, kStateUri);
  if (job.state_in != nullptr) {
    const std::vector<char> text = read_all(job.state_in);
    host.properties[key] = std::string(text.begin(), text.end());
    const bool loaded = state->restore(host.handle, Host::retrieve, &host, 0, nullptr) == LV2_STATE_SUCCESS;
    std::printf("loaded %d\n", loaded ? 1 : 0);
  }
  host.plugin->activate(host.handle);
  job.begin();
  for (size_t at = 0, n = 0; at < job.frames; at += n) {
    for (; job.next < job.changes.size() && job.changes[job.next].frame <= at; ++job.next)
      host.controls[job.changes[job.next].id] = static_cast<float>(job.changes[job.next].value);
    n = std::min(job.block, job.frames - at);
    if (job.next < job.changes.size()) n = std::min(n, job.changes[job.next].frame - at);
    float *in[2], *out[2];
    job.place(at, in, out);
    host.connect(in, out);
    if (job.empty) host.plugin->run(host.handle, 0);
    job.enter();
    host.plugin->run(host.handle, static_cast<uint32_t>(n));
    job.leave();
    for (unsigned m = 0; m < kMeterCount; ++m)
      if (host.meters[m] != static_cast<float>(kMeters[m].neutral))
        job.hear(kFirstMeter + m, static_cast<double>(host.meters[m]));
    job.wait_for_the_next(n);
    if (!job.turns(at + n)) continue;  // the rate is an instance's: it stays
    if (host.plugin->deactivate != nullptr) host.plugin->deactivate(host.handle);
    host.plugin->activate(host.handle);
  }
  job.end();
  std::printf("latency %g\n", static_cast<double>(host.latency));
  job.print();
  if (job.state_out != nullptr) {
    host.properties.clear();
    const bool saved =
        state->save(host.handle, Host::store, &host, LV2_STATE_IS_PORTABLE, nullptr) == LV2_STATE_SUCCESS;
    std::printf("saved %d\n", saved ? 1 : 0);
    FILE* file = std::fopen(job.state_out, "wb");
    const std::string& text = host.properties[key];
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  host.plugin->cleanup(host.handle);
  job.write_output(argv[3]);
  return 0;
}
