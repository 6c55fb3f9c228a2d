/// Values of a block in the smallest of four forms: one for all; whole numbers of a decimal scale; the bit patterns themselves
/// as whole numbers in the order of the values; or what each pattern has that the one before has not (XOR, after Pelkonen et
/// al., Gorilla, VLDB 2015). Every bit pattern survives, -0.0, infinities and NaNs included.
enum ValueColumn {
  enum Form: UInt64 { case constant = 0, scaled, patterns, xor }

  static func encode(_ values: UnsafeBufferPointer<Double>, into writer: inout BitWriter) {
    let first = values[0].bitPattern
    if values.allSatisfy({ $0.bitPattern == first }) {
      writer.put(Form.constant.rawValue, 2)
      writer.put(first, 64)
      return
    }
    if let fit = ScaleFit(values) {
      // What needs many digits is no decimal, as a rule, and may be smaller as it is.
      if fit.digitsAreFew || fit.bits <= XORColumn.bits(values) {
        writer.put(Form.scaled.rawValue, 2)
        fit.write(values, into: &writer)
        return
      }
    }
    let shift = commonShift(values)
    let row = ordered(values, shift)
    let column = WholeColumn(row.view)
    if column.bits <= XORColumn.bits(values) {
      writer.put(Form.patterns.rawValue, 2)
      writer.put(UInt64(shift), 6)
      column.write(into: &writer)
    } else {
      writer.put(Form.xor.rawValue, 2)
      XORColumn.encode(values, into: &writer)
    }
  }

  /// Hands all `count` values of the column (at least 1) to `take`, in order.
  static func decode(
    _ reader: inout BitReader, count: Int, _ take: (Int, Double) -> Void
  ) throws(HistoryBlockError) {
    switch Form(rawValue: reader.take(2)).unsafelyUnwrapped {
    case .constant:
      let value = Double(bitPattern: reader.take(64))
      for index in 0..<count { take(index, value) }
    case .scaled:
      try ScaleFit.decode(&reader, count: count, take)
    case .patterns:
      let shift = Int64(reader.take(6))
      let rows = IntegerRow(count: count)
      if let list = try WholeColumn.decode(&reader, into: rows.values) {
        for index in list.values.indices { list.values[index] = pattern(list.values[index], shift) }
        for index in 0..<count { take(index, value(list.values[Int(rows.values[index])])) }
      } else {
        for index in 0..<count { take(index, value(pattern(rows.values[index], shift))) }
      }
    case .xor:
      try XORColumn.decode(&reader, count: count, take)
    }
    if reader.isOverrun { throw .damaged }
  }

  // MARK: - Bit patterns in the order of the values

  /// Zero bits that all patterns end in: 29 in widened Floats.
  private static func commonShift(_ values: UnsafeBufferPointer<Double>) -> Int64 {
    let union = values.reduce(0) { $0 | $1.bitPattern }
    return Int64(min(63, union.trailingZeroBitCount))
  }

  private static func ordered(_ values: UnsafeBufferPointer<Double>, _ shift: Int64) -> IntegerRow {
    let row = IntegerRow(count: values.count)
    for index in 0..<values.count {
      row.values[index] = turned(Int64(bitPattern: values[index].bitPattern) &>> shift, shift)
    }
    return row
  }

  /// A negative pattern has its magnitude's bits turned over, so that a smaller value is a smaller number.
  @inline(__always)
  private static func turned(_ pattern: Int64, _ shift: Int64) -> Int64 {
    pattern ^ ((pattern &>> 63) & (.max &>> shift))
  }

  @inline(__always)
  private static func pattern(_ number: Int64, _ shift: Int64) -> Int64 { turned(number, shift) &<< shift }

  @inline(__always)
  private static func value(_ pattern: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: pattern)) }
}
