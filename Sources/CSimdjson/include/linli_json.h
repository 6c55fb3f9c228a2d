// C face of simdjson (Debian's libsimdjson): a compiled set of JSON Pointers, and one pass over a document that checks
// all of it and hands out only the values the pointers name. Nothing is allocated once the buffers have grown.
#ifndef LINLI_JSON_H
#define LINLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  linli_json_missing = 0,
  linli_json_null,
  linli_json_bool,
  linli_json_number,
  linli_json_string,
  linli_json_object,
  linli_json_array
} linli_json_type;

typedef enum {
  linli_json_ok = 0,
  /// No value at all: zero bytes or white space.
  linli_json_empty,
  linli_json_invalid_utf8,
  /// Nested deeper than the parser was created for.
  linli_json_too_deep,
  /// A comma, colon, bracket or value is missing or in the wrong place, or a word is not JSON.
  linli_json_syntax,
  linli_json_bad_number,
  /// A control character or a wrong escape in a string.
  linli_json_bad_string,
  /// The document ends inside a string, an array or an object.
  linli_json_truncated,
  /// More after the value.
  linli_json_trailing,
  linli_json_too_large,
  linli_json_no_memory
} linli_json_error;

/// One extracted value. `text` is valid until the next call with the same parser, as long as the document is.
typedef struct {
  /// A `linli_json_type`.
  uint8_t type;
  /// The number is written without fraction and exponent and fits: `integer` is exact.
  bool is_integer;
  /// 1 and 0 for true and false. Infinite when the number is too large for a double (1e400) or the document says
  /// `Infinity`; NaN for `NaN` (not JSON, but what Python and C programs print).
  double number;
  int64_t integer;
  /// Strings: unescaped UTF-8. Everything else: the JSON text as it stands.
  const uint8_t *text;
  size_t length;
} linli_json_value;

typedef struct {
  const uint8_t *bytes;
  size_t length;
} linli_json_token;

typedef struct linli_json_paths linli_json_paths;
typedef struct linli_json_parser linli_json_parser;

/// An empty set of pointers; NULL when out of memory.
linli_json_paths *linli_json_paths_create(void);
void linli_json_paths_destroy(linli_json_paths *);
/// Adds a JSON Pointer given as unescaped tokens (none: the whole document). Returns its slot in the values of
/// `linli_json_extract`; the same pointer added twice has one slot. -1 when out of memory.
int32_t linli_json_paths_add(linli_json_paths *, const linli_json_token *tokens, size_t count);
size_t linli_json_paths_count(const linli_json_paths *);

/// A parser for documents nested up to `max_depth`; NULL when out of memory.
linli_json_parser *linli_json_parser_create(size_t max_depth);
void linli_json_parser_destroy(linli_json_parser *);

/// Checks the document (`length` bytes, no padding needed) and fills `values` with `linli_json_paths_count` values.
/// Of duplicate keys the last one wins. After an error the values mean nothing.
linli_json_error linli_json_extract(
  linli_json_parser *, const linli_json_paths *, const uint8_t *bytes, size_t length, linli_json_value *values);

/// Reads a number as people and devices write it in text: sign, digits, point, exponent, leading zeros; also `nan`,
/// `inf`, `infinity` in any case. The whole text must be the number. Type stays `linli_json_missing` if it is not.
linli_json_value linli_json_read_number(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
