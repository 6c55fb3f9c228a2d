/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a step by table ("slicing-by-8", Intel 2006).
enum CRC32C {
  /// Eight tables of 256, built once and never freed.
  nonisolated(unsafe) private static let tables: UnsafePointer<UInt32> = {
    let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1 }
      tables[index] = value
    }
    for index in 0..<256 {
      for slice in 1..<8 {
        let previous = tables[(slice - 1) * 256 + index]
        tables[slice * 256 + index] = (previous >> 8) ^ tables[Int(previous & 0xff)]
      }
    }
    return UnsafePointer(tables)
  }()

  /// - Parameter continuing: the checksum of the bytes before, to go on from it.
  static func checksum(_ bytes: UnsafeRawPointer, _ count: Int, continuing: UInt32 = 0) -> UInt32 {
    let tables = Self.tables
    var crc = ~continuing
    var offset = 0
    while count - offset >= 8 {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
      crc =
        tables[1792 + Int(word & 0xff)] ^ tables[1536 + Int((word >> 8) & 0xff)]
        ^ tables[1280 + Int((word >> 16) & 0xff)] ^ tables[1024 + Int((word >> 24) & 0xff)]
        ^ tables[768 + Int((word >> 32) & 0xff)] ^ tables[512 + Int((word >> 40) & 0xff)]
        ^ tables[256 + Int((word >> 48) & 0xff)] ^ tables[Int(word >> 56)]
      offset += 8
    }
    while offset < count {
      let byte = bytes.load(fromByteOffset: offset, as: UInt8.self)
      crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(byte)) & 0xff)]
      offset += 1
    }
    return ~crc
  }
}
