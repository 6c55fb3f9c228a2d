/// Reading a row back.
extension IntegerStream {
  /// Fills `values` with the row; throws when the bytes end before it does.
  static func decode(
    _ reader: inout BitReader, into values: UnsafeMutableBufferPointer<Int64>
  ) throws(HistoryBlockError) {
    if values.isEmpty { return }
    let isRuns = reader.takeBit()
    let base = reader.takeSigned()
    if isRuns {
      try decodeRuns(&reader, base, values)
    } else {
      try decodeGroups(&reader, base, values)
    }
  }

  private static func decodeRuns(
    _ reader: inout BitReader, _ base: Int64, _ values: UnsafeMutableBufferPointer<Int64>
  ) throws(HistoryBlockError) {
    var index = 0
    while index < values.count {
      let run = reader.takeGamma() - 1
      guard run <= UInt64(values.count - index) else { throw .damaged }
      let end = index + Int(run)
      while index < end {
        values[index] = base
        index += 1
      }
      if index < values.count {
        values[index] = base &+ reader.takeGamma().unzigzag
        index += 1
      }
      if reader.isOverrun { throw .damaged }
    }
  }

  private static func decodeGroups(
    _ reader: inout BitReader, _ base: Int64, _ values: UnsafeMutableBufferPointer<Int64>
  ) throws(HistoryBlockError) {
    var start = 0
    while start < values.count {
      let end = min(start + groupSize, values.count)
      let group = UnsafeMutableBufferPointer(rebasing: values[start..<end])
      let parameter = Int(reader.take(6))
      if parameter == zeroGroup {
        group.update(repeating: base)
      } else if parameter <= 56 - escape {
        decodeShort(&reader, base, parameter, group)
      } else {
        for index in group.indices { group[index] = base &+ takeLong(&reader, parameter).unzigzag }
      }
      if reader.isOverrun { throw .damaged }
      start = end
    }
  }

  /// Codes that lie whole in one window.
  @inline(__always)
  private static func decodeShort(
    _ reader: inout BitReader, _ base: Int64, _ parameter: Int, _ group: UnsafeMutableBufferPointer<Int64>
  ) {
    var local = reader
    for index in 0..<group.count {
      let window = local.window()
      let zeros = window.leadingZeroBitCount
      if zeros < escape {
        let low = ((window &<< UInt64(zeros &+ 1)) &>> 1) &>> UInt64(63 &- parameter)
        group[index] = base &+ (UInt64(zeros) &<< UInt64(parameter) | low).unzigzag
        local.skip(zeros &+ 1 &+ parameter)
      } else {
        group[index] = base &+ takeEscaped(&local).unzigzag
      }
    }
    reader = local
  }

  private static func takeLong(_ reader: inout BitReader, _ parameter: Int) -> UInt64 {
    let zeros = reader.window().leadingZeroBitCount
    guard zeros < escape else { return takeEscaped(&reader) }
    reader.skip(zeros + 1)
    return UInt64(zeros) << UInt64(parameter) | reader.take(parameter)
  }

  @inline(never)
  private static func takeEscaped(_ reader: inout BitReader) -> UInt64 {
    reader.skip(escape)
    let length = Int(reader.take(6)) + 1
    return reader.take(length)
  }
}
