// Where the network's weights are: with the plugin, wherever it was put.
#pragma once

#include <cstdio>
#include <string>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace mixwright {

// The file of the library or program that this code is in; empty where the system does not say.
inline std::string own_file() {
  static const char anchor = 0;
#if defined(_WIN32)
  HMODULE module = nullptr;
  char path[MAX_PATH] = {};
  constexpr DWORD kOfAddress =
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  if (!GetModuleHandleExA(kOfAddress, &anchor, &module)) return "";
  const DWORD size = GetModuleFileNameA(module, path, MAX_PATH);
  return std::string(path, size < MAX_PATH ? size : 0);
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
    std::FILE* found = std::fopen(path.c_str(), "rb");
    if (found == nullptr) continue;
    std::fclose(found);
    return path;
  }
  return in_folder;
}

}  // namespace mixwright
