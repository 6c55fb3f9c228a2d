import Glibc

/// Counts messages by the beginning of their topic: the first two levels, without the last one (`zigbee2mqtt/#`,
/// `application/7/#`). Bounded: prefixes that find no place are counted together. Counting a known prefix allocates nothing.
package struct PrefixCounts: Sendable {
  package struct Row: Sendable, Equatable {
    /// A topic filter, or the topic itself where it has one level only; `PrefixCounts.other` for the rest.
    package var prefix: String
    package var count: UInt64

    package init(prefix: String, count: UInt64) {
      self.prefix = prefix
      self.count = count
    }
  }

  package static let other = "other"
  /// Longer prefixes are counted under `other`, bytes.
  package static let longestPrefix = 128

  private struct Slot {
    var hash: UInt64
    var offset: Int
    /// Of the key; 0: empty.
    var length: Int
    var isWhole: Bool
    var count: UInt64
  }

  private let limit: Int
  private var slots: [Slot]
  private var keys: [UInt8] = []
  private var used = 0
  private var others: UInt64 = 0
  package private(set) var total: UInt64 = 0

  /// - Parameter limit: prefixes with a row of their own.
  package init(limit: Int = 256) {
    self.limit = limit
    var size = 16
    while size < 2 * limit { size *= 2 }
    slots = Array(repeating: Slot(hash: 0, offset: 0, length: 0, isWhole: false, count: 0), count: size)
  }

  package mutating func add(_ topic: UnsafeRawBufferPointer) {
    total += 1
    let (length, isWhole) = Self.prefixLength(topic)
    guard length > 0, length <= Self.longestPrefix else {
      others += 1
      return
    }
    let key = UnsafeRawBufferPointer(rebasing: topic[..<length])
    let hash = TopicHash.of(key)
    var at = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[at].length > 0 {
      let slot = slots[at]
      if slot.hash == hash, slot.length == length, slot.isWhole == isWhole, matches(slot, key) {
        slots[at].count += 1
        return
      }
      at = (at + 1) & (slots.count - 1)
    }
    guard used < limit else {
      others += 1
      return
    }
    used += 1
    slots[at] = Slot(hash: hash, offset: keys.count, length: length, isWhole: isWhole, count: 1)
    keys.append(contentsOf: key)
  }

  /// The largest counts first; what found no row stands last.
  package var rows: [Row] {
    var rows = slots.filter { $0.length > 0 }.map { slot in
      let text = String(decoding: keys[slot.offset..<slot.offset + slot.length], as: UTF8.self)
      return Row(prefix: slot.isWhole ? text : text + "/#", count: slot.count)
    }
    rows.sort { ($1.count, $0.prefix) < ($0.count, $1.prefix) }
    if others > 0 { rows.append(Row(prefix: Self.other, count: others)) }
    return rows
  }

  private func matches(_ slot: Slot, _ key: UnsafeRawBufferPointer) -> Bool {
    keys.withUnsafeBytes { memcmp($0.baseAddress! + slot.offset, key.baseAddress!, key.count) == 0 }
  }

  /// Bytes of the prefix, and whether it is the whole topic.
  private static func prefixLength(_ topic: UnsafeRawBufferPointer) -> (length: Int, isWhole: Bool) {
    var slashes = 0
    var last = 0
    for at in topic.indices where topic[at] == UInt8(ascii: "/") && at > 0 {
      slashes += 1
      last = at
      if slashes == 2 { break }
    }
    return slashes == 0 ? (topic.count, true) : (last, false)
  }
}
