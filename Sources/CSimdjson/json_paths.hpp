// A set of JSON Pointers as a trie: each node one token, each wanted node a slot.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "include/linli_json.h"

namespace linli {

constexpr int32_t none = -1;

struct path_node {
  std::string key;
  uint32_t index = UINT32_MAX;   // the key as an array index (RFC 6901: no leading zero), else UINT32_MAX
  int32_t slot = none;
  std::vector<int32_t> children;
  std::vector<int32_t> below;    // slots of all wanted nodes underneath
};

}  // namespace linli

struct linli_json_paths {
  std::vector<linli::path_node> nodes{1};
  size_t slots = 0;

  int32_t child(int32_t node, const uint8_t *key, size_t length) const {
    if (node == linli::none) return linli::none;
    for (int32_t c : nodes[size_t(node)].children) {
      const std::string &k = nodes[size_t(c)].key;
      if (k.size() == length && std::memcmp(k.data(), key, length) == 0) return c;
    }
    return linli::none;
  }

  int32_t child(int32_t node, uint32_t index) const {
    if (node == linli::none) return linli::none;
    for (int32_t c : nodes[size_t(node)].children)
      if (nodes[size_t(c)].index == index) return c;
    return linli::none;
  }
};
