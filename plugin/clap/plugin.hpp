// The plugin as CLAP's functions share it, and what it asks of its host.
#pragma once

#include "clap/ext/params.h"
#include "clap/plugin.h"
#include "extensions.hpp"
#include "instance.hpp"
#include "learn/place.hpp"

namespace mixwright {

struct Plugin final : InstanceListener {
  // What the host has none of stays null. Not before clap_plugin.init().
  void ask_host() {
    log = static_cast<const clap_host_log_t*>(host->get_extension(host, CLAP_EXT_LOG));
    host_params = static_cast<const clap_host_params_t*>(host->get_extension(host, CLAP_EXT_PARAMS));
  }

  void said(const char* sentence) override {
    if (log != nullptr) log->log(host, CLAP_LOG_WARNING, sentence);
  }

  // While nothing is processed, a flush is the only way to tell the host.
  void moved() override {
    if (host_params != nullptr) host_params->request_flush(host);
  }

  // Main thread, after a state has been loaded: the host reads all values, and records none as automation.
  void let_host_read() {
    if (host_params == nullptr) return;
    instance.will_be_read();
    host_params->rescan(host, CLAP_PARAM_RESCAN_VALUES);
  }

  clap_plugin_t clap = {};
  const clap_host_t* host = nullptr;
  const clap_host_log_t* log = nullptr;
  const clap_host_params_t* host_params = nullptr;
  uint32_t channels = 2;                    // from the next activation on
  Instance instance{weights_file(), this};  // last: its thread ends before what it tells goes
};

inline Plugin& plugin_of(const clap_plugin_t* plugin) { return *static_cast<Plugin*>(plugin->plugin_data); }
inline Instance& instance_of(const clap_plugin_t* plugin) { return plugin_of(plugin).instance; }

}  // namespace mixwright
