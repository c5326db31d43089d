// VST3's text is UTF-16.
#pragma once

#include <cstdint>

namespace vst3 {

// UTF-8 to UTF-16 of the basic plane, which units and labels are in.
inline void to_utf16(int16_t* out, const char* text) {
  int n = 0;
  for (const auto* c = reinterpret_cast<const unsigned char*>(text); *c != 0 && n < 127; ++c, ++n) {
    if (*c < 0x80) {
      out[n] = *c;
    } else if (*c < 0xe0 && c[1] != 0) {
      out[n] = static_cast<int16_t>(((*c & 0x1f) << 6) | (c[1] & 0x3f));
      c += 1;
    } else if (c[1] != 0 && c[2] != 0) {
      out[n] = static_cast<int16_t>(((*c & 0x0f) << 12) | ((c[1] & 0x3f) << 6) | (c[2] & 0x3f));
      c += 2;
    }
  }
  out[n] = 0;
}

// What is plain ASCII in it, up to the size.
template <size_t N>
void from_utf16(char (&out)[N], const int16_t* text) {
  size_t n = 0;
  for (; n < N - 1 && text[n] > 0 && text[n] < 128; ++n) out[n] = static_cast<char>(text[n]);
  out[n] = 0;
}

}  // namespace vst3
