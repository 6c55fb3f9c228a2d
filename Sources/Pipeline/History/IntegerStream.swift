/// A row of whole numbers in few bits, for rows that are mostly near one value. Either Rice codes, whose parameter is chosen
/// anew for every 64 numbers (R. F. Rice, JPL 79-22), or, where nearly all are equal, the lengths of the runs between the others.
/// Arithmetic wraps, so any 64-bit numbers survive.
enum IntegerStream {
  /// How a row will be written, and how many bits that takes.
  struct Choice {
    var isRuns: Bool
    /// Taken off every number before it is written.
    var base: Int64
    var bits: Int
  }

  static let groupSize = 64
  /// The parameter field of a group of zeros, which has no further bits.
  static let zeroGroup = 63
  /// A quotient this large is written as the whole number instead, behind its length.
  static let escape = 24

  /// The better way for this row. The base is 0 or what is in the middle of a sample.
  static func choose(_ values: UnsafeBufferPointer<Int64>) -> Choice {
    let plain = cost(values, base: 0)
    let middle = sampleMedian(values)
    if middle == 0 { return plain }
    let shifted = cost(values, base: middle)
    return shifted.bits < plain.bits ? shifted : plain
  }

  static func encode(_ values: UnsafeBufferPointer<Int64>, _ choice: Choice, into writer: inout BitWriter) {
    if values.isEmpty { return }
    writer.put(choice.isRuns ? 1 : 0, 1)
    writer.putSigned(choice.base)
    if choice.isRuns {
      encodeRuns(values, choice.base, &writer)
    } else {
      encodeGroups(values, choice.base, &writer)
    }
  }

  // MARK: - Runs

  /// Numbers equal to the base up to the next other one, then that; the end of the row ends the last run.
  private static func encodeRuns(_ values: UnsafeBufferPointer<Int64>, _ base: Int64, _ writer: inout BitWriter) {
    var run: UInt64 = 1
    for value in values {
      if value == base {
        run &+= 1
      } else {
        writer.putGamma(run)
        writer.putGamma((value &- base).zigzag)
        run = 1
      }
    }
    if run > 1 { writer.putGamma(run) }
  }

  // MARK: - Rice codes

  private static func encodeGroups(_ values: UnsafeBufferPointer<Int64>, _ base: Int64, _ writer: inout BitWriter) {
    var start = 0
    while start < values.count {
      let end = min(start + groupSize, values.count)
      let group = UnsafeBufferPointer(rebasing: values[start..<end])
      let parameter = parameter(group, base)
      writer.put(UInt64(parameter), 6)
      if parameter != zeroGroup {
        for value in group { putRice((value &- base).zigzag, UInt64(parameter), &writer) }
      }
      start = end
    }
  }

  @inline(__always)
  private static func putRice(_ number: UInt64, _ parameter: UInt64, _ writer: inout BitWriter) {
    let quotient = number &>> parameter
    if quotient < UInt64(escape) {
      let low = number & ((1 &<< parameter) &- 1)
      if Int(quotient &+ parameter) < 64 {
        writer.put(1 &<< parameter | low, Int(quotient &+ parameter &+ 1))
      } else {
        writer.put(0, Int(quotient))
        writer.put(1 &<< parameter | low, Int(parameter &+ 1))
      }
    } else {
      let length = 64 - number.leadingZeroBitCount
      writer.put(0, escape)
      writer.put(UInt64(length - 1), 6)
      writer.put(number, length)
    }
  }

  // MARK: - Costs

  /// What the row takes, nearly: one pass that looks at sums only.
  private static func cost(_ values: UnsafeBufferPointer<Int64>, base: Int64) -> Choice {
    let header = 1 + max(1, (70 - base.zigzag.leadingZeroBitCount) / 7) * 8
    var groups = 0
    var others = 0
    var total = 0.0
    var start = 0
    while start < values.count {
      let end = min(start + groupSize, values.count)
      let sums = GroupSums(UnsafeBufferPointer(rebasing: values[start..<end]), base)
      groups += sums.bits
      others += sums.others
      total += Double(sums.sum)
      start = end
    }
    var runs = 0
    if others < values.count {
      let (run, other) = (values.count / (others + 1) + 1, UInt64(total / Double(max(1, others))))
      runs = (others + 1) * gammaBits(UInt64(run)) + others * gammaBits(max(1, other))
    } else {
      runs = groups
    }
    return Choice(isRuns: runs < groups, base: base, bits: header + min(runs, groups))
  }

  @inline(__always)
  private static func gammaBits(_ value: UInt64) -> Int { 127 &- 2 &* value.leadingZeroBitCount }

  /// What decides about a group's parameter.
  private struct GroupSums {
    /// Of the zigzag numbers, each cut to 58 bits.
    var sum: UInt64 = 0
    var largest: UInt64 = 0
    /// Numbers that differ from the base.
    var others = 0
    private let count: Int
    /// So that a group of them fits the sum.
    private static let largestSummed: UInt64 = 1 << 58 - 1

    @inline(__always)
    init(_ group: UnsafeBufferPointer<Int64>, _ base: Int64) {
      for value in group {
        let number = (value &- base).zigzag
        sum &+= min(number, Self.largestSummed)
        largest = max(largest, number)
        others &+= number == 0 ? 0 : 1
      }
      count = group.count
    }

    /// log₂ of the mean, which is the best parameter or one too large.
    var parameter: Int { Self.parameter(sum, count) }

    private static func parameter(_ sum: UInt64, _ count: Int) -> Int {
      max(0, 63 - (sum / UInt64(count)).leadingZeroBitCount)
    }

    /// What the group takes, nearly, its parameter field included; one number far above the others costs as escaped.
    var bits: Int {
      if largest == 0 { return 6 }
      let whole = parameter
      let all = count * (1 + whole) + Int(sum >> UInt64(whole))
      let rest = sum - min(largest, Self.largestSummed)
      let less = Self.parameter(rest, count)
      let escaped = count * (1 + less) + Int(rest >> UInt64(less)) + escape + 70 - largest.leadingZeroBitCount
      return 6 + min(all, escaped)
    }
  }

  /// The best parameter of a group.
  private static func parameter(_ group: UnsafeBufferPointer<Int64>, _ base: Int64) -> Int {
    let sums = GroupSums(group, base)
    if sums.largest == 0 { return zeroGroup }
    var parameter = min(62, sums.parameter)
    var bits = riceBits(group, base, sums.largest, parameter)
    while parameter > 0 {
      let fewer = riceBits(group, base, sums.largest, parameter - 1)
      if fewer > bits { break }
      bits = fewer
      parameter -= 1
    }
    return parameter
  }

  @inline(__always)
  private static func riceBits(
    _ group: UnsafeBufferPointer<Int64>, _ base: Int64, _ largest: UInt64, _ parameter: Int
  ) -> Int {
    let shift = UInt64(parameter)
    var bits = group.count &* (1 &+ parameter)
    if largest &>> shift < UInt64(escape) {
      for value in group { bits &+= Int((value &- base).zigzag &>> shift) }
      return bits
    }
    for value in group {
      let number = (value &- base).zigzag
      let quotient = number &>> shift
      bits &+=
        quotient < UInt64(escape)
        ? Int(quotient) : escape &+ 69 &- number.leadingZeroBitCount &- parameter
    }
    return bits
  }

  private static func sampleMedian(_ values: UnsafeBufferPointer<Int64>) -> Int64 {
    guard let first = values.first else { return 0 }
    let size = min(values.count, 31)
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: size) { sample in
      sample.initialize(repeating: first)
      for index in 0..<size { sample[index] = values[index * values.count / size] }
      var order = sample
      order.sort()
      return order[size / 2]
    }
  }
}
