# Compiles for MIXWRIGHT_ZIG_TARGET with Zig's C++ compiler: the `ziglang` package in .venv, or one on the PATH.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CMAKE_SYSTEM_NAME MIXWRIGHT_ZIG_TARGET)
find_program(MIXWRIGHT_ZIG NAMES python-zig zig HINTS ${CMAKE_CURRENT_LIST_DIR}/../.venv/bin REQUIRED)
set(CMAKE_CXX_COMPILER ${MIXWRIGHT_ZIG} c++ -target ${MIXWRIGHT_ZIG_TARGET})
