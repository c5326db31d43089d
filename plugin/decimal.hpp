// Numbers as text, with a point whatever the locale.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

// Apple's library reads doubles from macOS 26 on only.
#if defined(__APPLE__) || defined(MIXWRIGHT_STRTOD)
#define MIXWRIGHT_USES_STRTOD
#include <locale.h>
#include <stdlib.h>
#if defined(__APPLE__)
#include <xlocale.h>
#endif
#endif

namespace mixwright {

// Reads the number that [text, end) begins with; where it ends, or null where there is none.
inline const char* read_decimal(const char* text, const char* end, double* value) {
#if defined(MIXWRIGHT_USES_STRTOD)
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string_view given(text, static_cast<size_t>(end - text));
  if (given.substr(0, 1) == "+") return nullptr;
  const std::string number(given.substr(0, given.find_first_not_of("+-.0123456789eE")));
  char* rest = nullptr;
  const double read = strtod_l(number.c_str(), &rest, plain);
  if (rest == number.c_str() || read - read != 0.0) return nullptr;
  *value = read;
  return text + (rest - number.c_str());
#else
  const std::from_chars_result read = std::from_chars(text, end, *value);
  return read.ec == std::errc() ? read.ptr : nullptr;
#endif
}

inline std::string digits_of(double value) {
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace mixwright
