// Decimal numbers to doubles and, where they are integers, to exact 64-bit integers.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "include/linli_json.h"

namespace linli {

inline bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/// The spelling of a number, found in one scan.
struct number_scan {
  bool valid = false;
  bool negative = false;
  bool integral = true;
  bool leading_zero = false;   // more digits after a first 0: not JSON
  bool bare_point = false;     // no digit before or after the point: not JSON
  uint64_t mantissa = 0;       // the first 19 significant digits
  bool exact = true;           // mantissa holds all digits
  int64_t exponent = 0;        // value = mantissa × 10^exponent
  int64_t magnitude = 0;       // decimal exponent of the leading digit, for overflow against underflow
};

inline number_scan scan_number(const uint8_t *p, const uint8_t *end) {
  number_scan s;
  if (p < end && *p == '-') { s.negative = true; p++; }
  const uint8_t *first = p;
  int significant = 0;
  auto digit = [&](uint8_t c) {
    if (significant == 0 && c == '0') return;
    if (significant < 19) s.mantissa = s.mantissa * 10 + (c - '0'); else { s.exact = false; s.exponent++; }
    significant++;
  };
  while (p < end && is_digit(*p)) digit(*p++);
  size_t whole = size_t(p - first);
  s.leading_zero = whole > 1 && *first == '0';
  size_t fraction = 0;
  if (p < end && *p == '.') {
    s.integral = false;
    const uint8_t *start = ++p;
    while (p < end && is_digit(*p)) { digit(*p++); s.exponent--; }
    fraction = size_t(p - start);
    s.bare_point = whole == 0 || fraction == 0;
  }
  if (whole + fraction == 0) return s;
  if (p < end && (*p == 'e' || *p == 'E')) {
    s.integral = false;
    p++;
    bool minus = false;
    if (p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
    const uint8_t *start = p;
    int64_t e = 0;
    while (p < end && is_digit(*p)) { if (e < 100000000) e = e * 10 + (*p - '0'); p++; }
    if (p == start) return s;
    s.exponent += minus ? -e : e;
  }
  s.magnitude = s.exponent + (significant < 19 ? significant : 19);
  s.valid = p == end;
  return s;
}

/// Exact for up to 2^53 × 10^±22 (Clinger 1990), correctly rounded by the library for the rest.
inline double to_double(const number_scan &s, const uint8_t *p, const uint8_t *end) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  double value;
  if (s.mantissa == 0) {
    value = 0;
  } else if (s.exact && s.mantissa <= (uint64_t(1) << 53) && s.exponent >= -22 && s.exponent <= 22) {
    value = double(s.mantissa);
    value = s.exponent < 0 ? value / powers[-s.exponent] : value * powers[s.exponent];
  } else {
    value = 0;
    if (p < end && *p == '-') p++;
    auto result = std::from_chars(reinterpret_cast<const char *>(p), reinterpret_cast<const char *>(end), value);
    if (result.ec == std::errc::result_out_of_range)
      value = s.magnitude > 0 ? std::numeric_limits<double>::infinity() : 0;
  }
  return s.negative ? -value : value;
}

inline void fill_number(linli_json_value &v, const number_scan &s, const uint8_t *p, const uint8_t *end) {
  v.type = linli_json_number;
  v.number = to_double(s, p, end);
  v.is_integer = false;
  if (s.integral && s.exact && s.exponent == 0) {
    uint64_t limit = uint64_t(std::numeric_limits<int64_t>::max()) + (s.negative ? 1 : 0);
    if (s.mantissa <= limit) {
      v.is_integer = true;
      v.integer = s.negative ? int64_t(0 - s.mantissa) : int64_t(s.mantissa);
    }
  }
}

/// The numbers that devices write: at most 18 digits, of them any behind a point, no exponent. False, with nothing changed,
/// for everything else, also for what is no number.
inline bool read_short_number(linli_json_value &v, const uint8_t *p, const uint8_t *end) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  const uint8_t *q = p;
  bool negative = *q == '-';
  if (negative) q++;
  if (size_t(end - q) > 19 || q == end) return false;
  const uint8_t *first = q;
  uint64_t mantissa = 0;
  while (q < end && is_digit(*q)) mantissa = mantissa * 10 + (*q++ - '0');
  size_t whole = size_t(q - first);
  if (whole == 0 || whole > 18 || (whole > 1 && *first == '0')) return false;
  double number;
  bool is_integer = q == end;
  if (is_integer) {
    number = double(mantissa);
  } else {
    if (*q != '.') return false;
    const uint8_t *fraction = ++q;
    while (q < end && is_digit(*q)) mantissa = mantissa * 10 + (*q++ - '0');
    // Exact up to 2^53 (Clinger 1990).
    if (q != end || q == fraction || mantissa > uint64_t(1) << 53) return false;
    number = double(mantissa) / powers[q - fraction];
  }
  v.type = linli_json_number;
  v.is_integer = is_integer;
  v.number = negative ? -number : number;
  v.integer = negative ? -int64_t(mantissa) : int64_t(mantissa);
  v.text = p;
  v.length = size_t(end - p);
  return true;
}

/// `nan`, `inf`, `infinity` in any case, with or without a minus.
inline bool read_non_finite(const uint8_t *p, const uint8_t *end, double &value) {
  bool negative = p < end && *p == '-';
  if (negative) p++;
  auto is = [&](const char *word, size_t n) {
    if (size_t(end - p) != n) return false;
    for (size_t i = 0; i < n; i++)
      if ((p[i] | 0x20) != uint8_t(word[i])) return false;
    return true;
  };
  if (is("nan", 3)) value = std::numeric_limits<double>::quiet_NaN();
  else if (is("inf", 3) || is("infinity", 8)) value = std::numeric_limits<double>::infinity();
  else return false;
  if (negative) value = -value;
  return true;
}

}  // namespace linli
