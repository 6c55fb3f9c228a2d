// JSON string escapes to UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linli {

inline int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Four hexadecimal digits; -1 when they are not.
inline int32_t hex_quad(const uint8_t *p, const uint8_t *end) {
  if (end - p < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    int d = hex_digit(p[i]);
    if (d < 0) return -1;
    value = value << 4 | d;
  }
  return value;
}

inline uint8_t *put_utf8(uint8_t *out, uint32_t c) {
  if (c < 0x80) { *out++ = uint8_t(c); return out; }
  if (c < 0x800) {
    *out++ = uint8_t(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    *out++ = uint8_t(0xe0 | c >> 12);
    *out++ = uint8_t(0x80 | (c >> 6 & 0x3f));
  } else {
    *out++ = uint8_t(0xf0 | c >> 18);
    *out++ = uint8_t(0x80 | (c >> 12 & 0x3f));
    *out++ = uint8_t(0x80 | (c >> 6 & 0x3f));
  }
  *out++ = uint8_t(0x80 | (c & 0x3f));
  return out;
}

/// Unescapes what stands between the quotes. The result is never longer than the source. Returns the end of the output,
/// NULL for a wrong escape or half a surrogate pair (which no UTF-8 can express).
inline uint8_t *unescape(const uint8_t *p, const uint8_t *end, uint8_t *out) {
  while (p < end) {
    if (*p != '\\') { *out++ = *p++; continue; }
    if (++p == end) return nullptr;
    switch (*p++) {
      case '"': *out++ = '"'; break;
      case '\\': *out++ = '\\'; break;
      case '/': *out++ = '/'; break;
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        int32_t c = hex_quad(p, end);
        if (c < 0 || (c >= 0xdc00 && c <= 0xdfff)) return nullptr;
        p += 4;
        if (c >= 0xd800 && c <= 0xdbff) {
          if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return nullptr;
          int32_t low = hex_quad(p + 2, end);
          if (low < 0xdc00 || low > 0xdfff) return nullptr;
          p += 6;
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
        out = put_utf8(out, uint32_t(c));
        break;
      }
      default: return nullptr;
    }
  }
  return out;
}

}  // namespace linli
