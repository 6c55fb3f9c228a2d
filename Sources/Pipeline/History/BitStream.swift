/// Bits one behind the other, the most significant first; what all columns of a block are written with.
struct BitWriter {
  private(set) var bytes: [UInt8]
  /// Bits not yet in `bytes`, at the top.
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Goes on behind `bytes`.
  init(_ bytes: consuming [UInt8] = []) { self.bytes = bytes }

  /// The low `count` bits (0…64) of `value`; those above them must be zero.
  @inline(__always)
  mutating func put(_ value: UInt64, _ count: Int) {
    let free = 64 &- pendingCount
    if count < free {
      pending |= ((value &<< UInt64(63 &- count)) &<< 1) &>> UInt64(pendingCount)
      pendingCount &+= count
    } else {
      spill(value, count, free)
    }
  }

  private mutating func spill(_ value: UInt64, _ count: Int, _ free: Int) {
    let rest = count - free
    withUnsafeBytes(of: (pending | value >> UInt64(rest)).bigEndian) { bytes.append(contentsOf: $0) }
    pending = rest == 0 ? 0 : value << UInt64(64 - rest)
    pendingCount = rest
  }

  /// Elias' gamma code of a number from 1 on: 2 log₂ + 1 bits.
  @inline(__always)
  mutating func putGamma(_ value: UInt64) {
    let count = 64 - value.leadingZeroBitCount
    put(0, count - 1)
    put(value, count)
  }

  /// Groups of seven bits, the low ones first, each behind a bit that says whether more follow.
  mutating func putNumber(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      put(128 | rest & 127, 8)
      rest >>= 7
    }
    put(rest, 8)
  }

  mutating func putSigned(_ value: Int64) { putNumber(value.zigzag) }

  /// Everything written, filled up with zero bits to a whole byte.
  consuming func finished() -> [UInt8] {
    var bytes = bytes
    var rest = pending
    for _ in 0..<(pendingCount + 7) / 8 {
      bytes.append(UInt8(truncatingIfNeeded: rest >> 56))
      rest <<= 8
    }
    return bytes
  }
}

/// Reads what `BitWriter` wrote. Behind the end there are zero bits without end: whoever reads a loop of values asks
/// `isOverrun` afterwards, so that damaged bytes cost no check a bit.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isOverrun: Bool { position > bytes.count * 8 }
  var remaining: Int { bytes.count * 8 - position }

  /// The next bits from the top; at least 57 of them are there.
  @inline(__always)
  func window() -> UInt64 {
    let byte = position &>> 3
    guard byte &+ 8 <= bytes.count else { return lastWindow(byte) &<< UInt64(position & 7) }
    let word = bytes.baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: byte, as: UInt64.self)
    return UInt64(bigEndian: word) &<< UInt64(position & 7)
  }

  @inline(never)
  private func lastWindow(_ byte: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<8 where byte + index < bytes.count {
      word |= UInt64(bytes[byte + index]) << UInt64(56 - 8 * index)
    }
    return word
  }

  @inline(__always)
  mutating func skip(_ count: Int) { position &+= count }

  /// The next 0…64 bits.
  @inline(__always)
  mutating func take(_ count: Int) -> UInt64 {
    if count > 56 { return takeSmall(count - 32) << 32 | takeSmall(32) }
    return takeSmall(count)
  }

  @inline(__always)
  private mutating func takeSmall(_ count: Int) -> UInt64 {
    let value = (window() &>> 1) &>> UInt64(63 &- count)
    skip(count)
    return value
  }

  mutating func takeBit() -> Bool { take(1) == 1 }

  /// At least 1. Behind the end, or when the bits are no gamma code, some number.
  mutating func takeGamma() -> UInt64 {
    var zeros = 0
    while true {
      let lead = min(window().leadingZeroBitCount, 56)
      zeros += lead
      skip(lead)
      if lead < 56 || zeros > 63 { break }
    }
    return max(1, take(min(zeros, 63) + 1))
  }

  mutating func takeNumber() -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let group = take(8)
      value |= (group & 127) << shift
      if group < 128 { break }
    }
    return value
  }

  mutating func takeSigned() -> Int64 { takeNumber().unzigzag }
}

extension Int64 {
  /// 0, -1, 1, -2 … as 0, 1, 2, 3 …
  @inline(__always) var zigzag: UInt64 { UInt64(bitPattern: (self &<< 1) ^ (self &>> 63)) }
}

extension UInt64 {
  @inline(__always) var unzigzag: Int64 { Int64(bitPattern: (self &>> 1) ^ (0 &- (self & 1))) }
}
