// Files by names in UTF-8, on Windows too.
#pragma once

#include <cstdio>
#include <string>

#if defined(_WIN32)
#include <windows.h>
#endif

namespace mixwright {

#if defined(_WIN32)
inline std::wstring utf16_of(const std::string& name) {
  const int bytes = static_cast<int>(name.size());
  std::wstring wide(name.size(), L'\0');
  wide.resize(static_cast<size_t>(MultiByteToWideChar(CP_UTF8, 0, name.data(), bytes, wide.data(), bytes)));
  return wide;
}

inline std::string utf8_of(const std::wstring& wide) {
  const int units = static_cast<int>(wide.size()), most = 3 * units;
  std::string name(static_cast<size_t>(most), '\0');
  name.resize(static_cast<size_t>(
      WideCharToMultiByte(CP_UTF8, 0, wide.data(), units, name.data(), most, nullptr, nullptr)));
  return name;
}

inline std::FILE* open_to_read(const std::string& name) { return _wfopen(utf16_of(name).c_str(), L"rb"); }
#else
inline std::FILE* open_to_read(const std::string& name) { return std::fopen(name.c_str(), "rb"); }
#endif

}  // namespace mixwright
