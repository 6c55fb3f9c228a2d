/// A hash of topic bytes: eight bytes a step, folded 128-bit products (the construction of wyhash). Not secret, so tables
/// that use it bound their probes.
enum TopicHash {
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = mix(UInt64(bytes.count) ^ 0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db)
    var at = 0
    while at + 8 <= bytes.count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0x8ebc_6af0_9c88_c6e3)
      at += 8
    }
    var rest: UInt64 = 0
    if at < bytes.count, bytes.count >= 8 {
      // The last eight bytes, of which some have been taken already.
      rest = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    } else {
      while at < bytes.count {
        rest = rest << 8 | UInt64(bytes[at])
        at += 1
      }
    }
    return mix(hash ^ rest, 0x5899_65cc_7537_4cc3)
  }

  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
