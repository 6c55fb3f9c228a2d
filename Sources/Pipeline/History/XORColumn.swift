/// Gorilla's coding of values: one bit for a repetition; else the bits in which the pattern differs from the one before, inside
/// the last window of bits where they fit into it, or with a window of their own.
enum XORColumn {
  /// Where the differing bits lie.
  private struct Window {
    var leading = 0
    var length = 0

    func holds(_ difference: UInt64) -> Bool {
      length > 0 && difference.leadingZeroBitCount >= leading
        && difference.trailingZeroBitCount >= 64 - leading - length
    }

    init() {}

    init(_ difference: UInt64) {
      leading = min(63, difference.leadingZeroBitCount)
      length = 64 - leading - difference.trailingZeroBitCount
    }
  }

  /// Bits of a new window: where it begins and how long it is.
  private static let windowBits = 12

  /// A window much wider than the difference is given up.
  private static func keeps(_ window: Window, _ difference: UInt64) -> Bool {
    guard window.holds(difference) else { return false }
    return window.length <= Window(difference).length + windowBits
  }

  /// What `encode` takes.
  static func bits(_ values: UnsafeBufferPointer<Double>) -> Int {
    var bits = 64
    var window = Window()
    for index in 1..<values.count {
      let difference = values[index].bitPattern ^ values[index - 1].bitPattern
      if difference == 0 {
        bits += 1
      } else if keeps(window, difference) {
        bits += 2 + window.length
      } else {
        window = Window(difference)
        bits += 2 + windowBits + window.length
      }
    }
    return bits
  }

  static func encode(_ values: UnsafeBufferPointer<Double>, into writer: inout BitWriter) {
    writer.put(values[0].bitPattern, 64)
    var window = Window()
    for index in 1..<values.count {
      let difference = values[index].bitPattern ^ values[index - 1].bitPattern
      if difference == 0 {
        writer.put(0, 1)
        continue
      }
      if keeps(window, difference) {
        writer.put(0b10, 2)
      } else {
        window = Window(difference)
        writer.put(0b11, 2)
        writer.put(UInt64(window.leading), 6)
        writer.put(UInt64(window.length - 1), 6)
      }
      writer.put(difference >> UInt64(64 - window.leading - window.length), window.length)
    }
  }

  static func decode(
    _ reader: inout BitReader, count: Int, _ take: (Int, Double) -> Void
  ) throws(HistoryBlockError) {
    var pattern = reader.take(64)
    take(0, Double(bitPattern: pattern))
    var leading = 0
    var length = 0
    for index in 1..<max(1, count) {
      if reader.takeBit() {
        if reader.takeBit() {
          leading = Int(reader.take(6))
          length = Int(reader.take(6)) + 1
        }
        guard length > 0, leading + length <= 64, !reader.isOverrun else { throw .damaged }
        pattern ^= reader.take(length) << UInt64(64 - leading - length)
      }
      take(index, Double(bitPattern: pattern))
    }
  }
}
