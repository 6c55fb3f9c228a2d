// Building a set of JSON Pointers. Out of memory is an answer here, not an exception that would cross into Swift.
#include "json_paths.hpp"

#include <new>

using linli::none;

static uint32_t array_index(const linli_json_token &token) {
  if (token.length == 0 || token.length > 9 || (token.length > 1 && token.bytes[0] == '0')) return UINT32_MAX;
  uint32_t value = 0;
  for (size_t i = 0; i < token.length; i++) {
    if (token.bytes[i] < '0' || token.bytes[i] > '9') return UINT32_MAX;
    value = value * 10 + uint32_t(token.bytes[i] - '0');
  }
  return value;
}

/// Level by level, so that the children of a node follow one another.
void linli_json_paths::flatten() {
  std::vector<linli::flat_node> made;
  std::vector<int32_t> order{0}, slots_below;
  for (size_t at = 0; at < order.size(); at++) {
    const linli::path_node &node = nodes[size_t(order[at])];
    linli::flat_node row{};
    row.key = node.key.data();
    row.length = uint32_t(node.key.size());
    row.prefix = linli::text_prefix(reinterpret_cast<const uint8_t *>(node.key.data()), node.key.size(), node.key.size());
    row.index = node.index;
    row.slot = node.slot;
    row.first_child = int32_t(order.size());
    row.child_count = int32_t(node.children.size());
    row.first_below = int32_t(slots_below.size());
    row.below_count = int32_t(node.below.size());
    order.insert(order.end(), node.children.begin(), node.children.end());
    slots_below.insert(slots_below.end(), node.below.begin(), node.below.end());
    made.push_back(row);
  }
  flat = std::move(made);
  below = std::move(slots_below);
}

extern "C" linli_json_paths *linli_json_paths_create(void) try {
  return new linli_json_paths();
} catch (const std::bad_alloc &) {
  return nullptr;
}

extern "C" void linli_json_paths_destroy(linli_json_paths *paths) { delete paths; }

extern "C" size_t linli_json_paths_count(const linli_json_paths *paths) { return paths->slots; }

extern "C" int32_t linli_json_paths_add(
  linli_json_paths *paths, const linli_json_token *tokens, size_t count) try {
  int32_t node = 0;
  std::vector<int32_t> way;
  for (size_t i = 0; i < count; i++) {
    way.push_back(node);
    int32_t next = paths->built_child(node, tokens[i].bytes, tokens[i].length);
    if (next == none) {
      next = int32_t(paths->nodes.size());
      linli::path_node made;
      made.key.assign(reinterpret_cast<const char *>(tokens[i].bytes), tokens[i].length);
      made.index = array_index(tokens[i]);
      paths->nodes.push_back(std::move(made));
      paths->nodes[size_t(node)].children.push_back(next);
    }
    node = next;
  }
  int32_t slot = paths->nodes[size_t(node)].slot;
  if (slot != none) return slot;
  slot = int32_t(paths->slots++);
  paths->nodes[size_t(node)].slot = slot;
  for (int32_t above : way) paths->nodes[size_t(above)].below.push_back(slot);
  paths->flatten();
  return slot;
} catch (const std::bad_alloc &) {
  return -1;
}
