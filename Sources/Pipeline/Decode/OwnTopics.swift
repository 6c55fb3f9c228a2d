import Glibc

/// The beginnings of the topics under which the service itself publishes on a lane's broker (channels of kind `mqtt`). Asked for
/// each message: a few bytes are compared, nothing is allocated or retained.
struct OwnTopics: ~Copyable {
  private struct Prefix: BitwiseCopyable {
    var offset: Int
    var length: Int
  }

  private let prefixes: UnsafeMutableBufferPointer<Prefix>
  private let bytes: UnsafeMutableRawBufferPointer

  /// - Parameter topics: what lies below one of them is the service's own, as `a/b/c` below `a/b`.
  init(_ topics: [String]) {
    let all = Set(topics).sorted().map { Array($0.utf8) + [UInt8(ascii: "/")] }
    prefixes = .allocate(capacity: all.count)
    bytes = .allocate(byteCount: all.reduce(0) { $0 + $1.count }, alignment: 1)
    var offset = 0
    for (number, prefix) in all.enumerated() {
      prefixes.initializeElement(at: number, to: Prefix(offset: offset, length: prefix.count))
      for byte in prefix {
        bytes[offset] = byte
        offset += 1
      }
    }
  }

  deinit {
    prefixes.deallocate()
    bytes.deallocate()
  }

  func contain(_ topic: UnsafeRawBufferPointer) -> Bool {
    guard let start = topic.baseAddress, let own = bytes.baseAddress else { return false }
    for prefix in prefixes where topic.count > prefix.length {
      if memcmp(start, own + prefix.offset, prefix.length) == 0 { return true }
    }
    return false
  }
}
