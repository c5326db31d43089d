// Where the network's weights are: with the plugin, wherever it was put.
#pragma once

#include <cstdio>
#include <string>

#include "learn/file.hpp"

#if !defined(_WIN32)
#include <dlfcn.h>
#endif

namespace mixwright {

// The file of the library or program that this code is in; empty where the system does not say.
inline std::string own_file() {
  static const char anchor = 0;
#if defined(_WIN32)
  HMODULE module = nullptr;
  constexpr DWORD kOfAddress =
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  if (!GetModuleHandleExW(kOfAddress, reinterpret_cast<const wchar_t*>(&anchor), &module)) return "";
  std::wstring path(32768, L'\0');  // the longest there is
  path.resize(GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size())));
  return utf8_of(path);
#else
  Dl_info info;
  return dladdr(&anchor, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
#endif
}

// Beside the plugin by its name (CLAP, a single file), in its folder (LV2), or among the bundle's resources
// (VST3, and CLAP on macOS). Where there is none, the place in its folder.
inline std::string weights_file() {
  const std::string file = own_file(), folder = file.substr(0, file.find_last_of("/\\") + 1);
  const std::string in_folder = folder + "network.weights";
  for (const std::string& path : {file + ".weights", in_folder, folder + "../Resources/network.weights"}) {
    std::FILE* found = open_to_read(path);
    if (found == nullptr) continue;
    std::fclose(found);
    return path;
  }
  return in_folder;
}

}  // namespace mixwright
