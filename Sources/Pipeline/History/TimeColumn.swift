/// Times of a block: the first one, the unit that divides all steps, and then whichever is smallest of the steps themselves,
/// the changes from step to step, or the distances from an even grid (best for a steady device behind a jittery network).
enum TimeColumn {
  private enum Form: UInt64 { case steps = 0, changes, grid }

  /// Bits behind the point of a grid's period.
  private static let gridFraction: Int64 = 16

  static func encode(_ times: UnsafeMutableBufferPointer<Int64>, into writer: inout BitWriter) {
    let count = times.count
    let first = times[0]
    writer.putSigned(first)
    if count == 1 { return }
    let unit = unit(of: times)
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 3 * (count - 1)) { rows in
      let steps = UnsafeMutableBufferPointer(rebasing: rows[..<(count - 1)])
      let changes = UnsafeMutableBufferPointer(rebasing: rows[(count - 1)..<(2 * count - 2)])
      let grid = UnsafeMutableBufferPointer(rebasing: rows[(2 * count - 2)...])
      var total: Int64 = 0
      var before: Int64 = 0
      for index in 0..<(count - 1) {
        let step = (times[index + 1] &- times[index]) / unit
        steps[index] = step
        changes[index] = step &- before
        before = step
        total &+= step
        grid[index] = total
      }
      let period = period(total, over: count - 1)
      for index in 0..<(count - 1) { grid[index] &-= predicted(period, index) }
      var form = Form.steps
      var row = UnsafeBufferPointer(steps)
      var choice = IntegerStream.choose(row)
      for (other, candidate) in [(Form.changes, changes), (.grid, grid)] {
        let cost = IntegerStream.choose(UnsafeBufferPointer(candidate))
        if cost.bits + (other == .grid ? 48 : 0) < choice.bits {
          (form, row, choice) = (other, UnsafeBufferPointer(candidate), cost)
        }
      }
      writer.putNumber(UInt64(unit))
      writer.put(form.rawValue, 2)
      if form == .grid { writer.putSigned(period) }
      IntegerStream.encode(row, choice, into: &writer)
    }
  }

  static func decode(
    _ reader: inout BitReader, into times: UnsafeMutableBufferPointer<Int64>
  ) throws(HistoryBlockError) {
    var time = reader.takeSigned()
    times[0] = time
    if times.count == 1 { return }
    let unit = Int64(bitPattern: reader.takeNumber())
    guard let form = Form(rawValue: reader.take(2)) else { throw .damaged }
    let period = form == .grid ? reader.takeSigned() : 0
    let rest = UnsafeMutableBufferPointer(rebasing: times[1...])
    try IntegerStream.decode(&reader, into: rest)
    switch form {
    case .steps:
      for index in 0..<rest.count {
        time &+= rest[index] &* unit
        rest[index] = time
      }
    case .changes:
      var step: Int64 = 0
      for index in 0..<rest.count {
        step &+= rest[index]
        time &+= step &* unit
        rest[index] = time
      }
    case .grid:
      for index in 0..<rest.count { rest[index] = time &+ (rest[index] &+ predicted(period, index)) &* unit }
    }
  }

  @inline(__always)
  private static func predicted(_ period: Int64, _ index: Int) -> Int64 {
    (period &* Int64(index &+ 1)) &>> gridFraction
  }

  /// Mean step, with `gridFraction` bits behind the point; 0, and so no good grid, when the times leave every bound.
  private static func period(_ total: Int64, over steps: Int) -> Int64 {
    let (scaled, overflow) = total.multipliedReportingOverflow(by: 1 << gridFraction)
    return overflow ? 0 : scaled / Int64(steps)
  }

  /// The greatest common divisor of all steps; 1 when there is none to speak of.
  private static func unit(of times: UnsafeMutableBufferPointer<Int64>) -> Int64 {
    var divisor: UInt64 = 0
    var known: UInt64 = 0
    for index in 1..<times.count {
      let step = (times[index] &- times[index - 1]).magnitude
      if step == known { continue }
      known = step
      var (a, b) = (step, divisor)
      while b != 0 { (a, b) = (b, a % b) }
      divisor = a
      if divisor == 1 { return 1 }
    }
    return divisor == 0 ? 1 : Int64(exactly: divisor) ?? 1
  }
}
