import Glibc

/// Topic → what it is bound to: an open-addressing table over the raw bytes. It only grows, up to its limits, and is
/// emptied by a new plan.
struct TopicTable: ~Copyable {
  /// A stretch of the decoder's targets; a topic in the table has at least one.
  struct Binding: BitwiseCopyable {
    var first: Int32
    var count: Int32
    static let none = Binding(first: 0, count: 0)
  }

  private struct Slot: BitwiseCopyable {
    var hash: UInt64
    var offset: UInt32
    var length: UInt32
    /// None: empty.
    var binding: Binding
  }

  /// Longer topics are not remembered, bytes.
  static let longestTopic = 1024
  /// A look-up gives up after so many slots, whoever chose the topics.
  private static let mostProbes = 64

  private let mostTopics: Int
  private let mostBytes: Int
  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private var keys: UnsafeMutableRawPointer
  private var keyCapacity: Int
  private var keyBytes = 0
  private(set) var count = 0

  /// - Parameter limit: topics remembered at most. All of them together may take 128 bytes each.
  init(limit: Int) {
    mostTopics = max(0, limit)
    mostBytes = min(mostTopics * 128, Int(UInt32.max))
    mask = 255
    slots = Self.empty(256)
    keyCapacity = 4096
    keys = .allocate(byteCount: keyCapacity, alignment: 8)
  }

  deinit {
    slots.deallocate()
    keys.deallocate()
  }

  private static func empty(_ count: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    slots.initialize(repeating: Slot(hash: 0, offset: 0, length: 0, binding: .none), count: count)
    return slots
  }

  /// The binding of a topic, none when it is not remembered.
  func find(_ topic: UnsafeRawBufferPointer) -> Binding {
    guard let bytes = topic.baseAddress else { return .none }
    let hash = TopicHash.of(topic)
    var at = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.mostProbes {
      let slot = slots + at
      if slot.pointee.binding.count == 0 { return .none }
      if slot.pointee.hash == hash, Int(slot.pointee.length) == topic.count,
        memcmp(keys + Int(slot.pointee.offset), bytes, topic.count) == 0
      {
        return slot.pointee.binding
      }
      at = (at + 1) & mask
    }
    return .none
  }

  /// Whether the topic could be remembered. It must not be in the table yet.
  mutating func insert(_ topic: UnsafeRawBufferPointer, binding: Binding) -> Bool {
    guard let bytes = topic.baseAddress, topic.count <= Self.longestTopic, count < mostTopics,
      keyBytes + topic.count <= mostBytes
    else { return false }
    if (count + 1) * 2 > mask + 1 { grow() }
    let slot = Slot(
      hash: TopicHash.of(topic), offset: UInt32(keyBytes), length: UInt32(topic.count), binding: binding)
    guard place(slot) else { return false }
    reserveKeys(keyBytes + topic.count)
    memcpy(keys + keyBytes, bytes, topic.count)
    keyBytes += topic.count
    count += 1
    return true
  }

  private func place(_ slot: Slot) -> Bool {
    var at = Int(truncatingIfNeeded: slot.hash) & mask
    for _ in 0..<Self.mostProbes {
      if slots[at].binding.count == 0 {
        slots[at] = slot
        return true
      }
      at = (at + 1) & mask
    }
    return false
  }

  private mutating func grow() {
    let old = slots
    let size = mask + 1
    mask = size * 2 - 1
    slots = Self.empty(size * 2)
    // A topic that finds no place any more is forgotten and matched anew when it comes again.
    for at in 0..<size where old[at].binding.count > 0 { if !place(old[at]) { count -= 1 } }
    old.deallocate()
  }

  private mutating func reserveKeys(_ wanted: Int) {
    guard wanted > keyCapacity else { return }
    let capacity = max(wanted, keyCapacity * 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    memcpy(moved, keys, keyBytes)
    keys.deallocate()
    keys = moved
    keyCapacity = capacity
  }
}
