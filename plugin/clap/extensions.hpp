// CLAP's extensions that DPF does not carry (clap/ext/audio-ports-config.h, log.h, tail.h, version 1.0; MIT).
#pragma once

#include "clap/ext/audio-ports.h"
#include "clap/host.h"
#include "clap/plugin.h"

// The layouts of ports between which a host may choose.
constexpr char CLAP_EXT_AUDIO_PORTS_CONFIG[] = "clap.audio-ports-config";

struct clap_audio_ports_config_t {
  clap_id id;
  char name[CLAP_NAME_SIZE];
  uint32_t input_port_count, output_port_count;
  bool has_main_input;
  uint32_t main_input_channel_count;
  const char* main_input_port_type;
  bool has_main_output;
  uint32_t main_output_channel_count;
  const char* main_output_port_type;
};

// All on the main thread; select() only while the plugin is not active.
struct clap_plugin_audio_ports_config_t {
  uint32_t (*count)(const clap_plugin_t* plugin);
  bool (*get)(const clap_plugin_t* plugin, uint32_t index, clap_audio_ports_config_t* config);
  bool (*select)(const clap_plugin_t* plugin, clap_id id);
};

// The host's log, from any thread.
constexpr char CLAP_EXT_LOG[] = "clap.log";
constexpr int32_t CLAP_LOG_WARNING = 2;

struct clap_host_log_t {
  void (*log)(const clap_host_t* host, int32_t severity, const char* message);
};

// Frames that sound on after the input has ended; from INT32_MAX on, without end.
constexpr char CLAP_EXT_TAIL[] = "clap.tail";

struct clap_plugin_tail_t {
  uint32_t (*get)(const clap_plugin_t* plugin);
};
