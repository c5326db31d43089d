// A plugin's file, opened as a host does.
#pragma once

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include <cstdio>
#include <cstdlib>

// A function or table of the plugin; null where it has none. The host ends where there is no plugin.
class Library {
 public:
#if defined(_WIN32)
  explicit Library(const char* path) : library_(LoadLibraryA(path)) {
    if (library_ == nullptr) std::printf("%s: error %lu\n", path, GetLastError()), std::exit(3);
  }
  void* find(const char* name) const { return reinterpret_cast<void*>(GetProcAddress(library_, name)); }

 private:
  HMODULE library_;
#else
  explicit Library(const char* path) : library_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) std::puts(dlerror()), std::exit(3);
  }
  void* find(const char* name) const { return dlsym(library_, name); }

 private:
  void* library_;
#endif
};
