/// FNV-1a, 64 bits (Fowler, Noll and Vo; draft-eastlake-fnv): the same on every machine and in every run, unlike Swift's own
/// hashing. For ids, fingerprints and seeds; it is no protection against somebody who looks for collisions.
package struct FNV1a: Sendable {
  package private(set) var value: UInt64

  /// - Parameter seed: mixed into the standard offset basis; 0 = the standard hash.
  package init(seed: UInt64 = 0) { value = 0xcbf2_9ce4_8422_2325 ^ seed }

  package mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

  package mutating func mix(_ text: String) {
    for byte in text.utf8 { mix(byte) }
  }

  package static func hash(_ text: String) -> UInt64 {
    var hash = FNV1a()
    hash.mix(text)
    return hash.value
  }
}
