// Stands for swift-crypto in the fuzzer, which would have to instrument BoringSSL: the few names that Notify's files use, with a
// checksum (FNV-1a) in place of each hash. Nothing that a target demands rests on how strong a hash is; that a changed link
// is not taken for one of ours can be demanded of a checksum, too.

public struct SymmetricKey: Sendable {
  let bytes: [UInt8]

  public init(data: some Sequence<UInt8>) { bytes = Array(data) }
}

public enum SHA256 {
  public static func hash(data: some Sequence<UInt8>) -> [UInt8] { checksum(data) }
}

public enum HMAC<Hash> {
  public static func authenticationCode(for data: some Sequence<UInt8>, using key: SymmetricKey) -> [UInt8] {
    checksum(key.bytes + Array(data))
  }
}

/// 32 bytes.
private func checksum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  var state: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return (0..<4).flatMap { lane in
    let word = (state &+ UInt64(lane)) &* 0x9e37_79b9_7f4a_7c15
    return withUnsafeBytes(of: word) { Array($0) }
  }
}
