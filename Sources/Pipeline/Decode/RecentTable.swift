/// A bounded table of what was seen last, keyed by bytes: the least recently seen entry makes room for a new one.
/// Finding and refreshing an entry does not allocate.
struct RecentTable<Value> {
  private struct Node {
    var key: [UInt8]
    var hash: UInt64
    var value: Value
    /// Next in the chain of the same bucket.
    var next: Int
    var older: Int
    var newer: Int
  }

  /// Keys are cut to so many bytes: what differs only behind them counts as one.
  static var longestKey: Int { 1024 }

  private let limit: Int
  private var buckets: [Int]
  private var nodes: [Node] = []
  private var newest = -1
  private var oldest = -1
  /// Entries that had to make room.
  private(set) var evicted: UInt64 = 0

  init(limit: Int) {
    self.limit = max(1, limit)
    var size = 16
    while size < self.limit { size *= 2 }
    buckets = Array(repeating: -1, count: size)
  }

  var count: Int { nodes.count }

  /// From the most to the least recently seen.
  var values: [Value] {
    var values: [Value] = []
    values.reserveCapacity(nodes.count)
    var at = newest
    while at >= 0 {
      values.append(nodes[at].value)
      at = nodes[at].older
    }
    return values
  }

  private static func cut(_ key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: key.prefix(longestKey))
  }

  /// Changes the entry of that key in place and makes it the most recent one; false when there is none.
  mutating func update(_ key: UnsafeRawBufferPointer, _ change: (inout Value) -> Void) -> Bool {
    let key = Self.cut(key)
    let hash = TopicHash.of(key)
    var at = buckets[bucket(hash)]
    while at >= 0 {
      if nodes[at].hash == hash, nodes[at].key.withUnsafeBytes({ $0.equals(key) }) {
        unlink(at)
        linkNewest(at)
        change(&nodes[at].value)
        return true
      }
      at = nodes[at].next
    }
    return false
  }

  /// Adds an entry whose key is not there yet. Returns the value that had to go for it.
  mutating func insert(_ key: UnsafeRawBufferPointer, _ value: Value) -> Value? {
    let key = Self.cut(key)
    let hash = TopicHash.of(key)
    let node = Node(key: Array(key), hash: hash, value: value, next: buckets[bucket(hash)], older: -1, newer: -1)
    guard nodes.count == limit else {
      nodes.append(node)
      buckets[bucket(hash)] = nodes.count - 1
      linkNewest(nodes.count - 1)
      return nil
    }
    let at = oldest
    let gone = nodes[at].value
    unlink(at)
    unchain(at)
    nodes[at] = node
    nodes[at].next = buckets[bucket(hash)]
    buckets[bucket(hash)] = at
    linkNewest(at)
    evicted += 1
    return gone
  }

  /// Keeps the entries that pass.
  mutating func filter(_ keep: (Value) -> Bool) {
    var kept = RecentTable(limit: limit)
    kept.evicted = evicted
    var at = oldest
    while at >= 0 {
      if keep(nodes[at].value) {
        _ = nodes[at].key.withUnsafeBytes { kept.insert($0, nodes[at].value) }
      }
      at = nodes[at].newer
    }
    self = kept
  }

  private func bucket(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (buckets.count - 1) }

  private mutating func unlink(_ at: Int) {
    let (older, newer) = (nodes[at].older, nodes[at].newer)
    if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
    if newer >= 0 { nodes[newer].older = older } else { newest = older }
  }

  private mutating func linkNewest(_ at: Int) {
    nodes[at].older = newest
    nodes[at].newer = -1
    if newest >= 0 { nodes[newest].newer = at } else { oldest = at }
    newest = at
  }

  private mutating func unchain(_ at: Int) {
    let bucket = bucket(nodes[at].hash)
    if buckets[bucket] == at {
      buckets[bucket] = nodes[at].next
      return
    }
    var before = buckets[bucket]
    while nodes[before].next != at { before = nodes[before].next }
    nodes[before].next = nodes[at].next
  }
}
