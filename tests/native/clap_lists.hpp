// What a CLAP host and a plugin hand each other: a state in small pieces, and events.
#pragma once

#include "clap/events.h"
#include "clap/stream.h"
#include "host.hpp"

struct Reading {
  std::vector<char> bytes;
  size_t at = 0;
};

inline int64_t read_some(const clap_istream_t* stream, void* buffer, uint64_t size) {
  auto* from = static_cast<Reading*>(stream->ctx);
  const size_t n =
      std::min<size_t>({size, 7, from->bytes.size() - from->at});  // in small pieces, as a host may
  std::memcpy(buffer, from->bytes.data() + from->at, n);
  from->at += n;
  return static_cast<int64_t>(n);
}

inline int64_t write_some(const clap_ostream_t* stream, const void* buffer, uint64_t size) {
  const size_t n = std::min<size_t>(size, 100);
  return static_cast<int64_t>(std::fwrite(buffer, 1, n, static_cast<FILE*>(stream->ctx)));
}

using Events = std::vector<clap_event_param_value_t>;
inline uint32_t events_size(const clap_input_events_t* list) {
  return static_cast<uint32_t>(static_cast<Events*>(list->ctx)->size());
}
inline const clap_event_header_t* events_get(const clap_input_events_t* list, uint32_t k) {
  return &(*static_cast<Events*>(list->ctx))[k].header;
}
inline bool events_push(const clap_output_events_t* list, const clap_event_header_t* header) {
  const auto* event = reinterpret_cast<const clap_event_param_value_t*>(header);
  static_cast<Job*>(list->ctx)->hear(event->param_id, event->value);
  return true;
}
