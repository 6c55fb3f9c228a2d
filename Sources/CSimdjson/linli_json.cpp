// One pass over a JSON document. simdjson's first stage finds every token with SIMD, checks UTF-8, quotes and control
// characters; the walk here checks the grammar of the whole document and keeps what the pointers ask for. simdjson's own
// on-demand walk would leave what nobody asks for unchecked, and its second stage would build everything.
#include "include/linli_json.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "json_number.hpp"
#include "json_paths.hpp"
#include "json_string.hpp"

using linli::none;

namespace {

constexpr size_t smallest_capacity = 4096;
constexpr size_t largest_document = size_t(1) << 30;

struct frame {
  int32_t node;
  uint32_t index;   // of the element; in objects the hint of `linli_json_paths::child`
  uint32_t start;
  bool is_array;
};

inline bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

linli_json_error from_simdjson(simdjson::error_code code) {
  switch (code) {
    case simdjson::SUCCESS: return linli_json_ok;
    case simdjson::EMPTY: return linli_json_empty;
    case simdjson::UTF8_ERROR: return linli_json_invalid_utf8;
    case simdjson::UNESCAPED_CHARS: return linli_json_bad_string;
    case simdjson::UNCLOSED_STRING: return linli_json_truncated;
    case simdjson::CAPACITY: return linli_json_too_large;
    case simdjson::MEMALLOC: return linli_json_no_memory;
    default: return linli_json_syntax;
  }
}

}  // namespace

struct linli_json_parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  std::unique_ptr<uint8_t[]> strings;    // unescaped strings, together never longer than the document
  std::vector<frame> frames;
  size_t capacity = 0;

  bool grow(size_t length);
};

bool linli_json_parser::grow(size_t length) try {
  if (length <= capacity) return true;
  size_t wanted = smallest_capacity;
  while (wanted < length) wanted *= 2;
  capacity = 0;
  strings.reset(new uint8_t[wanted]);
  if (!stages) {
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, stages)) return false;
  } else if (stages->set_capacity(wanted)) {
    return false;
  }
  capacity = wanted;
  return true;
} catch (const std::bad_alloc &) {
  return false;
}

namespace {

/// The state of one pass.
class walk {
 public:
  walk(
    linli_json_parser &parser, const linli_json_paths &paths, const uint8_t *bytes, uint32_t length,
    linli_json_value *values)
      : paths(paths), flat(paths.flat.data()), frames(parser.frames.data()), limit(parser.frames.size()), bytes(bytes),
        index(parser.stages->structural_indexes.get()), count(parser.stages->n_structural_indexes), length(length),
        strings(parser.strings.get()), values(values),
        has_escapes(std::memchr(bytes, '\\', length) != nullptr) {}

  linli_json_error run() {
    linli_json_error error = value(0);
    while (error == linli_json_ok && depth > 0) error = next();
    if (error != linli_json_ok) return error;
    return at == count ? linli_json_ok : linli_json_trailing;
  }

 private:
  const linli_json_paths &paths;
  const linli::flat_node *flat;
  frame *frames;
  size_t limit;
  const uint8_t *bytes;
  const uint32_t *index;
  uint32_t count;
  uint32_t length;
  uint8_t *strings;
  linli_json_value *values;
  bool has_escapes;   // anywhere in the document
  uint32_t at = 0;
  size_t depth = 0;

  bool ended() const { return at >= count; }

  /// End of the token that begins before structural `at`: tokens never contain white space outside of strings.
  uint32_t token_end() const {
    uint32_t end = at < count ? index[at] : length;
    while (is_space(bytes[end - 1])) end--;
    return end;
  }

  int32_t slot(int32_t node) const { return node == none ? none : flat[node].slot; }

  /// Starts or reads the value at the next token.
  linli_json_error value(int32_t node) {
    if (ended()) return linli_json_truncated;
    uint32_t start = index[at++];
    switch (bytes[start]) {
      case '{': return open(node, start, false);
      case '[': return open(node, start, true);
      case '"': return string(node, start);
      default: return scalar(node, start);
    }
  }

  linli_json_error open(int32_t node, uint32_t start, bool is_array) {
    if (depth == limit) return linli_json_too_deep;
    frames[depth++] = {node, 0, start, is_array};
    if (ended()) return linli_json_truncated;
    if (bytes[index[at]] == (is_array ? ']' : '}')) {
      close(index[at++]);
      return linli_json_ok;
    }
    return is_array ? value(paths.child(node, uint32_t(0))) : member();
  }

  void close(uint32_t last) {
    const frame &top = frames[--depth];
    int32_t s = slot(top.node);
    if (s == none) return;
    linli_json_value &v = values[s];
    v.type = top.is_array ? linli_json_array : linli_json_object;
    v.is_integer = false;
    v.text = bytes + top.start;
    v.length = last + 1 - top.start;
  }

  /// What follows a value inside of a container.
  linli_json_error next() {
    if (ended()) return linli_json_truncated;
    uint32_t here = index[at++];
    frame &top = frames[depth - 1];
    if (bytes[here] == ',') return top.is_array ? value(paths.child(top.node, ++top.index)) : member();
    if (bytes[here] != (top.is_array ? ']' : '}')) return linli_json_syntax;
    close(here);
    return linli_json_ok;
  }

  linli_json_error member() {
    if (ended()) return linli_json_truncated;
    uint32_t start = index[at++];
    if (bytes[start] != '"') return linli_json_syntax;
    const uint8_t *text;
    size_t size;
    linli_json_error error = contents(start, text, size);
    if (error != linli_json_ok) return error;
    if (ended()) return linli_json_truncated;
    if (bytes[index[at++]] != ':') return linli_json_syntax;
    frame &top = frames[depth - 1];
    int32_t hint = int32_t(top.index);
    // Only what stands in the document may be read beyond its end; unescaped texts stand elsewhere.
    size_t room = text == bytes + start + 1 ? length - start - 1 : size;
    int32_t child = paths.child(top.node, text, size, room, hint);
    top.index = uint32_t(hint);
    if (child != none) {  // an earlier member of the same name is forgotten
      const linli::flat_node &wanted = flat[child];
      for (int32_t i = 0; i < wanted.below_count; i++)
        values[paths.below[size_t(wanted.first_below + i)]].type = linli_json_missing;
    }
    return value(child);
  }

  /// The unescaped contents of the string that opens at `start`.
  linli_json_error contents(uint32_t start, const uint8_t *&text, size_t &size) {
    const uint8_t *first = bytes + start + 1;
    uint32_t end = token_end();
    if (end < start + 2 || bytes[end - 1] != '"') return linli_json_syntax;
    const uint8_t *last = bytes + end - 1;
    text = first;
    size = size_t(last - first);
    if (!has_escapes || std::memchr(first, '\\', size) == nullptr) return linli_json_ok;
    uint8_t *done = linli::unescape(first, last, strings);
    if (done == nullptr) return linli_json_bad_string;
    text = strings;
    size = size_t(done - strings);
    strings = done;
    return linli_json_ok;
  }

  linli_json_error string(int32_t node, uint32_t start) {
    const uint8_t *text;
    size_t size;
    linli_json_error error = contents(start, text, size);
    int32_t s = slot(node);
    if (error != linli_json_ok || s == none) return error;
    linli_json_value &v = values[s];
    v.type = linli_json_string;
    v.is_integer = false;
    v.text = text;
    v.length = size;
    return linli_json_ok;
  }

  linli_json_error scalar(int32_t node, uint32_t start) {
    const uint8_t *p = bytes + start, *end = bytes + token_end();
    size_t size = size_t(end - p);
    int32_t s = slot(node);
    if (s != none && linli::read_short_number(values[s], p, end)) return linli_json_ok;
    auto is = [&](const char *word, size_t n) { return size == n && std::memcmp(p, word, n) == 0; };
    linli_json_value v{};
    if (*p == '-' || linli::is_digit(*p)) {
      linli::number_scan scan = linli::scan_number(p, end);
      if (scan.valid && !scan.leading_zero && !scan.bare_point) {
        if (s != none) linli::fill_number(v, scan, p, end);
      } else if (linli::read_non_finite(p, end, v.number)) {
        v.type = linli_json_number;
      } else {
        return linli_json_bad_number;
      }
    } else if (is("true", 4) || is("false", 5)) {
      v.type = linli_json_bool;
      v.number = *p == 't' ? 1 : 0;
    } else if (is("null", 4)) {
      v.type = linli_json_null;
    } else if (linli::read_non_finite(p, end, v.number)) {
      v.type = linli_json_number;
    } else {
      return linli_json_syntax;
    }
    if (s == none) return linli_json_ok;
    v.text = p;
    v.length = size;
    values[s] = v;
    return linli_json_ok;
  }
};

}  // namespace

extern "C" linli_json_parser *linli_json_parser_create(size_t max_depth) try {
  auto parser = std::make_unique<linli_json_parser>();
  parser->frames.resize(max_depth);
  return parser->grow(smallest_capacity) ? parser.release() : nullptr;
} catch (const std::bad_alloc &) {
  return nullptr;
}

extern "C" void linli_json_parser_destroy(linli_json_parser *parser) { delete parser; }

extern "C" linli_json_error linli_json_extract(
  linli_json_parser *parser, const linli_json_paths *paths, const uint8_t *bytes, size_t length,
  linli_json_value *values) {
  for (size_t i = 0; i < paths->slots; i++) values[i].type = linli_json_missing;
  if (length == 0) return linli_json_empty;
  if (length > largest_document) return linli_json_too_large;
  if (!parser->grow(length)) return linli_json_no_memory;
  // The first stage reads whole blocks and copies the last, incomplete one: the document needs no padding and no copy.
  simdjson::error_code found = parser->stages->stage1(bytes, length, simdjson::stage1_mode::regular);
  if (found != simdjson::SUCCESS) return from_simdjson(found);
  return walk(*parser, *paths, bytes, uint32_t(length), values).run();
}

extern "C" linli_json_value linli_json_read_number(const uint8_t *bytes, size_t length) {
  linli_json_value v{};
  const uint8_t *p = bytes, *end = bytes + length;
  if (p < end && *p == '+' && p + 1 < end && p[1] != '-') p++;
  linli::number_scan scan = linli::scan_number(p, end);
  if (scan.valid) {
    linli::fill_number(v, scan, p, end);
  } else if (linli::read_non_finite(p, end, v.number)) {
    v.type = linli_json_number;
  } else {
    return v;
  }
  v.text = bytes;
  v.length = length;
  return v;
}
