// A set of JSON Pointers as a trie: each node one token, each wanted node a slot. Built node by node, walked as flat arrays
// in which the children of a node stand side by side.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "include/linli_json.h"

namespace linli {

constexpr int32_t none = -1;

/// A node while the set is being built.
struct path_node {
  std::string key;
  uint32_t index = UINT32_MAX;   // the key as an array index (RFC 6901: no leading zero), else UINT32_MAX
  int32_t slot = none;
  std::vector<int32_t> children;
  std::vector<int32_t> below;    // slots of all wanted nodes underneath
};

/// A node as the walk sees it.
struct flat_node {
  uint64_t prefix;        // the first eight bytes of the key, zeros behind a shorter one
  const char *key;
  uint32_t length;
  uint32_t index;
  int32_t slot;
  int32_t first_child;
  int32_t child_count;
  int32_t first_below;    // in `linli_json_paths::below`
  int32_t below_count;
};

/// The first eight bytes of a text, zeros behind a shorter one; `room` bytes may be read.
inline uint64_t text_prefix(const uint8_t *text, size_t length, size_t room) {
  uint64_t word = 0;
  if (length >= 8) {
    std::memcpy(&word, text, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  } else if (room >= 8) {
    std::memcpy(&word, text, 8);
    word &= (uint64_t(1) << (8 * length)) - 1;
#endif
  } else {
    std::memcpy(&word, text, length);
  }
  return word;
}

}  // namespace linli

struct linli_json_paths {
  std::vector<linli::path_node> nodes{1};
  size_t slots = 0;
  std::vector<linli::flat_node> flat;   // `flat[0]` is the root
  std::vector<int32_t> below;

  linli_json_paths() { flatten(); }

  void flatten();

  /// While building.
  int32_t built_child(int32_t node, const uint8_t *key, size_t length) const {
    for (int32_t c : nodes[size_t(node)].children) {
      const std::string &k = nodes[size_t(c)].key;
      if (k.size() == length && std::memcmp(k.data(), key, length) == 0) return c;
    }
    return linli::none;
  }

  /// The child of that name. Devices write their members in the same order each time, so the search begins behind the child
  /// found last (`hint`, a number of a child) and comes round to it at the end.
  int32_t child(int32_t node, const uint8_t *key, size_t length, size_t room, int32_t &hint) const {
    if (node == linli::none) return linli::none;
    const linli::flat_node &parent = flat[size_t(node)];
    if (parent.child_count == 0) return linli::none;
    uint64_t prefix = linli::text_prefix(key, length, room);
    int32_t at = hint;
    for (int32_t tries = parent.child_count; tries > 0; tries--) {
      if (at >= parent.child_count) at = 0;
      const linli::flat_node &c = flat[size_t(parent.first_child + at)];
      if (c.prefix == prefix && c.length == length
          && (length <= 8 || std::memcmp(c.key + 8, key + 8, length - 8) == 0)) {
        hint = at + 1;
        return parent.first_child + at;
      }
      at++;
    }
    return linli::none;
  }

  int32_t child(int32_t node, uint32_t index) const {
    if (node == linli::none) return linli::none;
    const linli::flat_node &parent = flat[size_t(node)];
    for (int32_t c = parent.first_child; c < parent.first_child + parent.child_count; c++)
      if (flat[size_t(c)].index == index) return c;
    return linli::none;
  }
};
