// A plugin's state: versioned JSON of named values (RFC 8259). Names that are not known here survive a round
// trip, so that a session which a newer plugin saved loses nothing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decimal.hpp"
#include "engine.hpp"

namespace mixwright {

constexpr double kStateVersion = 1;

struct State {
  double values[kControlCount];
  bool voiced = false;  // whether a voicing of its own stands instead of the blend of the genre weights
  double voicing[kVoicingCount] = {};
  std::vector<std::pair<std::string, std::string>> unknown;  // names and raw JSON, of controls

  State() {
    for (int c = 0; c < kControlCount; ++c) values[c] = kControls[c].neutral;
  }
};

inline void append_member(std::string* text, const char* name, double value) {
  if (text->back() != '{') *text += ", ";
  *text += "\"" + std::string(name) + "\": " + digits_of(value);
}

inline std::string state_json(const State& state) {
  std::string text = "{\"format\": \"mixwright-plugin\", \"version\": 1, \"controls\": {";
  for (int c = 0; c < kControlCount; ++c)
    if (!kControls[c].passing) append_member(&text, kControls[c].name, state.values[c]);
  for (const auto& [name, raw] : state.unknown) text += ", " + name + ": " + raw;
  if (state.voiced) {
    text += "}, \"voicing\": {";
    for (int v = 0; v < kVoicingCount; ++v) append_member(&text, kVoicing[v].name, state.voicing[v]);
  }
  return text + "}}\n";
}

// Reads JSON as far as a state needs it: objects member by member, anything else as raw text.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  // Calls on_member(key with its quotes) for each member; it must consume the value. False where this is no
  // object.
  template <typename OnMember>
  bool object(OnMember on_member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      std::string_view key;
      if (!string(&key) || !take(':') || !on_member(key)) return false;
    } while (take(','));
    return take('}');
  }

  bool number(double* value) {
    space();
    const char* end = read_decimal(text_.data() + at_, text_.data() + text_.size(), value);
    if (end == nullptr) return false;
    at_ = static_cast<size_t>(end - text_.data());
    return *value - *value == 0.0;
  }

  // A string with its quotes, escapes left as they are.
  bool string(std::string_view* raw) {
    space();
    const size_t start = at_;
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        *raw = text_.substr(start, ++at_ - start);
        return true;
      }
    }
    return false;
  }

  // Any value, as text.
  bool value(std::string_view* raw, int depth = 0) {
    space();
    const size_t start = at_;
    if (depth > kDeepest || at_ >= text_.size()) return false;
    const char first = text_[at_];
    std::string_view inner;
    bool whole = true;
    if (first == '{') {
      whole = object([&](std::string_view) { return value(&inner, depth + 1); });
    } else if (first == '[') {
      take('[');
      if (!take(']')) {
        do {
          whole = value(&inner, depth + 1);
        } while (whole && take(','));
        whole = whole && take(']');
      }
    } else if (first == '"') {
      whole = string(&inner);
    } else {
      double ignored;
      whole = word("true") || word("false") || word("null") || number(&ignored);
    }
    *raw = text_.substr(start, at_ - start);
    return whole;
  }

  bool finished() {
    space();
    return at_ == text_.size();
  }

 private:
  static constexpr int kDeepest = 32;

  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }

  bool take(char sign) {
    space();
    if (at_ >= text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// The place of a name, with its quotes, in a table; -1 where it is not in it.
template <typename Row>
int place_of(std::string_view quoted, const Row* rows, int count) {
  for (int k = 0; k < count; ++k) {
    if (quoted.substr(1, quoted.size() - 2) == rows[k].name) return k;
  }
  return -1;
}

inline bool read_controls(JsonReader* json, State* state) {
  return json->object([&](std::string_view name) {
    const int control = place_of(name, kControls, kControlCount);
    if (control < 0) {
      std::string_view raw;
      if (!json->value(&raw)) return false;
      state->unknown.emplace_back(name, raw);
      return true;
    }
    double value = 0;
    if (!json->number(&value)) return false;
    if (!kControls[control].passing) state->values[control] = on_control_grid(control, value);
    return true;
  });
}

// All of it or nothing: half a voicing is none.
inline bool read_voicing(JsonReader* json, State* state) {
  int found = 0;
  const bool whole = json->object([&](std::string_view name) {
    const int field = place_of(name, kVoicing, kVoicingCount);
    ++found;
    return field >= 0 && json->number(&state->voicing[field]);
  });
  state->voiced = whole && found == kVoicingCount;
  return state->voiced;
}

// Reads a state; empty where it was understood, else why not, and `state` is as it was. A value out of its
// range is held to it; a control that is missing stands at neutral.
inline std::string read_state(std::string_view text, State* state) {
  State read;
  JsonReader json(text);
  std::string_view format;
  double version = 0;
  const bool whole = json.object([&](std::string_view key) {
    std::string_view raw;
    if (key == "\"format\"") return json.string(&format);
    if (key == "\"version\"") return json.number(&version);
    if (key == "\"controls\"") return read_controls(&json, &read);
    if (key == "\"voicing\"") return read_voicing(&json, &read);
    return json.value(&raw);
  });
  if (!whole || !json.finished()) return "the state is damaged";
  if (format != "\"mixwright-plugin\"") return "the state is not one of Mixwright";
  if (version != kStateVersion) return "the state was saved by another version of Mixwright";
  *state = std::move(read);
  return "";
}

}  // namespace mixwright
